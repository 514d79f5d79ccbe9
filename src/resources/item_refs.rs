//! The references of a section to items.

use super::resource::Entity;
use crate::error::{Error, Result};
use crate::models::{ItemOrder, ItemRef, Section};

/// The item references of a section; made by [`SectionHandle::items`](super::SectionHandle::items).
///
/// On each change the service makes the XML of the whole test anew, and drops what only the XML said, such as rubrics.
///
/// ```
#[doc = include_str!("example.txt")]
/// # let section = timeback_qti::models::Section::new("section-001", "Warm-up");
/// # client.test("test-001").part("part-001").sections().create(&section).await?;
/// let items = client.test("test-001").part("part-001").section("section-001").items();
/// items.add("item-1").await?;
/// items.add("item-2").await?;
/// let section = items.reorder(["item-2", "item-1"]).await?;
/// assert_eq!(section.qti_assessment_item_ref.unwrap()[0].identifier, "item-2");
/// items.remove("item-1").await?;
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
#[must_use = "a collection sends nothing until one of its methods is awaited"]
pub struct ItemRefs(pub(super) Entity<Section>);

impl ItemRefs {
    /// Adds a reference to an item (operation `addAssessmentItem`), and gives the section as it is then.
    ///
    /// It is not repeated when its reply is lost, as the service may add a second reference:
    /// [`Error::may_have_been_applied`] tells so.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if the section, or what it stands in, does not exist;
    /// [`Request`](crate::ErrorKind::Request) if the service refuses the reference.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// # let section = timeback_qti::models::Section::new("section-001", "Warm-up");
    /// # client.test("test-001").part("part-001").sections().create(&section).await?;
    /// let items = client.test("test-001").part("part-001").section("section-001").items();
    /// let section = items.add("item-1").await?;
    /// assert_eq!(section.qti_assessment_item_ref.unwrap()[0].identifier, "item-1");
    /// # Ok(()) }
    /// ```
    pub fn add<R>(&self, item: R) -> impl Future<Output = Result<Section>> + Send + use<R>
    where
        R: Into<ItemRef>,
    {
        let section = self.0.clone();
        let item = item.into();
        async move {
            let (test, part) = &section.parent;
            section
                .client
                .call(|request| request.add_assessment_item(test, part, &section.identifier, &item))
                .await
        }
    }

    /// Removes the reference to an item (operation `removeAssessmentItem`). The item itself stays.
    ///
    /// It is not repeated when its reply is lost, as the service may remove a second reference:
    /// [`Error::may_have_been_applied`] tells so.
    ///
    /// # Errors
    /// [`NotFound`](crate::ErrorKind::NotFound) if the section has no reference to the item, or does not exist.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// # let section = timeback_qti::models::Section::new("section-001", "Warm-up");
    /// # client.test("test-001").part("part-001").sections().create(&section).await?;
    /// let items = client.test("test-001").part("part-001").section("section-001").items();
    /// items.add("item-1").await?;
    /// items.remove("item-1").await?;
    /// # Ok(()) }
    /// ```
    pub fn remove<'a>(&self, item: &'a str) -> impl Future<Output = Result<()>> + Send + use<'a> {
        let section = self.0.clone();
        async move {
            let (test, part) = &section.parent;
            section
                .client
                .call(|request| {
                    request.remove_assessment_item(test, part, &section.identifier, item)
                })
                .await
        }
    }

    /// Puts the references into this order (operation `updateAssessmentItemOrder`), and gives the section as it is
    /// then.
    ///
    /// The order of the list counts, so that references that were read can be put into another order and sent: the
    /// `sequence`s that they carry are dealt out anew, the smallest to the first. Where one has none, or two the same,
    /// they are numbered from 1. Name all references of the section: where the service puts those that are left out is
    /// not documented.
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input) if there are none: nothing is sent;
    /// [`Request`](crate::ErrorKind::Request) if an item is not in the section;
    /// [`NotFound`](crate::ErrorKind::NotFound) if the section, or what it stands in, does not exist.
    ///
    /// ```
    #[doc = include_str!("example.txt")]
    /// # let section = timeback_qti::models::Section::new("section-001", "Warm-up");
    /// # client.test("test-001").part("part-001").sections().create(&section).await?;
    /// let items = client.test("test-001").part("part-001").section("section-001").items();
    /// items.add("item-1").await?;
    /// items.add("item-2").await?;
    /// let section = items.reorder(["item-2", "item-1"]).await?;
    /// assert_eq!(section.qti_assessment_item_ref.unwrap()[0].identifier, "item-2");
    /// # Ok(()) }
    /// ```
    pub fn reorder<I>(&self, items: I) -> impl Future<Output = Result<Section>> + Send + use<I>
    where
        I: IntoIterator<Item: Into<ItemRef>>,
    {
        let section = self.0.clone();
        let mut items: Vec<ItemRef> = items.into_iter().map(Into::into).collect();
        async move {
            if items.is_empty() {
                return Err(Error::input("an order needs at least one item"));
            }
            number(&mut items);
            let order = &ItemOrder {
                items,
                extra: Default::default(),
            };
            let (test, part) = &section.parent;
            section
                .client
                .call(|request| {
                    request.update_assessment_item_order(test, part, &section.identifier, order)
                })
                .await
        }
    }
}

/// Numbers the references in the order of the list, by the numbers that they have if these tell them apart.
fn number(items: &mut [ItemRef]) {
    let mut numbers: Vec<i64> = items.iter().filter_map(|item| item.sequence).collect();
    numbers.sort_unstable();
    numbers.dedup();
    if numbers.len() != items.len() {
        numbers = (1..).take(items.len()).collect();
    }
    for (number, item) in numbers.into_iter().zip(items) {
        item.sequence = Some(number);
    }
}
