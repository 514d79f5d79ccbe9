//! Assessment items.

mod handle;
mod query;
mod requests;

use super::resource::Entities;
use super::{MetadataWrite, Upserted};
use crate::error::Result;
use crate::models::{AssessmentItem, AssessmentItemInput, ItemSortField, Metadata, MetadataInput};
use crate::page::{Collection, Filterable, List, Page, Parameters, ReadPage, Sealed};
use crate::transport::operation;

pub use handle::ItemHandle;
pub use query::ItemQuery;

/// The assessment items; made by [`Client::items`](crate::Client::items).
///
/// ```
#[doc = include_str!("../example.txt")]
/// let xml = r#"<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
///     identifier="item-001" title="Weather" adaptive="false" time-dependent="false">
///   <qti-item-body><p>Is it <em>raining</em>?</p></qti-item-body>
/// </qti-assessment-item>"#;
/// let item = client.items().create_xml(xml, None).await?;
/// assert_eq!(item.view()?.body.unwrap().text(), "Is it raining?");
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
#[must_use = "a collection sends nothing until one of its methods is awaited"]
pub struct Items(pub(super) Entities<AssessmentItem>);

impl Items {
    /// The items, a page at a time or as a stream (operation `searchAssessmentItems`). The list takes filters.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// # let xml = r#"<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
    /// #     identifier="item-001" title="Rain" adaptive="false" time-dependent="false">
    /// #   <qti-item-body><p>Is it raining?</p></qti-item-body>
    /// # </qti-assessment-item>"#;
    /// # client.items().create_xml(xml, None).await?;
    /// use timeback_qti::filter::field;
    ///
    /// let mut items = client.items().list().filter(field("title").contains("Rain")).stream();
    /// while let Some(item) = items.next().await {
    ///     println!("{}", item?.title);
    /// }
    /// # Ok(()) }
    /// ```
    pub fn list(&self) -> List<Self> {
        List::new(self.clone())
    }

