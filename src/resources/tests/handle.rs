//! One assessment test.

use ecow::EcoString;

use super::super::conveniences::{check_identifier, may_not_exist};
use super::super::{MetadataWrite, PartHandle, Parts, edit, settle, stored};
use super::ROOT;
use crate::client::Client;
use crate::error::{Error, Result};
use crate::models::owner::ASSESSMENT_TEST_IN_XML;
use crate::models::{AssessmentTest, AssessmentTestInput, Metadata, MetadataUpdate, TestQuestions};
use crate::transport::operation;
use crate::xml::{JsonForm, first_difference_of_tests};

/// One assessment test, addressed by its identifier; made by [`Client::test`].
///
/// ```
#[doc = include_str!("../example.txt")]
/// let test = client.test("test-001");
/// test.edit(|test| test.title = "Another title".to_owned()).await?;
/// assert!(test.get_xml().await?.contains("Another title"));
/// assert!(test.questions().await?.questions.is_empty());
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
#[must_use = "a handle sends nothing until one of its methods is awaited"]
pub struct TestHandle {
    client: Client,
    identifier: EcoString,
}

impl TestHandle {
    pub(crate) fn new(client: &Client, identifier: &str) -> Self {
        Self {
            client: client.clone(),
            identifier: identifier.into(),
        }
    }

    /// Reads the test with its parts, sections and item references (operation `getAssessmentTest`).
    /// [`AssessmentTest::view`] tells what its XML says.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if the test does not exist.
    pub fn get(&self) -> impl Future<Output = Result<AssessmentTest>> + Send + use<> {
        let this = self.clone();
        async move {
            this.client
                .call(|request| request.get_assessment_test(&this.identifier))
                .await
        }
    }

    /// Reads the test's XML (operation `getAssessmentTest`, asked for XML).
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if the test does not exist.
    pub fn get_xml(&self) -> impl Future<Output = Result<String>> + Send + use<> {
        let this = self.clone();
        async move {
            let id = [this.identifier.as_str()];
            this.client
                .call_xml(&operation::GET_ASSESSMENT_TEST, &id, None, |body| {
                    stored::read_xml(ROOT, body)
                })
                .await
        }
    }

