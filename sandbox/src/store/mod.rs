//! The sandbox's state: in memory, and in an embedded database where one is asked for.
mod collection;
mod journal;
pub(crate) mod model;

use std::io;
use std::path::Path;
use std::sync::{PoisonError, RwLock};

use chrono::Utc;

pub(crate) use self::collection::{Collection, Entity};
use self::journal::Journal;
pub(crate) use self::journal::NotDurable;
use self::model::{Feedback, Item, Stamps, Stimulus, Test};

/// Everything that the API can change.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) tests: Collection<Test>,
    pub(crate) items: Collection<Item>,
    pub(crate) stimuli: Collection<Stimulus>,
    pub(crate) feedback: Collection<Feedback>,
    serial: u64,
}

impl State {
    /// The stamps of an entity that is created now.
    pub(crate) fn stamp(&mut self) -> Stamps {
        self.serial += 1;
        let now = Utc::now().timestamp_millis();
        Stamps {
            serial: self.serial,
            created: now,
            updated: now,
            version: 0,
        }
    }

    /// Gives what changed to the journal, or forgets it where there is none.
    fn hand_over(
        &mut self,
        journal: Option<&Journal>,
    ) -> Option<impl Future<Output = Result<(), NotDurable>> + Send + use<>> {
        let changes = [
            self.tests.take_changes(journal.is_some()),
            self.items.take_changes(journal.is_some()),
            self.stimuli.take_changes(journal.is_some()),
            self.feedback.take_changes(journal.is_some()),
        ];
        journal.map(|journal| journal.append(changes.into_iter().flatten().collect()))
    }

    fn clear(&mut self) {
        self.tests.clear();
        self.items.clear();
        self.stimuli.clear();
        self.feedback.clear();
    }
}

impl Stamps {
    /// The stamps after one more write.
    pub(crate) fn touched(self) -> Stamps {
        Stamps {
            updated: Utc::now().timestamp_millis(),
            version: self.version + 1,
            ..self
        }
    }
}

/// The state behind its lock.
#[derive(Debug)]
pub(crate) struct Store {
    state: RwLock<State>,
    journal: Option<Journal>,
}

impl Store {
    /// A store that forgets with the process.
    pub(crate) fn in_memory() -> Store {
        Store {
            state: RwLock::default(),
            journal: None,
        }
    }

    /// A store that keeps every acknowledged write in the database at `path`.
    pub(crate) fn at(path: &Path) -> io::Result<Store> {
        let (journal, entries) = Journal::open(path).map_err(|error| {
            let told = format!("the data file {} cannot be used: {error}", path.display());
            io::Error::new(error.kind(), told)
        })?;
        let mut state = State::default();
        for entry in entries {
            let serial = match entry.kind.as_str() {
                Test::KIND => state.tests.load(&entry)?,
                Item::KIND => state.items.load(&entry)?,
                Stimulus::KIND => state.stimuli.load(&entry)?,
                Feedback::KIND => state.feedback.load(&entry)?,
                other => {
                    return Err(io::Error::other(format!(
                        "the data file holds an unknown kind of entity, {other:?}"
                    )));
                }
            };
            state.serial = state.serial.max(serial);
        }
        Ok(Store {
            state: RwLock::new(state),
            journal: Some(journal),
        })
    }

    /// Looks at the state.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.state.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the state, all or nothing: `change` checks everything before it touches anything. When this returns, the
    /// change is durable.
    pub(crate) async fn write<T, E: From<NotDurable>>(
        &self,
        change: impl FnOnce(&mut State) -> Result<T, E>,
    ) -> Result<T, E> {
        let (outcome, durable) = {
            let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
            let outcome = change(&mut state);
            // Handed over under the lock, so that the database sees the writes in the order of the memory.
            (outcome, state.hand_over(self.journal.as_ref()))
        };
        if let Some(durable) = durable {
            durable.await?;
        }
        outcome
    }

    /// Forgets everything.
    pub(crate) async fn clear(&self) -> Result<(), NotDurable> {
        self.write(|state| {
            state.clear();
            Ok(())
        })
        .await
    }
}
