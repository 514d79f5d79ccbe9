//! The service as a bank sees it: entities with their XML and what stands beside it.

mod form;
mod found;
mod list;

use serde_json::{Map, Value};
use timeback_qti::{Client, Error as ClientError, MetadataWrite};

use crate::entity::{Entity, Key, Kind};
use crate::error::{Error, Result};
use crate::state::Stamp;

use form::{TestForm, item_metadata, stimulus_input, test_form};
pub(crate) use form::{check_writable, stimulus_form, writes};
use found::Found;
pub use list::Unaddressable;
pub(crate) use list::{Entry, Listed, Query};

/// The service, asked for entities as banks hold them.
#[derive(Debug, Clone)]
pub struct Service {
    client: Client,
}

/// An entity as the service holds it.
#[derive(Debug, Clone, PartialEq)]
pub struct Stored {
    /// The entity.
    pub entity: Entity,
    pub(crate) stamp: Stamp,
}

impl Service {
    /// The service that a client speaks to.
    pub fn new(client: Client) -> Self {
        Self { client }
    }

    /// The client.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Reads an entity; `None` if there is none of this key.
    ///
    /// # Errors
    /// [`Error::Service`] if it cannot be read.
    pub async fn get(&self, key: &Key) -> Result<Option<Stored>> {
        let id = key.identifier.as_str();
        match key.kind {
            Kind::Stimulus => self.stored(key, self.client.stimulus(id).get_opt()).await,
            Kind::Item => self.stored(key, self.client.item(id).get_opt()).await,
            Kind::Test => self.stored(key, self.client.test(id).get_opt()).await,
        }
    }

    async fn stored<T: Found>(
        &self,
        key: &Key,
        read: impl Future<Output = Result<Option<T>, ClientError>>,
    ) -> Result<Option<Stored>> {
        let Some(mut found) = read.await.map_err(Error::service(key))? else {
            return Ok(None);
        };
        let id = key.identifier.as_str();
        let xml = match (found.xml().take(), key.kind) {
            (Some(xml), _) => Ok(xml),
            (None, Kind::Item) => self.client.item(id).get_xml().await,
            (None, Kind::Test) => self.client.test(id).get_xml().await,
            (None, Kind::Stimulus) => return Err(Error::NoXml { key: key.clone() }),
        };
        let xml = xml.map_err(Error::service(key))?;
        let stamp = found.stamp().of_xml(Some(&xml));
        *found.xml() = Some(xml);
        let entity = Entity {
            key: key.clone(),
            beside: found.beside().map_err(Error::service(key))?,
            xml: found.xml().take().unwrap_or_default(),
        };
        Ok(Some(Stored { entity, stamp }))
    }

    /// Creates an entity; returns what later tells whether it has changed since.
    pub(crate) async fn create(&self, entity: &Entity) -> Result<Stamp, WriteError> {
        Ok(match entity.key.kind {
            Kind::Stimulus => {
                let input = stimulus_input(entity).map_err(WriteError::Refused)?;
                stamp_of(self.client.stimuli().create(&input).await?)
            }
            Kind::Item => {
                let items = self.client.items();
                let metadata = item_metadata(entity).map_err(WriteError::Refused)?;
                stamp_of(items.create_xml(&entity.xml, metadata).await?)
            }
            Kind::Test => match test_form(entity).map_err(WriteError::Refused)? {
                TestForm::Json(input) => stamp_of(self.client.tests().create(&input).await?),
                TestForm::Xml(metadata) => self.create_test(entity, metadata).await?,
            },
        })
    }

    /// Creates a test in two writes, because its XML holds no metadata.
    async fn create_test(
        &self,
        entity: &Entity,
        metadata: Option<&Map<String, Value>>,
    ) -> Result<Stamp, WriteError> {
        let created = self.client.tests().create_xml(&entity.xml).await?;
        let Some(metadata) = metadata.filter(|wanted| !wanted.is_empty()) else {
            return Ok(stamp_of(created));
        };
        let test = self.client.test(entity.key.identifier.as_str());
        let completed = test.update_metadata(metadata).await;
        completed.map(stamp_of).map_err(WriteError::Partly)
    }

    /// Replaces an entity; returns what later tells whether it has changed since.
    pub(crate) async fn replace(&self, entity: &Entity) -> Result<Stamp, WriteError> {
        let id = entity.key.identifier.as_str();
        let replacing =
            |metadata: Option<_>| metadata.map_or(MetadataWrite::Clear, MetadataWrite::Replace);
        Ok(match entity.key.kind {
            Kind::Stimulus => {
                let input = stimulus_input(entity).map_err(WriteError::Refused)?;
                stamp_of(self.client.stimulus(id).update(&input).await?)
            }
            Kind::Item => {
                let metadata = item_metadata(entity).map_err(WriteError::Refused)?;
                let item = self.client.item(id);
                stamp_of(item.update_xml(&entity.xml, replacing(metadata)).await?)
            }
            Kind::Test => match test_form(entity).map_err(WriteError::Refused)? {
                TestForm::Json(input) => stamp_of(self.client.test(id).update(&input).await?),
                TestForm::Xml(metadata) => {
                    let test = self.client.test(id);
                    stamp_of(test.update_xml(&entity.xml, replacing(metadata)).await?)
                }
            },
        })
    }

    /// Deletes an entity; returns whether it existed. References of other entities to it stay, and lead nowhere.
    ///
    /// # Errors
    /// [`Error::Service`] if it cannot be deleted.
    pub async fn remove(&self, key: &Key) -> Result<bool> {
        self.delete(key).await.map_err(Error::service(key))
    }

    /// Deletes an entity; returns whether it existed.
    pub(crate) async fn delete(&self, key: &Key) -> Result<bool, ClientError> {
        let id = key.identifier.as_str();
        match key.kind {
            Kind::Stimulus => self.client.stimulus(id).delete_if_exists().await,
            Kind::Item => self.client.item(id).delete_if_exists().await,
            Kind::Test => self.client.test(id).delete_if_exists().await,
        }
    }
}

fn stamp_of(mut found: impl Found) -> Stamp {
    let xml = found.xml().take();
    found.stamp().of_xml(xml.as_deref())
}

/// A write that went wrong.
#[derive(Debug)]
pub(crate) enum WriteError {
    /// It was not sent, because something would have been lost.
    Refused(String),
    /// It failed on its way or at the service.
    Sent(ClientError),
    /// A test was created, and its metadata was not written.
    Partly(ClientError),
}

impl From<ClientError> for WriteError {
    fn from(error: ClientError) -> Self {
        Self::Sent(error)
    }
}
