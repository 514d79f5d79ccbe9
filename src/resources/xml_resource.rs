//! What an entity that is stored as XML can do besides, written once.

use super::identifier::check_identifier;
use super::resource::{Entities, Entity, Resource};
use super::upsert::{Upserted, upsert};
use super::{MetadataWrite, lost_reply, read_back, xml_body};
use crate::error::{Error, Result};
use crate::models::Metadata;
use crate::models::raw_xml::raw_xml;
use crate::transport::operation::Operation;
use crate::xml::{Difference, XmlError};

/// An entity with XML of its own, and the requests that take it.
pub(super) trait XmlResource: Resource {
    /// The root of its XML.
    const ROOT: &'static str;
    /// The operation that reads it, which can also answer with XML.
    const READ: &'static Operation;

    fn raw_xml(&self) -> Option<&str>;

    /// The first place where the stored XML does not mean what the sent XML means.
    fn first_difference(sent: &str, stored: &str) -> Result<Option<Difference>, XmlError>;

    /// Creates it from XML that was checked.
    fn post_xml(
        new: &Entity<Self>,
        xml: &str,
        metadata: Option<&Metadata>,
    ) -> impl Future<Output = Result<Self>> + Send;

    fn metadata(&self) -> Option<&Metadata>;

    /// Replaces it by XML that was checked, and keeps what it has besides the XML.
    fn keep(
        at: &Entity<Self>,
        current: &Self,
        xml: &str,
    ) -> impl Future<Output = Result<Self>> + Send;

    /// Replaces it by XML that was checked, with this metadata or none.
    fn replace(
        at: &Entity<Self>,
        xml: &str,
        metadata: Option<&Metadata>,
    ) -> impl Future<Output = Result<Self>> + Send;
}

impl<R: XmlResource> Entities<R> {
    pub(super) async fn create_xml(self, xml: &str, metadata: Option<&Metadata>) -> Result<R> {
        let new = self.one(xml_body::check_new_document(R::ROOT, xml)?);
        let created = R::post_xml(&new, xml, metadata).await;
        let ours = |found: &R| {
            let stored = found.raw_xml().unwrap_or_default();
            R::first_difference(xml, stored) == Ok(None)
                && read_back::holds_metadata(metadata, found.metadata())
        };
        lost_reply::create(created, new.clone().get(), ours).await
    }

    pub(super) async fn upsert_xml(
        self,
        xml: &str,
        metadata: MetadataWrite<'_>,
    ) -> Result<Upserted<R>> {
        let entity = self.one(xml_body::check_new_document(R::ROOT, xml)?);
        upsert(
            || R::post_xml(&entity, xml, metadata.given()),
            || entity.clone().update_xml(xml, metadata),
        )
        .await
    }
}

impl<R: XmlResource> Entity<R> {
    pub(super) async fn get_xml(self) -> Result<String> {
        let id = [self.identifier.as_str()];
        let read = |body: &[u8]| xml_body::read_xml(R::ROOT, body);
        self.client.call_xml(R::READ, &id, None, read).await
    }

    pub(super) async fn update_xml(self, xml: &str, metadata: MetadataWrite<'_>) -> Result<R> {
        self.check_document(xml)?;
        match metadata {
            MetadataWrite::Keep => R::keep(&self, &R::read(&self).await?, xml).await,
            MetadataWrite::Clear => R::replace(&self, xml, None).await,
            MetadataWrite::Replace(metadata) => R::replace(&self, xml, Some(metadata)).await,
        }
    }

    pub(super) async fn edit_xml<F>(self, change: F) -> Result<R>
    where
        F: FnOnce(&mut String),
    {
        let change = async move |xml: &mut String| {
            change(xml);
            Ok(())
        };
        self.try_edit_xml(change).await
    }

    pub(super) async fn try_edit_xml<F, E>(self, change: F) -> Result<R, E>
    where
        F: AsyncFnOnce(&mut String) -> Result<(), E>,
        E: From<Error>,
    {
        let current = R::read(&self).await?;
        let mut xml = raw_xml(current.raw_xml())?.to_owned();
        change(&mut xml).await?;
        if current.raw_xml() == Some(xml.as_str()) {
            return Ok(current);
        }
        self.check_document(&xml)?;
        Ok(R::keep(&self, &current, &xml).await?)
    }

    /// Refuses XML that the service would not take, or that is about another entity.
    pub(super) fn check_document(&self, xml: &str) -> Result<()> {
        match xml_body::check_document(R::ROOT, xml)? {
            Some(identifier) => check_identifier(&self.identifier, &identifier),
            None => Ok(()),
        }
    }
}
