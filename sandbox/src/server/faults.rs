//! Faults on purpose: rules that say which requests go wrong, and how.
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use hyper::body::Frame;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::connection::Fate;
use super::log::Injected;
use super::{App, operation};

/// Says which requests go wrong, and how.
///
/// A rule fires at every request of its operation unless it is narrowed. Where several rules fire at one request, the
/// first of them counts.
///
/// ```
/// use timeback_qti_sandbox::{Effect, FaultRule};
///
/// // The second update of a section is applied, but its reply is lost.
/// let lost = FaultRule::new(Effect::LoseReply { status: None }).on("updateSection").nth(2);
/// // One request in ten is told to come back in two seconds.
/// let busy = FaultRule::new(Effect::status(429).retry_after("2")).probability(0.1);
/// # let _ = (lost, busy);
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultRule {
    /// The operation id of the API document, or `token`; without one, every operation of the API but not the token endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    operation: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    probability: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    nth: Option<u64>,
    effect: Effect,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    times: Option<u64>,
}

/// How a request goes wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub enum Effect {
    /// This answer in place of the operation, which does not run; see [`Effect::status`].
    #[serde(rename_all = "camelCase")]
    Status {
        /// The status.
        status: u16,
        /// The body: JSON, or HTML where it is a string.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body: Option<Value>,
        /// The `Retry-After` header.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<String>,
    },
    /// The operation runs after a pause.
    Latency {
        /// The pause in milliseconds.
        millis: u64,
    },
    /// The operation does not run; the TCP connection is reset.
    Reset,
    /// The operation runs; half of its answer's body arrives, then the connection is closed.
    Truncate,
    /// The operation does not run; nothing ever arrives.
    Stall,
    /// The request's token has expired: this request and all later ones with it are a 401.
    ExpiredToken,
    /// Every token of the account is withdrawn: this request and all later ones with them are a 401.
    RevokedToken,
    /// The operation runs, but its answer does not arrive: the connection is reset, or a gateway's error page comes.
    LoseReply {
        /// The status of the error page, such as 502; without one, the connection is reset.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status: Option<u16>,
    },
}

impl Effect {
    /// An answer with this status and the API's usual error body.
    pub fn status(status: u16) -> Effect {
        Effect::Status {
            status,
            body: None,
            retry_after: None,
        }
    }

    /// Gives the answer this body: JSON, or HTML where it is a string.
    #[must_use]
    pub fn body(mut self, value: impl Into<Value>) -> Effect {
        if let Effect::Status { body, .. } = &mut self {
            *body = Some(value.into());
        }
        self
    }

    /// Gives the answer a `Retry-After` header, in seconds or as an HTTP date.
    #[must_use]
    pub fn retry_after(mut self, value: impl Into<String>) -> Effect {
        if let Effect::Status { retry_after, .. } = &mut self {
            *retry_after = Some(value.into());
        }
        self
    }

    fn name(&self) -> String {
        match self {
            Effect::Status { status, .. } => format!("status {status}"),
            Effect::Latency { millis } => format!("latency {millis} ms"),
            Effect::Reset => "reset".to_owned(),
            Effect::Truncate => "truncate".to_owned(),
            Effect::Stall => "stall".to_owned(),
            Effect::ExpiredToken => "expired token".to_owned(),
            Effect::RevokedToken => "revoked token".to_owned(),
            Effect::LoseReply { status: None } => "lose reply".to_owned(),
            Effect::LoseReply {
                status: Some(status),
            } => format!("lose reply, status {status}"),
        }
    }
}

impl FaultRule {
    /// A rule that fires at every request of the API.
    pub fn new(effect: Effect) -> FaultRule {
        FaultRule {
            operation: None,
            probability: None,
            nth: None,
            effect,
            times: None,
        }
    }

