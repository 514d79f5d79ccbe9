//! A token source that answers when it is told to.

use std::panic::resume_unwind;

use tokio::sync::oneshot;

use super::*;

/// The life of a token, the last tenth of which is for its renewal.
pub(super) const LIFE: Duration = seconds(100);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Answer {
    Token,
    Unavailable,
    Rejected,
    Panic,
}

/// A request for a token.
#[derive(Debug)]
pub(super) struct Fetch {
    pub(super) began: Instant,
    pub(super) person: usize,
    pub(super) answer: Option<oneshot::Sender<Answer>>,
    /// How it ended, if it has: without an answer where it was given up.
    pub(super) end: Option<Option<Answer>>,
}

/// A source that answers when it is told to, and knows its fetches.
#[derive(Default)]
pub(super) struct Gate {
    pub(super) fetches: Mutex<Vec<Fetch>>,
    pub(super) person: AtomicUsize,
}

impl Gate {
    pub(super) fn fetches(&self) -> MutexGuard<'_, Vec<Fetch>> {
        // A check that fails drops its world, which notes the end of fetches.
        self.fetches.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn person(&self) -> usize {
        self.person.load(Ordering::Relaxed)
    }

    /// The numbers of the fetches that wait for an answer.
    pub(super) fn open(&self) -> Vec<usize> {
        let fetches = self.fetches();
        let open =
            |number: &usize| fetches[*number].answer.is_some() && fetches[*number].end.is_none();
        (0..fetches.len()).filter(open).collect()
    }
}

/// Notes the end of a fetch, also of one that is dropped.
struct Note<'a>(&'a Gate, usize, Option<Answer>);

impl Drop for Note<'_> {
    fn drop(&mut self) {
        self.0.fetches()[self.1].end = Some(self.2);
    }
}

impl TokenSource for Gate {
    fn fetch(&self) -> TokenFuture<'_> {
        Box::pin(async {
            let (sender, answer) = oneshot::channel();
            let number = {
                let mut fetches = self.fetches();
                fetches.push(Fetch {
                    began: SystemClock.now(),
                    person: self.person(),
                    answer: Some(sender),
                    end: None,
                });
                fetches.len() - 1
            };
            let mut note = Note(self, number, None);
            note.2 = answer.await.ok();
            match note.2 {
                Some(Answer::Token) => Ok(Token::new(number.to_string()).expires_in(LIFE)),
                Some(Answer::Rejected) => Err(rejected()),
                // Without a message for each of many.
                Some(Answer::Panic) => resume_unwind(Box::new("a bug in the source")),
                Some(Answer::Unavailable) | None => Err(unavailable()),
            }
        })
    }
}
