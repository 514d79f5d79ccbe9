//! How many requests of a client are under way at once: fewer when the service says that it is too much.

#[cfg(test)]
mod every_order;
#[cfg(test)]
mod tests;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Semaphore;

/// A concurrency limit that halves when an attempt is throttled and grows back by one for each limit's worth of
/// attempts that are not, as congestion control does. Whoever waits is served in the order of coming.
#[derive(Debug, Clone)]
pub(crate) struct Limiter(Arc<Places>);

#[derive(Debug)]
struct Places {
    max: usize,
    permits: Semaphore,
    /// Written under `pace` only; read without it where a value that is a moment old will do.
    limit: AtomicUsize,
    pace: Mutex<Pace>,
}

#[derive(Debug, Default)]
struct Pace {
    /// Counts the cuts. An attempt that began before the last cut tells nothing about the limit that is now.
    epoch: u64,
    /// Permits that are still out, or handed to one who waits, but above the limit: they end when they come back.
    surplus: usize,
    /// Attempts that succeeded since the limit changed.
    successes: usize,
}

impl Limiter {
    /// At most `max` at once, and at least one.
    pub(crate) fn new(max: usize) -> Self {
        let max = max.clamp(1, Semaphore::MAX_PERMITS);
        Self(Arc::new(Places {
            max,
            permits: Semaphore::new(max),
            limit: AtomicUsize::new(max),
            pace: Mutex::default(),
        }))
    }

    /// Waits for a place. Dropping the future leaves the queue; dropping the permit frees the place.
    pub(crate) async fn acquire(&self) -> Permit {
        self.0
            .permits
            .acquire()
            .await
            .expect("the semaphore is never closed")
            .forget();
        Permit {
            limiter: self.clone(),
            epoch: self.0.pace().epoch,
        }
    }

    /// The limit as it is now.
    pub(crate) fn limit(&self) -> usize {
        self.0.limit.load(Ordering::Relaxed)
    }
}

impl Places {
    fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives a place to the next who waits, unless there are too many.
    fn free(&self, pace: &mut Pace) {
        if pace.surplus > 0 {
            pace.surplus -= 1;
        } else {
            self.permits.add_permits(1);
        }
    }
}

/// A place among the requests under way.
#[derive(Debug)]
#[must_use = "dropping the permit frees its place"]
pub(crate) struct Permit {
    limiter: Limiter,
    epoch: u64,
}

impl Permit {
    /// The service asked to slow down. Halves the limit, and says whether it did: of a burst of attempts that were
    /// under way together, only the first counts.
    pub(crate) fn throttled(&self) -> bool {
        let places = &*self.limiter.0;
        let mut pace = places.pace();
        let limit = self.limiter.limit();
        if pace.epoch != self.epoch || limit == 1 {
            return false;
        }
        let lower = limit / 2;
        let idle = places.permits.forget_permits(limit - lower);
        *pace = Pace {
            epoch: pace.epoch + 1,
            surplus: pace.surplus + limit - lower - idle,
            successes: 0,
        };
        places.limit.store(lower, Ordering::Relaxed);
        true
    }

    /// The service took the request. Brings a lowered limit back towards its maximum.
    pub(crate) fn succeeded(&self) {
        let places = &*self.limiter.0;
        if self.limiter.limit() == places.max {
            return;
        }
        let mut pace = places.pace();
        let limit = self.limiter.limit();
        if pace.epoch != self.epoch || limit == places.max {
            return;
        }
        pace.successes += 1;
        if pace.successes >= limit {
            pace.successes = 0;
            places.limit.store(limit + 1, Ordering::Relaxed);
            places.free(&mut pace);
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let places = &*self.limiter.0;
        places.free(&mut places.pace());
    }
}
