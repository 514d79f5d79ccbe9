//! The service as a bank sees it: entities with their XML and what stands beside it.

mod form;

use futures_util::{Stream, StreamExt as _, TryStreamExt as _, stream};
use serde::Serialize;
use serde_json::{Map, Value};
use timeback_qti::filter::Filter;
use timeback_qti::models::SortOrder;
use timeback_qti::{Client, Error as ClientError, Listing, MetadataWrite};

use crate::entity::{Entity, Identifier, Key, Kind};
use crate::error::{Error, Result};
use crate::state::Stamp;

use form::{beside, stimulus_input, test_input};
pub(crate) use form::{check_writable, is_empty, stimulus_form, writes};

/// How many entities a page has.
const PAGE: u32 = 100;

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
    /// Writes that the service counts, where it does.
    pub(crate) version: Option<i64>,
}

/// An entry of a list.
#[derive(Debug, Clone)]
pub(crate) struct Listed {
    pub(crate) key: Key,
    pub(crate) stamp: Stamp,
    /// How many entries there are, where the list says so.
    pub(crate) total: Option<u64>,
}

impl Listed {
    /// One that no list has told of: what there is of it must be read.
    pub(crate) fn asked_for(key: Key) -> Self {
        Self {
            key,
            stamp: Stamp::default(),
            total: None,
        }
    }
}

/// Which entities of a kind are listed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Query {
    pub(crate) filter: Option<String>,
    pub(crate) search: Option<String>,
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
        let fields = match key.kind {
            Kind::Stimulus => self.client.stimulus(id).get_opt().await.map(fields_of),
            Kind::Item => self.client.item(id).get_opt().await.map(fields_of),
            Kind::Test => self.client.test(id).get_opt().await.map(fields_of),
        };
        let fields = fields.map_err(Error::service(key))?;
        match fields {
            None => Ok(None),
            Some(fields) => self.stored(key, fields).await.map(Some),
        }
    }

    async fn stored(&self, key: &Key, mut fields: Map<String, Value>) -> Result<Stored> {
        let id = key.identifier.as_str();
        let xml = match (fields.remove("rawXml"), key.kind) {
            (Some(Value::String(xml)), _) => xml,
            (_, Kind::Item) => self
                .client
                .item(id)
                .get_xml()
                .await
                .map_err(Error::service(key))?,
            (_, Kind::Test) => self
                .client
                .test(id)
                .get_xml()
                .await
                .map_err(Error::service(key))?,
            (_, Kind::Stimulus) => return Err(Error::NoXml { key: key.clone() }),
        };
        let stamp = stamp(&fields, Some(&xml));
        let version = stamp.version;
        let beside = beside(key.kind, fields, &xml);
        let key = key.clone();
        Ok(Stored {
            entity: Entity { key, xml, beside },
            stamp,
            version,
        })
    }

    /// All entities of a kind, as far as a list tells them apart.
    pub(crate) fn list(
        &self,
        kind: Kind,
        query: &Query,
    ) -> impl Stream<Item = Result<Listed>> + Send + Unpin + use<> {
        let filter = query.filter.as_deref().map(Filter::verbatim);
        macro_rules! list {
            ($collection:expr, $filter:expr) => {{
                let mut list = $collection
                    .list()
                    .limit(PAGE)
                    .sort("createdAt")
                    .order(SortOrder::Asc)
                    .read_ahead(2);
                if let Some(text) = &query.search {
                    list = list.query(text.as_str());
                }
                let list = $filter(list);
                with_total(list.stream()).boxed()
            }};
        }
        let fields = match kind {
            Kind::Stimulus => list!(self.client.stimuli(), |list| list),
            Kind::Item => list!(
                self.client.items(),
                |list: timeback_qti::List<_>| match filter {
                    Some(filter) => list.filter(filter),
                    None => list,
                }
            ),
            Kind::Test => list!(
                self.client.tests(),
                |list: timeback_qti::List<_>| match filter {
                    Some(filter) => list.filter(filter),
                    None => list,
                }
            ),
        };
        let listed = fields.map(move |entry| match entry {
            Ok(((identifier, stamp), total)) => match Identifier::new(identifier) {
                Ok(identifier) => Ok(Some(Listed {
                    key: Key::new(kind, identifier),
                    stamp,
                    total,
                })),
                // No request could ask for it.
                Err(_) => Ok(None),
            },
            Err(source) => Err(Error::List { kind, source }),
        });
        listed.try_filter_map(async |entry| Ok(entry)).boxed()
    }

    /// Creates an entity; what tells its state from later ones.
    pub(crate) async fn create(&self, entity: &Entity) -> Result<Stamp, WriteError> {
        Ok(match entity.key.kind {
            Kind::Stimulus => {
                let input = stimulus_input(entity).map_err(WriteError::Refused)?;
                stamp_of(self.client.stimuli().create(&input).await?)
            }
            Kind::Item => {
                let items = self.client.items();
                let metadata = entity.metadata();
                stamp_of(items.create_xml(&entity.xml, metadata).await?)
            }
            Kind::Test => match test_input(entity).map_err(WriteError::Refused)? {
                Some(input) => stamp_of(self.client.tests().create(&input).await?),
                None => self.create_test(entity).await?,
            },
        })
    }

    /// A test's XML holds no metadata: it is written besides.
    async fn create_test(&self, entity: &Entity) -> Result<Stamp, ClientError> {
        let created = self.client.tests().create_xml(&entity.xml).await?;
        match entity.metadata().filter(|wanted| !wanted.is_empty()) {
            None => Ok(stamp_of(created)),
            Some(metadata) => {
                let test = self.client.test(entity.key.identifier.as_str());
                test.update_metadata(metadata).await.map(stamp_of)
            }
        }
    }

    /// Replaces an entity; what tells its state from later ones.
    pub(crate) async fn replace(&self, entity: &Entity) -> Result<Stamp, WriteError> {
        let id = entity.key.identifier.as_str();
        let metadata = entity
            .metadata()
            .map_or(MetadataWrite::Clear, MetadataWrite::Replace);
        Ok(match entity.key.kind {
            Kind::Stimulus => {
                let input = stimulus_input(entity).map_err(WriteError::Refused)?;
                stamp_of(self.client.stimulus(id).update(&input).await?)
            }
            Kind::Item => {
                let item = self.client.item(id);
                stamp_of(item.update_xml(&entity.xml, metadata).await?)
            }
            Kind::Test => match test_input(entity).map_err(WriteError::Refused)? {
                Some(input) => stamp_of(self.client.test(id).update(&input).await?),
                None => {
                    let test = self.client.test(id);
                    stamp_of(test.update_xml(&entity.xml, metadata).await?)
                }
            },
        })
    }

    /// Deletes an entity; whether there was one. References of others to it stay, and lead nowhere.
    ///
    /// # Errors
    /// [`Error::Service`] if it cannot be deleted.
    pub async fn remove(&self, key: &Key) -> Result<bool> {
        self.delete(key).await.map_err(Error::service(key))
    }

    /// Deletes an entity; whether there was one.
    pub(crate) async fn delete(&self, key: &Key) -> Result<bool, ClientError> {
        let id = key.identifier.as_str();
        match key.kind {
            Kind::Stimulus => self.client.stimulus(id).delete_if_exists().await,
            Kind::Item => self.client.item(id).delete_if_exists().await,
            Kind::Test => self.client.test(id).delete_if_exists().await,
        }
    }
}

