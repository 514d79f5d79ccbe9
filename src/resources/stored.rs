//! XML on its way to the service and back: checked before it is sent, compared with what was stored.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::Value;

use super::conveniences::check_addressable;
use super::settle::contains;
use super::{edit, typed};
use crate::error::{Error, ErrorKind, Result};
use crate::models::{AssessmentItem, Metadata};
use crate::transport::acknowledgement;
use crate::xml::{Difference, ItemView, XmlError, check_fragment, check_qti_3, root_name};

/// Refuses a document that the service would not take for an entity with this root; gives the identifier of its root.
pub(super) fn check_document(root: &str, xml: &str) -> Result<Option<String>> {
    check_qti_3(root, xml).map_err(given)
}

/// Refuses a document that the service would not take, or that describes what no handle could reach; gives its root's identifier.
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

/// An error about XML that the service gave.
pub(crate) fn answered(problem: XmlError) -> Error {
    Error::new(ErrorKind::Decode, format!("rawXml: {problem}")).with_source(problem)
}

/// The raw XML of an entity that was read.
pub(crate) fn raw_xml(raw_xml: Option<&str>) -> Result<&str> {
    raw_xml.ok_or_else(|| Error::new(ErrorKind::Decode, "the entity was read without its rawXml"))
}

/// An entity as an answer's JSON, of which only this counts here; a list is none, which serde would take for a struct.
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

/// Refuses an answer to a write of XML that is not one: it may be the XML, the entity, a message or nothing.
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

/// An error of a read that was to show what a write has stored.
pub(super) fn unconfirmed(error: Error) -> Error {
    error
        .with_context("written, but not read back")
        .with_may_have_been_applied(true)
}

/// Holds what was stored against what was sent.
pub(super) fn check_stored(
    operation: &'static str,
    difference: Result<Option<Difference>, XmlError>,
) -> Result<()> {
    match difference {
        Ok(None) => Ok(()),
        Ok(Some(difference)) => Err(altered(operation, difference.to_string())),
        Err(problem) => Err(altered(operation, problem.to_string()).with_source(problem)),
    }
}

/// Holds the typed fields of a stored item against the XML that was sent.
pub(super) fn check_typed(operation: &'static str, xml: &str, item: &AssessmentItem) -> Result<()> {
    let sent = ItemView::parse(xml).map_err(given)?;
    match typed::first_stale(&sent, &edit::fields(item)?) {
        None => Ok(()),
        Some(stale) => Err(altered(operation, stale)),
    }
}

/// Holds the metadata that was stored against what was sent; the service may add to it.
pub(super) fn check_metadata(
    operation: &'static str,
    sent: Option<&Metadata>,
    stored: Option<&Metadata>,
) -> Result<()> {
    let missing = sent.into_iter().flatten().find(|(name, value)| {
        let stored = stored
            .and_then(|stored| stored.get(*name))
            .unwrap_or(&Value::Null);
        !contains(stored, value)
    });
    match missing {
        None => Ok(()),
        Some((name, _)) => Err(altered(operation, format!("metadata.{name}"))),
    }
}

/// Holds what was stored against the metadata that was removed: a service that merges would keep it.
pub(super) fn check_removed(
    operation: &'static str,
    before: Option<&Metadata>,
    sent: Option<&Metadata>,
    stored: Option<&Metadata>,
) -> Result<()> {
    let removed = |name: &&String| sent.is_none_or(|sent| !sent.contains_key(*name));
    let kept = |name: &&String| {
        let value = stored.and_then(|stored| stored.get(*name));
        value.is_some_and(|value| !value.is_null())
    };
    let names = before.into_iter().flat_map(Metadata::keys);
    match names.filter(removed).find(kept) {
        None => Ok(()),
        Some(name) => Err(altered(
            operation,
            format!("metadata.{name}, which was removed"),
        )),
    }
}

fn altered(operation: &'static str, place: String) -> Error {
    Error::new(ErrorKind::Altered, place)
        .with_operation(operation)
        .with_may_have_been_applied(true)
}
