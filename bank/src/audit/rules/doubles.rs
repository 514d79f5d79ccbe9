//! Identifiers that must be unique in their document.

use std::collections::HashSet;

use timeback_qti::xml::{Element, ItemView};

use super::super::document::{Document, View};
use super::super::finding::Findings;
use super::super::rule::Rule;

pub(super) fn check(document: &Document<'_>, findings: &mut Findings) {
    match &document.view {
        View::Stimulus => {}
        View::Test => {
            let places = [
                "test-part",
                "assessment-section",
                "assessment-section-ref",
                "assessment-item-ref",
            ];
            let is_place = |name: &str| places.contains(&name);
            unique(
                document,
                "part, section or item reference",
                is_place,
                findings,
            );
        }
        View::Item(item) => {
            let is_variable = |name: &str| name.ends_with("-declaration");
            unique(document, "variable", is_variable, findings);
            choices(document, item, findings);
        }
    }
}

fn unique(
    document: &Document<'_>,
    what: &str,
    is_meant: impl Fn(&str) -> bool,
    findings: &mut Findings,
) {
    let mut seen = HashSet::new();
    let is_meant = |element: &Element| element.qti_name().is_some_and(&is_meant);
    for element in document.root.descendants().filter(is_meant) {
        let identifier = element
            .attribute("identifier")
            .unwrap_or_default()
            .to_owned();
        double(document, &element, what, identifier, &mut seen, findings);
    }
}

/// The choices of one interaction; other interactions may use the same identifiers.
fn choices(document: &Document<'_>, item: &ItemView, findings: &mut Findings) {
    for interaction in &item.interactions {
        let mut seen = HashSet::new();
        for choice in &interaction.choices {
            let element = choice.content.element();
            double(
                document,
                &element,
                "choice",
                choice.identifier.clone(),
                &mut seen,
                findings,
            );
        }
    }
}

fn double(
    document: &Document<'_>,
    element: &Element,
    what: &str,
    identifier: String,
    seen: &mut HashSet<String>,
    findings: &mut Findings,
) {
    if identifier.is_empty() || seen.contains(&identifier) {
        let message = match identifier.as_str() {
            "" => format!("a {what} has no identifier"),
            _ => format!("a second {what} has the identifier {identifier:?}"),
        };
        findings.at(document.source, element, Rule::DoubleIdentifier, message);
    }
    seen.insert(identifier);
}
