//! Sections of a test part.

use ecow::EcoString;
use serde::de::DeserializeOwned;

use super::conveniences::{check_addressable, check_identifier, may_not_exist, upserts};
use super::{ItemRefs, edit, settle};
use crate::client::Client;
use crate::error::{Error, Result};
use crate::models::{Section, SortField};
use crate::page::{Collection, List, Page, Parameters};
use crate::transport::operation;

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
pub struct Sections {
    client: Client,
    test: EcoString,
    part: EcoString,
}

impl Sections {
    pub(super) fn new(client: &Client, test: &EcoString, part: &EcoString) -> Self {
        Self {
            client: client.clone(),
            test: test.clone(),
            part: part.clone(),
        }
    }

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
    pub fn create<'a>(
        &self,
        section: &'a Section,
    ) -> impl Future<Output = Result<Section>> + Send + use<'a> {
        let this = self.clone();
        async move {
            let created = this.post(section).await;
            let read = this.handle(&section.identifier).get();
            settle::create(created, read, |found| settle::holds(found, section)).await
        }
    }

    async fn post(&self, section: &Section) -> Result<Section> {
        check_addressable(&section.identifier)?;
        self.client
            .call(|request| request.create_section(&self.test, &self.part, section))
            .await
    }

    fn handle(&self, identifier: &str) -> SectionHandle {
        SectionHandle::new(&self.client, &self.test, &self.part, identifier)
    }
}

upserts!(Sections, Section => Section, "section");

impl Collection for Sections {
    const OPERATION: &'static str = operation::SEARCH_SECTIONS.id;
    type Entity = Section;
    type Sort = SortField;
    type Extra = ();

    async fn page<T: DeserializeOwned + Send>(&self, list: &Parameters<Self>) -> Result<Page<T>> {
        self.client
            .page(|request| {
                let query = list.query.as_deref();
                request.search_sections(
                    &self.test,
                    &self.part,
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
pub struct SectionHandle {
    client: Client,
    test: EcoString,
    part: EcoString,
    identifier: EcoString,
}

impl SectionHandle {
    pub(super) fn new(
        client: &Client,
        test: &EcoString,
        part: &EcoString,
        identifier: &str,
    ) -> Self {
        Self {
            client: client.clone(),
            test: test.clone(),
            part: part.clone(),
            identifier: identifier.into(),
        }
    }

    /// Reads the section (operation `getSection`).
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if the test, the part or the section does not exist.
    pub fn get(&self) -> impl Future<Output = Result<Section>> + Send + use<> {
        let this = self.clone();
        async move {
            this.client
                .call(|request| request.get_section(&this.test, &this.part, &this.identifier))
                .await
        }
    }

    /// Replaces the whole section (operation `updateSection`): what is `None` is not sent, and the service clears it. To
    /// change some fields and keep the rest, use [`edit`](Self::edit).
    ///
    /// The service makes the XML of the whole test anew, and drops what only the XML said, such as rubrics.
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input) if the section's identifier is not the one addressed;
    /// [`NotFound`](crate::ErrorKind::NotFound) if the test, the part or the section does not exist;
    /// [`Request`](crate::ErrorKind::Request) if the service refuses the section.
    pub fn update<'a>(
        &self,
        section: &'a Section,
    ) -> impl Future<Output = Result<Section>> + Send + use<'a> {
        let this = self.clone();
        async move {
            check_identifier(&this.identifier, &section.identifier)?;
            this.client
                .call(|request| {
                    request.update_section(&this.test, &this.part, &this.identifier, section)
                })
                .await
        }
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
    pub fn edit<F>(&self, change: F) -> impl Future<Output = Result<Section>> + use<F>
    where
        F: FnOnce(&mut Section),
    {
        self.try_edit(async move |section: &mut Section| {
            change(section);
            Ok(())
        })
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

    /// Deletes the section (operation `deleteSection`). The items that it refers to stay.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if the test, the part or the section does not exist.
    pub fn delete(&self) -> impl Future<Output = Result<()>> + Send + use<> {
        let this = self.clone();
        async move {
            let deleted = this
                .client
                .call(|request| request.delete_section(&this.test, &this.part, &this.identifier))
                .await;
            settle::delete(deleted)
        }
    }

    /// The section's references to items: add, remove and reorder.
    pub fn items(&self) -> ItemRefs {
        ItemRefs::new(&self.client, &self.test, &self.part, &self.identifier)
    }
}

may_not_exist!(SectionHandle, Section, "section");
