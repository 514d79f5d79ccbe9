//! Metadata of one entity, changed by key.

use serde_json::{Map, Value};

use crate::entity::{Key, Kind};
use crate::error::{Error, Result};
use crate::remote::Service;

/// What is done to metadata: keys that are neither set nor taken away stay.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct MetadataChange {
    /// Values by key.
    pub set: Map<String, Value>,
    /// Keys to take away.
    pub unset: Vec<String>,
}

impl MetadataChange {
    /// Sets a key.
    #[must_use]
    pub fn set(mut self, key: impl Into<String>, value: impl Into<Value>) -> Self {
        self.set.insert(key.into(), value.into());
        self
    }

    /// Takes a key away.
    #[must_use]
    pub fn unset(mut self, key: impl Into<String>) -> Self {
        self.unset.push(key.into());
        self
    }

    fn apply(&self, metadata: &mut Map<String, Value>) {
        metadata.retain(|key, _| !self.unset.contains(key));
        metadata.extend(self.set.clone());
    }
}

impl Service {
    /// Changes an entity's metadata, by reading it first; gives what is stored then. A change that changes nothing is not
    /// sent.
    ///
    /// # Errors
    /// [`Error::Service`] if there is no such entity, the service says no, or the change would lose something else.
    pub async fn change_metadata(
        &self,
        key: &Key,
        change: &MetadataChange,
    ) -> Result<Map<String, Value>> {
        let id = key.identifier.as_str();
        let client = self.client();
        let stored = match key.kind {
            Kind::Stimulus => {
                let edit = client
                    .stimulus(id)
                    .edit(|stimulus| change.apply(stimulus.metadata.get_or_insert_default()));
                edit.await.map(|stimulus| stimulus.metadata)
            }
            Kind::Item => {
                let edit = client
                    .item(id)
                    .edit(|item| change.apply(item.metadata.get_or_insert_default()));
                edit.await.map(|item| item.metadata)
            }
            Kind::Test => {
                let test = client.test(id);
                let read = test.get().await.map_err(Error::service(key))?;
                let before = read.metadata.unwrap_or_default();
                let mut metadata = before.clone();
                change.apply(&mut metadata);
                match metadata == before {
                    true => Ok(Some(before)),
                    false => test
                        .update_metadata(&metadata)
                        .await
                        .map(|test| test.metadata),
                }
            }
        };
        stored
            .map(Option::unwrap_or_default)
            .map_err(Error::service(key))
    }
}