    /// Only requests of this operation, by its id in the API document, or of the token endpoint (`token`).
    #[must_use]
    pub fn on(mut self, operation: impl Into<String>) -> FaultRule {
        self.operation = Some(operation.into());
        self
    }

    /// Fires with this probability, from 0 to 1. Which requests it hits follows from the sandbox's seed.
    #[must_use]
    pub fn probability(mut self, probability: f64) -> FaultRule {
        self.probability = Some(probability);
        self
    }

    /// Fires at the `nth` request that it applies to, counted from 1; with [`FaultRule::times`], from there on.
    #[must_use]
    pub fn nth(mut self, nth: u64) -> FaultRule {
        self.nth = Some(nth);
        self
    }

    /// Fires at most so often.
    #[must_use]
    pub fn times(mut self, times: u64) -> FaultRule {
        self.times = Some(times);
        self
    }

    fn check(&self) -> Result<(), InvalidFault> {
        let status = match self.effect {
            Effect::Status { status, .. } => Some(status),
            Effect::LoseReply { status } => status,
            _ => None,
        };
        let header = match &self.effect {
            Effect::Status {
                retry_after: Some(value),
                ..
            } => HeaderValue::from_str(value).is_ok(),
            _ => true,
        };
        let fault = match self {
            FaultRule {
                operation: Some(name),
                ..
            } if !operation::exists(name) => format!("there is no operation {name:?}"),
            FaultRule {
                probability: Some(probability),
                ..
            } if !(0.0..=1.0).contains(probability) => {
                format!("the probability {probability} is not between 0 and 1")
            }
            FaultRule { nth: Some(0), .. } => "nth counts from 1".to_owned(),
            _ if status.is_some_and(|status| !(200..=599).contains(&status)) => {
                "the status is not between 200 and 599".to_owned()
            }
            _ if !header => "retryAfter cannot stand in a header".to_owned(),
            _ => return Ok(()),
        };
        Err(InvalidFault(fault))
    }
}

/// A rule that makes no sense: an operation that does not exist, or a number out of its range.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct InvalidFault(String);

/// The rules in force.
#[derive(Debug)]
pub(crate) struct Faults {
    seed: u64,
    armed: Mutex<Vec<Armed>>,
}

/// A rule with what it has seen.
#[derive(Debug)]
struct Armed {
    rule: FaultRule,
    seen: u64,
    fired: u64,
    /// Its own, so that a rule's hits do not depend on the other rules.
    random: fastrand::Rng,
}

impl Faults {
    pub(crate) fn new(seed: u64) -> Faults {
        Faults {
            seed,
            armed: Mutex::default(),
        }
    }

    fn armed(&self) -> MutexGuard<'_, Vec<Armed>> {
        self.armed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts these rules in the place of those in force.
    pub(crate) fn set(&self, rules: Vec<FaultRule>) -> Result<(), InvalidFault> {
        rules.iter().try_for_each(FaultRule::check)?;
        let arm = |(place, rule)| Armed {
            rule,
            seen: 0,
            fired: 0,
            random: fastrand::Rng::with_seed(self.seed.wrapping_add(place)),
        };
        *self.armed() = (0..).zip(rules).map(arm).collect();
        Ok(())
    }

    /// Takes every rule away.
    pub(crate) fn clear(&self) {
        self.armed().clear();
    }

    /// The rules with what they have seen, for people.
    pub(crate) fn show(&self) -> Value {
        self.armed()
            .iter()
            .map(|armed| json!({"rule": armed.rule, "seen": armed.seen, "fired": armed.fired}))
            .collect()
    }

    /// The effect on a request of this operation. Every rule that applies counts it; the first that fires wins.
    fn pick(&self, operation: &str) -> Option<Effect> {
        let mut picked = None;
        for armed in self
            .armed()
            .iter_mut()
            .filter(|armed| armed.applies(operation))
        {
            let fires = armed.fires();
            if fires && picked.is_none() {
                armed.fired += 1;
                picked = Some(armed.rule.effect.clone());
            }
        }
        picked
    }
}

