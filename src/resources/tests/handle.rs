//! One assessment test.

use super::super::resource::{Entities, Entity};
use super::super::{MetadataWrite, PartHandle, Parts};
use super::requests::update_metadata;
use crate::error::{Error, Result};
use crate::models::{AssessmentTest, AssessmentTestInput, Metadata, TestQuestions};

/// One assessment test, addressed by its identifier; made by [`Client::test`](crate::Client::test).
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
pub struct TestHandle(pub(in crate::resources) Entity<AssessmentTest>);

impl TestHandle {
    /// Reads the test with its parts, sections and item references (operation `getAssessmentTest`).
    /// [`AssessmentTest::view`] tells what its XML says.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if the test does not exist.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let test = client.test("test-001").get().await?;
    /// assert_eq!(test.title, "A test");
    /// # Ok(()) }
    /// ```
    pub fn get(&self) -> impl Future<Output = Result<AssessmentTest>> + Send + use<> {
        self.0.clone().get()
    }

    /// Reads the test; `None` if it does not exist.
    ///
    /// # Errors
    /// As [`get`](Self::get); [`NotFound`](crate::ErrorKind::NotFound) only for a gateway's 404.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// assert_eq!(client.test("nowhere").get_opt().await?, None);
    /// # Ok(()) }
    /// ```
    pub fn get_opt(&self) -> impl Future<Output = Result<Option<AssessmentTest>>> + Send + use<> {
        self.0.clone().get_opt()
    }

    /// Whether the test exists. The API has no cheaper way to tell than to read it.
    ///
    /// # Errors
    /// As [`get`](Self::get); [`NotFound`](crate::ErrorKind::NotFound) only for a gateway's 404.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// assert!(client.test("test-001").exists().await?);
    /// # Ok(()) }
    /// ```
    pub fn exists(&self) -> impl Future<Output = Result<bool>> + Send + use<> {
        self.0.clone().exists()
    }

    /// Reads the test's XML (operation `getAssessmentTest`, asked for XML).
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if the test does not exist.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// assert!(client.test("test-001").get_xml().await?.contains("<qti-test-part"));
    /// # Ok(()) }
    /// ```
    pub fn get_xml(&self) -> impl Future<Output = Result<String>> + Send + use<> {
        self.0.clone().get_xml()
    }

