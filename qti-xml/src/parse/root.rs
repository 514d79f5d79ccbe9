//! The root of a document, without what stands in it.

use super::dom::parse;
use crate::error::XmlError;

/// The identifier of a document's root, `None` if it has none.
///
/// # Errors
/// When the document is not well-formed.
///
/// ```
/// use qti_xml::root_identifier;
///
/// assert_eq!(root_identifier("<qti-assessment-item identifier='item-1'/>")?.as_deref(), Some("item-1"));
/// # Ok::<(), qti_xml::XmlError>(())
/// ```
pub fn root_identifier(xml: &str) -> Result<Option<String>, XmlError> {
    let root = parse(xml)?.root;
    Ok(root.attribute("identifier").map(str::to_owned))
}

/// The name of a document's root, without its prefix.
///
/// # Errors
/// When the document is not well-formed.
///
/// ```
/// use qti_xml::root_name;
///
/// assert_eq!(root_name("<q:qti-assessment-item xmlns:q='urn:q'/>")?, "qti-assessment-item");
/// # Ok::<(), qti_xml::XmlError>(())
/// ```
pub fn root_name(xml: &str) -> Result<String, XmlError> {
    Ok(parse(xml)?.root.local.clone())
}
