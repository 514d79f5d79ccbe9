//! Entities of one kind by their identifier, with a note of what changed.
use std::collections::{HashMap, HashSet};
use std::io;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::journal::{Change, Entry};
use super::model::{Feedback, Item, Stamps, Stimulus, Test};

/// What a collection needs to know of its entities.
pub(crate) trait Entity: Serialize + DeserializeOwned {
    /// The name of the kind in the database.
    const KIND: &'static str;
    /// The name of the kind for people.
    const NAME: &'static str;
    fn key(&self) -> &str;
    fn stamps(&self) -> Stamps;
}

macro_rules! entity {
    ($type:ty, $kind:literal, $name:literal, $key:ident) => {
        impl Entity for $type {
            const KIND: &'static str = $kind;
            const NAME: &'static str = $name;
            fn key(&self) -> &str {
                &self.$key
            }
            fn stamps(&self) -> Stamps {
                self.stamps
            }
        }
    };
}
entity!(Test, "test", "Assessment test", identifier);
entity!(Item, "item", "Assessment item", identifier);
entity!(Stimulus, "stimulus", "Stimulus", identifier);
entity!(Feedback, "feedback", "Feedback", id);

/// Entities by identifier.
#[derive(Debug)]
pub(crate) struct Collection<T> {
    entities: HashMap<String, T>,
    changed: HashSet<String>,
}

impl<T> Default for Collection<T> {
    fn default() -> Self {
        Collection {
            entities: HashMap::new(),
            changed: HashSet::new(),
        }
    }
}

impl<T: Entity> Collection<T> {
    pub(crate) fn get(&self, key: &str) -> Option<&T> {
        self.entities.get(key)
    }

    /// The entity for changing; it counts as changed.
    pub(crate) fn get_mut(&mut self, key: &str) -> Option<&mut T> {
        let entity = self.entities.get_mut(key)?;
        self.changed.insert(key.to_owned());
        Some(entity)
    }

    pub(crate) fn contains(&self, key: &str) -> bool {
        self.entities.contains_key(key)
    }

    /// Adds the entity or puts it in the place of its predecessor.
    pub(crate) fn put(&mut self, entity: T) {
        self.changed.insert(entity.key().to_owned());
        self.entities.insert(entity.key().to_owned(), entity);
    }

    pub(crate) fn remove(&mut self, key: &str) -> Option<T> {
        let entity = self.entities.remove(key)?;
        self.changed.insert(key.to_owned());
        Some(entity)
    }

    pub(crate) fn len(&self) -> usize {
        self.entities.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.entities.values()
    }

    pub(super) fn clear(&mut self) {
        self.changed
            .extend(self.entities.drain().map(|(key, _)| key));
    }

    /// Takes in an entity from the database; returns its serial number.
    pub(super) fn load(&mut self, entry: &Entry) -> io::Result<u64> {
        let entity: T = serde_json::from_slice(&entry.value)?;
        let serial = entity.stamps().serial;
        self.entities.insert(entity.key().to_owned(), entity);
        Ok(serial)
    }

    /// What changed since the last call, as the database wants it; nothing where it is not `wanted`.
    pub(super) fn take_changes(&mut self, wanted: bool) -> Vec<Change> {
        let entities = &self.entities;
        let change = |key: String| Change {
            kind: T::KIND,
            // Plain data with string keys always has a JSON form.
            value: entities
                .get(&key)
                .map(|entity| serde_json::to_vec(entity).unwrap_or_default()),
            key,
        };
        self.changed
            .drain()
            .filter(|_| wanted)
            .map(change)
            .collect()
    }
}
