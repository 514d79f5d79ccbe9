//! Calls that share a cache, and what must not happen to them.

use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::runtime::{Builder, Runtime};
use tokio::task::yield_now;

use super::*;

pub(super) enum Caller {
    Away,
    Waiting {
        call: Pin<Box<dyn Future<Output = Result<Bearer>>>>,
        woken: Arc<Woken>,
        begun: Instant,
        person: usize,
        polls: usize,
    },
    Has(Bearer),
}

pub(super) struct Calls {
    pub(super) runtime: Runtime,
    pub(super) cache: TokenCache,
    pub(super) gate: Arc<Gate>,
    pub(super) callers: Vec<Caller>,
    /// The tokens that the cache replaced as the service refused them, and when.
    pub(super) replaced: Vec<(usize, Instant)>,
    /// Whether tasks may have something to do.
    pub(super) busy: bool,
    /// How many fetches were looked at.
    pub(super) checked: usize,
}

impl Calls {
    pub(super) fn new(callers: usize) -> Self {
        let gate = Arc::new(Gate::default());
        let source = Arc::clone(&gate) as Arc<dyn TokenSource>;
        let builder = &mut Builder::new_current_thread();
        Self {
            runtime: builder.enable_time().start_paused(true).build().unwrap(),
            cache: TokenCache::new(source, Arc::new(SystemClock), Observers::default()),
            gate,
            callers: std::iter::repeat_with(|| Caller::Away)
                .take(callers)
                .collect(),
            replaced: Vec::new(),
            busy: false,
            checked: 0,
        }
    }

    pub(super) fn now(&self) -> Instant {
        let _context = self.runtime.enter();
        SystemClock.now()
    }

    pub(super) fn ask(&mut self, number: usize) {
        let cache = self.cache.clone();
        self.callers[number] = Caller::Waiting {
            call: Box::pin(async move { cache.bearer(|| PATIENCE).await }),
            woken: Arc::default(),
            begun: self.now(),
            person: self.gate.person(),
            polls: 0,
        };
        self.go_on(number);
    }

    pub(super) fn go_on(&mut self, number: usize) {
        let Caller::Waiting {
            call,
            woken,
            begun,
            person,
            polls,
        } = &mut self.callers[number]
        else {
            panic!("it does not wait");
        };
        woken.clear();
        *polls += 1;
        let polled = {
            let _context = self.runtime.enter();
            call.as_mut().poll(&mut Context::from_waker(&woken.waker()))
        };
        self.busy = true;
        let (begun, person) = (*begun, *person);
        match polled {
            Poll::Pending => {}
            Poll::Ready(Ok(bearer)) => {
                self.check_token(&bearer, begun, person);
                self.callers[number] = Caller::Has(bearer);
            }
            Poll::Ready(Err(_)) => {
                let failed = |fetch: &Fetch| {
                    fetch.end.is_some_and(|end| end != Some(Answer::Token))
                        && fetch.began + seconds(30 + 12) >= begun
                };
                assert!(
                    self.gate.fetches().iter().any(failed),
                    "a call fails for nothing"
                );
                self.callers[number] = Caller::Away;
            }
        }
    }

    /// A call gets a token that is good, of the person for whom it was made, and none that was replaced before.
    pub(super) fn check_token(&self, bearer: &Bearer, begun: Instant, person: usize) {
        let number: usize = bearer.secret().parse().unwrap();
        assert!(bearer.is_valid(begun), "a token that had ended");
        assert!(
            self.gate.fetches()[number].person >= person,
            "the token of another person"
        );
        let before = |(token, at): &(usize, Instant)| *token == number && *at < begun;
        assert!(
            !self.replaced.iter().any(before),
            "a token that was replaced"
        );
    }

    pub(super) fn refused(&mut self, number: usize) {
        let Caller::Has(sent) = std::mem::replace(&mut self.callers[number], Caller::Away) else {
            panic!("it has no token");
        };
        let before = self.cache.0.current();
        let repeats = self.cache.invalidate(&sent);
        let after = self.cache.0.current();
        match before {
            Some(current) if current.is(&sent) => {
                assert_eq!(after.is_none(), repeats);
                if repeats {
                    self.replaced
                        .push((sent.secret().parse().unwrap(), self.now()));
                }
            }
            before => {
                assert!(repeats, "a token was not tried yet");
                let secret = |bearer: Option<Bearer>| bearer.map(|it| it.secret().to_owned());
                assert_eq!(secret(before), secret(after), "a late 401 evicts");
            }
        }
    }

    pub(super) fn run(&mut self) {
        let before = self.now();
        self.runtime.block_on(async {
            for _ in 0..3 {
                yield_now().await;
            }
        });
        assert_eq!(before, self.now());
        self.busy = false;
    }

    /// Lets time pass, while tasks go on as it comes to them.
    pub(super) fn pass(&mut self, time: Duration) {
        self.runtime
            .block_on(async { tokio::time::sleep(time).await });
        self.run();
    }

    pub(super) fn answer(&mut self, number: usize, answer: Answer) {
        let sender = self.gate.fetches()[number].answer.take().unwrap();
        sender.send(answer).unwrap();
        self.busy = true;
    }

    /// What began since the last look: one at a time, when it is needed, and not too soon after a failure.
    pub(super) fn check_fetches(&mut self) {
        let fetches = self.gate.fetches();
        for number in self.checked..fetches.len() {
            let fetch = &fetches[number];
            let before = fetches[..number].iter().enumerate().rev();
            let Some((last, before)) = before.clone().find(|(_, it)| it.person == fetch.person)
            else {
                continue;
            };
            let since = fetch.began - before.began;
            let is_replaced = self.replaced.iter().any(|(token, _)| *token == last);
            match before.end {
                None => panic!("a second fetch while one is under way"),
                Some(Some(Answer::Token)) => assert!(
                    is_replaced || since >= LIFE - LIFE / 10,
                    "a fetch that nobody needs"
                ),
                Some(Some(Answer::Unavailable) | None) => assert!(since >= seconds(5)),
                Some(Some(Answer::Rejected | Answer::Panic)) => assert!(since >= seconds(12)),
            }
        }
        self.checked = fetches.len();
    }

    /// Everything goes on for as long as there is something to do, and some seconds pass where there is not.
    pub(super) fn settle(&mut self) {
        let mut pauses = 0;
        while pauses < 4 {
            let waits = self
                .callers
                .iter()
                .any(|it| matches!(it, Caller::Waiting { .. }));
            let step = self.steps().into_iter().find(|step| {
                matches!(
                    step,
                    Step::GoOn(_) | Step::Run | Step::Answered(_, Answer::Token)
                )
            });
            match step {
                Some(step) => self.take(step),
                None if !waits => return,
                None => {
                    pauses += 1;
                    self.take(Step::Pass(seconds(5)));
                }
            }
        }
    }
}
