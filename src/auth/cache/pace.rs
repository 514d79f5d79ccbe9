//! How often the token source is asked. Each token costs money, and an identity provider in trouble needs no storm.

use std::time::{Duration, Instant};

use crate::error::Error;

/// The time between the starts of two requests while there is no token and the source may recover: the longest that
/// users wait after an outage, and no burden on a provider that has just come back.
pub(super) const UNAVAILABLE_PAUSE: Duration = Duration::from_secs(5);

/// How long rejected credentials wait for another try: five requests a minute, in case somebody corrects them.
pub(super) const REJECTED_PAUSE: Duration = Duration::from_secs(12);

/// The time between two early refreshes, the first of which failed: nobody waits, as the old token is still good.
pub(super) const EARLY_PAUSE: Duration = Duration::from_secs(30);

/// Tokens that the service refuses are replaced this often in a row, and after that once in `REFUSED_PAUSE`. If the
/// service refuses whatever it is given, new tokens only cost money. A replacement that helped does not count.
const REFUSED_BURST: u32 = 2;
const REFUSED_PAUSE: Duration = Duration::from_secs(20);

/// The last request for a token, if it failed.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) error: Error,
    /// When the request began.
    pub(super) at: Instant,
}

impl Failure {
    /// Whether asking again would give the same answer.
    pub(super) fn is_final(&self) -> bool {
        !self.error.is_retryable()
    }

    /// When a call that has no token may ask again.
    pub(super) fn next_try(&self) -> Instant {
        self.at
            + if self.is_final() {
                REJECTED_PAUSE
            } else {
                UNAVAILABLE_PAUSE
            }
    }

    /// When a refresh ahead of time may be tried again.
    pub(super) fn next_early_try(&self) -> Instant {
        self.at + EARLY_PAUSE
    }
}

/// Paces the replacement of refused tokens: a bucket of `REFUSED_BURST` that gains one each `REFUSED_PAUSE`, kept as
/// the time at which it will be full.
#[derive(Debug, Default)]
pub(super) struct Refusals {
    full_at: Option<Instant>,
}

impl Refusals {
    /// Takes one out, if there is one.
    pub(super) fn allow(&mut self, now: Instant) -> bool {
        let full_at = self.full_at.map_or(now, |full_at| full_at.max(now)) + REFUSED_PAUSE;
        let allowed = full_at <= now + REFUSED_PAUSE * REFUSED_BURST;
        if allowed {
            self.full_at = Some(full_at);
        }
        allowed
    }

    /// Puts back the one that a replacement took, as that replacement helped.
    pub(super) fn refill(&mut self) {
        self.full_at = self
            .full_at
            .and_then(|full_at| full_at.checked_sub(REFUSED_PAUSE));
    }
}
