//! Fault rules: which requests go wrong, and how.

use axum::http::HeaderValue;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::api::operation;

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
    /// The operation id of the API document, or `token`. Without one, the rule applies to every operation of the API,
    /// but not to the token endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) operation: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) probability: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) nth: Option<u64>,
    pub(super) effect: Effect,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) times: Option<u64>,
}

/// How a request goes wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[non_exhaustive]
pub enum Effect {
    /// The operation does not run; this answer is sent instead. See [`Effect::status`].
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
    /// An update of an item from XML stores the XML, but leaves the fields that are read from it as they were, until
    /// another write. Items of the live service have been seen in this state; players read these fields.
    StaleFields,
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

    pub(super) fn name(&self) -> String {
        match self {
            Effect::Status { status, .. } => format!("status {status}"),
            Effect::Latency { millis } => format!("latency {millis} ms"),
            Effect::Reset => "reset".to_owned(),
            Effect::Truncate => "truncate".to_owned(),
            Effect::Stall => "stall".to_owned(),
            Effect::ExpiredToken => "expired token".to_owned(),
            Effect::RevokedToken => "revoked token".to_owned(),
            Effect::StaleFields => "stale fields".to_owned(),
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

    /// Fires at most this many times.
    #[must_use]
    pub fn times(mut self, times: u64) -> FaultRule {
        self.times = Some(times);
        self
    }

    pub(super) fn check(&self) -> Result<(), InvalidFault> {
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
            FaultRule {
                operation,
                effect: Effect::StaleFields,
                ..
            } if operation.as_deref() != Some(operation::UPDATE_ITEM) => {
                format!(
                    "staleFields needs the operation {:?}",
                    operation::UPDATE_ITEM
                )
            }
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
