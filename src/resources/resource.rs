//! What every entity can do whose identifier the caller chooses, written once.

use std::fmt;

use ecow::EcoString;

use super::identifier::{check_addressable, check_identifier};
use super::lost_reply;
use super::upsert::{Upserted, upsert};
use crate::client::Client;
use crate::error::{Error, Result};

/// An entity as it is read, and the requests that its resource takes.
pub(super) trait Resource: Clone + fmt::Debug + Send + Sync + 'static {
    /// The identifiers that stand before its own in a path.
    type Parent: Clone + fmt::Debug + Send + Sync + 'static;
    /// The form in which it is created and replaced.
    type Input: Send + Sync;
    /// The form that an edit changes.
    type Draft: Clone + PartialEq + Send + Sync;

    fn identifier(input: &Self::Input) -> &str;

    /// Refuses input that the service would accept, but not keep unchanged.
    fn check(_input: &Self::Input) -> Result<()> {
        Ok(())
    }

    /// Whether the entity holds everything that was sent.
    fn holds(&self, sent: &Self::Input) -> bool;

    fn post(
        into: &Entities<Self>,
        input: &Self::Input,
    ) -> impl Future<Output = Result<Self>> + Send;

    fn read(at: &Entity<Self>) -> impl Future<Output = Result<Self>> + Send;

    fn put(at: &Entity<Self>, input: &Self::Input) -> impl Future<Output = Result<Self>> + Send;

    fn remove(at: &Entity<Self>) -> impl Future<Output = Result<()>> + Send;

    fn draft(&self) -> Result<Self::Draft>;

    /// Writes the draft that an edit has changed.
    fn save(at: &Entity<Self>, edit: Edit<Self>) -> impl Future<Output = Result<Self>> + Send;
}

/// An edit: the entity as it was read, its draft, and the draft as it was changed.
pub(super) struct Edit<R: Resource> {
    pub(super) current: R,
    pub(super) draft: R::Draft,
    pub(super) changed: R::Draft,
}

/// The entities of one resource below one parent.
#[derive(Debug, Clone)]
pub(super) struct Entities<R: Resource> {
    pub(super) client: Client,
    pub(super) parent: R::Parent,
}

impl<R: Resource> Entities<R> {
    pub(super) fn new(client: &Client, parent: R::Parent) -> Self {
        Self {
            client: client.clone(),
            parent,
        }
    }

    pub(super) fn one(&self, identifier: impl Into<EcoString>) -> Entity<R> {
        Entity {
            client: self.client.clone(),
            parent: self.parent.clone(),
            identifier: identifier.into(),
        }
    }

    pub(super) async fn create(self, input: &R::Input) -> Result<R> {
        let created = self.post(input).await;
        let read = self.one(R::identifier(input)).get();
        lost_reply::create(created, read, |found| found.holds(input)).await
    }

    pub(super) async fn upsert(self, input: &R::Input) -> Result<Upserted<R>> {
        let entity = self.one(R::identifier(input));
        upsert(|| self.post(input), || entity.clone().update(input)).await
    }

    async fn post(&self, input: &R::Input) -> Result<R> {
        check_addressable(R::identifier(input))?;
        R::check(input)?;
        R::post(self, input).await
    }
}

/// One entity, addressed by its identifier.
#[derive(Debug, Clone)]
pub(super) struct Entity<R: Resource> {
    pub(super) client: Client,
    pub(super) parent: R::Parent,
    pub(super) identifier: EcoString,
}

impl<R: Resource> Entity<R> {
    pub(super) async fn get(self) -> Result<R> {
        R::read(&self).await
    }

    pub(super) async fn get_opt(self) -> Result<Option<R>> {
        optional(self.get().await)
    }

    pub(super) async fn exists(self) -> Result<bool> {
        Ok(self.get_opt().await?.is_some())
    }

    pub(super) async fn update(self, input: &R::Input) -> Result<R> {
        check_identifier(&self.identifier, R::identifier(input))?;
        R::check(input)?;
        R::put(&self, input).await
    }

    pub(super) async fn edit<F>(self, change: F) -> Result<R>
    where
        F: FnOnce(&mut R::Draft),
    {
        let change = async move |draft: &mut R::Draft| {
            change(draft);
            Ok(())
        };
        self.try_edit(change).await
    }

    pub(super) async fn try_edit<F, E>(self, change: F) -> Result<R, E>
    where
        F: AsyncFnOnce(&mut R::Draft) -> Result<(), E>,
        E: From<Error>,
    {
        let current = R::read(&self).await?;
        let draft = current.draft()?;
        let mut changed = draft.clone();
        change(&mut changed).await?;
        if changed == draft {
            return Ok(current);
        }
        let edit = Edit {
            current,
            draft,
            changed,
        };
        Ok(R::save(&self, edit).await?)
    }

    pub(super) async fn delete(self) -> Result<()> {
        lost_reply::delete(R::remove(&self).await)
    }

    pub(super) async fn delete_if_exists(self) -> Result<bool> {
        Ok(optional(self.delete().await)?.is_some())
    }
}

/// `None` where the service says "not found".
fn optional<T>(found: Result<T>) -> Result<Option<T>> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(missing) if missing.says_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}
