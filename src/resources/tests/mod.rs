//! Assessment tests.

mod handle;
mod query;
mod requests;

use super::resource::Entities;
use super::{MetadataWrite, Upserted};
use crate::error::Result;
use crate::models::{AssessmentTest, AssessmentTestInput, SortField};
use crate::page::{Collection, Filterable, List, Page, Parameters, ReadPage, Sealed};
use crate::transport::operation;

pub use handle::TestHandle;
pub use query::TestQuery;
pub(super) use requests::refuse_beyond_json;

/// The assessment tests; made by [`Client::tests`](crate::Client::tests).
///
/// ```
#[doc = include_str!("../example.txt")]
/// use timeback_qti::models::{AssessmentTestInput, Section, TestPart};
///
/// let section = Section::new("section-001", "Warm-up");
/// let part = TestPart::new("part-001", "nonlinear", "individual", [section]);
/// client.tests().create(&AssessmentTestInput::new("geography", "Geography", [part])).await?;
/// let found = client.tests().list().navigation_mode("nonlinear").collect().await?;
/// assert_eq!(found[0].title, "Geography");
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
#[must_use = "a collection sends nothing until one of its methods is awaited"]
pub struct Tests(pub(super) Entities<AssessmentTest>);

impl Tests {
    /// The tests, a page at a time or as a stream (operation `searchAssessmentTests`). The list takes filters.
    pub fn list(&self) -> List<Self> {
        List::new(self.clone())
    }

    /// Creates a test with its parts and sections (operation `createAssessmentTest`).
    ///
    /// If the reply to a create is lost, it is sent again, and a conflict of the repeat is settled by reading the test
    /// back.
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input) if no path can carry the identifier;
    /// [`Conflict`](crate::ErrorKind::Conflict) if there is a test of this identifier, and nothing is changed;
    /// [`Request`](crate::ErrorKind::Request) if the service refuses the test.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// use timeback_qti::models::{AssessmentTestInput, Section, TestPart};
    ///
    /// let section = Section::new("section-001", "Warm-up");
    /// let part = TestPart::new("part-001", "linear", "individual", [section]);
    /// let input = AssessmentTestInput::new("geography", "Geography", [part]);
    /// assert_eq!(client.tests().create(&input).await?.title, "Geography");
    /// # Ok(()) }
    /// ```
    pub fn create<'a>(
        &self,
        test: &'a AssessmentTestInput,
    ) -> impl Future<Output = Result<AssessmentTest>> + Send + use<'a> {
        self.0.clone().create(test)
    }

    /// Creates a test from its QTI XML, sent as it is (operation `createAssessmentTest`). The identifier is that of the
    /// XML; metadata is not part of it, see [`TestHandle::update_metadata`].
    ///
    /// If the reply to a create is lost, it is sent again, and a conflict of the repeat is settled by comparing the
    /// stored XML with the one sent.
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input) if the XML is not a test of QTI 3.0 (with line and column): older versions, a
    /// missing or wrong namespace, another root, HTML's entities, another encoding; or if its root has no identifier,
    /// or one that no path can carry;
    /// [`Conflict`](crate::ErrorKind::Conflict) if there is a test of this identifier, and nothing is changed;
    /// [`Request`](crate::ErrorKind::Request) or [`Server`](crate::ErrorKind::Server) if the service refuses the XML.
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let xml = r#"<qti-assessment-test xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="geography"
    ///     title="Geography"><qti-test-part identifier="part-001" navigation-mode="linear" submission-mode="individual">
    ///   <qti-assessment-section identifier="section-001" title="Warm-up" visible="true"/>
    /// </qti-test-part></qti-assessment-test>"#;
    /// let test = client.tests().create_xml(xml).await?;
    /// assert_eq!(test.view()?.parts[0].identifier, "part-001");
    /// # Ok(()) }
    /// ```
    pub fn create_xml<'a>(
        &self,
        xml: &'a str,
    ) -> impl Future<Output = Result<AssessmentTest>> + Send + use<'a> {
        self.0.clone().create_xml(xml, None)
    }

    /// Creates the test, or replaces the one of its identifier, and says which.
    ///
    /// The create goes first, so that a change by another writer at the same time is noticed: after a conflict, an
    /// update follows. If the test is gone by then, all starts again, three times at most. Where the reply to the
    /// create is lost, its repeat may meet the test that it has created itself, which then counts as updated.
    ///
    /// # Errors
    /// As [`create`](Self::create) and [`TestHandle::update`].
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// use timeback_qti::models::{AssessmentTestInput, TestPart};
    ///
    /// let part = TestPart::new("part-001", "linear", "individual", []);
    /// let input = AssessmentTestInput::new("test-001", "Another title", [part]);
    /// assert!(!client.tests().upsert(&input).await?.is_created());
    /// # Ok(()) }
    /// ```
    pub fn upsert<'a>(
        &self,
        test: &'a AssessmentTestInput,
    ) -> impl Future<Output = Result<Upserted<AssessmentTest>>> + Send + use<'a> {
        self.0.clone().upsert(test)
    }

    /// Creates the test that the XML describes, or replaces the one of its identifier, and says which. `metadata` says
    /// what becomes of the metadata that there is; a new test has what [`Replace`](MetadataWrite::Replace) gives,
    /// written after the XML.
    ///
    /// Where the reply to the create is lost, its repeat may find what it has created itself: that is an update then.
    ///
    /// # Errors
    /// As [`create_xml`](Self::create_xml) and [`TestHandle::update_xml`].
    ///
    /// ```
    #[doc = include_str!("../example.txt")]
    /// let xml = r#"<qti-assessment-test xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="geography"
    ///     title="Geography"><qti-test-part identifier="part-001" navigation-mode="linear" submission-mode="individual">
    ///   <qti-assessment-section identifier="section-001" title="Warm-up" visible="true"/>
    /// </qti-test-part></qti-assessment-test>"#;
    /// use timeback_qti::MetadataWrite;
    ///
    /// let tests = client.tests();
    /// assert!(tests.upsert_xml(xml, MetadataWrite::Keep).await?.is_created());
    /// assert!(!tests.upsert_xml(xml, MetadataWrite::Keep).await?.is_created());
    /// # Ok(()) }
    /// ```
    pub fn upsert_xml<'a>(
        &self,
        xml: &'a str,
        metadata: MetadataWrite<'a>,
    ) -> impl Future<Output = Result<Upserted<AssessmentTest>>> + Send + use<'a> {
        self.0.clone().upsert_xml(xml, metadata)
    }
}

impl Sealed for Tests {}

impl Collection for Tests {
    const OPERATION: &'static str = operation::SEARCH_ASSESSMENT_TESTS.id;
    type Entity = AssessmentTest;
    type Sort = SortField;
    type Extra = TestQuery;

    async fn page<T: Send>(&self, list: &Parameters<Self>, read: ReadPage<T>) -> Result<Page<T>> {
        let filter = list.filter.as_ref().map(ToString::to_string);
        let filter = filter.as_deref();
        let client = &self.0.client;
        client
            .page(read, |request| {
                let extra = &list.extra;
                request.search_assessment_tests(
                    filter,
                    extra.grade.as_deref(),
                    extra.has_questions,
                    list.limit,
                    extra.navigation_mode.as_ref(),
                    list.order.as_ref(),
                    list.page,
                    list.query.as_deref(),
                    list.sort.as_ref(),
                    extra.subject.as_deref(),
                    extra.submission_mode.as_ref(),
                )
            })
            .await
    }

    fn identifier(test: &AssessmentTest) -> &str {
        &test.identifier
    }
}

impl Filterable for Tests {}
