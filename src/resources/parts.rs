//! Test parts.

use ecow::EcoString;
use serde::de::DeserializeOwned;

use super::conveniences::{check_addressable, check_identifier, may_not_exist, upserts};
use super::tests::TestQuery;
use super::{SectionHandle, Sections, edit, settle};
use crate::client::Client;
use crate::error::{Error, Result};
use crate::models::{SortField, TestPart};
use crate::page::{Collection, Filterable, List, Page, Parameters};
use crate::transport::operation;

/// The parts of a test; made by [`TestHandle::parts`](super::TestHandle::parts).
///
/// ```
#[doc = include_str!("example.txt")]
/// use timeback_qti::models::TestPart;
///
/// let parts = client.test("test-001").parts();
/// parts.create(&TestPart::new("part-002", "linear", "individual", [])).await?;
/// assert_eq!(parts.list().has_questions(false).collect().await?.len(), 2);
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
#[must_use = "a collection sends nothing until one of its methods is awaited"]
pub struct Parts {
    client: Client,
    test: EcoString,
}

impl Parts {
    pub(super) fn new(client: &Client, test: &EcoString) -> Self {
        Self {
            client: client.clone(),
            test: test.clone(),
        }
    }

    /// The parts, a page at a time or as a stream (operation `searchTestParts`). The list takes filters.
    pub fn list(&self) -> List<Self> {
        List::new(self.clone())
    }

    /// Creates a part with its sections (operation `createTestPart`).
    ///
    /// The service makes the XML of the whole test anew, and drops what only the XML said, such as rubrics.
    ///
    /// If the reply to a create is lost, it is sent again, and a conflict of the repeat is settled by reading the part
    /// back.
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input) if no path can carry the identifier;
    /// [`Conflict`](crate::ErrorKind::Conflict) if the test has a part of this identifier, and nothing is changed;
    /// [`NotFound`](crate::ErrorKind::NotFound) if the test does not exist;
    /// [`Request`](crate::ErrorKind::Request) if the service refuses the part.
    pub fn create<'a>(
        &self,
        part: &'a TestPart,
    ) -> impl Future<Output = Result<TestPart>> + Send + use<'a> {
        let this = self.clone();
        async move {
            let created = this.post(part).await;
            let read = this.handle(&part.identifier).get();
            settle::create(created, read, |found| settle::holds(found, part)).await
        }
    }

    async fn post(&self, part: &TestPart) -> Result<TestPart> {
        check_addressable(&part.identifier)?;
        self.client
            .call(|request| request.create_test_part(&self.test, part))
            .await
    }

    fn handle(&self, identifier: &str) -> PartHandle {
        PartHandle::new(&self.client, &self.test, identifier)
    }
}

upserts!(Parts, TestPart => TestPart, "part");

impl Collection for Parts {
    const OPERATION: &'static str = operation::SEARCH_TEST_PARTS.id;
    type Entity = TestPart;
    type Sort = SortField;
    type Extra = TestQuery;

