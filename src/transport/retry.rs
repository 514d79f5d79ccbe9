//! Whether a failed attempt is made again: one decision, and the settings of it.

use std::time::Duration;

use super::backoff::Backoff;
use super::operation::Repeat;
use super::outcome::Outcome;
use crate::observe::GiveUp;

/// How often a request is sent again, and how long the client waits in between.
///
/// What may be sent again is not a setting, for it follows from the operation: a connection that could not be made and
/// 429 are retried for all; 408, 502, 503, 504, timeouts and broken connections for what can be repeated without harm,
/// which includes a create, as the client finds out whether the first one was applied; 500 for reads only. All
/// calls of a client share a budget of retries, which an outage exhausts.
///
/// ```
/// # fn main() -> timeback_qti::Result<()> {
/// use std::time::Duration;
/// use timeback_qti::{Client, RetryPolicy};
///
/// let policy = RetryPolicy::default().max_attempts(8).max_delay(Duration::from_secs(20));
/// let client = Client::builder().static_token("a-token").retry(policy).build()?;
/// # drop(client); Ok(())
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use]
pub struct RetryPolicy {
    pub(crate) max_attempts: u32,
    pub(crate) backoff: Backoff,
}

impl RetryPolicy {
    /// Sends each request once, and once more only where its token is refused.
    pub fn never() -> Self {
        Self::default().max_attempts(1)
    }

    /// How many times a request may be sent, the first time included (5). With a fifth of all answers failing, five
    /// attempts leave 3 calls of 10,000 to fail; four would leave 16. 0 counts as 1.
    pub fn max_attempts(mut self, attempts: u32) -> Self {
        self.max_attempts = attempts.max(1);
        self
    }

    /// The longest wait after the first attempt (500 ms, about one request's time); it doubles with each further one.
    /// The wait is drawn from between none and the longest.
    pub fn base_delay(mut self, delay: Duration) -> Self {
        self.backoff.base = delay;
        self
    }

    /// The longest wait after any attempt (8 s, so that one wait never takes most of the deadline). A `Retry-After`
    /// that asks for more is honoured as long as the deadline allows.
    pub fn max_delay(mut self, delay: Duration) -> Self {
        self.backoff.cap = delay;
        self
    }
}

impl Default for RetryPolicy {
    fn default() -> Self {
        let backoff = Backoff {
            base: Duration::from_millis(500),
            cap: Duration::from_secs(8),
        };
        Self {
            max_attempts: 5,
            backoff,
        }
    }
}

/// All that the decision depends on, the shared budget aside.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Situation {
    pub(crate) repeat: Repeat,
    pub(crate) outcome: Outcome,
    /// The attempt that ended, counted from 1.
    pub(crate) attempt: u32,
    pub(crate) max_attempts: u32,
    /// The wait that was drawn for this retry.
    pub(crate) backoff: Duration,
    /// The wait that the response asks for.
    pub(crate) retry_after: Option<Duration>,
    /// The time until the call's deadline.
    pub(crate) time_left: Duration,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decision {
    Retry { after: Duration },
    GiveUp(GiveUp),
}

