//! The XML has the identifier that the entity is kept under.

use super::super::document::Document;
use super::super::finding::Findings;
use super::super::rule::Rule;

pub(super) fn check(document: &Document<'_>, findings: &mut Findings) {
    let key = &document.source.entity.key;
    let found = document.identifier();
    if found != key.identifier.as_str() {
        let message = format!(
            "the XML says {found:?}, the {} is {:?}",
            key.kind,
            key.identifier.as_str()
        );
        findings.at(
            document.source,
            &document.root,
            Rule::IdentifierMismatch,
            message,
        );
    }
}
