//! The send loop: permit, token, request, classification, and again if that is safe and worth it.

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use futures_util::future::poll_immediate;
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};
use reqwest::Request;
use tracing::{Instrument, Span, debug, field};

use super::attempt::{self, Cause, Failure};
use super::body;
use super::clock::Clock;
use super::context::Context;
use super::operation::{Operation, Repeat};
use super::options::CallOptions;
use super::path;
use super::retry::{self, Decision, Outcome, Situation};
use super::retry_after;
use crate::auth::Bearer;
use crate::error::{Error, ErrorKind, ResponseParts, Result};

/// How a call went: what every error of it tells.
#[derive(Debug)]
pub(super) struct Course {
    /// Ends with the course, and so after the answer is decoded.
    span: Span,
    request_id: HeaderValue,
    attempts: u32,
    elapsed: Duration,
    /// Whether the service may have acted on one of the requests.
    applied: bool,
}

impl Course {
    /// Completes an error with what is known of the call, and the call's span with the error.
    pub(super) fn finish(&self, operation: &'static Operation, error: Error) -> Error {
        self.span.record("otel.status_code", "ERROR");
        match error.status() {
            Some(status) if status >= 400 => self.span.record("error.type", field::display(status)),
            _ => self.span.record("error.type", error.kind().as_str()),
        };
        error
            .with_operation(operation.id)
            .with_request_id(self.request_id.to_str().ok().map(str::to_owned))
            .with_course(self.attempts, self.elapsed)
            .with_may_have_been_applied(self.applied && operation.repeat != Repeat::Read)
    }
}

