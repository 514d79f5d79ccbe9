//! One assessment item.

use ecow::EcoString;

use super::super::conveniences::{check_identifier, may_not_exist};
use super::super::{MetadataWrite, edit, settle, stored};
use super::ROOT;
use crate::client::Client;
use crate::error::{Error, Result};
use crate::models::owner::ASSESSMENT_ITEM_IN_XML;
use crate::models::{
    AssessmentItem, AssessmentItemBody, AssessmentItemInput, AssessmentItemXml, Metadata,
    ProcessResponseResult, ResponseInput,
};
use crate::transport::operation;
use crate::xml::first_difference;

/// One assessment item, addressed by its identifier; made by [`Client::item`].
///
/// ```
#[doc = include_str!("../example.txt")]
/// use timeback_qti::models::{
///     AssessmentItemInput, CorrectResponse, Interaction, InteractionChoice, QuestionStructure, ResponseDeclaration,
///     ResponseInput,
/// };
///
/// let mut input = AssessmentItemInput::new("item-001", "Capitals", "choice");
/// input.interaction = Some(Interaction {
///     response_identifier: Some("RESPONSE".to_owned()),
///     question_structure: Some(QuestionStructure::new(
///         "What is the capital of Italy?",
///         [InteractionChoice::new("A", "Milan"), InteractionChoice::new("B", "Rome")],
///     )),
///     ..Interaction::new("choice")
/// });
/// input.response_declarations = Some(vec![ResponseDeclaration {
///     base_type: Some("identifier".into()),
///     correct_response: Some(CorrectResponse::new(["B"])),
///     ..ResponseDeclaration::new("RESPONSE", "single")
/// }]);
/// client.items().create(&input).await?;
///
/// let item = client.item("item-001");
/// assert_eq!(item.process_response(&ResponseInput::new("RESPONSE", "B")).await?.score, 1.0);
/// item.edit_xml(|xml| *xml = xml.replace("Milan", "Milano")).await?;
/// assert!(item.delete_if_exists().await?);
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
#[must_use = "a handle sends nothing until one of its methods is awaited"]
pub struct ItemHandle {
    client: Client,
    identifier: EcoString,
}

impl ItemHandle {
    pub(crate) fn new(client: &Client, identifier: &str) -> Self {
        Self {
            client: client.clone(),
            identifier: identifier.into(),
        }
    }

    /// Reads the item (operation `getAssessmentItem`). [`AssessmentItem::view`] tells what its XML says.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if the item does not exist.
    pub fn get(&self) -> impl Future<Output = Result<AssessmentItem>> + Send + use<> {
        let this = self.clone();
        async move {
            this.client
                .call(|request| request.get_assessment_item(&this.identifier))
                .await
        }
    }

    /// Reads the item's XML (operation `getAssessmentItem`, asked for XML).
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if the item does not exist.
    pub fn get_xml(&self) -> impl Future<Output = Result<String>> + Send + use<> {
        let this = self.clone();
        async move {
            let id = [this.identifier.as_str()];
            this.client
                .call_xml(&operation::GET_ASSESSMENT_ITEM, &id, None, |body| {
                    stored::read_xml(ROOT, body)
                })
                .await
        }
    }