    /// Replaces the whole test, its parts and sections included (operation `updateAssessmentTest`): what is `None` is
    /// not sent, and the service clears it. To change some fields and keep the rest, use [`edit`](Self::edit).
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input) if the test's identifier is not the one addressed;
    /// [`NotFound`](crate::ErrorKind::NotFound) if the test does not exist;
    /// [`Request`](crate::ErrorKind::Request) if the service refuses the test.
    pub fn update<'a>(
        &self,
        test: &'a AssessmentTestInput,
    ) -> impl Future<Output = Result<AssessmentTest>> + Send + use<'a> {
        let this = self.clone();
        async move {
            check_identifier(&this.identifier, &test.identifier)?;
            this.client
                .call(|request| request.update_assessment_test(&this.identifier, test))
                .await
        }
    }

    /// Replaces the whole test from its QTI XML, sent as it is (operation `updateAssessmentTest`), reads it back, and
    /// compares what is stored with what was sent. White space between elements, the order of attributes and the `href`
    /// of item references, which the service writes itself, do not count. `metadata` says what becomes of what XML does
    /// not hold: to keep it, the test is read first. Metadata is written after the XML, by
    /// [`update_metadata`](Self::update_metadata).
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input) if the XML is not a test of QTI 3.0 (with line and column), or its identifier
    /// is not the one addressed, or [`Keep`](MetadataWrite::Keep) could not keep a field, which it names;
    /// [`NotFound`](crate::ErrorKind::NotFound) if the test does not exist;
    /// [`Request`](crate::ErrorKind::Request) or [`Server`](crate::ErrorKind::Server) if the service refuses the XML;
    /// [`Altered`](crate::ErrorKind::Altered), with the place, if the service stored something else. Every error after
    /// the write has [`Error::may_have_been_applied`].
    pub fn update_xml<'a>(
        &self,
        xml: &'a str,
        metadata: MetadataWrite<'a>,
    ) -> impl Future<Output = Result<AssessmentTest>> + Send + use<'a> {
        let this = self.clone();
        async move {
            this.check_document(xml)?;
            match metadata {
                MetadataWrite::Keep => this.keep(&this.get().await?, xml).await,
                MetadataWrite::Clear => this.clear(xml).await,
                MetadataWrite::Replace(metadata) => this.replace(xml, metadata).await,
            }
        }
    }

    fn check_document(&self, xml: &str) -> Result<()> {
        match stored::check_document(ROOT, xml)? {
            Some(identifier) => check_identifier(&self.identifier, &identifier),
            None => Ok(()),
        }
    }

    /// Writes the XML, and the metadata of the test that was read.
    async fn keep(&self, current: &AssessmentTest, xml: &str) -> Result<AssessmentTest> {
        edit::refuse_beyond_xml(current, ASSESSMENT_TEST_IN_XML, "use edit")?;
        match current.metadata.as_ref().filter(|kept| !kept.is_empty()) {
            Some(metadata) => self.replace(xml, metadata).await,
            None => {
                self.put_xml(xml).await?;
                self.stored_as_sent(xml, None).await
            }
        }
    }

    /// Writes the XML, and clears metadata that outlives it.
    async fn clear(&self, xml: &str) -> Result<AssessmentTest> {
        self.put_xml(xml).await?;
        let test = self.stored_as_sent(xml, None).await?;
        let Some(before) = test.metadata.as_ref().filter(|left| !left.is_empty()) else {
            return Ok(test);
        };
        self.write_metadata(&Metadata::new()).await?;
        let test = self.stored_as_sent(xml, None).await?;
        let found = test.metadata.as_ref();
        stored::check_removed(UPDATE_METADATA, Some(before), None, found)?;
        Ok(test)
    }

    /// Writes the XML, then this metadata.
    async fn replace(&self, xml: &str, metadata: &Metadata) -> Result<AssessmentTest> {
        let written = self.put_xml(xml).await;
        // A write whose reply was lost may have cleared the metadata too.
        let cleared = written
            .as_ref()
            .map_or_else(Error::may_have_been_applied, |()| true);
        let restored = match cleared {
            true => self.write_metadata(metadata).await.map(drop),
            false => Ok(()),
        };
        written?;
        restored?;
        self.stored_as_sent(xml, Some(metadata)).await
    }

    /// Writes metadata after the XML.
    pub(super) async fn write_metadata(&self, metadata: &Metadata) -> Result<AssessmentTest> {
        self.update_metadata(metadata).await.map_err(|error| {
            error
                .with_context("the XML is written, the metadata is not")
                .with_may_have_been_applied(true)
        })
    }

    /// Sends XML that was checked.
    async fn put_xml(&self, xml: &str) -> Result<()> {
        let id = [self.identifier.as_str()];
        self.client
            .call_xml(&operation::UPDATE_ASSESSMENT_TEST, &id, Some(xml), |body| {
                stored::check_written(ROOT, body)
            })
            .await
    }

    /// Reads back what was written.
    async fn stored_as_sent(
        &self,
        xml: &str,
        metadata: Option<&Metadata>,
    ) -> Result<AssessmentTest> {
        let test = self.get().await.map_err(stored::unconfirmed)?;
        let found = stored::raw_xml(test.raw_xml.as_deref()).map_err(stored::unconfirmed)?;
        stored::check_stored(
            operation::UPDATE_ASSESSMENT_TEST.id,
            first_difference_of_tests(xml, found),
        )?;
        let stored = test.metadata.as_ref();
        stored::check_metadata(UPDATE_METADATA, metadata, stored)?;
        Ok(test)
    }

    /// Reads the test, changes it and writes it back: what `change` does not touch goes back as it came, fields that
    /// this client does not know included. If `change` changes nothing, nothing is written.
    ///
    /// The service has no conditional writes: what another writer changes between the read and the write is lost.
    ///
    /// # Errors
    /// As [`get`](Self::get) and [`update`](Self::update); [`Input`](crate::ErrorKind::Input), and nothing is written,
    /// if the test's XML has what the JSON form does not say (nested sections, selections, conditions, rubrics), as it
    /// would be lost: use [`edit_xml`](Self::edit_xml).
    pub fn edit<F>(&self, change: F) -> impl Future<Output = Result<AssessmentTest>> + use<F>
    where
        F: FnOnce(&mut AssessmentTestInput),
    {
        self.try_edit(async move |test: &mut AssessmentTestInput| {
            change(test);
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
    ) -> impl Future<Output = Result<AssessmentTest, E>> + use<F, E>
    where
        F: AsyncFnOnce(&mut AssessmentTestInput) -> Result<(), E>,
        E: From<Error>,
    {
        let this = self.clone();
        async move {
            let current = this.get().await?;
            let unchanged = current.draft()?;
            let mut changed = unchanged.clone();
            change(&mut changed).await?;
            if changed == unchanged {
                return Ok(current);
            }
            current.refuse_loss(&unchanged, "use edit_xml")?;
            Ok(this.update(&changed).await?)
        }
    }

    /// Reads the test, changes its XML, and writes it back as [`update_xml`](Self::update_xml) does. If `change` changes
    /// nothing, nothing is written.
    ///
    /// XML holds no metadata, so writing it may clear what there is: that is put back by
    /// [`update_metadata`](Self::update_metadata) before anything is compared.
    ///
    /// # Errors
    /// As [`get`](Self::get) and [`update_xml`](Self::update_xml); [`Input`](crate::ErrorKind::Input), naming the field,
    /// and nothing is written, if the test has another field that XML does not hold (`toolsEnabled`, `maxAttempts`,
    /// `timeLimit`, unknown ones), as it would be lost: use [`edit`](Self::edit).
    pub fn edit_xml<F>(&self, change: F) -> impl Future<Output = Result<AssessmentTest>> + use<F>
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
    ) -> impl Future<Output = Result<AssessmentTest, E>> + use<F, E>
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

    /// Writes what an edit has made of the test's XML.
    async fn save_xml(&self, current: AssessmentTest, xml: &str) -> Result<AssessmentTest> {
        if current.raw_xml.as_deref() == Some(xml) {
            return Ok(current);
        }
        self.check_document(xml)?;
        self.keep(&current, xml).await
    }

    /// Refuses an edit of a part or a section where the test's XML, which the service makes anew on each such write,
    /// would lose what the JSON form does not say.
    pub(in crate::resources) async fn refuse_beyond_json(&self) -> Result<()> {
        let test = self.get().await?;
        let instead = "use test(..).edit_xml";
        match test.raw_xml.as_deref() {
            Some(raw_xml) => edit::refuse_beyond_json(JsonForm::Test, raw_xml, &test, instead),
            None => Ok(()),
        }
    }

    /// Deletes the test with its parts and sections (operation `deleteAssessmentTest`). The items that it refers to
    /// stay.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if the test does not exist.
    pub fn delete(&self) -> impl Future<Output = Result<()>> + Send + use<> {
        let this = self.clone();
        async move {
            let deleted = this
                .client
                .call(|request| request.delete_assessment_test(&this.identifier))
                .await;
            settle::delete(deleted)
        }
    }

    /// Replaces the metadata of the test and nothing else (operation `updateAssessmentTestMetadata`).
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if the test does not exist;
    /// [`Request`](crate::ErrorKind::Request) if the service refuses the metadata.
    pub fn update_metadata<'a>(
        &self,
        metadata: &'a Metadata,
    ) -> impl Future<Output = Result<AssessmentTest>> + Send + use<'a> {
        let this = self.clone();
        async move {
            let body = &MetadataUpdate {
                metadata: Some(metadata.clone()),
                extra: Metadata::new(),
            };
            this.client
                .call(|request| request.update_assessment_test_metadata(&this.identifier, body))
                .await
        }
    }

    /// All items of the test, in its order, each with where the test refers to it (operation `getAllQuestions`). The
    /// answer is not paged: for a test of 1,000 items it has some 12 MB.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if the test does not exist;
    /// [`Transport`](crate::ErrorKind::Transport) if the answer is larger than the client reads.
    pub fn questions(&self) -> impl Future<Output = Result<TestQuestions>> + Send + use<> {
        let this = self.clone();
        async move {
            this.client
                .call(|request| request.get_all_questions(&this.identifier))
                .await
        }
    }

    /// The parts of the test: list, create and upsert.
    pub fn parts(&self) -> Parts {
        Parts::new(&self.client, &self.identifier)
    }

    /// One part of the test, by its identifier. Nothing is sent yet.
    pub fn part(&self, identifier: impl AsRef<str>) -> PartHandle {
        PartHandle::new(&self.client, &self.identifier, identifier.as_ref())
    }
}

may_not_exist!(TestHandle, AssessmentTest, "test");

const UPDATE_METADATA: &str = operation::UPDATE_ASSESSMENT_TEST_METADATA.id;