    async fn page<T: DeserializeOwned + Send>(&self, list: &Parameters<Self>) -> Result<Page<T>> {
        let filter = list.filter.as_ref().map(ToString::to_string);
        let filter = filter.as_deref();
        self.client
            .page(|request| {
                let extra = &list.extra;
                request.search_test_parts(
                    &self.test,
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

    fn identifier(part: &TestPart) -> &str {
        &part.identifier
    }
}

impl Filterable for Parts {}

/// One part of a test, addressed by its identifier; made by [`TestHandle::part`](super::TestHandle::part).
///
/// ```
#[doc = include_str!("example.txt")]
/// let part = client.test("test-001").part("part-001");
/// let edited = part.edit(|part| part.navigation_mode = Some("nonlinear".into())).await?;
/// assert_eq!(edited.identifier, "part-001");
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
#[must_use = "a handle sends nothing until one of its methods is awaited"]
pub struct PartHandle {
    client: Client,
    test: EcoString,
    identifier: EcoString,
}

impl PartHandle {
    pub(super) fn new(client: &Client, test: &EcoString, identifier: &str) -> Self {
        Self {
            client: client.clone(),
            test: test.clone(),
            identifier: identifier.into(),
        }
    }

    /// Reads the part (operation `getTestPart`).
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if the test or the part does not exist.
    pub fn get(&self) -> impl Future<Output = Result<TestPart>> + Send + use<> {
        let this = self.clone();
        async move {
            this.client
                .call(|request| request.get_test_part(&this.test, &this.identifier))
                .await
        }
    }

    /// Replaces the whole part, its sections included (operation `updateTestPart`): what is `None` is not sent, and the
    /// service clears it. To change some fields and keep the rest, use [`edit`](Self::edit).
    ///
    /// The service makes the XML of the whole test anew, and drops what only the XML said, such as rubrics.
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input) if the part's identifier is not the one addressed;
    /// [`NotFound`](crate::ErrorKind::NotFound) if the test or the part does not exist;
    /// [`Request`](crate::ErrorKind::Request) if the service refuses the part.
    pub fn update<'a>(
        &self,
        part: &'a TestPart,
    ) -> impl Future<Output = Result<TestPart>> + Send + use<'a> {
        let this = self.clone();
        async move {
            check_identifier(&this.identifier, &part.identifier)?;
            this.client
                .call(|request| request.update_test_part(&this.test, &this.identifier, part))
                .await
        }
    }

    /// Reads the part, changes it and writes it back: what `change` does not touch goes back as it came, fields that
    /// this client does not know included. If `change` changes nothing, nothing is written.
    ///
    /// What the service writes itself (`raw_xml`, `content`, `_id`, `__v`, `createdAt`, `updatedAt`) is not sent. The
    /// service has no conditional writes: what another writer changes between the read and the write is lost.
    ///
    /// # Errors
    /// As [`get`](Self::get) and [`update`](Self::update); [`Input`](crate::ErrorKind::Input), and nothing is written,
    /// for a change of a field that is the service's own, and if the test's XML has what the JSON form does not say
    /// (nested sections, selections, conditions, rubrics), as it would be lost: use
    /// [`TestHandle::edit_xml`](super::TestHandle::edit_xml).
    pub fn edit<F>(&self, change: F) -> impl Future<Output = Result<TestPart>> + use<F>
    where
        F: FnOnce(&mut TestPart),
    {
        self.try_edit(async move |part: &mut TestPart| {
            change(part);
            Ok(())
        })
    }

    /// As [`edit`](Self::edit), with a closure that may await and may fail: then nothing is written, and its error is
    /// given back. What another writer changes while it waits is lost as well.
    ///
    /// # Errors
    /// As [`edit`](Self::edit), and the closure's own.
    pub fn try_edit<F, E>(&self, change: F) -> impl Future<Output = Result<TestPart, E>> + use<F, E>
    where
        F: AsyncFnOnce(&mut TestPart) -> Result<(), E>,
        E: From<Error>,
    {
        let this = self.clone();
        async move {
            let current = this.get().await?;
            let mut changed = current.clone();
            change(&mut changed).await?;
            Ok(match edit::changed(&current, &changed)? {
                Some(changed) => {
                    this.client.test(&this.test).refuse_beyond_json().await?;
                    this.update(&changed).await?
                }
                None => current,
            })
        }
    }

    /// Deletes the part with its sections (operation `deleteTestPart`). The items that they refer to stay.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if the test or the part does not exist.
    pub fn delete(&self) -> impl Future<Output = Result<()>> + Send + use<> {
        let this = self.clone();
        async move {
            let deleted = this
                .client
                .call(|request| request.delete_test_part(&this.test, &this.identifier))
                .await;
            settle::delete(deleted)
        }
    }

    /// The sections of the part: list, create and upsert.
    pub fn sections(&self) -> Sections {
        Sections::new(&self.client, &self.test, &self.identifier)
    }

    /// One section of the part, by its identifier. Nothing is sent yet.
    pub fn section(&self, identifier: impl AsRef<str>) -> SectionHandle {
        SectionHandle::new(
            &self.client,
            &self.test,
            &self.identifier,
            identifier.as_ref(),
        )
    }
}

may_not_exist!(PartHandle, TestPart, "part");
