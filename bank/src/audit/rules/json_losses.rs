//! What the next write of the API's JSON form would drop: selections, rubrics, and all else that only XML says.

use timeback_qti::xml::json_losses;

use super::super::document::Document;
use super::super::finding::Findings;
use super::super::rule::Rule;

pub(super) fn check(document: &Document<'_>, findings: &mut Findings) {
    for loss in json_losses(&document.root) {
        let message = format!("{} is not in the JSON form", loss.path);
        findings.at(
            document.source,
            &loss.element,
            Rule::JsonWriteLoses,
            message,
        );
    }
}
