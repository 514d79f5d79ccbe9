//! Test parts.

use ecow::EcoString;

use super::resource::{Edit, Entities, Entity, Resource};
use super::tests::{TestQuery, refuse_beyond_json};
use super::{SectionHandle, Sections, Upserted};
use crate::error::{Error, Result};
use crate::models::{SortField, TestPart, json, rewrite};
use crate::page::{Collection, Filterable, List, Page, Parameters, ReadPage, Sealed};
use crate::transport::{Requests, operation};

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
pub struct Parts(pub(super) Entities<TestPart>);

impl Parts {
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
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// use timeback_qti::models::{Section, TestPart};
    ///
    /// let section = Section::new("section-001", "Warm-up");
    /// let part = TestPart::new("part-002", "linear", "individual", [section]);
    /// let part = client.test("test-001").parts().create(&part).await?;
    /// assert_eq!(part.qti_assessment_section.unwrap().len(), 1);
    /// # Ok(()) }
    /// ```
    pub fn create<'a>(
        &self,
        part: &'a TestPart,
    ) -> impl Future<Output = Result<TestPart>> + Send + use<'a> {
        self.0.clone().create(part)
    }

    /// Creates the part, or replaces the one of its identifier, and says which.
    ///
    /// The create goes first, so that a change by another writer at the same time is noticed: after a conflict, an
    /// update follows. If the part is gone by then, all starts again, three times at most. Where the reply to the
    /// create is lost, its repeat may meet the part that it has created itself, which then counts as updated.
    ///
    /// # Errors
    /// As [`create`](Self::create) and [`PartHandle::update`]; [`NotFound`](crate::ErrorKind::NotFound) if the test
    /// does not exist.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// use timeback_qti::models::TestPart;
    ///
    /// let part = TestPart::new("part-001", "nonlinear", "individual", []);
    /// assert!(!client.test("test-001").parts().upsert(&part).await?.is_created());
    /// # Ok(()) }
    /// ```
    pub fn upsert<'a>(
        &self,
        part: &'a TestPart,
    ) -> impl Future<Output = Result<Upserted<TestPart>>> + Send + use<'a> {
        self.0.clone().upsert(part)
    }
}

impl Sealed for Parts {}

impl Collection for Parts {
    const OPERATION: &'static str = operation::SEARCH_TEST_PARTS.id;
    type Entity = TestPart;
    type Sort = SortField;
    type Extra = TestQuery;

