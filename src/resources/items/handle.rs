//! One assessment item.

use super::super::conveniences::{check_identifier, may_not_exist};
use super::super::{edit, settle, stored};
use crate::client::Client;
use crate::error::{Error, Result};
use crate::models::{
    AssessmentItem, AssessmentItemBody, AssessmentItemInput, AssessmentItemXml, Metadata,
    ProcessResponseResult, ResponseInput,
};
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
///     cardinality: Some("single".into()),
///     base_type: Some("identifier".into()),
///     correct_response: Some(CorrectResponse::new(["B"])),
///     ..ResponseDeclaration::new("RESPONSE")
/// }]);
/// client.items().create(&input).await?;
///
/// let item = client.item("item-001");
/// assert_eq!(item.process_response(&ResponseInput::new("RESPONSE", "B")).await?.score, 1.0);
/// item.edit_xml(|xml| *xml = xml.replace("Milan", "Milano")).await?;
/// assert!(item.delete_if_exists().await?);
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct ItemHandle<'a> {
    client: &'a Client,
    identifier: &'a str,
}

impl<'a> ItemHandle<'a> {
    pub(crate) fn new(client: &'a Client, identifier: &'a str) -> Self {
        Self { client, identifier }
    }

    /// Reads the item (operation `getAssessmentItem`). [`AssessmentItem::view`] tells what its XML says.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if the item does not exist.
    pub async fn get(self) -> Result<AssessmentItem> {
        self.client
            .call(|raw| async move { raw.get_assessment_item(self.identifier).await })
            .await
    }

    /// Reads the item's XML (operation `getAssessmentItem`, asked for XML).
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if the item does not exist.
    pub async fn get_xml(self) -> Result<String> {
        let id = [self.identifier];
        self.client
            .call_xml("getAssessmentItem", &id, None, stored::read_xml)
            .await
    }

    /// Replaces the whole item from the JSON authoring form (operation `updateAssessmentItem`): what is `None` is not
    /// sent, and the service clears it; what the form cannot express is dropped from the XML. To change some of an item
    /// and keep the rest, use [`edit`](Self::edit) or [`edit_xml`](Self::edit_xml).
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input) if the item's identifier is not the one addressed;
    /// [`NotFound`](crate::ErrorKind::NotFound) if the item does not exist;
    /// [`Request`](crate::ErrorKind::Request) or [`Server`](crate::ErrorKind::Server) if the service refuses the item.
    pub async fn update(self, item: &AssessmentItemInput) -> Result<AssessmentItem> {
        check_identifier(self.identifier, &item.identifier)?;
        self.put(&item.clone().into()).await
    }

    /// Replaces the whole item from its QTI XML (operation `updateAssessmentItem`), reads it back, and compares what is
    /// stored with what was sent, white space between elements and the order of attributes aside. Without metadata, the
    /// service clears what there was.
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input) if the XML is not well-formed (with line and column), or its identifier is not
    /// the one addressed; [`NotFound`](crate::ErrorKind::NotFound) if the item does not exist;
    /// [`Request`](crate::ErrorKind::Request) or [`Server`](crate::ErrorKind::Server) if the service refuses the XML;
    /// [`Altered`](crate::ErrorKind::Altered), with the place, if the service stored something else. Every error after
    /// the write has [`Error::may_have_been_applied`].
    pub async fn update_xml(
        self,
        xml: &str,
        metadata: Option<&Metadata>,
    ) -> Result<AssessmentItem> {
        self.replace(xml, metadata, None).await
    }

    /// Also holds against what is stored that it has none of the metadata `before` which was not sent.
    async fn replace(
        self,
        xml: &str,
        metadata: Option<&Metadata>,
        before: Option<&Metadata>,
    ) -> Result<AssessmentItem> {
        if let Some(identifier) = stored::check_document(xml)? {
            check_identifier(self.identifier, &identifier)?;
        }
        self.put(&AssessmentItemXml::new(xml, metadata.cloned()).into())
            .await?;
        let item = self.get().await.map_err(stored::unconfirmed)?;
        let found = stored::raw_xml(item.raw_xml.as_deref()).map_err(stored::unconfirmed)?;
        stored::check_stored("updateAssessmentItem", first_difference(xml, found))?;
        let found = item.metadata.as_ref();
        stored::check_metadata("updateAssessmentItem", metadata, found)?;
        stored::check_removed("updateAssessmentItem", before, metadata, found)?;
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
    pub async fn edit(self, change: impl FnOnce(&mut AssessmentItem)) -> Result<AssessmentItem> {
        let current = self.get().await?;
        let mut changed = current.clone();
        change(&mut changed);
        if changed == current {
            return Ok(current);
        }
        let may_change = |field: &str| matches!(field, "rawXml" | "metadata");
        edit::refuse_changes(&current, &changed, may_change)?;
        let xml = changed
            .raw_xml
            .ok_or_else(|| Error::input("without its rawXml an item cannot be written"))?;
        edit::refuse_beyond_xml(&current, &HELD_BY_XML, INSTEAD)?;
        let (before, after) = (current.metadata.as_ref(), changed.metadata.as_ref());
        self.replace(&xml, after, before).await
    }

    /// Reads the item, changes its XML, and writes it back as [`update_xml`](Self::update_xml) does, with the metadata
    /// that it had. If `change` changes nothing, nothing is written.
    ///
    /// # Errors
    /// As [`edit`](Self::edit).
    pub async fn edit_xml(self, change: impl FnOnce(&mut String)) -> Result<AssessmentItem> {
        let current = self.get().await?;
        let read = stored::raw_xml(current.raw_xml.as_deref())?;
        let mut xml = read.to_owned();
        change(&mut xml);
        if xml == read {
            return Ok(current);
        }
        edit::refuse_beyond_xml(&current, &HELD_BY_XML, INSTEAD)?;
        self.update_xml(&xml, current.metadata.as_ref()).await
    }

    /// Deletes the item (operation `deleteAssessmentItem`). References of tests to it stay, and lead nowhere.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if the item does not exist.
    pub async fn delete(self) -> Result<()> {
        let deleted = self
            .client
            .call(|raw| async move { raw.delete_assessment_item(self.identifier).await })
            .await;
        settle::delete(deleted)
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
    pub async fn process_response(self, response: &ResponseInput) -> Result<ProcessResponseResult> {
        self.client
            .call(|raw| async move { raw.process_response(self.identifier, response).await })
            .await
    }

    async fn put(self, body: &AssessmentItemBody) -> Result<AssessmentItem> {
        self.client
            .call(|raw| async move { raw.update_assessment_item(self.identifier, body).await })
            .await
    }
}

/// What the service reads from an item's XML, and the metadata, which is written besides.
const HELD_BY_XML: [&str; 14] = [
    "identifier",
    "title",
    "type",
    "qtiVersion",
    "timeDependent",
    "adaptive",
    "responseDeclarations",
    "outcomeDeclarations",
    "responseProcessing",
    "modalFeedback",
    "feedbackInline",
    "feedbackBlock",
    "customInteractionTypeIdentifier",
    "metadata",
];
const INSTEAD: &str = "replace the item with update_xml";

may_not_exist!(ItemHandle, AssessmentItem, "item");
