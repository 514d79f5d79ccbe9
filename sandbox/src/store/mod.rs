//! The sandbox's state: in memory, and in an embedded database where one is asked for.

mod collection;
mod database;
#[cfg(test)]
mod full_disk_tests;
mod journal;
pub(crate) mod model;

use std::io;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use chrono::Utc;
use redb::Database;

pub(crate) use self::collection::{Collection, Entity};
use self::database::{Change, File, Opener};
pub(crate) use self::journal::NotDurable;
use self::journal::{Batch, Before, Journal};
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

    /// What was replaced since the last call.
    fn take_replaced(&mut self) -> Before {
        Before {
            tests: self.tests.take_replaced(),
            items: self.items.take_replaced(),
            stimuli: self.stimuli.take_replaced(),
            feedback: self.feedback.take_replaced(),
        }
    }

    /// The current entities of all identifiers in `before`, as changes for the database.
    fn changes(&self, before: &Before) -> Vec<Change> {
        let tests = self.tests.changes(before.tests.keys());
        let items = self.items.changes(before.items.keys());
        let stimuli = self.stimuli.changes(before.stimuli.keys());
        let feedback = self.feedback.changes(before.feedback.keys());
        tests.chain(items).chain(stimuli).chain(feedback).collect()
    }

    /// Undoes a write in memory; returns the changes that undo it in the database.
    fn take_back(&mut self, mut before: Before) -> Vec<Change> {
        self.tests.take_back(&mut before.tests);
        self.items.take_back(&mut before.items);
        self.stimuli.take_back(&mut before.stimuli);
        self.feedback.take_back(&mut before.feedback);
        self.changes(&before)
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
    state: Arc<RwLock<State>>,
    journal: Option<Journal>,
}

impl Store {
    /// A store in memory, which ends with the process.
    pub(crate) fn in_memory() -> Store {
        Store {
            state: Arc::default(),
            journal: None,
        }
    }

    /// A store that keeps every acknowledged write in the database at `path`.
    pub(crate) fn at(path: &Path) -> io::Result<Store> {
        let file = path.to_owned();
        Store::kept(Box::new(move || Database::create(&file))).map_err(|error| {
            let told = format!("the data file {} cannot be used: {error}", path.display());
            io::Error::new(error.kind(), told)
        })
    }

    fn kept(opener: Opener) -> io::Result<Store> {
        let (file, entries) = File::open(opener)?;
        let mut state = State::default();
        for entry in entries {
            let serial = match entry.kind.as_str() {
                Test::KIND => state.tests.load(&entry)?,
                Item::KIND => state.items.load(&entry)?,
                Stimulus::KIND => state.stimuli.load(&entry)?,
                Feedback::KIND => state.feedback.load(&entry)?,
                other => {
                    return Err(io::Error::other(format!(
                        "it holds an unknown kind of entity, {other:?}"
                    )));
                }
            };
            state.serial = state.serial.max(serial);
        }
        let state = Arc::new(RwLock::new(state));
        Ok(Store {
            journal: Some(Journal::start(file, Arc::clone(&state))?),
            state,
        })
    }

    /// Reads the state.
    pub(crate) fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.state.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes the state, all or nothing; `change` must check everything before it changes anything. When this returns,
    /// the change is on disk; if the error is [`NotDurable`], it was undone.
    pub(crate) async fn write<T, E: From<NotDurable>>(
        &self,
        change: impl FnOnce(&mut State) -> Result<T, E>,
    ) -> Result<T, E> {
        let (outcome, durable) = {
            let mut state = self.state.write().unwrap_or_else(PoisonError::into_inner);
            let outcome = change(&mut state);
            let before = state.take_replaced();
            let hand_over = |journal: &Journal| {
                let changes = state.changes(&before);
                journal.append(Batch { changes, before })
            };
            (outcome, self.journal.as_ref().map(hand_over))
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
