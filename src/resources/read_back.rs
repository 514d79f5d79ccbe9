//! What was stored, read back and compared with what was sent.

use serde_json::Value;

use super::stale_fields;
use super::xml_body::given;
use crate::error::{Error, ErrorKind, Result};
use crate::models::json::{contains, fields};
use crate::models::{AssessmentItem, Metadata};
use crate::xml::{Difference, ItemView, XmlError};

/// The error of a read that should have confirmed a write.
pub(super) fn unconfirmed(error: Error) -> Error {
    error
        .with_context("written, but not read back")
        .with_may_have_been_applied(true)
}

/// Refuses stored XML that differs from the XML that was sent.
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

/// Refuses a stored item whose typed fields differ from the XML that was sent.
pub(super) fn check_typed(operation: &'static str, xml: &str, item: &AssessmentItem) -> Result<()> {
    let sent = ItemView::parse(xml).map_err(|problem| unconfirmed(given(problem)))?;
    match stale_fields::first_stale(&sent, &fields(item).map_err(unconfirmed)?) {
        None => Ok(()),
        Some(stale) => Err(altered(operation, stale)),
    }
}

/// Refuses stored metadata that lacks some of what was sent; the service may add to it.
pub(super) fn check_metadata(
    operation: &'static str,
    sent: Option<&Metadata>,
    stored: Option<&Metadata>,
) -> Result<()> {
    match sent.and_then(|sent| missing(sent, stored)) {
        None => Ok(()),
        Some(name) => Err(altered(operation, format!("metadata.{name}"))),
    }
}

/// Whether metadata can be what a create has left that sent this: the service may add to what was sent, but not where
/// nothing was.
pub(super) fn holds_metadata(sent: Option<&Metadata>, stored: Option<&Metadata>) -> bool {
    match sent.filter(|sent| !sent.is_empty()) {
        Some(sent) => missing(sent, stored).is_none(),
        None => stored.is_none_or(Metadata::is_empty),
    }
}

/// The first name whose value is not stored as it was sent.
fn missing<'m>(sent: &'m Metadata, stored: Option<&Metadata>) -> Option<&'m str> {
    let is_stored = |(name, value): &(&String, &Value)| {
        let stored = stored.and_then(|stored| stored.get(*name));
        contains(stored.unwrap_or(&Value::Null), value)
    };
    let mut others = sent.iter().filter(|field| !is_stored(field));
    others.next().map(|(name, _)| name.as_str())
}

/// Refuses stored metadata that still holds what was removed: a service that merges would keep it.
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
            format!("metadata.{name}, which was not to stay"),
        )),
    }
}

fn altered(operation: &'static str, place: String) -> Error {
    Error::new(ErrorKind::Altered, place)
        .with_operation(operation)
        .with_may_have_been_applied(true)
}
