//! What a verb tells while it works.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;

use crate::entity::Key;
use crate::error::Error;
use crate::remote::Unaddressable;

/// Whoever wants to know what a verb does meanwhile. It is called between requests, so it must not block.
///
/// ```
/// use timeback_qti_bank::{Event, Observer};
///
/// let observer: Observer<'_> = &|event: &Event| println!("{event:?}");
/// observer(&Event::Stage { stage: "items", total: Some(10) });
/// ```
pub type Observer<'a> = &'a (dyn Fn(&Event) + Send + Sync);

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "camelCase")]
#[non_exhaustive]
pub enum Event {
    /// The verb goes over to another stage, or has learned how much there is to do in this one.
    Stage {
        /// Its name, in a word or two.
        stage: &'static str,
        /// How many entities are to come, where that is known.
        total: Option<u64>,
    },
    /// The verb is done with an entity.
    Entity {
        /// Which one.
        key: Key,
        /// What came of it.
        outcome: Outcome,
        /// What there is to say about it, in a line.
        message: Option<String>,
    },
    /// The verb has met an entity of the service that no request can name.
    Unaddressable(Unaddressable),
}

impl Event {
    /// The verb is done with an entity, and there is nothing to say about it.
    pub fn done(key: Key, outcome: Outcome) -> Self {
        Self::Entity {
            key,
            outcome,
            message: None,
        }
    }

    pub(crate) fn failed(note: &Note) -> Self {
        Self::Entity {
            key: note.key.clone(),
            outcome: Outcome::Failed,
            message: Some(note.message.clone()),
        }
    }
}

/// What a verb did with an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Outcome {
    /// It was looked at.
    Checked,
    /// It was as it should be already.
    Unchanged,
    /// It came into being.
    Created,
    /// It took the place of what was there.
    Replaced,
    /// It was deleted.
    Deleted,
    /// It was left alone, as two sides have changed it.
    Conflict,
    /// It was left alone, for the reason that is told.
    Kept,
    /// It was not tried, as something that it depends on has failed.
    Skipped,
    /// It went wrong.
    Failed,
}

impl Outcome {
    /// Its word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Checked => "checked",
            Self::Unchanged => "unchanged",
            Self::Created => "created",
            Self::Replaced => "replaced",
            Self::Deleted => "deleted",
            Self::Conflict => "conflict",
            Self::Kept => "kept",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// An observer that takes no notice.
pub fn unobserved(_: &Event) {}

/// An entity that a verb has something to say about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// Which one.
    #[serde(flatten)]
    pub key: Key,
    /// What there is to say.
    pub message: String,
}

impl Note {
    pub(crate) fn new(key: Key, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { key, message }
    }

    /// Tells that an entity has failed, and why.
    pub(crate) fn failed(key: Key, error: &Error, observer: Observer<'_>) -> Self {
        let note = Self::new(key.clone(), error.beside(&key));
        observer(&Event::failed(&note));
        note
    }
}

/// Ends a verb early, without harm: what is on the wire is finished, and nothing more is begun. Clones are one.
///
/// ```
/// use timeback_qti_bank::Stop;
///
/// let stop = Stop::default();
/// let handler = stop.clone();
/// handler.stop();
/// assert!(stop.is_stopped());
/// ```
#[derive(Debug, Clone, Default)]
pub struct Stop(Arc<AtomicBool>);

impl Stop {
    /// Begin nothing more.
    pub fn stop(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether nothing more is to be begun.
    pub fn is_stopped(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
