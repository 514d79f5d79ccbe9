//! The send loop: permit, token, request, outcome, and again if that is safe and worth it.

use std::pin::{Pin, pin};
use std::time::Duration;

use http::StatusCode;
use reqwest::Request;
use tracing::{Instrument, debug};

use super::attempt::{self, Attempted};
use super::context::Context;
use super::course::Course;
use super::limiter::Permit;
use super::operation::Operation;
use super::options::CallOptions;
use super::outcome::Outcome;
use super::retry::{self, Decision, Situation};
use super::{body, fleet, path, request_id, retry_after, span};
use crate::auth::Bearer;
use crate::deadline::in_time;
use crate::error::{Error, ResponseParts, Result};

/// A request that was not sent yet.
pub(super) type Built = Result<(&'static Operation, Request)>;

/// Makes the request of one attempt: a request is sent once, and the next attempt has its own.
pub(super) type Build<'a> = &'a (dyn Fn() -> Built + Sync);

/// Sends a request, as often as it takes and is allowed, and gives the successful response.
pub(super) async fn send<'a>(
    context: &'a Context,
    options: &CallOptions,
    build: Build<'_>,
) -> Result<(ResponseParts, Course<'a>)> {
    let (operation, request) = build()?;
    let span = span::open(context, operation, &request);
    let refused = path::guard(operation, context.base_url.path(), request.url())
        .and_then(|()| body::guard(&request))
        .err();
    let request_id = options.request_id.clone();
    let request_id = request_id.unwrap_or_else(request_id::random);
    let course = Course::new(context, operation, span.clone(), request_id);
    let mut exchange = Exchange::new(context, options, course, request, build);
    // Pinned here, as it is too large to be moved into its span for every call.
    let exchange = pin!(async {
        let result = match refused {
            None => exchange.run().await,
            Some(error) => Err(error),
        };
        let mut course = exchange.course;
        course.end(result.as_ref());
        match result {
            Ok(parts) => Ok((parts, course)),
            Err(error) => Err(course.finish(error)),
        }
    });
    exchange.instrument(span).await
}

struct Exchange<'a, 'o> {
    context: &'a Context,
    options: &'o CallOptions,
    /// The request of the first attempt.
    first: Option<Request>,
    build: Build<'o>,
    deadline: Duration,
    attempt_timeout: Duration,
    max_attempts: u32,
    token: Token,
    /// How the attempt before has failed.
    failed: Option<Error>,
    course: Course<'a>,
}

/// What became of the call's first token. It is replaced once: a service that refuses the second one, too, means it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Token {
    First,
    /// Refused, and the next attempt is the first with another.
    JustReplaced,
    Settled,
}

impl<'a, 'o> Exchange<'a, 'o> {
    fn new(
        context: &'a Context,
        options: &'o CallOptions,
        course: Course<'a>,
        first: Request,
        build: Build<'o>,
    ) -> Self {
        let defaults = &context.defaults;
        Self {
            context,
            options,
            first: Some(first),
            build,
            deadline: options.deadline.unwrap_or(defaults.deadline),
            attempt_timeout: options.attempt_timeout.unwrap_or(defaults.attempt_timeout),
            max_attempts: options.max_attempts.unwrap_or(defaults.retry.max_attempts),
            token: Token::First,
            failed: None,
            course,
        }
    }

    /// The loop. An error from before anything is sent ends it, as no retry betters that.
    async fn run(&mut self) -> Result<ResponseParts> {
        let context = self.context;
        loop {
            let permit = {
                let permit = pin!(context.limiter.acquire());
                let doing = "waiting for other requests of this client";
                self.in_time(permit, doing).await?
            };
            let bearer = {
                let bearer = pin!(context.identity.tokens.bearer(|| self.time_left()));
                self.in_time(bearer, "waiting for a token").await??
            };
            if let Some((pace, account)) = &context.pace {
                let left = {
                    let left = pin!(pace.left(account));
                    self.in_time(left, "asking for the fleet's pace").await?
                };
                fleet::wait(context, left, self.time_left()).await?;
            }

            let attempted = self.attempt(&bearer).await;
            self.learn(permit, &attempted).await;

            let (outcome, error) = match attempted {
                Ok(parts) if parts.status.is_success() => {
                    // Errors that follow are about the answer: the request itself was taken.
                    self.course.applied = true;
                    return Ok(parts);
                }
                Ok(parts)
                    if parts.status == StatusCode::UNAUTHORIZED && self.replace_token(&bearer) =>
                {
                    continue;
                }
                Ok(parts) => (
                    Outcome::Status(parts.status),
                    Error::from_response(&parts).with_retry_after(self.retry_after(&parts)),
                ),
                Err(failed) => failed,
            };
            self.course.applied |= outcome.may_have_been_applied();
            match self.decide(outcome, &error) {
                Decision::Retry { after } => {
                    self.failed = Some(error);
                    context.defaults.clock.sleep(after).await;
                }
                Decision::GiveUp(_) if outcome == Outcome::TimedOut => {
                    return Err(self.after_earlier(error));
                }
                Decision::GiveUp(_) => return Err(error),
            }
        }
    }

