//! Assessment tests.

mod handle;
mod query;

use serde::de::DeserializeOwned;

use super::conveniences::{self, Upserted, check_addressable, upserts};
use super::{MetadataWrite, settle, stored};
use crate::client::Client;
use crate::error::Result;
use crate::models::{AssessmentTest, AssessmentTestInput, SortField};
use crate::page::{Collection, Filterable, List, Page, Parameters};
use crate::transport::operation;
use crate::xml::first_difference_of_tests;

pub use handle::TestHandle;
pub use query::TestQuery;

/// The root of a test's XML.
const ROOT: &str = "qti-assessment-test";

/// The assessment tests; made by [`Client::tests`].
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
pub struct Tests {
    client: Client,
}

impl Tests {
    pub(crate) fn new(client: &Client) -> Self {
        Self {
            client: client.clone(),
        }
    }

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
    pub fn create<'a>(
        &self,
        test: &'a AssessmentTestInput,
    ) -> impl Future<Output = Result<AssessmentTest>> + Send + use<'a> {
        let this = self.clone();
        async move {
            let created = this.post(test).await;
            let read = this.handle(&test.identifier).get();
            settle::create(created, read, |found| settle::holds(found, test)).await
        }
    }

    /// Creates a test from its QTI XML, sent as it is (operation `createAssessmentTest`). The identifier is that of the
    /// XML; metadata is not part of it, see [`TestHandle::update_metadata`].
    ///
    /// If the reply to a create is lost, it is sent again, and a conflict of the repeat is settled by comparing the
    /// stored XML with the one sent.
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input) if the XML is not a test of QTI 3.0 (with line and column): older versions, a missing or
    /// wrong namespace, another root, HTML's entities, another encoding; or if its root has no identifier, or one that no path can carry;
    /// [`Conflict`](crate::ErrorKind::Conflict) if there is a test of this identifier, and nothing is changed;
    /// [`Request`](crate::ErrorKind::Request) or [`Server`](crate::ErrorKind::Server) if the service refuses the XML.
    pub fn create_xml<'a>(
        &self,
        xml: &'a str,
    ) -> impl Future<Output = Result<AssessmentTest>> + Send + use<'a> {
        let this = self.clone();
        async move {
            let identifier = stored::check_new_document(ROOT, xml)?;
            let created = this.post_xml(xml).await;
            let read = this.handle(&identifier).get();
            settle::create(created, read, |found: &AssessmentTest| {
                let found = found.raw_xml.as_deref().unwrap_or_default();
                first_difference_of_tests(xml, found) == Ok(None)
            })
            .await
        }
    }

    /// Creates the test that the XML describes, or replaces the one of its identifier, and says which. `metadata` says
    /// what becomes of the metadata that there is; a new test has what [`Replace`](MetadataWrite::Replace) gives, written
    /// after the XML.
    ///
    /// Where the reply to the create is lost, its repeat may find what it has created itself: that is an update then.
    ///
    /// # Errors
    /// As [`create_xml`](Self::create_xml) and [`TestHandle::update_xml`].
    pub fn upsert_xml<'a>(
        &self,
        xml: &'a str,
        metadata: MetadataWrite<'a>,
    ) -> impl Future<Output = Result<Upserted<AssessmentTest>>> + Send + use<'a> {
        let this = self.clone();
        async move {
            let identifier = stored::check_new_document(ROOT, xml)?;
            let handle = this.handle(&identifier);
            let create = async || {
                let created = this.post_xml(xml).await?;
                match metadata.given() {
                    Some(metadata) => handle.write_metadata(metadata).await,
                    None => Ok(created),
                }
            };
            conveniences::upsert(&create, || handle.update_xml(xml, metadata)).await
        }
    }

    async fn post_xml(&self, xml: &str) -> Result<AssessmentTest> {
        self.client
            .call_xml(&operation::CREATE_ASSESSMENT_TEST, &[], Some(xml), |body| {
                serde_json::from_slice(body)
            })
            .await
    }

    async fn post(&self, test: &AssessmentTestInput) -> Result<AssessmentTest> {
        check_addressable(&test.identifier)?;
        self.client
            .call(|request| request.create_assessment_test(test))
            .await
    }

    fn handle(&self, identifier: &str) -> TestHandle {
        TestHandle::new(&self.client, identifier)
    }
}

upserts!(Tests, AssessmentTestInput => AssessmentTest, "test");

impl Collection for Tests {
    const OPERATION: &'static str = operation::SEARCH_ASSESSMENT_TESTS.id;
    type Entity = AssessmentTest;
    type Sort = SortField;
    type Extra = TestQuery;

    async fn page<T: DeserializeOwned + Send>(&self, list: &Parameters<Self>) -> Result<Page<T>> {
        let filter = list.filter.as_ref().map(ToString::to_string);
        let filter = filter.as_deref();
        self.client
            .page(|request| {
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
