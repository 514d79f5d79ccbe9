//! Faults on purpose: the rules in force, and how many requests each of them has counted.

mod inject;
mod rule;

use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

pub(crate) use self::inject::inject;
pub use self::rule::{Effect, FaultRule, InvalidFault};

/// The rules in force.
#[derive(Debug)]
pub(crate) struct Faults {
    seed: u64,
    armed: Mutex<Vec<Armed>>,
}

/// A rule and its counts.
#[derive(Debug)]
struct Armed {
    rule: FaultRule,
    seen: u64,
    fired: u64,
    /// Each rule has its own generator, so that its hits do not depend on the other rules.
    random: fastrand::Rng,
}

impl Faults {
    pub(crate) fn new(seed: u64) -> Faults {
        Faults {
            seed,
            armed: Mutex::default(),
        }
    }

    fn armed(&self) -> MutexGuard<'_, Vec<Armed>> {
        self.armed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Replaces the rules in force.
    pub(crate) fn set(&self, rules: Vec<FaultRule>) -> Result<(), InvalidFault> {
        rules.iter().try_for_each(FaultRule::check)?;
        let arm = |(place, rule)| Armed {
            rule,
            seen: 0,
            fired: 0,
            random: fastrand::Rng::with_seed(self.seed.wrapping_add(place)),
        };
        *self.armed() = (0..).zip(rules).map(arm).collect();
        Ok(())
    }

    /// Removes every rule.
    pub(crate) fn clear(&self) {
        self.armed().clear();
    }

    /// The rules and their counts, as JSON.
    pub(crate) fn show(&self) -> Value {
        self.armed()
            .iter()
            .map(|armed| json!({"rule": armed.rule, "seen": armed.seen, "fired": armed.fired}))
            .collect()
    }

    /// The effect on a request of this operation. Every rule that applies counts the request; the first that fires
    /// wins.
    fn pick(&self, operation: &str) -> Option<Effect> {
        let mut picked = None;
        for armed in self
            .armed()
            .iter_mut()
            .filter(|armed| armed.applies(operation))
        {
            let fires = armed.fires();
            if fires && picked.is_none() {
                armed.fired += 1;
                picked = Some(armed.rule.effect.clone());
            }
        }
        picked
    }
}

impl Armed {
    fn applies(&self, operation: &str) -> bool {
        match &self.rule.operation {
            Some(wanted) => wanted == operation,
            None => operation != "token",
        }
    }

    fn fires(&mut self) -> bool {
        self.seen += 1;
        let lucky = self
            .rule
            .probability
            .is_none_or(|probability| self.random.f64() < probability);
        // A rule with `nth` and without `times` fires once.
        let times = self
            .rule
            .times
            .unwrap_or(if self.rule.nth.is_some() { 1 } else { u64::MAX });
        lucky && self.seen >= self.rule.nth.unwrap_or(1) && self.fired < times
    }
}
