//! How a call went: what its span and every error of it tell.

use std::time::Duration;

use http::HeaderValue;
use tracing::Span;

use super::operation::{Operation, Repeat};
use super::span;
use crate::error::{Error, ResponseParts};

#[derive(Debug)]
pub(super) struct Course {
    /// Ends with the course, and so after the answer is decoded.
    span: Span,
    pub(super) request_id: HeaderValue,
    pub(super) attempts: u32,
    elapsed: Duration,
    /// Whether the service may have acted on one of the requests.
    pub(super) applied: bool,
}

impl Course {
    pub(super) fn new(span: Span, request_id: HeaderValue) -> Self {
        Self {
            span,
            request_id,
            attempts: 0,
            elapsed: Duration::ZERO,
            applied: false,
        }
    }

    /// Takes note that the call has a result.
    pub(super) fn end(&mut self, elapsed: Duration, result: Result<&ResponseParts, &Error>) {
        self.elapsed = elapsed;
        let status = match result {
            Ok(parts) => Some(parts.status.as_u16()),
            Err(error) => error.status(),
        };
        span::record_end(&self.span, status, self.attempts);
    }

    /// Completes an error with what is known of the call, and the call's span with the error.
    pub(super) fn finish(&self, operation: &'static Operation, error: Error) -> Error {
        span::record_error(&self.span, &error);
        error
            .with_operation(operation.id)
            .with_request_id(self.request_id.to_str().ok().map(str::to_owned))
            .with_course(self.attempts, self.elapsed)
            .with_may_have_been_applied(self.applied && operation.repeat != Repeat::Read)
    }
}
