//! Test parts.

use super::conveniences::{check_addressable, check_identifier, may_not_exist, upserts};
use super::tests::TestQuery;
use super::{SectionHandle, Sections, edit, settle};
use crate::client::Client;
use crate::error::Result;
use crate::models::{SortField, TestPart};
use crate::page::{Collection, Filterable, List, Page, Parameters};

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
#[derive(Debug, Clone, Copy)]
pub struct Parts<'a> {
    client: &'a Client,
    test: &'a str,
}

impl<'a> Parts<'a> {
    pub(super) fn new(client: &'a Client, test: &'a str) -> Self {
        Self { client, test }
    }

    /// The parts, a page at a time or as a stream (operation `searchTestParts`). The list takes filters.
    pub fn list(self) -> List<Self> {
        List::new(self)
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
    pub async fn create(self, part: &TestPart) -> Result<TestPart> {
        let created = self.post(part).await;
        let read = self.handle(&part.identifier).get();
        settle::create(created, read, |found| settle::holds(found, part)).await
    }

    async fn post(self, part: &TestPart) -> Result<TestPart> {
        check_addressable(&part.identifier)?;
        self.client
            .call(|raw| async move { raw.create_test_part(self.test, part).await })
            .await
    }

    fn handle<'b>(&'b self, identifier: &'b str) -> PartHandle<'b> {
        PartHandle::new(self.client, self.test, identifier)
    }
}

upserts!(Parts, TestPart => TestPart, "part");

impl Collection for Parts<'_> {
    type Entity = TestPart;
    type Sort = SortField;
    type Extra = TestQuery;

    async fn page(self, list: &Parameters<Self>) -> Result<Page<TestPart>> {
        let filter = list.filter.as_ref().map(ToString::to_string);
        let filter = filter.as_deref();
        let page = self
            .client
            .call(|raw| async move {
                let extra = &list.extra;
                raw.search_test_parts(
                    self.test,
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
                .await
            })
            .await?;
        Ok(Page::new(
            page.items, page.total, page.page, page.pages, page.limit,
        ))
    }

    fn identifier(part: &TestPart) -> &str {
        &part.identifier
    }
}

impl Filterable for Parts<'_> {}

/// One part of a test, addressed by its identifier; made by [`TestHandle::part`](super::TestHandle::part).
///
/// ```
#[doc = include_str!("example.txt")]
/// let part = client.test("test-001").part("part-001");
/// let edited = part.edit(|part| part.navigation_mode = Some("nonlinear".into())).await?;
/// assert_eq!(edited.identifier, "part-001");
/// # Ok(()) }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct PartHandle<'a> {
    client: &'a Client,
    test: &'a str,
    identifier: &'a str,
}

impl<'a> PartHandle<'a> {
    pub(super) fn new(client: &'a Client, test: &'a str, identifier: &'a str) -> Self {
        Self {
            client,
            test,
            identifier,
        }
    }

    /// Reads the part (operation `getTestPart`).
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if the test or the part does not exist.
    pub async fn get(self) -> Result<TestPart> {
        self.client
            .call(|raw| async move { raw.get_test_part(self.test, self.identifier).await })
            .await
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
    pub async fn update(self, part: &TestPart) -> Result<TestPart> {
        check_identifier(self.identifier, &part.identifier)?;
        self.client
            .call(|raw| async move { raw.update_test_part(self.test, self.identifier, part).await })
            .await
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
    pub async fn edit(self, change: impl FnOnce(&mut TestPart)) -> Result<TestPart> {
        let current = self.get().await?;
        match edit::changed(&current, change)? {
            Some(changed) => {
                self.client.test(self.test).refuse_beyond_json().await?;
                self.update(&changed).await
            }
            None => Ok(current),
        }
    }

    /// Deletes the part with its sections (operation `deleteTestPart`). The items that they refer to stay.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if the test or the part does not exist.
    pub async fn delete(self) -> Result<()> {
        let deleted = self
            .client
            .call(|raw| async move { raw.delete_test_part(self.test, self.identifier).await })
            .await;
        settle::delete(deleted)
    }

    /// The sections of the part: list, create and upsert.
    pub fn sections(self) -> Sections<'a> {
        Sections::new(self.client, self.test, self.identifier)
    }

    /// One section of the part, by its identifier. Nothing is sent yet.
    pub fn section(self, identifier: &'a str) -> SectionHandle<'a> {
        SectionHandle::new(self.client, self.test, self.identifier, identifier)
    }
}

may_not_exist!(PartHandle, TestPart, "part");
