//! The XML is QTI 3.0, and has the identifier that the entity is kept under.

use timeback_qti::xml::check_qti_3;

use super::super::document::Document;
use super::super::finding::Findings;
use super::super::rule::Rule;

pub(super) fn check(document: &Document<'_>, findings: &mut Findings) {
    let entity = document.source.entity;
    let key = &entity.key;
    // Unpacking and most writes refuse what this refuses.
    if let Err(error) = check_qti_3(key.kind.root(), &entity.xml) {
        findings.refused(document.source, Rule::NotQti3, &error);
    }
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
