//! Sections of a test part.

use ecow::EcoString;

use super::resource::{Edit, Entities, Entity, Resource};
use super::tests::refuse_beyond_json;
use super::{ItemRefs, Upserted};
use crate::error::{Error, Result};
use crate::models::{Section, SortField, json, rewrite};
use crate::page::{Collection, List, Page, Parameters, ReadPage, Sealed};
use crate::transport::{Requests, operation};

/// The sections of a test part; made by [`PartHandle::sections`](super::PartHandle::sections).
///
/// ```
#[doc = include_str!("example.txt")]
/// use timeback_qti::models::Section;
///
/// let sections = client.test("test-001").part("part-001").sections();
/// sections.create(&Section::new("section-001", "Warm-up")).await?;
/// assert_eq!(sections.list().send().await?.items.len(), 1);
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
#[must_use = "a collection sends nothing until one of its methods is awaited"]
pub struct Sections(pub(super) Entities<Section>);

impl Sections {
    /// The sections, a page at a time or as a stream (operation `searchSections`).
    pub fn list(&self) -> List<Self> {
        List::new(self.clone())
    }

    /// Creates a section (operation `createSection`).
    ///
    /// The service makes the XML of the whole test anew, and drops what only the XML said, such as rubrics.
    ///
    /// If the reply to a create is lost, it is sent again, and a conflict of the repeat is settled by reading the
    /// section back.
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input) if no path can carry the identifier;
    /// [`Conflict`](crate::ErrorKind::Conflict) if the part has a section of this identifier, and nothing is changed;
    /// [`NotFound`](crate::ErrorKind::NotFound) if the test or the part does not exist;
    /// [`Request`](crate::ErrorKind::Request) if the service refuses the section.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// use timeback_qti::models::Section;
    ///
    /// let sections = client.test("test-001").part("part-001").sections();
    /// let section = sections.create(&Section::new("section-001", "Warm-up")).await?;
    /// assert_eq!((section.title.as_str(), section.visible), ("Warm-up", true));
    /// # Ok(()) }
    /// ```
    pub fn create<'a>(
        &self,
        section: &'a Section,
    ) -> impl Future<Output = Result<Section>> + Send + use<'a> {
        self.0.clone().create(section)
    }

    /// Creates the section, or replaces the one of its identifier, and says which.
    ///
    /// The create goes first, so that a change by another writer at the same time is noticed: after a conflict, an
    /// update follows. If the section is gone by then, all starts again, three times at most. Where the reply to the
    /// create is lost, its repeat may meet the section that it has created itself, which then counts as updated.
    ///
    /// # Errors
    /// As [`create`](Self::create) and [`SectionHandle::update`]; [`NotFound`](crate::ErrorKind::NotFound) if the test
    /// or the part does not exist.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// use timeback_qti::models::Section;
    ///
    /// let sections = client.test("test-001").part("part-001").sections();
    /// assert!(sections.upsert(&Section::new("section-001", "Warm-up")).await?.is_created());
    /// assert!(!sections.upsert(&Section::new("section-001", "Start")).await?.is_created());
    /// # Ok(()) }
    /// ```
    pub fn upsert<'a>(
        &self,
        section: &'a Section,
    ) -> impl Future<Output = Result<Upserted<Section>>> + Send + use<'a> {
        self.0.clone().upsert(section)
    }
}

impl Sealed for Sections {}

impl Collection for Sections {
    const OPERATION: &'static str = operation::SEARCH_SECTIONS.id;
    type Entity = Section;
    type Sort = SortField;
    type Extra = ();

    async fn page<T: Send>(&self, list: &Parameters<Self>, read: ReadPage<T>) -> Result<Page<T>> {
        let Entities { client, parent } = &self.0;
        let (test, part) = parent;
        client
            .page(read, |request| {
                let query = list.query.as_deref();
                request.search_sections(
                    test,
                    part,
                    list.limit,
                    list.order.as_ref(),
                    list.page,
                    query,
                    list.sort.as_ref(),
                )
            })
            .await
    }

    fn identifier(section: &Section) -> &str {
        &section.identifier
    }
}

