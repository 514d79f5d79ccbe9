//! A limit on retries over all calls of a client: when everything fails, retrying only adds to what went wrong.

use std::sync::atomic::{AtomicU32, Ordering};

/// The price of a retry in deposits, of which each success makes one: two successes buy one retry, so that retries go on
/// while up to a third of the answers are failures, and never add more than half to the load.
const COST: u32 = 2;

/// The retries that a full budget grants without a success between them: enough for ten calls at once to get over a
/// failure of some seconds, and 3 % of the first thousand calls to a service that is down.
const RETRIES: u32 = 30;

const FULL: u32 = RETRIES * COST;

/// A bucket of retries, full at first, refilled by successes only. Time does not refill it: it would let an idle
/// client's first calls make an outage worse.
#[derive(Debug)]
pub(crate) struct RetryBudget(AtomicU32);

impl Default for RetryBudget {
    fn default() -> Self {
        Self(AtomicU32::new(FULL))
    }
}

impl RetryBudget {
    /// Takes one retry out, if there is one.
    pub(crate) fn withdraw(&self) -> bool {
        self.0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(COST)
            })
            .is_ok()
    }

    /// How many retries it would grant now.
    pub(crate) fn retries_left(&self) -> u32 {
        self.0.load(Ordering::Relaxed) / COST
    }

    /// Puts in what a successful call earns.
    pub(crate) fn deposit(&self) {
        // A full bucket, the usual case, costs one load and keeps the cache line shared.
        if self.0.load(Ordering::Relaxed) < FULL {
            let _ = self
                .0
                .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                    (left < FULL).then_some(left + 1)
                });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::operation::Repeat;
    use super::super::outcome::Outcome;
    use super::super::retry::{Decision, RetryPolicy, Situation, decide};
    use super::*;
    use http::StatusCode;
    use std::time::Duration;

    /// Plays one read against `server`, with the policy as it is by default. Gives the requests and whether it worked.
    fn read(budget: &RetryBudget, mut server: impl FnMut() -> bool) -> (u32, bool) {
        let policy = RetryPolicy::default();
        for attempt in 1.. {
            if server() {
                budget.deposit();
                return (attempt, true);
            }
            let situation = Situation {
                repeat: Repeat::Read,
                outcome: Outcome::Status(StatusCode::SERVICE_UNAVAILABLE),
                attempt,
                max_attempts: policy.max_attempts,
                backoff: Duration::ZERO,
                retry_after: None,
                time_left: Duration::from_secs(60),
            };
            if let Decision::GiveUp(_) = decide(&situation, || budget.withdraw()) {
                return (attempt, false);
            }
        }
        unreachable!("attempts are limited")
    }

    #[test]
    fn a_thousand_calls_to_a_dead_service_send_at_most_1030_requests() {
        let cold = RetryBudget::default();
        let warm = RetryBudget::default();
        for _ in 0..10_000 {
            read(&warm, || true);
        }
        for budget in [cold, warm] {
            let requests: u32 = (0..1_000).map(|_| read(&budget, || false).0).sum();
            assert!((1_001..=1_030).contains(&requests), "{requests} requests");
        }
    }

    #[test]
    fn with_a_fifth_of_the_answers_failing_999_of_1000_reads_succeed() {
        for seed in 0..20 {
            let mut random = fastrand::Rng::with_seed(seed);
            let budget = RetryBudget::default();
            let succeeded = (0..50_000)
                .filter(|_| read(&budget, || random.f64() >= 0.2).1)
                .count();
            assert!(
                succeeded * 1_000 >= 50_000 * 999,
                "{succeeded} of 50,000 with seed {seed}"
            );
        }
    }

    #[test]
    fn with_nine_tenths_of_the_answers_failing_retries_add_less_than_half_to_the_load() {
        let mut random = fastrand::Rng::with_seed(1);
        let budget = RetryBudget::default();
        let requests: u32 = (0..10_000)
            .map(|_| read(&budget, || random.f64() >= 0.9).0)
            .sum();
        assert!(requests < 15_000, "{requests} requests for 10,000 calls");
    }

    #[test]
    fn successes_refill_it_up_to_its_size() {
        let budget = RetryBudget::default();
        while budget.withdraw() {}
        budget.deposit();
        assert!(!budget.withdraw());
        budget.deposit();
        assert!(budget.withdraw());
        for _ in 0..10 * FULL {
            budget.deposit();
        }
        assert_eq!(
            (0..).take_while(|_| budget.withdraw()).count(),
            RETRIES as usize
        );
    }
}
