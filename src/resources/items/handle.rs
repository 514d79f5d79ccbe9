//! One assessment item.

use super::super::MetadataWrite;
use super::super::resource::Entity;
use crate::error::{Error, Result};
use crate::models::{AssessmentItem, AssessmentItemInput, ProcessResponseResult, ResponseInput};

/// One assessment item, addressed by its identifier; made by [`Client::item`](crate::Client::item).
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
pub struct ItemHandle(pub(in crate::resources) Entity<AssessmentItem>);

impl ItemHandle {
    /// Reads the item (operation `getAssessmentItem`). [`AssessmentItem::view`] tells what its XML says.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if the item does not exist.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// # let xml = r#"<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
    /// #     identifier="item-001" title="Rain" adaptive="false" time-dependent="false">
    /// #   <qti-item-body><p>Is it raining?</p></qti-item-body>
    /// # </qti-assessment-item>"#;
    /// # client.items().create_xml(xml, None).await?;
    /// let item = client.item("item-001").get().await?;
    /// assert_eq!(item.view()?.body.unwrap().text(), "Is it raining?");
    /// # Ok(()) }
    /// ```
    pub fn get(&self) -> impl Future<Output = Result<AssessmentItem>> + Send + use<> {
        self.0.clone().get()
    }

    /// Reads the item; `None` if it does not exist.
    ///
    /// # Errors
    /// As [`get`](Self::get); [`NotFound`](crate::ErrorKind::NotFound) only for a gateway's 404.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// assert_eq!(client.item("nowhere").get_opt().await?, None);
    /// # Ok(()) }
    /// ```
    pub fn get_opt(&self) -> impl Future<Output = Result<Option<AssessmentItem>>> + Send + use<> {
        self.0.clone().get_opt()
    }

    /// Whether the item exists. The API has no cheaper way to tell than to read it.
    ///
    /// # Errors
    /// As [`get`](Self::get); [`NotFound`](crate::ErrorKind::NotFound) only for a gateway's 404.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// # let xml = r#"<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
    /// #     identifier="item-001" title="Rain" adaptive="false" time-dependent="false">
    /// #   <qti-item-body><p>Is it raining?</p></qti-item-body>
    /// # </qti-assessment-item>"#;
    /// # client.items().create_xml(xml, None).await?;
    /// assert!(client.item("item-001").exists().await?);
    /// # Ok(()) }
    /// ```
    pub fn exists(&self) -> impl Future<Output = Result<bool>> + Send + use<> {
        self.0.clone().exists()
    }

    /// Reads the item's XML (operation `getAssessmentItem`, asked for XML).
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if the item does not exist.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// # let xml = r#"<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
    /// #     identifier="item-001" title="Rain" adaptive="false" time-dependent="false">
    /// #   <qti-item-body><p>Is it raining?</p></qti-item-body>
    /// # </qti-assessment-item>"#;
    /// # client.items().create_xml(xml, None).await?;
    /// assert!(client.item("item-001").get_xml().await?.contains("Is it raining?"));
    /// # Ok(()) }
    /// ```
    pub fn get_xml(&self) -> impl Future<Output = Result<String>> + Send + use<> {
        self.0.clone().get_xml()
    }

