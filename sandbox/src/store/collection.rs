//! Entities of one kind by their identifier, with a note of what changed.

use std::collections::HashMap;
use std::io;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::database::{Change, Entry};
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

/// Entities as they were before a write, by identifier; `None` for one that did not exist.
pub(super) type Replaced<T> = HashMap<String, Option<T>>;

/// Entities by identifier.
#[derive(Debug)]
pub(crate) struct Collection<T> {
    entities: HashMap<String, T>,
    replaced: Replaced<T>,
}

impl<T> Default for Collection<T> {
    fn default() -> Self {
        Collection {
            entities: HashMap::new(),
            replaced: HashMap::new(),
        }
    }
}

impl<T: Entity> Collection<T> {
    pub(crate) fn get(&self, key: &str) -> Option<&T> {
        self.entities.get(key)
    }

    pub(crate) fn contains(&self, key: &str) -> bool {
        self.entities.contains_key(key)
    }

    /// Adds the entity, or replaces the one with its identifier.
    pub(crate) fn put(&mut self, entity: T) {
        let key = entity.key().to_owned();
        let before = self.entities.insert(key.clone(), entity);
        self.replaced.entry(key).or_insert(before);
    }

    /// Removes the entity; returns whether there was one.
    pub(crate) fn remove(&mut self, key: &str) -> bool {
        let before = self.entities.remove_entry(key);
        let removed = before.is_some();
        if let Some((key, entity)) = before {
            self.replaced.entry(key).or_insert(Some(entity));
        }
        removed
    }

    pub(crate) fn len(&self) -> usize {
        self.entities.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &T> {
        self.entities.values()
    }

    pub(super) fn clear(&mut self) {
        for (key, entity) in self.entities.drain() {
            self.replaced.entry(key).or_insert(Some(entity));
        }
    }

    /// Adds an entity from the database; returns its serial number.
    pub(super) fn load(&mut self, entry: &Entry) -> io::Result<u64> {
        let entity: T = serde_json::from_slice(&entry.value)?;
        let serial = entity.stamps().serial;
        self.entities.insert(entity.key().to_owned(), entity);
        Ok(serial)
    }

    /// What was replaced since the last call.
    pub(super) fn take_replaced(&mut self) -> Replaced<T> {
        std::mem::take(&mut self.replaced)
    }

    /// Restores what was replaced. `replaced` keeps the identifiers, which tell what changed.
    pub(super) fn take_back(&mut self, replaced: &mut Replaced<T>) {
        for (key, before) in replaced {
            match before.take() {
                Some(entity) => self.entities.insert(key.clone(), entity),
                None => self.entities.remove(key),
            };
        }
    }

    /// The current entities of these identifiers, as changes for the database.
    pub(super) fn changes<'a>(
        &self,
        keys: impl Iterator<Item = &'a String>,
    ) -> impl Iterator<Item = Change> {
        keys.map(|key| Change {
            kind: T::KIND,
            key: key.clone(),
            // Plain data with string keys always has a JSON form.
            value: self
                .get(key)
                .map(|entity| serde_json::to_vec(entity).unwrap_or_default()),
        })
    }
}