impl Armed {
    fn applies(&self, operation: &str) -> bool {
        match &self.rule.operation {
            Some(wanted) => wanted == operation,
            None => operation != "token",
        }
    }

    fn fires(&mut self) -> bool {
        self.seen += 1;
        let lucky = self
            .rule
            .probability
            .is_none_or(|probability| self.random.f64() < probability);
        // Without `times`, an `nth` is one request.
        let times = self
            .rule
            .times
            .unwrap_or(if self.rule.nth.is_some() { 1 } else { u64::MAX });
        lucky && self.seen >= self.rule.nth.unwrap_or(1) && self.fired < times
    }
}

/// Lets a request through, or lets it go wrong.
pub(crate) async fn inject(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let Some(effect) = operation::of(&request).and_then(|operation| app.faults.pick(operation))
    else {
        return next.run(request).await;
    };
    let mut response = match &effect {
        Effect::Status {
            status,
            body,
            retry_after,
        } => answer(*status, body.as_ref(), retry_after.as_deref()),
        Effect::Latency { millis } => {
            tokio::time::sleep(Duration::from_millis(*millis)).await;
            next.run(request).await
        }
        Effect::Reset => Fate::Reset.into_response(),
        Effect::Truncate => truncated(next.run(request).await).await,
        Effect::Stall => {
            app.log.mark(&request, &effect.name());
            std::future::pending().await
        }
        Effect::ExpiredToken => {
            app.auth.expire(request.headers());
            next.run(request).await
        }
        Effect::RevokedToken => {
            app.auth.revoke(request.headers());
            next.run(request).await
        }
        Effect::LoseReply { status } => {
            next.run(request).await;
            match status {
                Some(status) => answer(*status, Some(&GATEWAY_PAGE.into()), None),
                None => Fate::Reset.into_response(),
            }
        }
    };
    response.extensions_mut().insert(Injected(effect.name()));
    response
}

const GATEWAY_PAGE: &str = "<html><head><title>Bad Gateway</title></head><body>The upstream server did not answer.</body></html>";

fn answer(status: u16, body: Option<&Value>, retry_after: Option<&str>) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = match body {
        Some(Value::String(page)) => {
            (status, [(header::CONTENT_TYPE, "text/html")], page.clone()).into_response()
        }
        Some(body) => (status, axum::Json(body)).into_response(),
        None => {
            let reason = status.canonical_reason().unwrap_or("Error");
            let body = json!({"error": reason, "message": "Injected by a fault rule", "details": "Injected by a fault rule"});
            (status, axum::Json(body)).into_response()
        }
    };
    if let Some(value) = retry_after.and_then(|value| HeaderValue::from_str(value).ok()) {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response
}

/// The response with its full length announced and half of its body; one without a body is lost whole.
async fn truncated(response: Response) -> Response {
    let (mut parts, body) = response.into_parts();
    // The handler's bodies are in memory already.
    let body = to_bytes(body, usize::MAX).await.unwrap_or_default();
    if body.is_empty() {
        return Fate::Reset.into_response();
    }
    parts
        .headers
        .insert(header::CONTENT_LENGTH, body.len().into());
    let half = HalfBody {
        half: Some(body.slice(..body.len() / 2)),
        flushed: false,
    };
    Response::from_parts(parts, Body::new(half))
}

/// Gives its bytes, lets them be sent, and breaks off.
struct HalfBody {
    half: Option<Bytes>,
    flushed: bool,
}

impl hyper::body::Body for HalfBody {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        if let Some(half) = self.half.take() {
            return Poll::Ready(Some(Ok(Frame::data(half))));
        }
        if !std::mem::replace(&mut self.flushed, true) {
            // The connection writes out what it has while it waits.
            context.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Some(Err(std::io::Error::other(
            "the body breaks off on purpose",
        ))))
    }
}
