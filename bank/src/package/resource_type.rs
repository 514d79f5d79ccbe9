//! The types that manifests give their resources.

use crate::entity::Kind;

pub(super) fn of_kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Stimulus => "imsqti_stimulus_xmlv3p0",
        Kind::Item => "imsqti_item_xmlv3p0",
        Kind::Test => "imsqti_test_xmlv3p0",
    }
}

/// Of files that are no entities.
pub(super) const OTHER: &str = "webcontent";

/// What a resource of this type is, `None` for one that is no entity. Which version of QTI a document is of, it says itself.
pub(super) fn kind(of: &str) -> Option<Kind> {
    let of = of.trim().to_ascii_lowercase();
    let is_of = |kind: &Kind| of.starts_with(of_kind(*kind).trim_end_matches("3p0"));
    Kind::ALL.into_iter().find(is_of)
}

/// Whether a resource of this type is content of QTI that is neither an entity nor a file that one uses.
pub(super) fn is_homeless(of: &str) -> bool {
    let of = of.trim().to_ascii_lowercase();
    let is_used = ["imsqti_rptemplate", "imsqti_fragment"];
    of.starts_with("imsqti")
        && kind(&of).is_none()
        && !is_used.iter().any(|used| of.starts_with(used))
}

/// The format that a type is of, if a bank cannot hold it.
pub(super) fn other_format(of: &str) -> Option<&'static str> {
    let of = of.trim().to_ascii_lowercase();
    let is_qti = of.starts_with("imsqti");
    if of.starts_with("imscc_") {
        Some("a Common Cartridge")
    } else if is_qti && of.contains("v2p") {
        Some("a package of QTI 2.x")
    } else if is_qti && (of.contains("v1p") || of.starts_with("imsqti_xmlv1")) {
        Some("a package of QTI 1.x")
    } else {
        None
    }
}

/// The format that a manifest's `schema` and `schemaversion` name, if a bank cannot hold it.
pub(super) fn other_schema(schema: &str, version: &str) -> Option<&'static str> {
    let (schema, version) = (schema.to_ascii_lowercase(), version.trim());
    let is_qti = schema.contains("qti");
    if schema.contains("cartridge") {
        Some("a Common Cartridge")
    } else if schema.contains("qtiv2") || (is_qti && version.starts_with("2.")) {
        Some("a package of QTI 2.x")
    } else if schema.contains("qtiv1") || (is_qti && version.starts_with("1.")) {
        Some("a package of QTI 1.x")
    } else {
        None
    }
}
