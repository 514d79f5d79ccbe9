//! XML as the body of a request and of its answer.

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::identifier::check_addressable;
use crate::error::{Error, Result};
use crate::transport::acknowledgement;
use crate::xml::{XmlError, check_fragment, check_qti_3, root_name};

/// Refuses a document that the service would not take for an entity with this root; gives the identifier of its root.
pub(super) fn check_document(root: &str, xml: &str) -> Result<Option<String>> {
    check_qti_3(root, xml).map_err(given)
}

/// Refuses a document that the service would not take, or whose identifier no path can carry; gives the identifier of
/// its root.
pub(super) fn check_new_document(root: &str, xml: &str) -> Result<String> {
    let identifier = check_document(root, xml)?
        .ok_or_else(|| Error::input("the XML's root has no identifier"))?;
    check_addressable(&identifier)?;
    Ok(identifier)
}

/// Refuses content that could not stand in an element.
pub(super) fn check_content(xhtml: &str) -> Result<()> {
    check_fragment(xhtml).map_err(|problem| given(problem).with_context("content"))
}

/// An error about XML that the caller gave.
pub(super) fn given(problem: XmlError) -> Error {
    Error::input(problem.to_string()).with_source(problem)
}

/// The fields of an answer's entity that count here. `_others` makes serde refuse a JSON list, which it would take for
/// a struct otherwise.
#[derive(Deserialize)]
struct Entity {
    identifier: Option<String>,
    #[serde(rename = "rawXml")]
    raw_xml: Option<String>,
    #[serde(flatten)]
    _others: IgnoredAny,
}

/// XML with this root from an answer's body, which may be the XML itself or the entity as JSON.
pub(super) fn read_xml(root: &str, body: &[u8]) -> Result<String, String> {
    let text = str::from_utf8(body).map_err(|problem| problem.to_string())?;
    let xml = if is_xml(text) {
        text.to_owned()
    } else {
        let entity: Entity = serde_json::from_str(text).map_err(|problem| problem.to_string())?;
        let xml = entity.raw_xml;
        xml.ok_or_else(|| "neither XML nor an entity with rawXml".to_owned())?
    };
    match root_name(&xml) {
        Ok(found) if found == root => Ok(xml),
        Ok(found) => Err(format!("the root is {found:?}, not {root:?}")),
        Err(problem) => Err(problem.to_string()),
    }
}

/// Refuses a body that answers no write of XML: such an answer is the XML, the entity, a message or nothing.
pub(super) fn check_written(root: &str, body: &[u8]) -> Result<(), String> {
    if serde_json::from_slice::<Entity>(body).is_ok_and(|entity| entity.identifier.is_some()) {
        return Ok(());
    }
    match str::from_utf8(body) {
        Ok(text) if is_xml(text) => read_xml(root, body).map(drop),
        _ => acknowledgement::check(body).map_err(str::to_owned),
    }
}

fn is_xml(text: &str) -> bool {
    text.trim_start_matches(['\u{feff}', ' ', '\t', '\r', '\n'])
        .starts_with('<')
}
