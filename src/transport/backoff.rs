//! How long to wait before another attempt.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Exponential back-off with full jitter: anything from nothing to `base`, doubled with each attempt up to `cap`. The
/// whole range is drawn from, because clients that fail together would otherwise come back together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Backoff {
    pub(crate) base: Duration,
    pub(crate) cap: Duration,
}

impl Backoff {
    /// The wait after the `attempt`th attempt, counted from 1.
    pub(crate) fn delay(&self, attempt: u32, jitter: &Jitter) -> Duration {
        self.ceiling(attempt).mul_f64(jitter.fraction())
    }

    fn ceiling(&self, attempt: u32) -> Duration {
        let factor = 2_u32.saturating_pow(attempt.saturating_sub(1));
        self.base.saturating_mul(factor).min(self.cap)
    }
}

/// The random part of back-off, shared by all calls of a client.
#[derive(Debug)]
pub(crate) struct Jitter(Mutex<fastrand::Rng>);

impl Jitter {
    /// Draws the same numbers each time for the same seed.
    pub(crate) fn new(seed: Option<u64>) -> Self {
        Self(Mutex::new(
            seed.map_or_else(fastrand::Rng::new, fastrand::Rng::with_seed),
        ))
    }

    /// A number from 0 up to, but not, 1.
    pub(super) fn fraction(&self) -> f64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).f64()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BACKOFF: Backoff = Backoff {
        base: Duration::from_millis(500),
        cap: Duration::from_secs(8),
    };

    #[test]
    fn the_ceiling_doubles_up_to_the_cap() {
        let ceilings =
            [1, 2, 3, 4, 5, 6, 40, u32::MAX].map(|attempt| BACKOFF.ceiling(attempt).as_millis());
        assert_eq!(ceilings, [500, 1000, 2000, 4000, 8000, 8000, 8000, 8000]);
        let endless = Backoff {
            base: Duration::MAX,
            cap: Duration::MAX,
        };
        assert!(endless.delay(u32::MAX, &Jitter::new(Some(1))) <= Duration::MAX);
    }

    #[test]
    fn delays_fill_the_range_evenly() {
        let jitter = Jitter::new(Some(7));
        let delays: Vec<f64> = (0..10_000)
            .map(|_| BACKOFF.delay(2, &jitter).as_secs_f64())
            .collect();
        assert!(delays.iter().all(|delay| (0.0..1.0).contains(delay)));
        for decile in 0..10 {
            let (low, high) = (f64::from(decile) / 10.0, f64::from(decile + 1) / 10.0);
            let share = delays
                .iter()
                .filter(|delay| (low..high).contains(*delay))
                .count();
            assert!(
                (900..1100).contains(&share),
                "{share} of 10,000 from {low} to {high}"
            );
        }
    }

    #[test]
    fn a_seed_repeats_its_delays() {
        let draw = |seed| {
            let jitter = Jitter::new(Some(seed));
            (1..20)
                .map(|attempt| BACKOFF.delay(attempt, &jitter))
                .collect::<Vec<_>>()
        };
        assert_eq!(draw(42), draw(42));
        assert_ne!(draw(42), draw(43));
    }
}
