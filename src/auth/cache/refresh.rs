//! One request for a token, in a task of its own, whose outcome everyone shares.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use tokio::sync::watch;

use super::{Bearer, CacheState};
use crate::error::{Error, Result};
use crate::observe::Event;

/// The longest that a token source may take. Whoever waits for a refresh gives it up a little later.
const LIMIT: Duration = Duration::from_secs(30);
const GRACE: Duration = Duration::from_secs(1);

/// The handle of a refresh, for those who wait for it.
#[derive(Debug, Clone)]
pub(super) struct Refresh {
    /// When the request begins; in the future after a failure.
    pub(super) starts_at: Instant,
    outcome: watch::Receiver<Option<Result<Bearer>>>,
}

impl Refresh {
    /// The outcome, or nothing if the refresh was lost: its task ended before it had one (with the runtime that it ran
    /// on, say), or that runtime stands still.
    pub(super) async fn outcome(mut self, now: Instant) -> Option<Result<Bearer>> {
        let patience = self.starts_at.saturating_duration_since(now) + LIMIT + GRACE;
        let finished = tokio::time::timeout(patience, self.outcome.wait_for(Option::is_some)).await;
        finished.ok()?.ok()?.clone()
    }

    pub(super) fn is(&self, other: &Self) -> bool {
        self.outcome.same_channel(&other.outcome)
    }
}

/// The task that makes a refresh. Dropped before it has finished, it makes room for another.
pub(super) struct RefreshTask {
    cache: Arc<CacheState>,
    refresh: Refresh,
    outcome: watch::Sender<Option<Result<Bearer>>>,
    /// Whether the token is fetched ahead of need.
    early: bool,
}

impl RefreshTask {
    pub(super) fn new(cache: &Arc<CacheState>, starts_at: Instant, early: bool) -> (Self, Refresh) {
        let (sender, receiver) = watch::channel(None);
        let refresh = Refresh {
            starts_at,
            outcome: receiver,
        };
        (
            Self {
                cache: Arc::clone(cache),
                refresh: refresh.clone(),
                outcome: sender,
                early,
            },
            refresh,
        )
    }

    pub(super) async fn run(self) {
        let clock = &self.cache.clock;
        let wait = self
            .refresh
            .starts_at
            .saturating_duration_since(clock.now());
        if !wait.is_zero() {
            clock.sleep(wait).await;
        }
        // Nobody would get the token of a refresh that was given up meanwhile.
        if !self.cache.is_current(&self.refresh) {
            return;
        }
        let started = clock.now();
        // A panic in a user's source must reach those who wait as an error.
        let fetch = AssertUnwindSafe(async { self.cache.source.fetch().await }).catch_unwind();
        let outcome = match tokio::time::timeout(LIMIT, fetch).await {
            Ok(Ok(fetched)) => fetched.and_then(|token| Bearer::new(&token, started)),
            Ok(Err(_panic)) => Err(Error::credentials_rejected(
                "panic",
                "the token source panicked",
            )),
            Err(_elapsed) => Err(Error::token_unavailable(
                "the token source gave no answer within 30 s",
            )),
        };
        self.cache.finish(&self.refresh, started, &outcome);
        // No receiver is left when all who waited have gone.
        let _ = self.outcome.send(Some(outcome.clone()));
        // Last, so that a slow observer holds up nobody who waits.
        self.report(started, &outcome);
    }

    fn report(&self, started: Instant, outcome: &Result<Bearer>) {
        let early = self.early;
        let now = self.cache.clock.now();
        match outcome {
            Ok(bearer) => {
                let lifetime = bearer.lifetime(now).as_secs();
                tracing::debug!(early, lifetime, "token refreshed");
            }
            Err(error) => {
                tracing::warn!(early, code = error.code(), %error, "token refresh failed")
            }
        }
        self.cache.observers.tell(|| Event::TokenRequested {
            early,
            elapsed: now.saturating_duration_since(started),
            result: match outcome {
                Ok(bearer) => Ok(bearer.lifetime(now)),
                Err(error) => Err(error.kind()),
            },
        });
    }
}

impl Drop for RefreshTask {
    fn drop(&mut self) {
        self.cache.clear(&self.refresh);
    }
}
