//! The span of a call, with the names of OpenTelemetry's conventions for HTTP clients.

use reqwest::Request;
use tracing::{Span, field};

use super::context::Context;
use super::operation::Operation;
use crate::error::Error;
use crate::observe;

/// The span of a call that is about to begin.
pub(super) fn open(context: &Context, operation: &'static Operation, request: &Request) -> Span {
    let span = tracing::info_span!(
        "timeback_qti.call",
        otel.name = format_args!("{} {}", operation.method, operation.path),
        otel.kind = "client",
        otel.status_code = field::Empty,
        operation = operation.id,
        http.request.method = operation.method.as_str(),
        http.request.resend_count = field::Empty,
        http.response.status_code = field::Empty,
        url.template = operation.path,
        url.full = field::Empty,
        server.address = context.base_url.host_str(),
        server.port = context.base_url.port_or_known_default(),
        error.type = field::Empty,
    );
    if context.defaults.record_identifiers && !span.is_disabled() {
        let mut url = request.url().clone();
        // A query holds what a user searches for.
        url.set_query(None);
        span.record("url.full", url.as_str());
    }
    span
}

/// Records the status that a call ended with, and how many attempts it took.
pub(super) fn record_end(span: &Span, status: Option<u16>, attempts: u32) {
    if let Some(status) = status {
        span.record("http.response.status_code", status);
    }
    if attempts > 1 {
        span.record("http.request.resend_count", attempts - 1);
    }
}

/// Records that the call failed.
pub(super) fn record_error(span: &Span, error: &Error) {
    span.record("otel.status_code", "ERROR");
    let error_type = observe::error_type(error.status(), error.kind().as_str());
    span.record("error.type", &*error_type);
}
