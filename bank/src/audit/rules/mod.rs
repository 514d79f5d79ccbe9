//! The rules, one file for each family. A rule looks at one document; the checks across documents are in
//! [`across`](super::across).

mod accessibility;
mod declarations;
mod doubles;
mod feedback;
mod identity;
mod json_losses;
mod keys;
mod scoring;

pub(super) use scoring::declared_maximum;

use timeback_qti::xml::ItemView;

use super::document::{Document, View};
use super::finding::Findings;

/// Applies all rules that look at one document.
pub(super) fn check(document: &Document<'_>, findings: &mut Findings) {
    identity::check(document, findings);
    doubles::check(document, findings);
    accessibility::check(document, findings);
    json_losses::check(document, findings);
    if let View::Item(item) = &document.view {
        let item: &ItemView = item;
        declarations::check(document, item, findings);
        keys::check(document, item, findings);
        scoring::check(document, item, findings);
        feedback::check(document, item, findings);
    }
}
