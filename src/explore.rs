//! Finds every state that a small world can come to, by every order of its steps: for tests of what many tasks share.

use std::collections::{HashSet, VecDeque};
use std::fmt::Debug;
use std::hash::Hash;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Wake, Waker};

/// What is explored. The same steps must lead to the same state.
pub(crate) trait World {
    type Step: Copy + Debug;
    /// All that decides how the world goes on.
    type State: Eq + Hash;

    /// The steps that can be taken now.
    fn steps(&self) -> Vec<Self::Step>;

    /// Takes a step, and panics if that does what must not be.
    fn take(&mut self, step: Self::Step);

    fn state(&self) -> Self::State;

    /// Brings the world to a good end, and panics if it has none.
    fn finish(self);
}

/// Takes every step from every state that at most `longest` steps lead to, and finishes each state. A state is come to by
/// the steps from the beginning, as a future cannot be copied. Returns the numbers of states and steps.
pub(crate) fn explore<W: World>(begin: impl Fn() -> W, longest: usize) -> (usize, usize) {
    let mut known = HashSet::from([begin().state()]);
    let mut next = VecDeque::from([Vec::new()]);
    let mut taken = 0;
    while let Some(path) = next.pop_front() {
        let at = |path: &[W::Step]| {
            let mut world = begin();
            path.iter().for_each(|step| world.take(*step));
            world
        };
        for step in at(&path).steps() {
            let path = [&path[..], &[step]].concat();
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                let world = at(&path);
                let is_new = known.insert(world.state());
                if is_new {
                    world.finish();
                }
                is_new
            }));
            taken += 1;
            match outcome {
                Ok(true) if path.len() < longest => next.push_back(path),
                Ok(_) => {}
                // What was wrong has been said by the panic itself.
                Err(_) => panic!("so it went after {path:?}"),
            }
        }
    }
    (known.len(), taken)
}

/// Whether a task was woken.
#[derive(Debug, Default)]
pub(crate) struct Woken(AtomicBool);

impl Woken {
    /// A waker that tells.
    pub(crate) fn waker(self: &Arc<Self>) -> Waker {
        Waker::from(Arc::clone(self))
    }

    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn clear(&self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}
