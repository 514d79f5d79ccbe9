//! What a document leads to: other entities, and the files that it shows or uses.

use timeback_qti::xml::Element;

use crate::entity::Kind;

/// The attributes of QTI and HTML that hold an address of a file, by their local names.
const ADDRESSES: [&str; 11] = [
    "href",
    "src",
    "data",
    "poster",
    "altimg",
    "template-location",
    "file-href",
    "primary-path",
    "fallback-path",
    "primary-configuration",
    "secondary-configuration",
];

/// What a document leads to, by the addresses that it writes.
#[derive(Debug, Default)]
pub(super) struct Links {
    pub(super) references: Vec<Reference>,
    /// Addresses of files that are no entities.
    pub(super) files: Vec<String>,
}

/// A reference to another entity, or to a section.
#[derive(Debug)]
pub(super) struct Reference {
    /// What it refers to; `None` for a section in a file of its own, which is no entity.
    pub(super) to: Option<Kind>,
    pub(super) identifier: String,
    pub(super) href: Option<String>,
}

impl Links {
    /// The links of a document; none if it cannot be read.
    pub(super) fn of(xml: &str) -> Self {
        let mut links = Self::default();
        if let Ok(root) = Element::parse(xml) {
            for element in [root.clone()].into_iter().chain(root.descendants()) {
                links.add(&element);
            }
        }
        links
    }

    fn add(&mut self, element: &Element) {
        let to = match element.qti_name() {
            Some("assessment-item-ref") => Some(Kind::Item),
            Some("assessment-stimulus-ref") => Some(Kind::Stimulus),
            Some("assessment-section-ref") => None,
            // The one address that stands between tags.
            Some("file-href") => return self.files.push(element.text()),
            _ => return self.add_files(element),
        };
        let href = element.attribute("href").map(str::to_owned);
        if to.is_none() {
            self.files.extend(href.clone());
        }
        let identifier = element.attribute("identifier").unwrap_or_default();
        self.references.push(Reference {
            to,
            identifier: identifier.to_owned(),
            href,
        });
    }

    fn add_files(&mut self, element: &Element) {
        for attribute in element.attributes() {
            // SVG's links may stand in the namespace of XLink.
            let is_ours = attribute
                .namespace()
                .is_none_or(|namespace| namespace.ends_with("/xlink"));
            match attribute.local_name() {
                "srcset" if is_ours => {
                    let addresses = attribute.value().split(',');
                    let addresses = addresses.filter_map(|one| one.split_whitespace().next());
                    self.files.extend(addresses.map(str::to_owned));
                }
                known if is_ours && ADDRESSES.contains(&known) => {
                    self.files.push(attribute.value().to_owned());
                }
                _ => {}
            }
        }
    }
}