    /// Creates an item from the JSON authoring form (operation `createAssessmentItem`).
    ///
    /// The service makes the XML of it, and drops without a word what the form cannot express, such as graders and some
    /// kinds of rubrics and feedback. Where that matters, use [`create_xml`](Self::create_xml).
    ///
    /// If the reply to a create is lost, it is sent again, and a conflict of the repeat is settled by reading the item
    /// back. As an item is not read in the form that it is written in, that works for items without an interaction
    /// only; for others the conflict stands, and
    /// [`Error::may_have_been_applied`](crate::Error::may_have_been_applied) is `true`.
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input) if no path can carry the identifier;
    /// [`Conflict`](crate::ErrorKind::Conflict) if there is an item of this identifier, and nothing is changed;
    /// [`Request`](crate::ErrorKind::Request) or [`Server`](crate::ErrorKind::Server) if the service refuses the item.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// use timeback_qti::models::{
    ///     AssessmentItemInput, CorrectResponse, Interaction, InteractionChoice, QuestionStructure,
    ///     ResponseDeclaration,
    /// };
    ///
    /// let mut input = AssessmentItemInput::new("item-001", "Capitals", "choice");
    /// input.response_declarations = Some(vec![ResponseDeclaration {
    ///     base_type: Some("identifier".into()),
    ///     correct_response: Some(CorrectResponse::new(["B"])),
    ///     ..ResponseDeclaration::new("RESPONSE", "single")
    /// }]);
    /// input.interaction = Some(Interaction {
    ///     response_identifier: Some("RESPONSE".to_owned()),
    ///     question_structure: Some(QuestionStructure::new(
    ///         "What is the capital of Italy?",
    ///         [InteractionChoice::new("A", "Milan"), InteractionChoice::new("B", "Rome")],
    ///     )),
    ///     ..Interaction::new("choice")
    /// });
    /// let item = client.items().create(&input).await?;
    /// assert_eq!(item.view()?.interactions[0].choices.len(), 2);
    /// # Ok(()) }
    /// ```
    pub fn create<'a>(
        &self,
        item: &'a AssessmentItemInput,
    ) -> impl Future<Output = Result<AssessmentItem>> + Send + use<'a> {
        self.0.clone().create(item)
    }

    /// Creates an item from its QTI XML (operation `createAssessmentItem`). The identifier is that of the XML.
    ///
    /// If the reply to a create is lost, it is sent again, and a conflict of the repeat is settled by comparing the
    /// stored XML with the one sent.
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input) if the XML is not an item of QTI 3.0 (with line and column): older versions,
    /// a missing or wrong namespace, another root, HTML's entities, another encoding; or if its root has no identifier,
    /// or one that no path can carry;
    /// [`Conflict`](crate::ErrorKind::Conflict) if there is an item of this identifier, and nothing is changed;
    /// [`Request`](crate::ErrorKind::Request) or [`Server`](crate::ErrorKind::Server) if the service refuses the XML.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let xml = r#"<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
    ///     identifier="item-001" title="Rain" adaptive="false" time-dependent="false">
    ///   <qti-item-body><p>Is it raining?</p></qti-item-body>
    /// </qti-assessment-item>"#;
    /// let item = client.items().create_xml(xml, None).await?;
    /// assert_eq!(item.title, "Rain");
    /// # Ok(()) }
    /// ```
    pub fn create_xml<'a>(
        &self,
        xml: &'a str,
        metadata: Option<&'a Metadata>,
    ) -> impl Future<Output = Result<AssessmentItem>> + Send + use<'a> {
        self.0.clone().create_xml(xml, metadata)
    }

    /// Creates the item, or replaces the one of its identifier, and says which.
    ///
    /// The create goes first, so that a change by another writer at the same time is noticed: after a conflict, an
    /// update follows. If the item is gone by then, all starts again, three times at most. Where the reply to the
    /// create is lost, its repeat may meet the item that it has created itself, which then counts as updated.
    ///
    /// # Errors
    /// As [`create`](Self::create) and [`ItemHandle::update`].
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// use timeback_qti::models::AssessmentItemInput;
    ///
    /// let input = AssessmentItemInput::new("item-001", "Capitals", "choice");
    /// assert!(client.items().upsert(&input).await?.is_created());
    /// assert!(!client.items().upsert(&input).await?.is_created());
    /// # Ok(()) }
    /// ```
    pub fn upsert<'a>(
        &self,
        item: &'a AssessmentItemInput,
    ) -> impl Future<Output = Result<Upserted<AssessmentItem>>> + Send + use<'a> {
        self.0.clone().upsert(item)
    }

    /// Creates the item that the XML describes, or replaces the one of its identifier, and says which. `metadata` says
    /// what becomes of the metadata that there is; a new item has what [`Replace`](MetadataWrite::Replace) gives.
    ///
    /// Where the reply to the create is lost, its repeat may find what it has created itself: that is an update then.
    ///
    /// # Errors
    /// As [`create_xml`](Self::create_xml) and [`ItemHandle::update_xml`].
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let xml = r#"<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
    ///     identifier="item-001" title="Rain" adaptive="false" time-dependent="false">
    ///   <qti-item-body><p>Is it raining?</p></qti-item-body>
    /// </qti-assessment-item>"#;
    /// use timeback_qti::MetadataWrite;
    ///
    /// let items = client.items();
    /// assert!(items.upsert_xml(xml, MetadataWrite::Keep).await?.is_created());
    /// let wet = xml.replace("raining", "wet");
    /// assert!(!items.upsert_xml(&wet, MetadataWrite::Keep).await?.is_created());
    /// # Ok(()) }
    /// ```
    pub fn upsert_xml<'a>(
        &self,
        xml: &'a str,
        metadata: MetadataWrite<'a>,
    ) -> impl Future<Output = Result<Upserted<AssessmentItem>>> + Send + use<'a> {
        self.0.clone().upsert_xml(xml, metadata)
    }

    /// Gives an item new metadata, without its XML being sent (operation `updateMetadata`).
    ///
    /// The document calls it a change, shows the body of a create, and does not say whether metadata is replaced or
    /// merged. [`MetadataInput`] names the item and its new metadata; all of the metadata is best sent, and the title
    /// and type, which a create needs. The call is not repeated when its reply is lost. The documented way to change
    /// metadata for certain is [`ItemHandle::edit`], which writes the whole item.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if the item does not exist;
    /// [`Request`](crate::ErrorKind::Request) if the service refuses the metadata.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// # let xml = r#"<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
    /// #     identifier="item-001" title="Rain" adaptive="false" time-dependent="false">
    /// #   <qti-item-body><p>Is it raining?</p></qti-item-body>
    /// # </qti-assessment-item>"#;
    /// # client.items().create_xml(xml, None).await?;
    /// use timeback_qti::models::{Metadata, MetadataInput};
    ///
    /// let metadata = Metadata::from_iter([("grade".to_owned(), 5.into())]);
    /// let input = MetadataInput {
    ///     title: Some("Rain".to_owned()),
    ///     type_: Some("choice".into()),
    ///     ..MetadataInput::new("item-001", metadata)
    /// };
    /// client.items().update_metadata(&input).await?;
    /// # Ok(()) }
    /// ```
    pub fn update_metadata<'a>(
        &self,
        metadata: &'a MetadataInput,
    ) -> impl Future<Output = Result<AssessmentItem>> + Send + use<'a> {
        let client = self.0.client.clone();
        async move {
            client
                .call(|request| request.update_metadata(metadata))
                .await
        }
    }
}

impl Sealed for Items {}

impl Collection for Items {
    const OPERATION: &'static str = operation::SEARCH_ASSESSMENT_ITEMS.id;
    type Entity = AssessmentItem;
    type Sort = ItemSortField;
    type Extra = ItemQuery;

    async fn page<T: Send>(&self, list: &Parameters<Self>, read: ReadPage<T>) -> Result<Page<T>> {
        let filter = list.filter.as_ref().map(ToString::to_string);
        let filter = filter.as_deref();
        let client = &self.0.client;
        client
            .page(read, |request| {
                let extra = &list.extra;
                request.search_assessment_items(
                    filter,
                    extra.grade.as_deref(),
                    list.limit,
                    list.order.as_ref(),
                    list.page,
                    list.query.as_deref(),
                    extra.search.as_deref(),
                    list.sort.as_ref(),
                    extra.subject.as_deref(),
                    extra.item_type.as_ref().map(AsRef::as_ref),
                )
            })
            .await
    }

    fn identifier(item: &AssessmentItem) -> &str {
        &item.identifier
    }
}

impl Filterable for Items {}
