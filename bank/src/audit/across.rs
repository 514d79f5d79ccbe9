//! The checks across entities: references, entities that nothing refers to, and doubles.

use std::collections::{BTreeMap, BTreeSet};

use timeback_qti::xml::Element;

use super::document::Document;
use super::finding::{Findings, Place};
use super::rule::Rule;
use crate::entity::{Identifier, Key, Kind};

/// What the checks need of each entity, kept after its document is dropped.
#[derive(Debug, Default)]
pub(super) struct Across {
    entities: BTreeMap<Key, Place>,
    references: Vec<Reference>,
    /// The entities by their kind, and by a digest of their content without the identifier.
    by_content: BTreeMap<(Kind, [u8; 32]), Vec<Key>>,
}

#[derive(Debug)]
struct Reference {
    from: Key,
    /// `None` for a section in a file of its own: the service has no place for one.
    to: Option<Kind>,
    identifier: String,
    place: Place,
}

impl Across {
    /// Adds an entity. One whose XML cannot be read exists, too: references to it are not missing.
    pub(super) fn add_key(&mut self, key: &Key, place: Place) {
        self.entities.insert(key.clone(), place);
    }

    /// Adds what the checks need of a document.
    pub(super) fn add(&mut self, document: &Document<'_>) {
        let key = &document.source.entity.key;
        for element in document.root.descendants() {
            let to = match element.qti_name() {
                Some("assessment-item-ref") => Some(Kind::Item),
                Some("assessment-stimulus-ref") => Some(Kind::Stimulus),
                Some("assessment-section-ref") => None,
                _ => continue,
            };
            self.references.push(Reference {
                from: key.clone(),
                to,
                identifier: element
                    .attribute("identifier")
                    .unwrap_or_default()
                    .to_owned(),
                place: document.source.place_of(&element),
            });
        }
        let content = (key.kind, digest(&document.root));
        self.by_content
            .entry(content)
            .or_default()
            .push(key.clone());
    }

    pub(super) fn check(self, findings: &mut Findings) {
        let mut referred = BTreeSet::new();
        for reference in &self.references {
            let target = Identifier::new(&*reference.identifier).ok();
            let target = target.zip(reference.to);
            let target = target.map(|(identifier, kind)| Key::new(kind, identifier));
            match target.filter(|target| self.entities.contains_key(target)) {
                Some(target) => drop(referred.insert(target)),
                None => {
                    let identifier = &reference.identifier;
                    let message = match reference.to {
                        Some(kind) => format!("there is no {kind} {identifier:?}"),
                        None => format!(
                            "the section {identifier:?} is in a file of its own, which the service has no place for"
                        ),
                    };
                    let place = Some(reference.place.clone());
                    findings.push(
                        Rule::ReferenceMissing,
                        message,
                        Some(&reference.from),
                        place,
                    );
                }
            }
        }
        for (key, place) in &self.entities {
            if key.kind != Kind::Test && !referred.contains(key) {
                let by = if key.kind == Kind::Item {
                    "test"
                } else {
                    "item"
                };
                let message = format!("no {by} refers to the {}", key.kind);
                findings.push(Rule::Unreferenced, message, Some(key), Some(place.clone()));
            }
        }
        for doubles in self.by_content.values() {
            for double in &doubles[1..] {
                let message = format!("says the same as {:?}", doubles[0].identifier.as_str());
                let place = self.entities.get(double).cloned();
                findings.push(Rule::DoubleContent, message, Some(double), place);
            }
        }
    }
}

/// A digest of a document's content without its identifier.
fn digest(root: &Element) -> [u8; 32] {
    use sha2::{Digest, Sha256};
    let mut digest = Sha256::new();
    let mut attributes: Vec<_> = root
        .attributes()
        .map(|attribute| (attribute.name(), attribute.value()))
        .filter(|(name, _)| name != "identifier")
        .collect();
    attributes.sort();
    for (name, value) in attributes {
        digest.update(format!("{name}={value:?}\n"));
    }
    digest.update(root.content().xml());
    digest.finalize().into()
}