/// Decides what follows a failed attempt. `withdraw` takes a retry out of the shared budget; it is asked last, and only
/// when nothing else speaks against the retry.
pub(crate) fn decide(situation: &Situation, withdraw: impl FnOnce() -> bool) -> Decision {
    let after = situation
        .backoff
        .max(situation.retry_after.unwrap_or_default());
    if !situation.outcome.is_retryable(situation.repeat) {
        Decision::GiveUp(GiveUp::Final)
    } else if situation.attempt >= situation.max_attempts {
        Decision::GiveUp(GiveUp::Attempts)
    } else if after >= situation.time_left {
        Decision::GiveUp(GiveUp::Deadline)
    } else if !withdraw() {
        Decision::GiveUp(GiveUp::Budget)
    } else {
        Decision::Retry { after }
    }
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;
    use Repeat::{Create, Idempotent, Never, Read};

    const CLASSES: [Repeat; 4] = [Read, Idempotent, Create, Never];

    fn status(code: u16) -> Outcome {
        Outcome::Status(StatusCode::from_u16(code).unwrap())
    }

    /// Each outcome, the classes for which it is retried, and whether the service may have acted.
    fn table() -> Vec<(Outcome, &'static [Repeat], bool)> {
        const ALL: &[Repeat] = &CLASSES;
        const SAFE: &[Repeat] = &[Read, Idempotent, Create];
        let mut table = vec![
            (Outcome::NoConnection, ALL, false),
            (Outcome::Broken, SAFE, true),
            (Outcome::TimedOut, SAFE, true),
            (Outcome::Unsendable, &[], false),
            (Outcome::Unusable, &[], true),
            (status(408), SAFE, true),
            (status(429), ALL, false),
            (status(500), &[Read], true),
            (status(501), &[], false),
            (status(502), SAFE, true),
            (status(503), SAFE, true),
            (status(504), SAFE, true),
            (status(505), &[], true),
        ];
        for code in [101, 200, 201, 204, 301, 302, 303, 304, 307, 308, 600, 799] {
            table.push((status(code), &[], true));
        }
        for code in [400, 401, 403, 404, 405, 409, 410, 413, 415, 418, 422] {
            table.push((status(code), &[], false));
        }
        table
    }

    #[test]
    fn every_class_outcome_attempt_wait_and_time_left() {
        let seconds = Duration::from_secs;
        let mut cases = 0;
        for (outcome, retried, applied) in table() {
            assert_eq!(outcome.may_have_been_applied(), applied, "{outcome:?}");
            for repeat in CLASSES {
                for attempt in 1..=6 {
                    for retry_after in [
                        None,
                        Some(seconds(0)),
                        Some(seconds(1)),
                        Some(seconds(30)),
                        Some(seconds(1_000_000_000)),
                    ] {
                        for time_left in
                            [seconds(0), seconds(2), seconds(3), seconds(30), seconds(60)]
                        {
                            for budget in [true, false] {
                                let situation = Situation {
                                    repeat,
                                    outcome,
                                    attempt,
                                    max_attempts: 5,
                                    backoff: seconds(2),
                                    retry_after,
                                    time_left,
                                };
                                // Written out by the wait's length, so that the test does not repeat the code.
                                let wait = match retry_after {
                                    None => 2,
                                    Some(asked) if asked < seconds(2) => 2,
                                    Some(asked) => asked.as_secs(),
                                };
                                let expected = match () {
                                    () if !retried.contains(&repeat) => {
                                        Decision::GiveUp(GiveUp::Final)
                                    }
                                    () if attempt > 4 => Decision::GiveUp(GiveUp::Attempts),
                                    () if time_left.as_secs() <= wait => {
                                        Decision::GiveUp(GiveUp::Deadline)
                                    }
                                    () if !budget => Decision::GiveUp(GiveUp::Budget),
                                    () => Decision::Retry {
                                        after: seconds(wait),
                                    },
                                };
                                assert_eq!(
                                    decide(&situation, || budget),
                                    expected,
                                    "{situation:?}, budget {budget}"
                                );
                                cases += 1;
                            }
                        }
                    }
                }
            }
        }
        assert_eq!(cases, 36 * 4 * 6 * 5 * 5 * 2);
    }

    #[test]
    fn the_budget_is_not_touched_when_there_is_no_retry() {
        let retried = Situation {
            repeat: Read,
            outcome: status(503),
            attempt: 1,
            max_attempts: 5,
            backoff: Duration::ZERO,
            retry_after: None,
            time_left: Duration::from_secs(60),
        };
        for stopped in [
            Situation {
                outcome: status(404),
                ..retried
            },
            Situation {
                attempt: 5,
                ..retried
            },
            Situation {
                time_left: Duration::ZERO,
                ..retried
            },
        ] {
            assert!(matches!(
                decide(&stopped, || panic!("withdrew for {stopped:?}")),
                Decision::GiveUp(_)
            ));
        }
    }

    #[test]
    fn a_policy_sends_at_least_once() {
        assert_eq!(RetryPolicy::default().max_attempts(0), RetryPolicy::never());
        assert_eq!(RetryPolicy::never().max_attempts, 1);
    }
}