/// One section, addressed by its identifier; made by [`PartHandle::section`](super::PartHandle::section).
///
/// ```
#[doc = include_str!("example.txt")]
/// # let section = timeback_qti::models::Section::new("section-001", "Warm-up");
/// # client.test("test-001").part("part-001").sections().create(&section).await?;
/// let section = client.test("test-001").part("part-001").section("section-001");
/// let hidden = section.edit(|section| section.visible = false).await?;
/// assert_eq!((hidden.title.as_str(), hidden.visible), ("Warm-up", false));
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
#[must_use = "a handle sends nothing until one of its methods is awaited"]
pub struct SectionHandle(pub(super) Entity<Section>);

impl SectionHandle {
    /// Reads the section (operation `getSection`).
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if the test, the part or the section does not exist.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// # let section = timeback_qti::models::Section::new("section-001", "Warm-up");
    /// # client.test("test-001").part("part-001").sections().create(&section).await?;
    /// let section = client.test("test-001").part("part-001").section("section-001").get().await?;
    /// assert_eq!(section.title, "Warm-up");
    /// # Ok(()) }
    /// ```
    pub fn get(&self) -> impl Future<Output = Result<Section>> + Send + use<> {
        self.0.clone().get()
    }

    /// Reads the section; `None` if the section, its part or its test does not exist.
    ///
    /// # Errors
    /// As [`get`](Self::get); [`NotFound`](crate::ErrorKind::NotFound) only for a gateway's 404.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// assert_eq!(client.test("test-001").part("part-001").section("nowhere").get_opt().await?, None);
    /// # Ok(()) }
    /// ```
    pub fn get_opt(&self) -> impl Future<Output = Result<Option<Section>>> + Send + use<> {
        self.0.clone().get_opt()
    }

    /// Whether the section exists. The API has no cheaper way to tell than to read it.
    ///
    /// # Errors
    /// As [`get`](Self::get); [`NotFound`](crate::ErrorKind::NotFound) only for a gateway's 404.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// # let section = timeback_qti::models::Section::new("section-001", "Warm-up");
    /// # client.test("test-001").part("part-001").sections().create(&section).await?;
    /// assert!(client.test("test-001").part("part-001").section("section-001").exists().await?);
    /// # Ok(()) }
    /// ```
    pub fn exists(&self) -> impl Future<Output = Result<bool>> + Send + use<> {
        self.0.clone().exists()
    }

