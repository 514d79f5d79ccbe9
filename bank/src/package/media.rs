//! Which files a document shows or uses.

use timeback_qti::xml::Element;

use super::name;

/// The attributes of QTI and HTML that hold an address of a file.
const ADDRESSES: [&str; 7] = [
    "href",
    "src",
    "data",
    "poster",
    "template-location",
    "file-href",
    "primary-path",
];

/// The files that a document at `name` leads to, each once, but for other entities.
pub(super) fn of(document: &Element, name: &str) -> Vec<String> {
    let folder = name::folder(name);
    let mut found = Vec::new();
    for element in [document.clone()].into_iter().chain(document.descendants()) {
        let is_reference = matches!(
            element.qti_name(),
            Some("assessment-item-ref" | "assessment-stimulus-ref" | "assessment-section-ref")
        );
        // A link of HTML leads to a page to go to, not to a part of the document.
        if is_reference || element.name() == "a" {
            continue;
        }
        for attribute in element
            .attributes()
            .filter(|found| found.namespace().is_none())
        {
            let values: Vec<&str> = match attribute.local_name() {
                "srcset" => attribute
                    .value()
                    .split(',')
                    .filter_map(|one| one.split_whitespace().next())
                    .collect(),
                known if ADDRESSES.contains(&known) => vec![attribute.value()],
                _ => continue,
            };
            let names = values
                .into_iter()
                .filter_map(|value| name::resolve(folder, value));
            for name in names {
                if !found.contains(&name) {
                    found.push(name);
                }
            }
        }
    }
    found
}
