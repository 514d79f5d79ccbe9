//! The token that all calls of a client share.
//!
//! A call that finds a fresh token takes a read lock and clones an `Arc`. A call that finds one close to its end starts
//! a refresh, a request for a token in a task of its own, and goes on with the old one. A call that finds none waits
//! for the refresh. There is one refresh at a time, its outcome is everyone's, and [`pace`] says when the next may
//! start.

mod bearer;
mod pace;
mod refresh;
#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::{Duration, Instant};

pub(crate) use bearer::Bearer;
pub(super) use bearer::{lifetime, refresh_ahead};
use pace::{Failure, Refusals};
use refresh::{Refresh, RefreshTask};

use super::TokenSource;
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::observe::Observers;

/// How many refreshes a call without a token waits for before it fails.
const MAX_REFRESHES: u32 = 3;

/// Keeps the token of a [`TokenSource`], and asks for the next no more often than it must.
#[derive(Clone)]
pub(crate) struct TokenCache(Arc<CacheState>);

/// The state that all clones of the cache share with the task of a refresh.
struct CacheState {
    source: Arc<dyn TokenSource>,
    clock: Arc<dyn Clock>,
    observers: Observers,
    /// Written under `control` only.
    current: RwLock<Option<Bearer>>,
    control: Mutex<Control>,
}

#[derive(Default)]
struct Control {
    refresh: Option<Refresh>,
    failure: Option<Failure>,
    refusals: Refusals,
}

/// What a call without a fresh token can do.
enum Found {
    Token(Bearer),
    Refresh(Refresh),
}

impl TokenCache {
    pub(crate) fn new(
        source: Arc<dyn TokenSource>,
        clock: Arc<dyn Clock>,
        observers: Observers,
    ) -> Self {
        Self(Arc::new(CacheState {
            source,
            clock,
            observers,
            current: RwLock::default(),
            control: Mutex::default(),
        }))
    }

    /// A valid token. Waits only if there is none, and not for a try that would begin after `time_left`. To be called
    /// on a tokio runtime; the future can be dropped at any point.
    pub(crate) async fn bearer(&self, time_left: impl Fn() -> Duration) -> Result<Bearer> {
        let now = self.0.clock.now();
        match self.0.current() {
            Some(bearer) if bearer.is_fresh(now) => Ok(bearer),
            _ => self.0.renew(now.checked_add(time_left())).await,
        }
    }

    /// Takes note that a call which was refused with another token went through with the one that replaced it.
    pub(crate) fn replacement_helped(&self) {
        self.0.control().refusals.refill();
    }

    /// Takes note that the service refused `sent`. True if a repeat will go out with another token; false if tokens
    /// have been refused so often of late that this one stays.
    pub(crate) fn invalidate(&self, sent: &Bearer) -> bool {
        let mut control = self.0.control();
        match self.0.current() {
            // Another call was refused first: the next token, here or being fetched, has not been tried.
            Some(current) if !current.is(sent) => true,
            None => true,
            Some(_) => {
                let allowed = control.refusals.allow(self.0.clock.now());
                if allowed {
                    self.0.set_current(None);
                }
                tracing::debug!(replaced = allowed, "token refused");
                allowed
            }
        }
    }
}

impl TokenCache {
    /// Forgets the token, and how earlier requests went: another person is signed in now, or nobody is.
    pub(super) fn forget(&self) {
        let mut control = self.0.control();
        *control = Control::default();
        self.0.set_current(None);
    }
}

impl CacheState {
    async fn renew(self: &Arc<Self>, deadline: Option<Instant>) -> Result<Bearer> {
        let mut last = None;
        for _ in 0..MAX_REFRESHES {
            let refresh = match self.find(deadline)? {
                Found::Token(bearer) => return Ok(bearer),
                Found::Refresh(refresh) => refresh,
            };
            match refresh.clone().outcome(self.clock.now()).await {
                Some(Ok(bearer)) => return Ok(bearer),
                // A final error comes back at once from the next `find`.
                Some(Err(error)) => last = Some(error),
                None => self.clear(&refresh),
            }
        }
        Err(last.unwrap_or_else(|| {
            Error::token_unavailable("the runtime that asked for the token stopped")
        }))
    }

    /// The token, if it is valid, with a refresh started if it is about to end; otherwise the refresh to wait for.
    fn find(self: &Arc<Self>, deadline: Option<Instant>) -> Result<Found> {
        let now = self.clock.now();
        let control = self.control();
        let valid = self.current().filter(|bearer| bearer.is_valid(now));
        if let Some(bearer) = valid {
            let due = control
                .failure
                .as_ref()
                .is_none_or(|failure| failure.next_early_try() <= now);
            if !bearer.is_fresh(now) && due && control.refresh.is_none() {
                self.start(control, now, true);
            }
            return Ok(Found::Token(bearer));
        }
        let failure = control
            .failure
            .as_ref()
            .filter(|failure| failure.next_try() > now);
        let starts_at = match (&control.refresh, failure) {
            (Some(refresh), _) => refresh.starts_at,
            (None, Some(failure)) if failure.is_final() => return Err(failure.error.clone()),
            (None, Some(failure)) => failure.next_try(),
            (None, None) => now,
        };
        if let (Some(failure), Some(deadline)) = (failure, deadline)
            && starts_at > deadline
        {
            return Err(failure.error.clone());
        }
        let refresh = control.refresh.clone();
        Ok(Found::Refresh(
            refresh.unwrap_or_else(|| self.start(control, starts_at, false)),
        ))
    }

    /// Starts a refresh, which begins at `starts_at`.
    fn start(
        self: &Arc<Self>,
        mut control: MutexGuard<'_, Control>,
        starts_at: Instant,
        early: bool,
    ) -> Refresh {
        let (task, refresh) = RefreshTask::new(self, starts_at, early);
        control.refresh = Some(refresh.clone());
        // A runtime that is shutting down drops the task at once, which takes this lock.
        drop(control);
        tokio::spawn(task.run());
        refresh
    }

    /// Finishes a refresh: takes in its outcome, unless it was given up meanwhile.
    fn finish(&self, refresh: &Refresh, started: Instant, outcome: &Result<Bearer>) {
        let mut control = self.control();
        if control
            .refresh
            .take_if(|current| current.is(refresh))
            .is_none()
        {
            return;
        }
        control.failure = match outcome {
            Ok(bearer) => {
                self.set_current(Some(bearer.clone()));
                None
            }
            Err(error) => Some(Failure {
                error: error.clone(),
                at: started,
            }),
        };
    }

    /// Whether calls wait for this refresh, and none has taken its place.
    fn is_current(&self, refresh: &Refresh) -> bool {
        let control = self.control();
        control.refresh.as_ref().is_some_and(|it| it.is(refresh))
    }

    /// Makes room for another refresh, if this one is still the current one.
    fn clear(&self, refresh: &Refresh) {
        self.control()
            .refresh
            .take_if(|current| current.is(refresh));
    }

    fn control(&self) -> MutexGuard<'_, Control> {
        self.control.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn current(&self) -> Option<Bearer> {
        self.current
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn set_current(&self, bearer: Option<Bearer>) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = bearer;
    }
}