/// A request that was not sent yet.
pub(super) type Built = Result<(&'static Operation, Request)>;

/// Makes the request of one attempt: a request is sent once, and the next attempt has its own.
pub(super) type Build<'a> = &'a (dyn Fn() -> Built + Sync);

/// Sends a request, as often as it takes and is allowed, and gives the successful response.
pub(super) async fn send(
    context: &Context,
    options: &CallOptions,
    build: Build<'_>,
) -> Result<(&'static Operation, ResponseParts, Course)> {
    let (operation, request) = build()?;
    let span = span(context, operation, &request);
    let refused = path::guard(operation, context.base_url.path(), request.url())
        .and_then(|()| body::guard(&request))
        .err();
    let mut exchange = Exchange::new(context, options, operation, request, build, span.clone());
    // Pinned here, as it is too large to be moved into its span for every call.
    let exchange = pin!(async {
        let result = match refused {
            None => exchange.run().await,
            Some(error) => Err(error),
        };
        let course = exchange.end(result.as_ref());
        match result {
            Ok(parts) => Ok((operation, parts, course)),
            Err(error) => Err(course.finish(operation, error)),
        }
    });
    exchange.instrument(span).await
}

/// The span of a call, with the names of OpenTelemetry's conventions for HTTP clients.
fn span(context: &Context, operation: &'static Operation, request: &Request) -> Span {
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

struct Exchange<'a> {
    context: &'a Context,
    options: &'a CallOptions,
    operation: &'static Operation,
    /// The request of the first attempt.
    first: Option<Request>,
    build: Build<'a>,
    clock: &'a Arc<dyn Clock>,
    started: Instant,
    deadline: Duration,
    attempt_timeout: Duration,
    max_attempts: u32,
    course: Course,
}

impl<'a> Exchange<'a> {
    fn new(
        context: &'a Context,
        options: &'a CallOptions,
        operation: &'static Operation,
        first: Request,
        build: Build<'a>,
        span: Span,
    ) -> Self {
        let defaults = &context.defaults;
        let request_id = options.request_id.clone().unwrap_or_else(random_request_id);
        Self {
            context,
            options,
            operation,
            first: Some(first),
            build,
            clock: &defaults.clock,
            started: defaults.clock.now(),
            deadline: options.deadline.unwrap_or(defaults.deadline),
            attempt_timeout: options.attempt_timeout.unwrap_or(defaults.attempt_timeout),
            max_attempts: options.max_attempts.unwrap_or(defaults.retry.max_attempts),
            course: Course {
                span,
                request_id,
                attempts: 0,
                elapsed: Duration::ZERO,
                applied: false,
            },
        }
    }

    fn elapsed(&self) -> Duration {
        self.clock.now().saturating_duration_since(self.started)
    }

    fn time_left(&self) -> Duration {
        self.deadline.saturating_sub(self.elapsed())
    }

    async fn run(&mut self) -> Result<ResponseParts> {
        let (mut renewed, mut replaced) = (false, false);
        loop {
            let (bearer, result) = self.attempt().await?;
            if result.as_ref().is_ok_and(|parts| is_sound(parts.status)) {
                self.context.budget.deposit();
            }
            if std::mem::take(&mut replaced)
                && result
                    .as_ref()
                    .is_ok_and(|parts| accepts_token(parts.status))
            {
                self.context.tokens.replacement_helped();
            }
            let (outcome, error) = match result {
                Ok(parts) if parts.status.is_success() => {
                    // Errors that follow are about the answer: the request itself was taken.
                    self.course.applied = true;
                    return Ok(parts);
                }
                Ok(parts)
                    if parts.status == StatusCode::UNAUTHORIZED
                        && !std::mem::replace(&mut renewed, true)
                        && self.context.tokens.invalidate(&bearer) =>
                {
                    debug!("the token was refused, getting another");
                    replaced = true;
                    continue;
                }
                Ok(parts) => {
                    let wait = self.retry_after(&parts);
                    (
                        Outcome::Status(parts.status),
                        Error::from_response(&parts).with_retry_after(wait),
                    )
                }
                Err(Failure { cause, error }) => match cause {
                    Cause::Unsendable => return Err(error),
                    Cause::Connect => (Outcome::NotSent, error),
                    Cause::Broken => (Outcome::Broken, error),
                    Cause::Timeout => (Outcome::TimedOut, error),
                    Cause::Unusable => {
                        self.course.applied = true;
                        return Err(error);
                    }
                },
            };
            self.course.applied |= outcome.may_have_been_applied();
            self.wait(outcome, error).await?;
        }
    }

    /// Waits until the next attempt is due, or gives the error back if there is to be none.
    async fn wait(&self, outcome: Outcome, error: Error) -> Result<()> {
        let situation = Situation {
            repeat: self.operation.repeat,
            outcome,
            attempt: self.course.attempts,
            max_attempts: self.max_attempts,
            backoff: self
                .context
                .defaults
                .retry
                .backoff
                .delay(self.course.attempts, &self.context.jitter),
            retry_after: error.retry_after(),
            time_left: self.time_left(),
        };
        match retry::decide(&situation, || self.context.budget.withdraw()) {
            Decision::Retry { after } => {
                debug!(
                    attempt = self.course.attempts,
                    ?outcome,
                    wait_ms = after.as_millis(),
                    "retrying"
                );
                self.clock.sleep(after).await;
                Ok(())
            }
            Decision::Stop(reason) => {
                debug!(
                    attempt = self.course.attempts,
                    ?outcome,
                    reason = reason.as_str(),
                    "giving up"
                );
                Err(error)
            }
        }
    }

    /// One attempt. The error is one from before anything was sent, which no retry betters.
    async fn attempt(&mut self) -> Result<(Bearer, Result<ResponseParts, Failure>)> {
        let permit = self
            .in_time(
                self.context.limiter.acquire(),
                "waiting for other requests of this client",
            )
            .await?;
        let bearer = self
            .in_time(
                self.context.tokens.bearer(self.time_left()),
                "waiting for a token",
            )
            .await??;
        self.keep_pace().await?;
        self.course.attempts += 1;
        let timeout = self.attempt_timeout.min(self.time_left());
        let next = || {
            let first = self.first.take().map(Ok);
            let mut request =
                first.unwrap_or_else(|| (self.build)().map(|(_, request)| request))?;
            let request_id = Some(&self.course.request_id);
            attempt::prepare(
                &mut request,
                self.context,
                self.options,
                request_id,
                &bearer,
            );
            Ok(request)
        };
        let result = attempt::send_and_read(self.context, self.operation, next, timeout).await;
        match &result {
            Ok(parts) if parts.status == StatusCode::TOO_MANY_REQUESTS => {
                self.share_pace(parts).await;
                if permit.throttled() {
                    debug!(
                        limit = self.context.limiter.limit(),
                        "throttled, fewer requests at once"
                    );
                }
            }
            Ok(_) => permit.succeeded(),
            Err(_) => {}
        }
        Ok((bearer, result))
    }

    /// Waits as long as the service told another of the fleet to.
    async fn keep_pace(&self) -> Result<()> {
        let Some((pace, account)) = &self.context.pace else {
            return Ok(());
        };
        let left = pace.left(account).await;
        if left.is_zero() {
            return Ok(());
        }
        if left >= self.time_left() {
            let message = "the service told another process to wait for longer than this call has";
            return Err(Error::new(ErrorKind::RateLimit, message).with_retry_after(Some(left)));
        }
        // Not all of the fleet at once.
        let after = left.mul_f64(1.0 + self.context.jitter.fraction() / 10.0);
        let after = after.min(self.time_left());
        debug!(wait_ms = after.as_millis(), "waiting with the fleet");
        self.clock.sleep(after).await;
        Ok(())
    }

    /// Tells the fleet how long the service asked this client to wait.
    async fn share_pace(&self, parts: &ResponseParts) {
        if let (Some((pace, account)), Some(wait)) = (&self.context.pace, self.retry_after(parts)) {
            pace.pause(account, wait).await;
        }
    }

    async fn in_time<T>(&self, future: impl Future<Output = T>, doing: &str) -> Result<T> {
        let mut future = pin!(future);
        // What is there at once, as it nearly always is, needs no timer.
        if let Some(output) = poll_immediate(future.as_mut()).await {
            return Ok(output);
        }
        tokio::time::timeout(self.time_left(), future)
            .await
            .map_err(|_| {
                Error::new(
                    ErrorKind::Timeout,
                    format!("the deadline passed while {doing}"),
                )
            })
    }

    fn retry_after(&self, parts: &ResponseParts) -> Option<Duration> {
        retry_after::parse(
            parts.headers.get(RETRY_AFTER)?.to_str().ok()?,
            self.clock.wall(),
        )
    }

    /// How the call went, now that it has a result.
    fn end(mut self, result: Result<&ResponseParts, &Error>) -> Course {
        self.course.elapsed = self.elapsed();
        let course = self.course;
        let status = match result {
            Ok(parts) => Some(parts.status.as_u16()),
            Err(error) => error.status(),
        };
        if let Some(status) = status {
            course.span.record("http.response.status_code", status);
        }
        if course.attempts > 1 {
            course
                .span
                .record("http.request.resend_count", course.attempts - 1);
        }
        course
    }
}

/// Whether the service answered as one that works, be the answer no.
fn is_sound(status: StatusCode) -> bool {
    !status.is_server_error()
        && status != StatusCode::TOO_MANY_REQUESTS
        && status != StatusCode::REQUEST_TIMEOUT
}

/// Whether the service took the token, be the answer no.
fn accepts_token(status: StatusCode) -> bool {
    is_sound(status) && status != StatusCode::UNAUTHORIZED
}

/// 128 random bits in hexadecimal digits.
fn random_request_id() -> HeaderValue {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut bits = fastrand::u128(..);
    let id: [u8; 32] = std::array::from_fn(|_| {
        let digit = DIGITS[(bits & 0xf) as usize];
        bits >>= 4;
        digit
    });
    // Owned by the bytes themselves, so that the copies that retries need cost nothing.
    HeaderValue::from_maybe_shared(Bytes::from_owner(id))
        .unwrap_or_else(|_| HeaderValue::from_static("0"))
}
