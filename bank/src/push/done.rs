//! What came of the steps of a push.

use super::PushReport;
use crate::entity::Key;
use crate::progress::{Event, Note, Observer, Outcome};

/// What came of a step.
pub(super) struct Done {
    pub(super) key: Key,
    pub(super) outcome: Outcome,
    pub(super) message: Option<String>,
    pub(super) overtaken: bool,
}

impl Done {
    pub(super) fn new(key: &Key, outcome: Outcome) -> Self {
        Self {
            key: key.clone(),
            outcome,
            message: None,
            overtaken: false,
        }
    }

    pub(super) fn saying(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }
}

impl PushReport {
    pub(super) fn take(&mut self, done: Done, observer: Observer<'_>) {
        observer(&Event::Entity {
            key: done.key.clone(),
            outcome: done.outcome,
            message: done.message.clone(),
        });
        let note = Note::new(done.key, done.message.unwrap_or_default());
        if done.overtaken {
            self.overtaken.push(note.clone());
        }
        match done.outcome {
            Outcome::Created => self.created += 1,
            Outcome::Replaced => self.replaced += 1,
            Outcome::Deleted => self.deleted += 1,
            Outcome::Conflict => self.conflicts.push(note),
            Outcome::Kept => self.kept.push(note),
            Outcome::Skipped => self.skipped.push(note),
            Outcome::Failed => self.failed.push(note),
            _ => self.unchanged += 1,
        }
    }
}
