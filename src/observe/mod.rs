//! What a program can watch of its client: attempts and decisions, as values. Nothing can be changed through it.

#[cfg(feature = "opentelemetry")]
mod metrics;

use std::borrow::Cow;
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

#[cfg(feature = "opentelemetry")]
pub(crate) use metrics::Metrics;

use crate::error::ErrorKind;

/// Watches the calls of a client; set by [`ClientBuilder::observer`](crate::ClientBuilder::observer). A closure is one,
/// too.
///
/// It is called in the midst of a call, so it must be quick and must not block. A panic of it is logged, and the call
/// goes on.
///
/// ```
/// # use std::sync::Arc;
/// # use std::sync::atomic::{AtomicUsize, Ordering};
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let sandbox = timeback_qti_sandbox::Sandbox::start().await?;
/// use timeback_qti::{Client, observe::Event};
///
/// let retries = Arc::new(AtomicUsize::new(0));
/// let counter = Arc::clone(&retries);
/// let client = Client::builder()
///     .base_url(sandbox.base_url())
///     .token_url(sandbox.token_url())
///     .credentials(sandbox.client_id(), sandbox.client_secret())
///     .observer(move |event: &Event<'_>| {
///         if let Event::Retrying { call, after, .. } = event {
///             counter.fetch_add(1, Ordering::Relaxed);
///             eprintln!("{}: again in {after:?}", call.operation);
///         }
///     })
///     .build()?;
/// client.tests().list().count().await?;
/// assert_eq!(retries.load(Ordering::Relaxed), 0);
/// # Ok(()) }
/// ```
pub trait Observer: Send + Sync + 'static {
    /// Takes note of an event.
    fn observe(&self, event: &Event<'_>);
}

impl<F: Fn(&Event<'_>) + Send + Sync + 'static> Observer for F {
    fn observe(&self, event: &Event<'_>) {
        self(event);
    }
}

/// A call: one operation of the API, over all its attempts. A method that uses two operations (`edit` reads and writes)
/// makes two calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Call<'a> {
    /// The operationId of the document, such as `getSection`.
    pub operation: &'static str,
    /// The HTTP method.
    pub method: &'static str,
    /// The path, with names in the place of identifiers.
    pub path: &'static str,
    /// The `X-Request-ID` of all its attempts, which tells calls apart. Empty if it is not ASCII.
    pub request_id: &'a str,
}

/// A step of a call, or of the tokens that calls share.
///
/// Every `CallStarted` is followed by one `CallEnded`, and every `AttemptStarted` by one `AttemptEnded`, also where the
/// future of the call is dropped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A call begins. It waits for a place among those under way, and for a token.
    #[non_exhaustive]
    CallStarted {
        /// The call.
        call: Call<'a>,
    },
    /// A request goes out.
    #[non_exhaustive]
    AttemptStarted {
        /// The call.
        call: Call<'a>,
        /// Which of its attempts it is, counted from 1.
        attempt: u32,
    },
    /// The response was read to its end, or will not be.
    #[non_exhaustive]
    AttemptEnded {
        /// The call.
        call: Call<'a>,
        /// Which of its attempts it was, counted from 1.
        attempt: u32,
        /// The time since it started.
        elapsed: Duration,
        /// The status of the response, if there was one.
        status: Option<u16>,
        /// Why the attempt did not succeed, if it did not.
        failure: Option<Failure>,
    },
    /// The service refused the token, and the request will go out again with another.
    #[non_exhaustive]
    TokenRefused {
        /// The call.
        call: Call<'a>,
        /// The attempt that was refused, counted from 1.
        attempt: u32,
    },
    /// An attempt failed, and there will be another.
    #[non_exhaustive]
    Retrying {
        /// The call.
        call: Call<'a>,
        /// The attempt that failed, counted from 1.
        attempt: u32,
        /// The status of its response, if there was one.
        status: Option<u16>,
        /// How it failed.
        kind: ErrorKind,
        /// How long the client waits before the next.
        after: Duration,
        /// How much load the client allows itself.
        load: Load,
    },
    /// An attempt failed, and there will be no other.
    #[non_exhaustive]
    GivenUp {
        /// The call.
        call: Call<'a>,
        /// The attempt that failed, counted from 1.
        attempt: u32,
        /// Why there is no other.
        reason: GiveUp,
    },
    /// The call has its result, or its future was dropped.
    #[non_exhaustive]
    CallEnded {
        /// The call.
        call: Call<'a>,
        /// How many requests were sent.
        attempts: u32,
        /// The time since it started, all waits included.
        elapsed: Duration,
        /// The status that the call ended with; `None` if its last attempt got no response.
        status: Option<u16>,
        /// Why the call did not succeed, if it did not.
        failure: Option<Failure>,
        /// How much load the client allows itself.
        load: Load,
    },
    /// A token was asked for: of the issuer, or of the store before it.
    #[non_exhaustive]
    TokenRequested {
        /// Whether it was asked for ahead of need, while the one before was valid.
        early: bool,
        /// How long that took.
        elapsed: Duration,
        /// How long the token lives, or how the request failed.
        result: Result<Duration, ErrorKind>,
    },
}

/// Why an attempt or a call did not succeed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Failure {
    /// An error of this kind.
    Error(ErrorKind),
    /// The future of the call was dropped.
    Cancelled,
}

impl Failure {
    /// The failure as one word: `cancelled`, or the kind of the error (`not_found`).
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Error(kind) => kind.as_str(),
            Self::Cancelled => "cancelled",
        }
    }
}

/// What OpenTelemetry's conventions want as `error.type`: the status where it is what failed, else the failure as a word.
pub(crate) fn error_type(status: Option<u16>, word: &'static str) -> Cow<'static, str> {
    match status {
        Some(status) if status >= 400 => status.to_string().into(),
        _ => word.into(),
    }
}

/// Why there is no further attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum GiveUp {
    /// The outcome stands: it would be the same again, or a repeat might do harm.
    Final,
    /// All attempts are used up.
    Attempts,
    /// The wait would not end before the deadline.
    Deadline,
    /// Too many calls have failed of late.
    Budget,
}

impl GiveUp {
    /// The reason as one word, such as `deadline`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Final => "final",
            Self::Attempts => "attempts",
            Self::Deadline => "deadline",
            Self::Budget => "budget",
        }
    }
}

/// How much load a client allows itself at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Load {
    /// How many requests may be under way at once: fewer after a 429.
    pub limit: usize,
    /// How many retries the budget that all calls share still grants.
    pub retries_left: u32,
}

impl Load {
    pub(crate) fn new(limit: usize, retries_left: u32) -> Self {
        Self {
            limit,
            retries_left,
        }
    }
}

/// The observers of a client.
#[derive(Clone, Default)]
pub(crate) struct Observers(Arc<[Arc<dyn Observer>]>);

impl Observers {
    pub(crate) fn new(observers: impl IntoIterator<Item = Arc<dyn Observer>>) -> Self {
        Self(observers.into_iter().collect())
    }

    pub(crate) fn are_none(&self) -> bool {
        self.0.is_empty()
    }

    /// Tells an event, which is made only if somebody watches.
    pub(crate) fn tell<'a>(&self, event: impl FnOnce() -> Event<'a>) {
        if !self.are_none() {
            let event = event();
            for observer in self.0.iter() {
                // Some events are told while the call unwinds, where a second panic would end the program.
                let told = catch_unwind(AssertUnwindSafe(|| observer.observe(&event)));
                if told.is_err() {
                    tracing::error!("an observer panicked");
                }
            }
        }
    }
}

impl fmt::Debug for Observers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} observers", self.0.len())
    }
}