    /// Replaces the whole item from the JSON authoring form (operation `updateAssessmentItem`): what is `None` is not
    /// sent, and the service clears it; what the form cannot express is dropped from the XML. To change some of an item
    /// and keep the rest, use [`edit`](Self::edit) or [`edit_xml`](Self::edit_xml).
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input) if the item's identifier is not the one addressed;
    /// [`NotFound`](crate::ErrorKind::NotFound) if the item does not exist;
    /// [`Request`](crate::ErrorKind::Request) or [`Server`](crate::ErrorKind::Server) if the service refuses the item.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// # let xml = r#"<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
    /// #     identifier="item-001" title="Rain" adaptive="false" time-dependent="false">
    /// #   <qti-item-body><p>Is it raining?</p></qti-item-body>
    /// # </qti-assessment-item>"#;
    /// # client.items().create_xml(xml, None).await?;
    /// use timeback_qti::models::AssessmentItemInput;
    ///
    /// let input = AssessmentItemInput::new("item-001", "Snow", "choice");
    /// assert_eq!(client.item("item-001").update(&input).await?.title, "Snow");
    /// # Ok(()) }
    /// ```
    pub fn update<'a>(
        &self,
        item: &'a AssessmentItemInput,
    ) -> impl Future<Output = Result<AssessmentItem>> + Send + use<'a> {
        self.0.clone().update(item)
    }

    /// Replaces the whole item from its QTI XML (operation `updateAssessmentItem`), reads it back, and compares what is
    /// stored with what was sent, by meaning as [`first_difference`](crate::xml::first_difference) does. `metadata` says
    /// what becomes of what XML does not hold: to keep it, the item is read first.
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input) if the XML is not an item of QTI 3.0 (with line and column), or its
    /// identifier is not the one addressed, or [`Keep`](MetadataWrite::Keep) could not keep a field, which it names;
    /// [`NotFound`](crate::ErrorKind::NotFound) if the item does not exist;
    /// [`Request`](crate::ErrorKind::Request) or [`Server`](crate::ErrorKind::Server) if the service refuses the XML;
    /// [`Altered`](crate::ErrorKind::Altered), with the place, if the service stored something else, or left a typed
    /// field (`type`, `title`, `interaction.shuffle` and such, which players read) as it was. Every error after the
    /// write has [`Error::may_have_been_applied`].
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// # let xml = r#"<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
    /// #     identifier="item-001" title="Rain" adaptive="false" time-dependent="false">
    /// #   <qti-item-body><p>Is it raining?</p></qti-item-body>
    /// # </qti-assessment-item>"#;
    /// # client.items().create_xml(xml, None).await?;
    /// use timeback_qti::MetadataWrite;
    ///
    /// let item = client.item("item-001");
    /// let xml = item.get_xml().await?.replace("raining", "wet");
    /// item.update_xml(&xml, MetadataWrite::Keep).await?;
    /// # Ok(()) }
    /// ```
    pub fn update_xml<'a>(
        &self,
        xml: &'a str,
        metadata: MetadataWrite<'a>,
    ) -> impl Future<Output = Result<AssessmentItem>> + Send + use<'a> {
        self.0.clone().update_xml(xml, metadata)
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
    /// As [`get`](Self::get) and [`update_xml`](Self::update_xml);
    /// [`Input`](crate::ErrorKind::Input), naming the field, for a change of another one, and for an item that has one
    /// which neither XML nor metadata hold, as it would be lost: nothing is written.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// # let xml = r#"<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
    /// #     identifier="item-001" title="Rain" adaptive="false" time-dependent="false">
    /// #   <qti-item-body><p>Is it raining?</p></qti-item-body>
    /// # </qti-assessment-item>"#;
    /// # client.items().create_xml(xml, None).await?;
    /// let graded = client.item("item-001").edit(|item| {
    ///     item.metadata.get_or_insert_default().insert("grade".to_owned(), 5.into());
    /// });
    /// assert_eq!(graded.await?.metadata.unwrap()["grade"], 5);
    /// # Ok(()) }
    /// ```
    pub fn edit<F>(&self, change: F) -> impl Future<Output = Result<AssessmentItem>> + use<F>
    where
        F: FnOnce(&mut AssessmentItem),
    {
        self.0.clone().edit(change)
    }

    /// As [`edit`](Self::edit), with a closure that may await and may fail: then nothing is written, and its error is
    /// given back. What another writer changes while it waits is lost as well.
    ///
    /// # Errors
    /// As [`edit`](Self::edit), and the closure's own.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// # let xml = r#"<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
    /// #     identifier="item-001" title="Rain" adaptive="false" time-dependent="false">
    /// #   <qti-item-body><p>Is it raining?</p></qti-item-body>
    /// # </qti-assessment-item>"#;
    /// # client.items().create_xml(xml, None).await?;
    /// use timeback_qti::Error;
    ///
    /// let named = client.item("item-001").try_edit(async |item| {
    ///     let title = client.test("test-001").get().await?.title;
    ///     item.metadata.get_or_insert_default().insert("test".to_owned(), title.into());
    ///     Ok::<_, Error>(())
    /// });
    /// assert_eq!(named.await?.metadata.unwrap()["test"], "A test");
    /// # Ok(()) }
    /// ```
    pub fn try_edit<F, E>(
        &self,
        change: F,
    ) -> impl Future<Output = Result<AssessmentItem, E>> + use<F, E>
    where
        F: AsyncFnOnce(&mut AssessmentItem) -> Result<(), E>,
        E: From<Error>,
    {
        self.0.clone().try_edit(change)
    }

    /// Reads the item, changes its XML, and writes it back as [`update_xml`](Self::update_xml) does, with the metadata
    /// that it had. If `change` changes nothing, nothing is written.
    ///
    /// # Errors
    /// As [`edit`](Self::edit).
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// # let xml = r#"<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
    /// #     identifier="item-001" title="Rain" adaptive="false" time-dependent="false">
    /// #   <qti-item-body><p>Is it raining?</p></qti-item-body>
    /// # </qti-assessment-item>"#;
    /// # client.items().create_xml(xml, None).await?;
    /// let edited = client.item("item-001").edit_xml(|xml| *xml = xml.replace("raining", "wet")).await?;
    /// assert_eq!(edited.view()?.body.unwrap().text(), "Is it wet?");
    /// # Ok(()) }
    /// ```
    pub fn edit_xml<F>(&self, change: F) -> impl Future<Output = Result<AssessmentItem>> + use<F>
    where
        F: FnOnce(&mut String),
    {
        self.0.clone().edit_xml(change)
    }

    /// As [`edit_xml`](Self::edit_xml), with a closure that may await and may fail: then nothing is written, and its
    /// error is given back. What another writer changes while it waits is lost as well.
    ///
    /// # Errors
    /// As [`edit_xml`](Self::edit_xml), and the closure's own.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// # let xml = r#"<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
    /// #     identifier="item-001" title="Rain" adaptive="false" time-dependent="false">
    /// #   <qti-item-body><p>Is it raining?</p></qti-item-body>
    /// # </qti-assessment-item>"#;
    /// # client.items().create_xml(xml, None).await?;
    /// let edited = client.item("item-001").try_edit_xml(async |xml| {
    ///     let at = xml.find("raining").ok_or("the question has changed")?;
    ///     xml.replace_range(at..at + "raining".len(), "wet");
    ///     Ok::<_, Box<dyn std::error::Error>>(())
    /// });
    /// assert_eq!(edited.await?.view()?.body.unwrap().text(), "Is it wet?");
    /// # Ok(()) }
    /// ```
    pub fn try_edit_xml<F, E>(
        &self,
        change: F,
    ) -> impl Future<Output = Result<AssessmentItem, E>> + use<F, E>
    where
        F: AsyncFnOnce(&mut String) -> Result<(), E>,
        E: From<Error>,
    {
        self.0.clone().try_edit_xml(change)
    }

    /// Deletes the item (operation `deleteAssessmentItem`). References of tests to it stay, and lead nowhere.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if the item does not exist.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// # let xml = r#"<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
    /// #     identifier="item-001" title="Rain" adaptive="false" time-dependent="false">
    /// #   <qti-item-body><p>Is it raining?</p></qti-item-body>
    /// # </qti-assessment-item>"#;
    /// # client.items().create_xml(xml, None).await?;
    /// client.item("item-001").delete().await?;
    /// assert!(client.item("item-001").delete().await.unwrap_err().is_not_found());
    /// # Ok(()) }
    /// ```
    pub fn delete(&self) -> impl Future<Output = Result<()>> + Send + use<> {
        self.0.clone().delete()
    }

    /// Deletes the item if it exists; whether it did.
    ///
    /// Where the reply to a delete was lost and its repeat finds nothing, the answer is `true`, although the item may
    /// have been gone before.
    ///
    /// # Errors
    /// As [`delete`](Self::delete); [`NotFound`](crate::ErrorKind::NotFound) only for a gateway's 404.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// # let xml = r#"<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
    /// #     identifier="item-001" title="Rain" adaptive="false" time-dependent="false">
    /// #   <qti-item-body><p>Is it raining?</p></qti-item-body>
    /// # </qti-assessment-item>"#;
    /// # client.items().create_xml(xml, None).await?;
    /// assert!(client.item("item-001").delete_if_exists().await?);
    /// assert!(!client.item("item-001").delete_if_exists().await?);
    /// # Ok(()) }
    /// ```
    pub fn delete_if_exists(&self) -> impl Future<Output = Result<bool>> + Send + use<> {
        self.0.clone().delete_if_exists()
    }

    /// Scores a candidate's response to the item (operation `processResponse`). Nothing is stored, so it is repeated
    /// when its reply is lost.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if the item does not exist;
    /// [`Request`](crate::ErrorKind::Request) if the response is not one to this item;
    /// [`Server`](crate::ErrorKind::Server) if the item's response processing fails.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// # let xml = r#"<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="item-001" title="Capitals"
    /// #     adaptive="false" time-dependent="false">
    /// #   <qti-response-declaration identifier="RESPONSE" cardinality="single" base-type="identifier">
    /// #     <qti-correct-response><qti-value>B</qti-value></qti-correct-response>
    /// #   </qti-response-declaration>
    /// #   <qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"/>
    /// #   <qti-item-body><qti-choice-interaction response-identifier="RESPONSE"><qti-simple-choice identifier="A">Milan
    /// #     </qti-simple-choice><qti-simple-choice identifier="B">Rome</qti-simple-choice></qti-choice-interaction>
    /// #   </qti-item-body>
    /// #   <qti-response-processing
    /// #     template="https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml"/>
    /// # </qti-assessment-item>"#;
    /// # client.items().create_xml(xml, None).await?;
    /// use timeback_qti::models::ResponseInput;
    ///
    /// let item = client.item("item-001");
    /// assert_eq!(item.process_response(&ResponseInput::new("RESPONSE", "B")).await?.score, 1.0);
    ///
    /// // Several answers, and several interactions.
    /// let several = ResponseInput::new("RESPONSE", ["A", "C"]);
    /// let all = ResponseInput::all([("RESPONSE_1", "Rome".into()), ("RESPONSE_2", ["A", "C"].into())]);
    /// # drop((several, all));
    /// # Ok(()) }
    /// ```
    pub fn process_response<'a>(
        &self,
        response: &'a ResponseInput,
    ) -> impl Future<Output = Result<ProcessResponseResult>> + Send + use<'a> {
        let Entity {
            client, identifier, ..
        } = self.0.clone();
        async move {
            client
                .call(|request| request.process_response(&identifier, response))
                .await
        }
    }
}
