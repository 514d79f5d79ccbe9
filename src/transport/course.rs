//! How a call goes: what its span, its observers and every error of it tell.

use std::time::{Duration, Instant};

use http::HeaderValue;
use tracing::Span;

use super::attempt::Attempted;
use super::context::Context;
use super::operation::{Operation, Repeat};
use super::span;
use crate::error::{Error, ErrorKind, ResponseParts};
use crate::observe::{self, Event, Failure, GiveUp, Load};

pub(super) struct Course<'a> {
    context: &'a Context,
    pub(super) operation: &'static Operation,
    /// Ends with the course, and so after the answer is decoded.
    span: Span,
    pub(super) request_id: HeaderValue,
    started: Instant,
    pub(super) attempts: u32,
    /// When the attempt that is under way went out, if somebody watches.
    attempt_started: Option<Instant>,
    /// Whether the service may have acted on one of the requests.
    pub(super) applied: bool,
    status: Option<u16>,
    /// Dropped before it has a result, a call was cancelled.
    failure: Option<Failure>,
}

impl<'a> Course<'a> {
    pub(super) fn new(
        context: &'a Context,
        operation: &'static Operation,
        span: Span,
        request_id: HeaderValue,
    ) -> Self {
        let course = Self {
            context,
            operation,
            span,
            request_id,
            started: context.defaults.clock.now(),
            attempts: 0,
            attempt_started: None,
            applied: false,
            status: None,
            failure: Some(Failure::Cancelled),
        };
        course.tell(|call| Event::CallStarted { call });
        course
    }

    /// The time since the call began.
    pub(super) fn elapsed(&self) -> Duration {
        self.since(self.started)
    }

    fn since(&self, start: Instant) -> Duration {
        let now = self.context.defaults.clock.now();
        now.saturating_duration_since(start)
    }

    /// Takes note that a request goes out.
    pub(super) fn attempt_starts(&mut self) {
        self.attempts += 1;
        if self.context.defaults.observers.are_none() {
            return;
        }
        self.attempt_started = Some(self.context.defaults.clock.now());
        let attempt = self.attempts;
        self.tell(|call| Event::AttemptStarted { call, attempt });
    }

    /// Takes note of what came of the request.
    pub(super) fn attempt_ends(&mut self, attempted: &Attempted) {
        let (status, failure) = match attempted {
            Ok(parts) => {
                let refused = !parts.status.is_success();
                let kind = refused.then(|| ErrorKind::of_status(parts.status));
                (Some(parts.status.as_u16()), kind)
            }
            Err((_, error)) => (error.status(), Some(error.kind())),
        };
        self.tell_attempt_end(status, failure.map(Failure::Error));
    }

    fn tell_attempt_end(&mut self, status: Option<u16>, failure: Option<Failure>) {
        let Some(started) = self.attempt_started.take() else {
            return;
        };
        self.tell(|call| Event::AttemptEnded {
            call,
            attempt: self.attempts,
            elapsed: self.since(started),
            status,
            failure,
        });
    }

    /// Takes note that the last attempt is repeated with another token.
    pub(super) fn token_refused(&self) {
        let attempt = self.attempts;
        self.tell(|call| Event::TokenRefused { call, attempt });
    }

    /// Takes note that there will be another attempt.
    pub(super) fn retrying(&self, error: &Error, after: Duration) {
        self.tell(|call| Event::Retrying {
            call,
            attempt: self.attempts,
            status: error.status(),
            kind: error.kind(),
            after,
            load: self.load(),
        });
    }

    /// Takes note that there will be no other attempt.
    pub(super) fn given_up(&self, reason: GiveUp) {
        let attempt = self.attempts;
        self.tell(|call| Event::GivenUp {
            call,
            attempt,
            reason,
        });
    }

    /// Takes note that the call has a result.
    pub(super) fn end(&mut self, result: Result<&ResponseParts, &Error>) {
        self.status = match result {
            Ok(parts) => Some(parts.status.as_u16()),
            Err(error) => error.status(),
        };
        self.failure = result.err().map(|error| Failure::Error(error.kind()));
        span::record_end(&self.span, self.status, self.attempts);
    }

    /// Completes an error with what is known of the call, and the call's span with the error.
    pub(super) fn finish(&mut self, error: Error) -> Error {
        self.failure = Some(Failure::Error(error.kind()));
        span::record_error(&self.span, &error);
        error
            .with_operation(self.operation.id)
            .with_request_id(self.request_id.to_str().ok().map(str::to_owned))
            .with_course(self.attempts, self.elapsed())
            .with_may_have_been_applied(self.applied && self.operation.repeat != Repeat::Read)
    }

    fn load(&self) -> Load {
        Load::new(
            self.context.limiter.limit(),
            self.context.budget.retries_left(),
        )
    }

    fn tell<'e>(&'e self, event: impl FnOnce(observe::Call<'e>) -> Event<'e>) {
        self.context.defaults.observers.tell(|| {
            event(observe::Call {
                operation: self.operation.id,
                method: self.operation.method.as_str(),
                path: self.operation.path,
                request_id: self.request_id.to_str().unwrap_or_default(),
            })
        });
    }
}

impl Drop for Course<'_> {
    fn drop(&mut self) {
        self.tell_attempt_end(None, Some(Failure::Cancelled));
        self.tell(|call| Event::CallEnded {
            call,
            attempts: self.attempts,
            elapsed: self.elapsed(),
            status: self.status,
            failure: self.failure,
            load: self.load(),
        });
    }
}
