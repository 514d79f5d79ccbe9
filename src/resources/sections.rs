//! Sections of a test part.

use super::conveniences::{check_addressable, check_identifier, may_not_exist, upserts};
use super::{ItemRefs, edit, settle};
use crate::client::Client;
use crate::error::Result;
use crate::models::{Section, SortField};
use crate::page::{Collection, List, Page, Parameters};

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
#[derive(Debug, Clone, Copy)]
pub struct Sections<'a> {
    client: &'a Client,
    test: &'a str,
    part: &'a str,
}

impl<'a> Sections<'a> {
    pub(super) fn new(client: &'a Client, test: &'a str, part: &'a str) -> Self {
        Self { client, test, part }
    }

    /// The sections, a page at a time or as a stream (operation `searchSections`).
    pub fn list(self) -> List<Self> {
        List::new(self)
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
    pub async fn create(self, section: &Section) -> Result<Section> {
        let created = self.post(section).await;
        let read = self.handle(&section.identifier).get();
        settle::create(created, read, |found| settle::holds(found, section)).await
    }

    async fn post(self, section: &Section) -> Result<Section> {
        check_addressable(&section.identifier)?;
        self.client
            .call(|raw| async move { raw.create_section(self.test, self.part, section).await })
            .await
    }

    fn handle<'b>(&'b self, identifier: &'b str) -> SectionHandle<'b> {
        SectionHandle::new(self.client, self.test, self.part, identifier)
    }
}

upserts!(Sections, Section => Section, "section");

impl Collection for Sections<'_> {
    type Entity = Section;
    type Sort = SortField;
    type Extra = ();

    async fn page(self, list: &Parameters<Self>) -> Result<Page<Section>> {
        let page = self
            .client
            .call(|raw| async move {
                let query = list.query.as_deref();
                raw.search_sections(
                    self.test,
                    self.part,
                    list.limit,
                    list.order.as_ref(),
                    list.page,
                    query,
                    list.sort.as_ref(),
                )
                .await
            })
            .await?;
        Ok(Page::new(
            page.items, page.total, page.page, page.pages, page.limit,
        ))
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
#[derive(Debug, Clone, Copy)]
pub struct SectionHandle<'a> {
    client: &'a Client,
    test: &'a str,
    part: &'a str,
    identifier: &'a str,
}

impl<'a> SectionHandle<'a> {
    pub(super) fn new(
        client: &'a Client,
        test: &'a str,
        part: &'a str,
        identifier: &'a str,
    ) -> Self {
        Self {
            client,
            test,
            part,
            identifier,
        }
    }

    /// Reads the section (operation `getSection`).
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if the test, the part or the section does not exist.
    pub async fn get(self) -> Result<Section> {
        self.client
            .call(|raw| async move { raw.get_section(self.test, self.part, self.identifier).await })
            .await
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
    pub async fn update(self, section: &Section) -> Result<Section> {
        check_identifier(self.identifier, &section.identifier)?;
        self.client
            .call(|raw| async move {
                raw.update_section(self.test, self.part, self.identifier, section)
                    .await
            })
            .await
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
    pub async fn edit(self, change: impl FnOnce(&mut Section)) -> Result<Section> {
        let current = self.get().await?;
        match edit::changed(&current, change)? {
            Some(changed) => {
                self.client.test(self.test).refuse_beyond_json().await?;
                self.update(&changed).await
            }
            None => Ok(current),
        }
    }

    /// Deletes the section (operation `deleteSection`). The items that it refers to stay.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if the test, the part or the section does not exist.
    pub async fn delete(self) -> Result<()> {
        let deleted = self
            .client
            .call(|raw| async move {
                raw.delete_section(self.test, self.part, self.identifier)
                    .await
            })
            .await;
        settle::delete(deleted)
    }

    /// The section's references to items: add, remove and reorder.
    pub fn items(self) -> ItemRefs<'a> {
        ItemRefs::new(self.client, self.test, self.part, self.identifier)
    }
}

may_not_exist!(SectionHandle, Section, "section");