fn fields_of<T: Serialize>(found: Option<T>) -> Option<Map<String, Value>> {
    match serde_json::to_value(found?) {
        Ok(Value::Object(fields)) => Some(fields),
        _ => Some(Map::new()),
    }
}

/// What is needed of each entity of a list, and how many there are.
fn with_total<T: Serialize>(
    listing: Listing<T>,
) -> impl Stream<Item = Result<((String, Stamp), Option<u64>), ClientError>> {
    stream::unfold(listing, async |mut listing| {
        let entity = listing.next().await?;
        let total = listing.total();
        Some((entity.map(|entity| (listed(entity), total)), listing))
    })
}

fn listed(entity: impl Serialize) -> (String, Stamp) {
    let fields = fields_of(Some(entity)).unwrap_or_default();
    let text = |name: &str| fields.get(name).and_then(Value::as_str);
    let identifier = text("identifier").unwrap_or_default().to_owned();
    (identifier, stamp(&fields, text("rawXml")))
}

fn stamp_of(entity: impl Serialize) -> Stamp {
    listed(entity).1
}

fn stamp(fields: &Map<String, Value>, xml: Option<&str>) -> Stamp {
    let updated_at = fields.get("updatedAt").and_then(Value::as_str);
    let version = fields.get("__v").and_then(Value::as_i64);
    Stamp::new(updated_at.map(str::to_owned), version, xml)
}

/// A write that went wrong.
#[derive(Debug)]
pub(crate) enum WriteError {
    /// It was not sent: something would have been lost.
    Refused(String),
    /// It was sent, or was to be.
    Sent(ClientError),
}

impl From<ClientError> for WriteError {
    fn from(error: ClientError) -> Self {
        Self::Sent(error)
    }
}