    /// Replaces the whole section (operation `updateSection`): what is `None` is not sent, and the service clears it.
    /// To change some fields and keep the rest, use [`edit`](Self::edit).
    ///
    /// The service makes the XML of the whole test anew, and drops what only the XML said, such as rubrics.
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input) if the section's identifier is not the one addressed;
    /// [`NotFound`](crate::ErrorKind::NotFound) if the test, the part or the section does not exist;
    /// [`Request`](crate::ErrorKind::Request) if the service refuses the section.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// # let section = timeback_qti::models::Section::new("section-001", "Warm-up");
    /// # client.test("test-001").part("part-001").sections().create(&section).await?;
    /// use timeback_qti::models::Section;
    ///
    /// let section = client.test("test-001").part("part-001").section("section-001");
    /// assert_eq!(section.update(&Section::new("section-001", "Start")).await?.title, "Start");
    /// # Ok(()) }
    /// ```
    pub fn update<'a>(
        &self,
        section: &'a Section,
    ) -> impl Future<Output = Result<Section>> + Send + use<'a> {
        self.0.clone().update(section)
    }

    /// Reads the section, changes it and writes it back: what `change` does not touch goes back as it came, fields that
    /// this client does not know included. If `change` changes nothing, nothing is written.
    ///
    /// What the service writes itself (`_id`, `__v`, `createdAt`, `updatedAt`) is not sent. The service has no
    /// conditional writes: what another writer changes between the read and the write is lost.
    ///
    /// # Errors
    /// As [`get`](Self::get) and [`update`](Self::update); [`Input`](crate::ErrorKind::Input), and nothing is written,
    /// for a change of a field that is the service's own, and if the test's XML has what the JSON form does not say
    /// (nested sections, selections, conditions, rubrics), as it would be lost: use
    /// [`TestHandle::edit_xml`](super::TestHandle::edit_xml).
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// # let section = timeback_qti::models::Section::new("section-001", "Warm-up");
    /// # client.test("test-001").part("part-001").sections().create(&section).await?;
    /// let section = client.test("test-001").part("part-001").section("section-001");
    /// let hidden = section.edit(|section| section.visible = false).await?;
    /// assert_eq!((hidden.title.as_str(), hidden.visible), ("Warm-up", false));
    /// # Ok(()) }
    /// ```
    pub fn edit<F>(&self, change: F) -> impl Future<Output = Result<Section>> + use<F>
    where
        F: FnOnce(&mut Section),
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
    /// # let section = timeback_qti::models::Section::new("section-001", "Warm-up");
    /// # client.test("test-001").part("part-001").sections().create(&section).await?;
    /// use timeback_qti::Error;
    ///
    /// let section = client.test("test-001").part("part-001").section("section-001");
    /// let named = section.try_edit(async |section| {
    ///     section.title = client.test("test-001").get().await?.title;
    ///     Ok::<_, Error>(())
    /// });
    /// assert_eq!(named.await?.title, "A test");
    /// # Ok(()) }
    /// ```
    pub fn try_edit<F, E>(&self, change: F) -> impl Future<Output = Result<Section, E>> + use<F, E>
    where
        F: AsyncFnOnce(&mut Section) -> Result<(), E>,
        E: From<Error>,
    {
        self.0.clone().try_edit(change)
    }

    /// Deletes the section (operation `deleteSection`). The items that it refers to stay.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if the test, the part or the section does not exist.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// # let section = timeback_qti::models::Section::new("section-001", "Warm-up");
    /// # client.test("test-001").part("part-001").sections().create(&section).await?;
    /// client.test("test-001").part("part-001").section("section-001").delete().await?;
    /// assert!(client.test("test-001").part("part-001").section("section-001").delete().await.unwrap_err().is_not_found());
    /// # Ok(()) }
    /// ```
    pub fn delete(&self) -> impl Future<Output = Result<()>> + Send + use<> {
        self.0.clone().delete()
    }

    /// Deletes the section if it exists; whether it did.
    ///
    /// Where the reply to a delete was lost and its repeat finds nothing, the answer is `true`, although the section
    /// may have been gone before.
    ///
    /// # Errors
    /// As [`delete`](Self::delete); [`NotFound`](crate::ErrorKind::NotFound) only for a gateway's 404.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// # let section = timeback_qti::models::Section::new("section-001", "Warm-up");
    /// # client.test("test-001").part("part-001").sections().create(&section).await?;
    /// assert!(client.test("test-001").part("part-001").section("section-001").delete_if_exists().await?);
    /// assert!(!client.test("test-001").part("part-001").section("section-001").delete_if_exists().await?);
    /// # Ok(()) }
    /// ```
    pub fn delete_if_exists(&self) -> impl Future<Output = Result<bool>> + Send + use<> {
        self.0.clone().delete_if_exists()
    }

    /// The section's references to items: add, remove and reorder.
    pub fn items(&self) -> ItemRefs {
        ItemRefs(self.0.clone())
    }
}

impl Resource for Section {
    /// The test and the part.
    type Parent = (EcoString, EcoString);
    type Input = Self;
    type Draft = Self;

    fn identifier(section: &Self) -> &str {
        &section.identifier
    }

    fn holds(&self, sent: &Self) -> bool {
        json::holds(self, sent)
    }

    fn post(into: &Entities<Self>, section: &Self) -> impl Future<Output = Result<Self>> + Send {
        let (test, part) = &into.parent;
        into.client
            .call(move |request| request.create_section(test, part, section))
    }

    fn read(at: &Entity<Self>) -> impl Future<Output = Result<Self>> + Send {
        let (test, part) = &at.parent;
        at.client
            .call(move |request| request.get_section(test, part, &at.identifier))
    }

    async fn put(at: &Entity<Self>, section: &Self) -> Result<Self> {
        let (test, part) = &at.parent;
        let update =
            |request: Requests<'_>| request.update_section(test, part, &at.identifier, section);
        at.client.call(update).await
    }

    fn remove(at: &Entity<Self>) -> impl Future<Output = Result<()>> + Send {
        let (test, part) = &at.parent;
        at.client
            .call(move |request| request.delete_section(test, part, &at.identifier))
    }

    fn draft(&self) -> Result<Self> {
        Ok(self.clone())
    }

    async fn save(at: &Entity<Self>, edit: Edit<Self>) -> Result<Self> {
        let section = rewrite::changed(&edit.current, &edit.changed)?;
        refuse_beyond_json(&at.client, &at.parent.0).await?;
        at.clone().update(&section).await
    }
}
