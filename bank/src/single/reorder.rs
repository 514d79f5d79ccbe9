//! A section's items, put into another order.

use std::collections::BTreeMap;

use timeback_qti::xml::{Element, json_losses};

use super::SectionAddress;
use crate::entity::{Key, Kind};
use crate::error::{Error, Result};
use crate::remote::Service;

impl Service {
    /// Puts the items of a section into this order, which must name each of them exactly once. A section that holds one item
    /// several times is refused, as an order cannot tell its references apart.
    ///
    /// The service makes the XML of the whole test anew on that: a test whose XML says what its JSON form does not, such as
    /// selections and rubrics, is refused, as that would be lost.
    ///
    /// # Errors
    /// [`Error::Refused`], naming the items or the place, and nothing is written; [`Error::Service`] if there is no such
    /// section, or the service says no.
    pub async fn reorder(&self, section: &SectionAddress, items: &[String]) -> Result<()> {
        let refused = |problem| Error::Refused {
            what: section.to_string(),
            problem,
        };
        let test = Key::new(Kind::Test, section.test.clone());
        let handle = self.client().test(&section.test);
        let at = handle.part(&section.part).section(&section.section);
        let found = at.get().await.map_err(Error::service(&test))?;
        let held = found.qti_assessment_item_ref.unwrap_or_default();
        let mut counts: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
        held.iter()
            .for_each(|item| counts.entry(&item.identifier).or_default().0 += 1);
        items
            .iter()
            .for_each(|item| counts.entry(item).or_default().1 += 1);
        for (item, counted) in counts {
            let problem = match counted {
                (1, 1) => continue,
                (0, _) => "is not in the section",
                (1, 0) => "is missing from the order",
                (1, _) => "is named more often than it stands there",
                _ => "stands there more than once, which an order cannot tell apart",
            };
            return Err(refused(format!(
                "{item:?} {problem}; the order must name each item once"
            )));
        }
        if items.iter().eq(held.iter().map(|item| &item.identifier)) {
            return Ok(());
        }
        let xml = handle.get_xml().await.map_err(Error::service(&test))?;
        let root = Element::parse(&xml).map_err(|problem| refused(problem.to_string()))?;
        if let Some(loss) = json_losses(&root).first() {
            let (path, line) = (&loss.path, loss.element.line());
            return Err(refused(format!(
                "it would lose {path} (line {line} of the test's XML)"
            )));
        }
        // Each reference goes back whole, so that nothing that it holds is lost.
        let order = items.iter().filter_map(|item| {
            let mut reference = held.iter().find(|held| held.identifier == *item)?.clone();
            reference.sequence = None;
            Some(reference)
        });
        at.items()
            .reorder(order)
            .await
            .map(drop)
            .map_err(Error::service(&test))
    }
}
