//! The outcome of one entity's pull, and its place in the report.

use timeback_qti::xml::XmlError;

use super::PullReport;
use crate::entity::{Entity, Key, References, references};
use crate::error::Error;
use crate::progress::{Event, Note, Observer, Outcome};
use crate::remote::Unaddressable;

/// The outcome of one entity's pull.
pub(super) struct Pulled {
    key: Key,
    outcome: Outcome,
    message: Option<String>,
    references: Option<Result<References, XmlError>>,
}

impl Pulled {
    pub(super) fn done(
        key: Key,
        outcome: Outcome,
        entity: Option<&Entity>,
        with_references: bool,
    ) -> Self {
        let entity = entity.filter(|_| with_references);
        Self {
            key,
            outcome,
            message: None,
            references: entity.map(|entity| references(entity.key.kind, &entity.xml)),
        }
    }

    pub(super) fn saying(mut self, message: &str) -> Self {
        self.message = Some(message.to_owned());
        self
    }

    pub(super) fn error(key: Key, error: &Error) -> Self {
        let message = error.beside(&key);
        Self::failed(key, message)
    }

    /// The service has none of this key.
    pub(super) fn none_there(key: Key) -> Self {
        Self::failed(key, "the service has none of this identifier".to_owned())
    }

    fn failed(key: Key, message: String) -> Self {
        Self {
            key,
            outcome: Outcome::Failed,
            message: Some(message),
            references: None,
        }
    }
}

impl PullReport {
    pub(super) fn take(&mut self, pulled: Pulled, observer: Observer<'_>) -> Vec<Key> {
        observer(&Event::Entity {
            key: pulled.key.clone(),
            outcome: pulled.outcome,
            message: pulled.message.clone(),
        });
        let note = Note::new(pulled.key, pulled.message.unwrap_or_default());
        let references = match pulled.references {
            None => References::default(),
            Some(Ok(references)) => references,
            Some(Err(problem)) => {
                let message = format!("nobody can tell what it refers to: {problem}");
                let unreadable = Note::new(note.key.clone(), message);
                observer(&Event::failed(&unreadable));
                self.failed.push(unreadable);
                References::default()
            }
        };
        for (kind, problem) in references.unaddressable {
            let message = format!("{problem}; {} refers to it", note.key);
            let entity = Unaddressable::new(kind, Some(problem.0), message);
            self.take_unaddressable(entity, observer);
        }
        match pulled.outcome {
            Outcome::Created => self.created += 1,
            Outcome::Replaced => self.replaced += 1,
            Outcome::Deleted => self.deleted += 1,
            Outcome::Conflict => self.conflicts.push(note),
            Outcome::Kept => self.kept.push(note),
            Outcome::Failed => self.failed.push(note),
            _ => self.unchanged += 1,
        }
        references.keys
    }

    pub(super) fn take_unaddressable(&mut self, entity: Unaddressable, observer: Observer<'_>) {
        observer(&Event::Unaddressable(entity.clone()));
        self.unaddressable.push(entity);
    }
}
