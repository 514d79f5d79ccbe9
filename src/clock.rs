//! Time as the client sees it, so that a test can own it.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

/// The time that back-off, deadlines and the life of tokens go by.
///
/// Only the waits that the client chooses go through it. The timeouts of single requests run on tokio's own timer,
/// because they bound work of the network, which no test clock can hurry.
pub trait Clock: Send + Sync + 'static {
    /// Now, on a clock that never goes back.
    fn now(&self) -> Instant;

    /// Waits; the time counts from the first poll.
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>>;

    /// The date and time of day. Two things are held against it: the end of a token that a store keeps, and a
    /// `Retry-After` that names a date, in an answer without a date of its own. The life of a token in use is not, so a
    /// clock that is set while the program runs does no harm to it.
    fn wall(&self) -> SystemTime;
}

impl<T: Clock + ?Sized> Clock for Arc<T> {
    fn now(&self) -> Instant {
        (**self).now()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        (**self).sleep(duration)
    }

    fn wall(&self) -> SystemTime {
        (**self).wall()
    }
}

/// The clock of the machine, by tokio's timer; tokio's paused time pauses it too.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(tokio::time::sleep(duration))
    }

    fn wall(&self) -> SystemTime {
        SystemTime::now()
    }
}

/// A clock that moves only when told to or slept on: a sleep ends at once, leaves its length in a list, and moves the
/// time. Clones are the same clock.
///
/// It shows in milliseconds what a client would do over minutes:
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use std::time::Duration;
/// use timeback_qti::{Clock, ManualClock};
///
/// let clock = ManualClock::new();
/// let start = clock.now();
/// clock.sleep(Duration::from_secs(30)).await;
/// clock.advance(Duration::from_secs(60));
///
/// assert_eq!(clock.now() - start, Duration::from_secs(90));
/// assert_eq!(clock.sleeps(), [Duration::from_secs(30)]);
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct ManualClock(Arc<Mutex<Manual>>);

#[derive(Debug)]
struct Manual {
    now: Instant,
    wall: SystemTime,
    sleeps: Vec<Duration>,
}

impl ManualClock {
    /// A clock that shows the present, and stands still.
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(Manual {
            now: Instant::now(),
            wall: SystemTime::now(),
            sleeps: Vec::new(),
        })))
    }

    /// Lets time pass.
    pub fn advance(&self, duration: Duration) {
        self.state().advance(duration);
    }

    /// Sets the date and time of day, as a user or a time server does, without time passing.
    pub fn set_wall(&self, wall: SystemTime) {
        self.state().wall = wall;
    }

    /// The sleeps so far, in the order in which they began.
    pub fn sleeps(&self) -> Vec<Duration> {
        self.state().sleeps.clone()
    }

    fn state(&self) -> MutexGuard<'_, Manual> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Manual {
    fn advance(&mut self, duration: Duration) {
        // As far as it goes: a wait of `Duration::MAX` has no end to move to.
        self.now = self.now.checked_add(duration).unwrap_or(self.now);
        self.wall = self.wall.checked_add(duration).unwrap_or(self.wall);
    }
}

impl Default for ManualClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Instant {
        self.state().now
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        let clock = self.clone();
        Box::pin(async move {
            let mut state = clock.state();
            state.sleeps.push(duration);
            state.advance(duration);
        })
    }

    fn wall(&self) -> SystemTime {
        self.state().wall
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn the_system_clock_follows_paused_time() {
        let (start, real) = (SystemClock.now(), Instant::now());
        SystemClock.sleep(Duration::from_secs(3600)).await;
        assert!(SystemClock.now() - start >= Duration::from_secs(3600));
        assert!(real.elapsed() < Duration::from_secs(3600));
    }

    #[tokio::test]
    async fn setting_the_wall_clock_moves_no_other_time() {
        let clock = ManualClock::new();
        let start = clock.now();
        clock.set_wall(SystemTime::UNIX_EPOCH);
        clock.sleep(Duration::from_secs(5)).await;
        assert_eq!(clock.now() - start, Duration::from_secs(5));
        assert_eq!(
            clock.wall(),
            SystemTime::UNIX_EPOCH + Duration::from_secs(5)
        );
    }
}
