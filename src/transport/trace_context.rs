//! W3C's trace context: which trace a request belongs to. Baggage does not go out: it may hold what is nobody else's.

use http::{HeaderMap, HeaderName, HeaderValue};
use opentelemetry::trace::{SpanContext, TraceContextExt, TraceFlags};
use tracing::Span;
use tracing_opentelemetry::OpenTelemetrySpanExt;

const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
const TRACESTATE: HeaderName = HeaderName::from_static("tracestate");

/// Tells the current span, unless the caller has set the headers. A program that uses OpenTelemetry without `tracing`
/// has its span told.
pub(super) fn inject(headers: &mut HeaderMap) {
    if headers.contains_key(TRACEPARENT) {
        return;
    }
    let contexts = [Span::current().context(), opentelemetry::Context::current()];
    let told = contexts
        .iter()
        .map(|context| context.span().span_context().clone())
        .find(SpanContext::is_valid);
    if let Some(span) = told {
        set(headers, &span);
    }
}

fn set(headers: &mut HeaderMap, span: &SpanContext) {
    let flags = span.trace_flags() & TraceFlags::SAMPLED;
    let parent = format!("00-{}-{}-{flags:02x}", span.trace_id(), span.span_id());
    if let Ok(parent) = HeaderValue::try_from(parent) {
        headers.insert(TRACEPARENT, parent);
    }
    let state = span.trace_state().header();
    if let Ok(state) = HeaderValue::try_from(state)
        && !state.is_empty()
    {
        headers.insert(TRACESTATE, state);
    }
}