    async fn page<T: Send>(&self, list: &Parameters<Self>, read: ReadPage<T>) -> Result<Page<T>> {
        let filter = list.filter.as_ref().map(ToString::to_string);
        let filter = filter.as_deref();
        let Entities {
            client,
            parent: test,
        } = &self.0;
        client
            .page(read, |request| {
                let extra = &list.extra;
                request.search_test_parts(
                    test,
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
pub struct PartHandle(pub(super) Entity<TestPart>);

impl PartHandle {
    /// Reads the part (operation `getTestPart`).
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if the test or the part does not exist.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let part = client.test("test-001").part("part-001").get().await?;
    /// assert_eq!(part.identifier, "part-001");
    /// # Ok(()) }
    /// ```
    pub fn get(&self) -> impl Future<Output = Result<TestPart>> + Send + use<> {
        self.0.clone().get()
    }

    /// Reads the part; `None` if the part or its test does not exist.
    ///
    /// # Errors
    /// As [`get`](Self::get); [`NotFound`](crate::ErrorKind::NotFound) only for a gateway's 404.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// assert_eq!(client.test("test-001").part("nowhere").get_opt().await?, None);
    /// # Ok(()) }
    /// ```
    pub fn get_opt(&self) -> impl Future<Output = Result<Option<TestPart>>> + Send + use<> {
        self.0.clone().get_opt()
    }

    /// Whether the part exists. The API has no cheaper way to tell than to read it.
    ///
    /// # Errors
    /// As [`get`](Self::get); [`NotFound`](crate::ErrorKind::NotFound) only for a gateway's 404.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// assert!(client.test("test-001").part("part-001").exists().await?);
    /// # Ok(()) }
    /// ```
    pub fn exists(&self) -> impl Future<Output = Result<bool>> + Send + use<> {
        self.0.clone().exists()
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
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// use timeback_qti::models::TestPart;
    ///
    /// let part = TestPart::new("part-001", "nonlinear", "individual", []);
    /// client.test("test-001").part("part-001").update(&part).await?;
    /// # Ok(()) }
    /// ```
    pub fn update<'a>(
        &self,
        part: &'a TestPart,
    ) -> impl Future<Output = Result<TestPart>> + Send + use<'a> {
        self.0.clone().update(part)
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
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// let part = client.test("test-001").part("part-001");
    /// let edited = part.edit(|part| part.submission_mode = Some("simultaneous".into())).await?;
    /// assert_eq!(edited.submission_mode, Some("simultaneous".into()));
    /// # Ok(()) }
    /// ```
    pub fn edit<F>(&self, change: F) -> impl Future<Output = Result<TestPart>> + use<F>
    where
        F: FnOnce(&mut TestPart),
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
    #[doc = include_str!("example.txt")]
    /// use timeback_qti::Error;
    /// use timeback_qti::models::Section;
    ///
    /// let part = client.test("test-001").part("part-001");
    /// let filled = part.try_edit(async |part| {
    ///     let title = client.test("test-001").get().await?.title;
    ///     part.qti_assessment_section = Some(vec![Section::new("section-001", title)]);
    ///     Ok::<_, Error>(())
    /// });
    /// assert_eq!(filled.await?.qti_assessment_section.unwrap()[0].title, "A test");
    /// # Ok(()) }
    /// ```
    pub fn try_edit<F, E>(&self, change: F) -> impl Future<Output = Result<TestPart, E>> + use<F, E>
    where
        F: AsyncFnOnce(&mut TestPart) -> Result<(), E>,
        E: From<Error>,
    {
        self.0.clone().try_edit(change)
    }

    /// Deletes the part with its sections (operation `deleteTestPart`). The items that they refer to stay.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if the test or the part does not exist.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// client.test("test-001").part("part-001").delete().await?;
    /// assert!(client.test("test-001").part("part-001").delete().await.unwrap_err().is_not_found());
    /// # Ok(()) }
    /// ```
    pub fn delete(&self) -> impl Future<Output = Result<()>> + Send + use<> {
        self.0.clone().delete()
    }

    /// Deletes the part if it exists; whether it did.
    ///
    /// Where the reply to a delete was lost and its repeat finds nothing, the answer is `true`, although the part may
    /// have been gone before.
    ///
    /// # Errors
    /// As [`delete`](Self::delete); [`NotFound`](crate::ErrorKind::NotFound) only for a gateway's 404.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// assert!(client.test("test-001").part("part-001").delete_if_exists().await?);
    /// assert!(!client.test("test-001").part("part-001").delete_if_exists().await?);
    /// # Ok(()) }
    /// ```
    pub fn delete_if_exists(&self) -> impl Future<Output = Result<bool>> + Send + use<> {
        self.0.clone().delete_if_exists()
    }

    /// The sections of the part: list, create and upsert.
    pub fn sections(&self) -> Sections {
        let part = (self.0.parent.clone(), self.0.identifier.clone());
        Sections(Entities::new(&self.0.client, part))
    }

    /// One section of the part, by its identifier. Nothing is sent yet.
    pub fn section(&self, identifier: impl AsRef<str>) -> SectionHandle {
        SectionHandle(self.sections().0.one(identifier.as_ref()))
    }
}

impl Resource for TestPart {
    /// The test.
    type Parent = EcoString;
    type Input = Self;
    type Draft = Self;

    fn identifier(part: &Self) -> &str {
        &part.identifier
    }

    fn holds(&self, sent: &Self) -> bool {
        json::holds(self, sent)
    }

    fn post(into: &Entities<Self>, part: &Self) -> impl Future<Output = Result<Self>> + Send {
        into.client
            .call(move |request| request.create_test_part(&into.parent, part))
    }

    fn read(at: &Entity<Self>) -> impl Future<Output = Result<Self>> + Send {
        at.client
            .call(move |request| request.get_test_part(&at.parent, &at.identifier))
    }

    async fn put(at: &Entity<Self>, part: &Self) -> Result<Self> {
        let update =
            |request: Requests<'_>| request.update_test_part(&at.parent, &at.identifier, part);
        at.client.call(update).await
    }

    fn remove(at: &Entity<Self>) -> impl Future<Output = Result<()>> + Send {
        at.client
            .call(move |request| request.delete_test_part(&at.parent, &at.identifier))
    }

    fn draft(&self) -> Result<Self> {
        Ok(self.clone())
    }

    async fn save(at: &Entity<Self>, edit: Edit<Self>) -> Result<Self> {
        let part = rewrite::changed(&edit.current, &edit.changed)?;
        refuse_beyond_json(&at.client, &at.parent).await?;
        at.clone().update(&part).await
    }
}