    /// Replaces the whole test, its parts and sections included (operation `updateAssessmentTest`): what is `None` is
    /// not sent, and the service clears it. To change some fields and keep the rest, use [`edit`](Self::edit).
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input) if the test's identifier is not the one addressed;
    /// [`NotFound`](crate::ErrorKind::NotFound) if the test does not exist;
    /// [`Request`](crate::ErrorKind::Request) if the service refuses the test.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// use timeback_qti::models::{AssessmentTestInput, TestPart};
    ///
    /// let part = TestPart::new("part-001", "nonlinear", "individual", []);
    /// let input = AssessmentTestInput::new("test-001", "Another title", [part]);
    /// assert_eq!(client.test("test-001").update(&input).await?.title, "Another title");
    /// # Ok(()) }
    /// ```
    pub fn update<'a>(
        &self,
        test: &'a AssessmentTestInput,
    ) -> impl Future<Output = Result<AssessmentTest>> + Send + use<'a> {
        self.0.clone().update(test)
    }

    /// Replaces the whole test from its QTI XML, sent as it is (operation `updateAssessmentTest`), reads it back, and
    /// compares what is stored with what was sent, by meaning as
    /// [`first_difference_of_tests`](crate::xml::first_difference_of_tests) does. `metadata` says what becomes of what XML
    /// does not hold: to keep it, the test is read first. Metadata is written after the XML, by
    /// [`update_metadata`](Self::update_metadata): once the first write has begun, both are done, even if the future is
    /// dropped.
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input) if the XML is not a test of QTI 3.0 (with line and column), or its identifier
    /// is not the one addressed, or [`Keep`](MetadataWrite::Keep) could not keep a field, which it names;
    /// [`NotFound`](crate::ErrorKind::NotFound) if the test does not exist;
    /// [`Request`](crate::ErrorKind::Request) or [`Server`](crate::ErrorKind::Server) if the service refuses the XML;
    /// [`Altered`](crate::ErrorKind::Altered), with the place, if the service stored something else. Every error after
    /// the write has [`Error::may_have_been_applied`]. If the XML is written and the metadata is not, the error's
    /// [`details`](Error::details) hold the metadata.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// use timeback_qti::MetadataWrite;
    ///
    /// let test = client.test("test-001");
    /// let xml = test.get_xml().await?.replace("A test", "Another title");
    /// assert_eq!(test.update_xml(&xml, MetadataWrite::Keep).await?.title, "Another title");
    /// # Ok(()) }
    /// ```
    pub fn update_xml<'a>(
        &self,
        xml: &'a str,
        metadata: MetadataWrite<'a>,
    ) -> impl Future<Output = Result<AssessmentTest>> + Send + use<'a> {
        self.0.clone().update_xml(xml, metadata)
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
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let edited = client.test("test-001").edit(|test| test.title = "Another title".to_owned()).await?;
    /// assert_eq!(edited.title, "Another title");
    /// # Ok(()) }
    /// ```
    pub fn edit<F>(&self, change: F) -> impl Future<Output = Result<AssessmentTest>> + use<F>
    where
        F: FnOnce(&mut AssessmentTestInput),
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
    /// use timeback_qti::Error;
    ///
    /// let test = client.test("test-001");
    /// let numbered = test.try_edit(async |test| {
    ///     let count = client.tests().list().count().await?;
    ///     test.title = format!("Test {count}");
    ///     Ok::<_, Error>(())
    /// });
    /// assert_eq!(numbered.await?.title, "Test 1");
    /// # Ok(()) }
    /// ```
    pub fn try_edit<F, E>(
        &self,
        change: F,
    ) -> impl Future<Output = Result<AssessmentTest, E>> + use<F, E>
    where
        F: AsyncFnOnce(&mut AssessmentTestInput) -> Result<(), E>,
        E: From<Error>,
    {
        self.0.clone().try_edit(change)
    }

    /// Reads the test, changes its XML, and writes it back as [`update_xml`](Self::update_xml) does. If `change`
    /// changes nothing, nothing is written.
    ///
    /// XML holds no metadata, so writing it may clear what there is: that is put back by
    /// [`update_metadata`](Self::update_metadata) before anything is compared.
    ///
    /// # Errors
    /// As [`get`](Self::get) and [`update_xml`](Self::update_xml); [`Input`](crate::ErrorKind::Input), naming the
    /// field, and nothing is written, if the test, a part or a section has another field that its XML does not say
    /// (`toolsEnabled`, `maxAttempts`, `timeLimit`, a section's `required`, unknown ones), as it would be lost: use
    /// [`edit`](Self::edit).
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let edited = client.test("test-001").edit_xml(|xml| *xml = xml.replace("A test", "Another title")).await?;
    /// assert_eq!(edited.title, "Another title");
    /// # Ok(()) }
    /// ```
    pub fn edit_xml<F>(&self, change: F) -> impl Future<Output = Result<AssessmentTest>> + use<F>
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
    /// let edited = client.test("test-001").try_edit_xml(async |xml| {
    ///     let at = xml.find("A test").ok_or("the title has changed")?;
    ///     xml.replace_range(at..at + "A test".len(), "Another title");
    ///     Ok::<_, Box<dyn std::error::Error>>(())
    /// });
    /// assert_eq!(edited.await?.title, "Another title");
    /// # Ok(()) }
    /// ```
    pub fn try_edit_xml<F, E>(
        &self,
        change: F,
    ) -> impl Future<Output = Result<AssessmentTest, E>> + use<F, E>
    where
        F: AsyncFnOnce(&mut String) -> Result<(), E>,
        E: From<Error>,
    {
        self.0.clone().try_edit_xml(change)
    }

    /// Deletes the test with its parts and sections (operation `deleteAssessmentTest`). The items that it refers to
    /// stay.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if the test does not exist.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// client.test("test-001").delete().await?;
    /// assert!(client.test("test-001").delete().await.unwrap_err().is_not_found());
    /// # Ok(()) }
    /// ```
    pub fn delete(&self) -> impl Future<Output = Result<()>> + Send + use<> {
        self.0.clone().delete()
    }

    /// Deletes the test if it exists; whether it did.
    ///
    /// Where the reply to a delete was lost and its repeat finds nothing, the answer is `true`, although the test may
    /// have been gone before.
    ///
    /// # Errors
    /// As [`delete`](Self::delete); [`NotFound`](crate::ErrorKind::NotFound) only for a gateway's 404.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// assert!(client.test("test-001").delete_if_exists().await?);
    /// assert!(!client.test("test-001").delete_if_exists().await?);
    /// # Ok(()) }
    /// ```
    pub fn delete_if_exists(&self) -> impl Future<Output = Result<bool>> + Send + use<> {
        self.0.clone().delete_if_exists()
    }

    /// Replaces the metadata of the test and nothing else (operation `updateAssessmentTestMetadata`).
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if the test does not exist;
    /// [`Request`](crate::ErrorKind::Request) if the service refuses the metadata.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let metadata = [("grade".to_owned(), 5.into())].into_iter().collect();
    /// let test = client.test("test-001").update_metadata(&metadata).await?;
    /// assert_eq!(test.metadata, Some(metadata));
    /// # Ok(()) }
    /// ```
    pub fn update_metadata<'a>(
        &self,
        metadata: &'a Metadata,
    ) -> impl Future<Output = Result<AssessmentTest>> + Send + use<'a> {
        let test = self.0.clone();
        async move { update_metadata(&test, metadata).await }
    }

    /// All items of the test, in its order, each with where the test refers to it (operation `getAllQuestions`). The
    /// answer is not paged: for a test of 1,000 items it has some 12 MB.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if the test does not exist;
    /// [`Transport`](crate::ErrorKind::Transport) if the answer is larger than the client reads.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let questions = client.test("test-001").questions().await?;
    /// assert!(questions.questions.is_empty());
    /// # Ok(()) }
    /// ```
    pub fn questions(&self) -> impl Future<Output = Result<TestQuestions>> + Send + use<> {
        let Entity {
            client, identifier, ..
        } = self.0.clone();
        async move {
            client
                .call(|request| request.get_all_questions(&identifier))
                .await
        }
    }

    /// The parts of the test: list, create and upsert.
    pub fn parts(&self) -> Parts {
        Parts(Entities::new(&self.0.client, self.0.identifier.clone()))
    }

    /// One part of the test, by its identifier. Nothing is sent yet.
    pub fn part(&self, identifier: impl AsRef<str>) -> PartHandle {
        PartHandle(self.parts().0.one(identifier.as_ref()))
    }
}
