//! The requests of an item, from the JSON authoring form and from XML.

use super::super::read_back::{self, unconfirmed};
use super::super::resource::{Edit, Entities, Entity, Resource};
use super::super::xml_resource::XmlResource;
use crate::error::{Error, Result};
use crate::models::raw_xml::raw_xml;
use crate::models::{
    AssessmentItem, AssessmentItemBody, AssessmentItemInput, AssessmentItemXml, Metadata, json,
    rewrite,
};
use crate::transport::Requests;
use crate::transport::operation::{self, Operation};
use crate::xml::{self, Difference, XmlError};

const UPDATE: &str = operation::UPDATE_ASSESSMENT_ITEM.id;
const INSTEAD: &str = "replace the item with update_xml and MetadataWrite::Replace";

impl Resource for AssessmentItem {
    type Parent = ();
    type Input = AssessmentItemInput;
    type Draft = Self;

    fn identifier(item: &AssessmentItemInput) -> &str {
        &item.identifier
    }

    fn holds(&self, sent: &AssessmentItemInput) -> bool {
        json::holds(self, sent)
    }

    async fn post(into: &Entities<Self>, item: &AssessmentItemInput) -> Result<Self> {
        let body = &item.clone().into();
        let create = into
            .client
            .call(|request| request.create_assessment_item(body));
        create.await
    }

    fn read(at: &Entity<Self>) -> impl Future<Output = Result<Self>> + Send {
        at.client
            .call(move |request| request.get_assessment_item(&at.identifier))
    }

    async fn put(at: &Entity<Self>, item: &AssessmentItemInput) -> Result<Self> {
        put(at, &item.clone().into()).await
    }

    fn remove(at: &Entity<Self>) -> impl Future<Output = Result<()>> + Send {
        at.client
            .call(move |request| request.delete_assessment_item(&at.identifier))
    }

    fn draft(&self) -> Result<Self> {
        Ok(self.clone())
    }

    /// An item is not written in the form that it is read in: its XML and its metadata are.
    async fn save(at: &Entity<Self>, edit: Edit<Self>) -> Result<Self> {
        let Edit {
            current, changed, ..
        } = edit;
        let may_change = |field: &str| matches!(field, "rawXml" | "metadata");
        rewrite::refuse_changes(&current, &changed, may_change)?;
        let xml = changed
            .raw_xml
            .ok_or_else(|| Error::input("without its rawXml an item cannot be written"))?;
        rewrite::refuse_beyond_xml(&current.beyond_xml()?, INSTEAD)?;
        at.check_document(&xml)?;
        let (before, after) = (current.metadata.as_ref(), changed.metadata.as_ref());
        rewrite::refuse_rounded(after)?;
        replace(at, &xml, after, before).await
    }
}

impl XmlResource for AssessmentItem {
    const ROOT: &'static str = "qti-assessment-item";
    const READ: &'static Operation = &operation::GET_ASSESSMENT_ITEM;

    fn raw_xml(&self) -> Option<&str> {
        self.raw_xml.as_deref()
    }

    fn first_difference(sent: &str, stored: &str) -> Result<Option<Difference>, XmlError> {
        xml::first_difference(sent, stored)
    }

    async fn post_xml(new: &Entity<Self>, xml: &str, metadata: Option<&Metadata>) -> Result<Self> {
        let body = &AssessmentItemXml::new(xml, metadata.cloned()).into();
        let create = new
            .client
            .call(|request| request.create_assessment_item(body));
        create.await
    }

    fn metadata(&self) -> Option<&Metadata> {
        self.metadata.as_ref()
    }

    async fn keep(at: &Entity<Self>, current: &Self, xml: &str) -> Result<Self> {
        rewrite::refuse_beyond_xml(&current.beyond_xml()?, INSTEAD)?;
        rewrite::refuse_rounded(current.metadata.as_ref())?;
        replace(at, xml, current.metadata.as_ref(), None).await
    }

    async fn replace(at: &Entity<Self>, xml: &str, metadata: Option<&Metadata>) -> Result<Self> {
        let item = replace(at, xml, metadata, None).await?;
        if metadata.is_none_or(Metadata::is_empty) {
            // Whatever is there has outlived the write that was to clear it.
            let found = item.metadata.as_ref();
            read_back::check_removed(UPDATE, found, metadata, found)?;
        }
        Ok(item)
    }
}

async fn put(at: &Entity<AssessmentItem>, body: &AssessmentItemBody) -> Result<AssessmentItem> {
    let update = |request: Requests<'_>| request.update_assessment_item(&at.identifier, body);
    at.client.call(update).await
}

/// Writes XML that was checked, and refuses what is stored if it still has metadata of `before` that was not sent.
async fn replace(
    at: &Entity<AssessmentItem>,
    xml: &str,
    metadata: Option<&Metadata>,
    before: Option<&Metadata>,
) -> Result<AssessmentItem> {
    put(at, &AssessmentItemXml::new(xml, metadata.cloned()).into()).await?;
    let item = AssessmentItem::read(at).await.map_err(unconfirmed)?;
    let found = raw_xml(item.raw_xml.as_deref()).map_err(unconfirmed)?;
    read_back::check_stored(UPDATE, xml::first_difference(xml, found))?;
    read_back::check_typed(UPDATE, xml, &item)?;
    let found = item.metadata.as_ref();
    read_back::check_metadata(UPDATE, metadata, found)?;
    read_back::check_removed(UPDATE, before, metadata, found)?;
    Ok(item)
}