    /// One request on the wire, and what came of it.
    async fn attempt(&mut self, bearer: &Bearer) -> Attempted {
        self.course.attempt_starts();
        let timeout = self.attempt_timeout.min(self.time_left());
        let next = || {
            let first = self.first.take().map(Ok);
            let mut request =
                first.unwrap_or_else(|| (self.build)().map(|(_, request)| request))?;
            let request_id = Some(&self.course.request_id);
            attempt::prepare(&mut request, self.context, self.options, request_id, bearer);
            Ok(request)
        };
        let attempted =
            attempt::send_and_read(self.context, self.course.operation, next, timeout).await;
        self.course.attempt_ends(&attempted);
        attempted
    }

    /// Tells the limiter, the fleet, the budget of retries and the tokens how an attempt went.
    async fn learn(&mut self, permit: Permit, attempted: &Attempted) {
        let replaced = self.token == Token::JustReplaced;
        if replaced {
            self.token = Token::Settled;
        }
        let Ok(parts) = attempted else { return };
        if parts.status == StatusCode::TOO_MANY_REQUESTS {
            // Before anything is awaited, in which the call may be dropped.
            if permit.throttled() {
                debug!(
                    limit = self.context.limiter.limit(),
                    "throttled, fewer requests at once"
                );
            }
            let shared = pin!(fleet::share_pace(self.context, self.retry_after(parts)));
            // A pace that cannot be shared in time is still kept by this client.
            let _ = in_time(|| self.time_left(), shared, "sharing the pace").await;
        } else {
            permit.succeeded();
        }
        if is_sound(parts.status) {
            self.context.budget.deposit();
            if replaced && parts.status != StatusCode::UNAUTHORIZED {
                self.context.identity.tokens.replacement_helped();
            }
        }
    }

    /// Whether a refused token is replaced, so that the request is to be sent again at once.
    fn replace_token(&mut self, refused: &Bearer) -> bool {
        if self.token != Token::First {
            return false;
        }
        self.token = Token::Settled;
        if !self.context.identity.tokens.invalidate(refused) {
            return false;
        }
        debug!("the token was refused, getting another");
        self.course.token_refused();
        self.token = Token::JustReplaced;
        true
    }

    /// Whether there is another attempt, and when.
    fn decide(&self, outcome: Outcome, error: &Error) -> Decision {
        let backoff = &self.context.defaults.retry.backoff;
        let attempt = self.course.attempts;
        let situation = Situation {
            repeat: self.course.operation.repeat,
            outcome,
            attempt,
            max_attempts: self.max_attempts,
            backoff: backoff.delay(attempt, &self.context.jitter),
            retry_after: error.retry_after(),
            time_left: self.time_left(),
        };
        let decision = retry::decide(&situation, || self.context.budget.withdraw());
        match decision {
            Decision::Retry { after } => {
                debug!(attempt, ?outcome, wait_ms = after.as_millis(), "retrying");
                self.course.retrying(error, after);
            }
            Decision::GiveUp(reason) => {
                debug!(attempt, ?outcome, reason = reason.as_str(), "giving up");
                self.course.given_up(reason);
            }
        }
        decision
    }

    /// In the time of the call. Of an attempt before, which failed, the error of a wait tells, too.
    async fn in_time<T>(
        &self,
        future: Pin<&mut impl Future<Output = T>>,
        doing: &str,
    ) -> Result<T> {
        let waited = in_time(|| self.time_left(), future, doing).await;
        waited.map_err(|error| self.after_earlier(error))
    }

    /// The error of running out of time, which would hide how the attempt before has failed.
    fn after_earlier(&self, error: Error) -> Error {
        match &self.failed {
            Some(earlier) => error.with_source(earlier.clone()),
            None => error,
        }
    }

    fn retry_after(&self, parts: &ResponseParts) -> Option<Duration> {
        retry_after::of(&parts.headers, self.context.defaults.clock.wall())
    }

    fn time_left(&self) -> Duration {
        self.deadline.saturating_sub(self.course.elapsed())
    }
}

/// Whether the service answered as a working one does, be it with a refusal.
fn is_sound(status: StatusCode) -> bool {
    !status.is_server_error()
        && status != StatusCode::TOO_MANY_REQUESTS
        && status != StatusCode::REQUEST_TIMEOUT
}
