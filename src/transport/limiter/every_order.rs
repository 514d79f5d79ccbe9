//! The limiter in every state that some callers can bring it to, by every order of their steps, given up at any point.

use std::pin::Pin;
use std::task::{Context, Poll};

use super::*;
use crate::explore::{Woken, World, explore};

enum Caller {
    Away,
    Waiting {
        permit: Pin<Box<dyn Future<Output = Permit>>>,
        woken: Arc<Woken>,
        /// Counts those who wait, in the order of coming.
        ticket: usize,
    },
    Holding {
        permit: Permit,
        /// Whether it has said how its request went.
        told: bool,
    },
}

#[derive(Debug, Clone, Copy)]
enum Act {
    Ask,
    GoOn,
    GiveUp,
    Throttled,
    Succeeded,
    Leave,
}

struct Callers {
    limiter: Limiter,
    callers: Vec<Caller>,
    tickets: usize,
}

/// All that decides how the limiter and its callers go on; which of them is which does not.
#[derive(PartialEq, Eq, Hash)]
struct State {
    available: usize,
    limit: usize,
    surplus: usize,
    successes: usize,
    /// Whether each who waits was woken, in the order of coming.
    waiting: Vec<bool>,
    /// Of each permit that is out, whether the limit is what it was when it was given, and whether it has told.
    holding: Vec<(bool, bool)>,
}

impl Callers {
    fn new(callers: usize, limit: usize) -> Self {
        Self {
            limiter: Limiter::new(limit),
            callers: std::iter::repeat_with(|| Caller::Away)
                .take(callers)
                .collect(),
            tickets: 0,
        }
    }

    /// Polls a caller's future, as a runtime does that was told to.
    fn go_on(&mut self, number: usize) {
        let Caller::Waiting { permit, woken, .. } = &mut self.callers[number] else {
            panic!("it does not wait");
        };
        woken.clear();
        let polled = permit
            .as_mut()
            .poll(&mut Context::from_waker(&woken.waker()));
        if let Poll::Ready(permit) = polled {
            self.callers[number] = Caller::Holding {
                permit,
                told: false,
            };
        }
    }

    fn ask(&mut self, number: usize) {
        let limiter = self.limiter.clone();
        self.tickets += 1;
        self.callers[number] = Caller::Waiting {
            permit: Box::pin(async move { limiter.acquire().await }),
            woken: Arc::default(),
            ticket: self.tickets,
        };
        self.go_on(number);
    }

    /// Halves the limit once for all who hold a permit of it.
    fn throttled(&mut self, number: usize) {
        let limit = self.limiter.limit();
        let Caller::Holding { permit, told } = &mut self.callers[number] else {
            panic!("it holds nothing");
        };
        *told = true;
        let is_news = permit.epoch == self.limiter.0.pace().epoch && limit > 1;
        assert_eq!(permit.throttled(), is_news);
        assert_eq!(
            self.limiter.limit(),
            if is_news { limit / 2 } else { limit }
        );
    }

    fn succeeded(&mut self, number: usize) {
        let limit = self.limiter.limit();
        let Caller::Holding { permit, told } = &mut self.callers[number] else {
            panic!("it holds nothing");
        };
        *told = true;
        permit.succeeded();
        assert!((limit..=limit + 1).contains(&self.limiter.limit()));
    }

    /// Each permit is somewhere, exactly once, and none lies about while somebody waits for it.
    fn check(&self) {
        let State {
            available,
            limit,
            surplus,
            waiting,
            holding,
            ..
        } = self.state();
        let given = waiting.iter().filter(|woken| **woken).count();
        assert_eq!(available + given + holding.len(), limit + surplus);
        assert!((1..=self.limiter.0.max).contains(&limit));
        assert!(given + holding.len() <= self.limiter.0.max);
        assert!(
            available == 0 || given == waiting.len(),
            "one waits for nothing"
        );
        assert!(
            waiting.is_sorted_by(|before, after| before >= after),
            "one overtook another"
        );
    }
}

impl World for Callers {
    type Step = (usize, Act);
    type State = State;

    fn steps(&self) -> Vec<Self::Step> {
        let acts = |caller: &Caller| match caller {
            Caller::Away => vec![Act::Ask],
            Caller::Waiting { woken, .. } if woken.is_set() => vec![Act::GoOn, Act::GiveUp],
            Caller::Waiting { .. } => vec![Act::GiveUp],
            Caller::Holding { told: true, .. } => vec![Act::Leave],
            Caller::Holding { told: false, .. } => vec![Act::Throttled, Act::Succeeded, Act::Leave],
        };
        let callers = self.callers.iter().enumerate();
        callers
            .flat_map(|(number, caller)| acts(caller).into_iter().map(move |act| (number, act)))
            .collect()
    }

    fn take(&mut self, (number, act): Self::Step) {
        let before = self.state();
        match act {
            Act::Ask => self.ask(number),
            Act::GoOn => {
                self.go_on(number);
                assert!(matches!(self.callers[number], Caller::Holding { .. }));
            }
            Act::Throttled => self.throttled(number),
            Act::Succeeded => self.succeeded(number),
            Act::GiveUp | Act::Leave => self.callers[number] = Caller::Away,
        }
        self.check();
        let after = self.state();
        assert!(
            before.surplus == 0 || after.limit + after.surplus <= before.limit + before.surplus,
            "more may start though too many are under way"
        );
    }

    fn state(&self) -> State {
        let pace = self.limiter.0.pace();
        let (mut waiting, mut holding) = (Vec::new(), Vec::new());
        for caller in &self.callers {
            match caller {
                Caller::Away => {}
                Caller::Waiting { ticket, woken, .. } => waiting.push((*ticket, woken.is_set())),
                Caller::Holding { permit, told } => {
                    holding.push((permit.epoch == pace.epoch, *told));
                }
            }
        }
        waiting.sort_unstable();
        holding.sort_unstable();
        State {
            available: self.limiter.0.permits.available_permits(),
            limit: self.limiter.limit(),
            surplus: pace.surplus,
            successes: pace.successes,
            waiting: waiting.into_iter().map(|(_, woken)| woken).collect(),
            holding,
        }
    }

    /// All who wait get their turn, and the limit comes back to its maximum.
    fn finish(mut self) {
        loop {
            let steps = self.steps();
            let on = |act: &Act| matches!(act, Act::GoOn | Act::Leave);
            let Some(step) = steps.into_iter().find(|(_, act)| on(act)) else {
                break;
            };
            self.take(step);
        }
        let max = self.limiter.0.max;
        for _ in 0..max * max {
            self.take((0, Act::Ask));
            self.take((0, Act::Succeeded));
            self.take((0, Act::Leave));
        }
        let state = self.state();
        assert!(state.waiting.is_empty(), "one is never woken");
        assert_eq!((state.available, state.limit, state.surplus), (max, max, 0));
    }
}

#[test]
fn in_no_order_of_steps_is_a_permit_lost_or_invented_or_a_waiter_forgotten() {
    for (callers, limit) in [(4, 1), (5, 2), (6, 3), (6, 4)] {
        let (states, steps) = explore(|| Callers::new(callers, limit), usize::MAX);
        assert!(states > 10 && steps > states, "{states}, {steps}");
    }
}
