//! The cache in every state that some calls and its refreshes can bring it to, by every order of their steps.

mod calls;
mod gate;

use calls::{Caller, Calls};
use gate::{Answer, Fetch, Gate, LIFE};

use super::*;
use crate::explore::{Woken, World, explore};

/// The times that pass: until an unavailable source may be asked again, until a fetch is given up, and until a token is
/// to be renewed. A token ends after some of them.
const TIMES: [Duration; 3] = [seconds(5), seconds(31), seconds(90)];

/// How often one person after the other signs in.
const MAX_PERSONS: usize = 2;

#[derive(Debug, Clone, Copy)]
enum Step {
    Ask(usize),
    GoOn(usize),
    GiveUp(usize),
    /// The service takes the token.
    Done(usize),
    /// The service refuses the token.
    Refused(usize),
    /// The tasks of the runtime go on.
    Run,
    Answered(usize, Answer),
    Pass(Duration),
    /// Another person signs in.
    Forget,
}

/// All that decides how the cache and its callers go on, with times as they are from now.
#[derive(PartialEq, Eq, Hash)]
struct State {
    token: Option<Duration>,
    refresh: Option<Duration>,
    failure: Option<(bool, Duration)>,
    replaced: Vec<Duration>,
    fetches: Vec<(Duration, bool, Option<Option<Answer>>)>,
    callers: Vec<CallerState>,
    persons: usize,
    busy: bool,
}

#[derive(PartialEq, Eq, Hash, PartialOrd, Ord)]
enum CallerState {
    Away,
    Waiting(bool, Duration, usize, usize),
    Has(bool, bool),
}

impl World for Calls {
    type Step = Step;
    type State = State;

    fn steps(&self) -> Vec<Step> {
        let (mut steps, mut away) = (Vec::new(), None);
        for (number, caller) in self.callers.iter().enumerate() {
            match caller {
                // Which of those who are away asks makes no difference.
                Caller::Away => away = away.or(Some(Step::Ask(number))),
                Caller::Waiting { woken, .. } => {
                    if woken.is_set() {
                        steps.push(Step::GoOn(number));
                    }
                    steps.push(Step::GiveUp(number));
                }
                Caller::Has(_) => steps.extend([Step::Done(number), Step::Refused(number)]),
            }
        }
        steps.extend(away);
        for fetch in self.gate.open() {
            let answers = [
                Answer::Token,
                Answer::Unavailable,
                Answer::Rejected,
                Answer::Panic,
            ];
            steps.extend(answers.map(|answer| Step::Answered(fetch, answer)));
        }
        if self.busy {
            steps.push(Step::Run);
        }
        if self.gate.person() + 1 < MAX_PERSONS {
            steps.push(Step::Forget);
        }
        steps.extend(TIMES.map(Step::Pass));
        steps
    }

    fn take(&mut self, step: Step) {
        match step {
            Step::Ask(number) => self.ask(number),
            Step::GoOn(number) => self.go_on(number),
            Step::GiveUp(number) | Step::Done(number) => self.callers[number] = Caller::Away,
            Step::Refused(number) => self.refused(number),
            Step::Run => self.run(),
            Step::Answered(fetch, answer) => self.answer(fetch, answer),
            Step::Pass(time) => self.pass(time),
            Step::Forget => {
                self.gate.person.fetch_add(1, Ordering::Relaxed);
                self.cache.forget();
            }
        }
        self.check_fetches();
    }

    fn state(&self) -> State {
        let now = self.now();
        let control = self.cache.0.control();
        let current = self.cache.0.current();
        let caller = |caller: &Caller| match caller {
            Caller::Away => CallerState::Away,
            Caller::Waiting {
                woken,
                begun,
                person,
                polls,
                ..
            } => CallerState::Waiting(woken.is_set(), now - *begun, *person, *polls),
            Caller::Has(bearer) => CallerState::Has(
                current.as_ref().is_some_and(|current| current.is(bearer)),
                bearer.is_valid(now),
            ),
        };
        let mut callers: Vec<_> = self.callers.iter().map(caller).collect();
        callers.sort();
        let fetches = self.gate.fetches();
        // Of those that have ended, the last one of a person says when the next may begin.
        let is_last =
            |it: &Fetch, after: &[Fetch]| after.iter().all(|next| next.person != it.person);
        let recent = (0..fetches.len())
            .map(|number| (&fetches[number], &fetches[number + 1..]))
            .filter(|(it, after)| it.end.is_none() || is_last(it, after))
            .map(|(it, _)| ((now - it.began).min(LIFE), it.answer.is_some(), it.end))
            .collect();
        State {
            token: current.as_ref().map(|current| current.lifetime(now)),
            refresh: control
                .refresh
                .as_ref()
                .map(|it| it.starts_at.saturating_duration_since(now)),
            failure: control
                .failure
                .as_ref()
                .map(|it| (it.is_final(), (now - it.at).min(seconds(60)))),
            replaced: self
                .replaced
                .iter()
                .map(|(_, at)| (now - *at).min(seconds(60)))
                .filter(|it| *it < seconds(60))
                .collect(),
            fetches: recent,
            callers,
            persons: self.gate.person(),
            busy: self.busy,
        }
    }

    /// With a source that works, all who wait get a token within some seconds, and so do those who come later, and the
    /// token is renewed when it is time.
    fn finish(mut self) {
        self.settle();
        for caller in &self.callers {
            assert!(
                !matches!(caller, Caller::Waiting { .. }),
                "one is never woken"
            );
        }
        self.callers.truncate(1);
        for _ in 0..3 {
            if !matches!(self.callers[0], Caller::Has(_)) {
                self.take(Step::Ask(0));
                self.settle();
            }
            if matches!(self.callers[0], Caller::Away) {
                self.take(Step::Pass(seconds(5)));
            }
        }
        assert!(
            matches!(self.callers[0], Caller::Has(_)),
            "no token is to be had"
        );
    }
}

#[test]
fn in_no_order_of_steps_are_two_tokens_fetched_at_once_or_a_waiter_forgotten() {
    use Step::{Answered, Ask, GoOn, Pass, Run};
    let longest = std::env::var("TIMEBACK_QTI_ORDER_STEPS");
    let longest = longest.map_or(6, |steps| steps.parse().unwrap());
    let token = [
        Ask(0),
        Run,
        Answered(0, Answer::Token),
        Run,
        GoOn(0),
        Ask(1),
    ];
    let failure = [Ask(0), Run, Answered(0, Answer::Unavailable), Run, GoOn(0)];
    for (before, longest) in [
        (vec![], longest),
        (token.to_vec(), longest),
        ([&token[..], &[Pass(LIFE - LIFE / 10)]].concat(), longest),
        // The waits of this one make more states.
        (failure.to_vec(), longest - 1),
    ] {
        let begin = || {
            let mut calls = Calls::new(2);
            before.iter().for_each(|step| calls.take(*step));
            calls
        };
        let (states, steps) = explore(begin, longest);
        assert!(states > 1_000 && steps > states, "{states}, {steps}");
    }
}