    /// Replaces the whole item from the JSON authoring form (operation `updateAssessmentItem`): what is `None` is not
    /// sent, and the service clears it; what the form cannot express is dropped from the XML. To change some of an item
    /// and keep the rest, use [`edit`](Self::edit) or [`edit_xml`](Self::edit_xml).
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input) if the item's identifier is not the one addressed;
    /// [`NotFound`](crate::ErrorKind::NotFound) if the item does not exist;
    /// [`Request`](crate::ErrorKind::Request) or [`Server`](crate::ErrorKind::Server) if the service refuses the item.
    pub fn update<'a>(
        &self,
        item: &'a AssessmentItemInput,
    ) -> impl Future<Output = Result<AssessmentItem>> + Send + use<'a> {
        let this = self.clone();
        async move {
            check_identifier(&this.identifier, &item.identifier)?;
            this.put(&item.clone().into()).await
        }
    }

    /// Replaces the whole item from its QTI XML (operation `updateAssessmentItem`), reads it back, and compares what is
    /// stored with what was sent, white space between elements and the order of attributes aside. `metadata` says what
    /// becomes of what XML does not hold: to keep it, the item is read first.
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input) if the XML is not an item of QTI 3.0 (with line and column), or its identifier
    /// is not the one addressed, or [`Keep`](MetadataWrite::Keep) could not keep a field, which it names;
    /// [`NotFound`](crate::ErrorKind::NotFound) if the item does not exist;
    /// [`Request`](crate::ErrorKind::Request) or [`Server`](crate::ErrorKind::Server) if the service refuses the XML;
    /// [`Altered`](crate::ErrorKind::Altered), with the place, if the service stored something else, or left a typed
    /// field (`type`, `title`, `interaction.shuffle` and such, which players read) as it was. Every error after the
    /// write has [`Error::may_have_been_applied`].
    pub fn update_xml<'a>(
        &self,
        xml: &'a str,
        metadata: MetadataWrite<'a>,
    ) -> impl Future<Output = Result<AssessmentItem>> + Send + use<'a> {
        let this = self.clone();
        async move {
            this.check_document(xml)?;
            match metadata {
                MetadataWrite::Keep => this.keep(&this.get().await?, xml).await,
                MetadataWrite::Clear | MetadataWrite::Replace(_) => {
                    this.replace(xml, metadata.given(), None).await
                }
            }
        }
    }

    fn check_document(&self, xml: &str) -> Result<()> {
        match stored::check_document(ROOT, xml)? {
            Some(identifier) => check_identifier(&self.identifier, &identifier),
            None => Ok(()),
        }
    }

    /// Writes XML that was checked, with the metadata of the item that was read.
    async fn keep(&self, current: &AssessmentItem, xml: &str) -> Result<AssessmentItem> {
        edit::refuse_beyond_xml(current, ASSESSMENT_ITEM_IN_XML, INSTEAD)?;
        self.replace(xml, current.metadata.as_ref(), None).await
    }

    /// Writes XML that was checked. Also holds against what is stored that it has none of the metadata `before` which was
    /// not sent.
    async fn replace(
        &self,
        xml: &str,
        metadata: Option<&Metadata>,
        before: Option<&Metadata>,
    ) -> Result<AssessmentItem> {
        self.put(&AssessmentItemXml::new(xml, metadata.cloned()).into())
            .await?;
        let item = self.get().await.map_err(stored::unconfirmed)?;
        let found = stored::raw_xml(item.raw_xml.as_deref()).map_err(stored::unconfirmed)?;
        stored::check_stored(UPDATE, first_difference(xml, found))?;
        stored::check_typed(UPDATE, xml, &item)?;
        let found = item.metadata.as_ref();
        stored::check_metadata(UPDATE, metadata, found)?;
        stored::check_removed(UPDATE, before, metadata, found)?;
        Ok(item)
    }

    /// Reads the item, changes its `raw_xml` or its `metadata`, and writes both back as
    /// [`update_xml`](Self::update_xml) does. If `change` changes nothing, nothing is written.
    ///
    /// An item cannot be written back in the form that it is read in, and the JSON authoring form would lose what it
    /// cannot express; so a change of another field is refused rather than lost. The title, for one, is an attribute of
    /// the XML's root. The service has no conditional writes: what another writer changes between the read and the
    /// write is lost.
    ///
    /// # Errors
    /// As [`get`](Self::get) and [`update_xml`](Self::update_xml); [`Input`](crate::ErrorKind::Input), naming the field,
    /// for a change of another one, and for an item that has one which neither XML nor metadata hold, as it would be
    /// lost: nothing is written.
    pub fn edit<F>(&self, change: F) -> impl Future<Output = Result<AssessmentItem>> + use<F>
    where
        F: FnOnce(&mut AssessmentItem),
    {
        self.try_edit(async move |item: &mut AssessmentItem| {
            change(item);
            Ok(())
        })
    }

    /// As [`edit`](Self::edit), with a closure that may await and may fail: then nothing is written, and its error is
    /// given back. What another writer changes while it waits is lost as well.
    ///
    /// # Errors
    /// As [`edit`](Self::edit), and the closure's own.
    pub fn try_edit<F, E>(
        &self,
        change: F,
    ) -> impl Future<Output = Result<AssessmentItem, E>> + use<F, E>
    where
        F: AsyncFnOnce(&mut AssessmentItem) -> Result<(), E>,
        E: From<Error>,
    {
        let this = self.clone();
        async move {
            let current = this.get().await?;
            let mut changed = current.clone();
            change(&mut changed).await?;
            Ok(this.save(current, changed).await?)
        }
    }

    /// Reads the item, changes its XML, and writes it back as [`update_xml`](Self::update_xml) does, with the metadata
    /// that it had. If `change` changes nothing, nothing is written.
    ///
    /// # Errors
    /// As [`edit`](Self::edit).
    pub fn edit_xml<F>(&self, change: F) -> impl Future<Output = Result<AssessmentItem>> + use<F>
    where
        F: FnOnce(&mut String),
    {
        self.try_edit_xml(async move |xml: &mut String| {
            change(xml);
            Ok(())
        })
    }

    /// As [`edit_xml`](Self::edit_xml), with a closure that may await and may fail: then nothing is written, and its error is
    /// given back. What another writer changes while it waits is lost as well.
    ///
    /// # Errors
    /// As [`edit_xml`](Self::edit_xml), and the closure's own.
    pub fn try_edit_xml<F, E>(
        &self,
        change: F,
    ) -> impl Future<Output = Result<AssessmentItem, E>> + use<F, E>
    where
        F: AsyncFnOnce(&mut String) -> Result<(), E>,
        E: From<Error>,
    {
        let this = self.clone();
        async move {
            let current = this.get().await?;
            let mut xml = stored::raw_xml(current.raw_xml.as_deref())?.to_owned();
            change(&mut xml).await?;
            Ok(this.save_xml(current, &xml).await?)
        }
    }

    /// Deletes the item (operation `deleteAssessmentItem`). References of tests to it stay, and lead nowhere.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if the item does not exist.
    pub fn delete(&self) -> impl Future<Output = Result<()>> + Send + use<> {
        let this = self.clone();
        async move {
            let deleted = this
                .client
                .call(|request| request.delete_assessment_item(&this.identifier))
                .await;
            settle::delete(deleted)
        }
    }

    /// Scores a candidate's response to the item (operation `processResponse`). Nothing is stored, so it is repeated
    /// when its reply is lost.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if the item does not exist;
    /// [`Request`](crate::ErrorKind::Request) if the response is not one to this item;
    /// [`Server`](crate::ErrorKind::Server) if the item's response processing fails.
    ///
    /// ```no_run
    /// # async fn run(client: timeback_qti::Client) -> timeback_qti::Result<()> {
    /// use timeback_qti::models::ResponseInput;
    ///
    /// let item = client.item("item-001");
    /// let one = item.process_response(&ResponseInput::new("RESPONSE", "A")).await?;
    /// let several = item.process_response(&ResponseInput::new("RESPONSE", ["A", "C"])).await?;
    /// let all = ResponseInput::all([("RESPONSE_1", "Rome".into()), ("RESPONSE_2", ["A", "C"].into())]);
    /// println!("{} {} {}", one.score, several.score, item.process_response(&all).await?.score);
    /// # Ok(()) }
    /// ```
    pub fn process_response<'a>(
        &self,
        response: &'a ResponseInput,
    ) -> impl Future<Output = Result<ProcessResponseResult>> + Send + use<'a> {
        let this = self.clone();
        async move {
            this.client
                .call(|request| request.process_response(&this.identifier, response))
                .await
        }
    }

    /// Writes what an edit has made of the item.
    async fn save(
        &self,
        current: AssessmentItem,
        changed: AssessmentItem,
    ) -> Result<AssessmentItem> {
        if changed == current {
            return Ok(current);
        }
        let may_change = |field: &str| matches!(field, "rawXml" | "metadata");
        edit::refuse_changes(&current, &changed, may_change)?;
        let xml = changed
            .raw_xml
            .ok_or_else(|| Error::input("without its rawXml an item cannot be written"))?;
        edit::refuse_beyond_xml(&current, ASSESSMENT_ITEM_IN_XML, INSTEAD)?;
        self.check_document(&xml)?;
        let (before, after) = (current.metadata.as_ref(), changed.metadata.as_ref());
        self.replace(&xml, after, before).await
    }

    /// Writes what an edit has made of the item's XML.
    async fn save_xml(&self, current: AssessmentItem, xml: &str) -> Result<AssessmentItem> {
        if current.raw_xml.as_deref() == Some(xml) {
            return Ok(current);
        }
        self.check_document(xml)?;
        self.keep(&current, xml).await
    }

    async fn put(&self, body: &AssessmentItemBody) -> Result<AssessmentItem> {
        self.client
            .call(|request| request.update_assessment_item(&self.identifier, body))
            .await
    }
}

const UPDATE: &str = operation::UPDATE_ASSESSMENT_ITEM.id;
const INSTEAD: &str = "replace the item with update_xml and MetadataWrite::Replace";

may_not_exist!(ItemHandle, AssessmentItem, "item");
