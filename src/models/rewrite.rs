//! Read, change, write: which fields of an entity that was read go back to the service.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::json::{fields, is_empty};
use super::owner::SERVICE_OWNED;
use super::raw_xml::unreadable;
use crate::error::{Error, Result};
use crate::xml::{JsonForm, beyond_json};

/// An entity that was changed, as it is written back.
pub(crate) fn changed<T: Serialize + DeserializeOwned>(current: &T, changed: &T) -> Result<T> {
    refuse_changes(current, changed, |field| !SERVICE_OWNED.contains(&field))?;
    writable(changed, None)
}

/// What is written of an entity that was read: all of it, unknown fields included, but what the service writes itself.
/// `content` takes the place of the XML as JSON, where an entity is written with a content of another kind.
pub(crate) fn writable<I: DeserializeOwned>(
    entity: &impl Serialize,
    content: Option<&str>,
) -> Result<I> {
    let mut fields = fields(entity)?;
    for name in SERVICE_OWNED {
        fields.shift_remove(*name);
    }
    if let Some(content) = content {
        fields.insert("content".to_owned(), content.into());
    }
    serde_json::from_value(Value::Object(fields)).map_err(|problem| {
        Error::input("what was read cannot be written back as it is").with_source(problem)
    })
}

/// Refuses to write as JSON what only the XML says: it would be lost. `instead` is what to do.
pub(crate) fn refuse_beyond_json(
    form: JsonForm,
    raw_xml: &str,
    written: &impl Serialize,
    instead: &str,
) -> Result<()> {
    let written = Value::Object(fields(written)?);
    match beyond_json(form, raw_xml, &written).map_err(unreadable)? {
        Some(place) => Err(Error::input(format!(
            "an edit would lose {place}, which only the XML says: {instead}"
        ))),
        None => Ok(()),
    }
}

/// Refuses to write as XML what XML does not hold: it would be lost. `in_xml` are the fields that it holds; the
/// metadata is written besides. `instead` is what to do.
pub(crate) fn refuse_beyond_xml(
    entity: &impl Serialize,
    in_xml: &[&str],
    instead: &str,
) -> Result<()> {
    let kept =
        |name: &str| name == "metadata" || in_xml.contains(&name) || SERVICE_OWNED.contains(&name);
    let fields = fields(entity)?;
    match fields
        .iter()
        .find(|(name, value)| !kept(name) && !is_empty(value))
    {
        Some((name, _)) => Err(Error::input(format!(
            "a write of the XML would lose {name}, which XML does not hold: {instead}"
        ))),
        None => Ok(()),
    }
}

/// Refuses a change of a field that cannot be written, naming it.
pub(crate) fn refuse_changes(
    current: &impl Serialize,
    changed: &impl Serialize,
    may_change: impl Fn(&str) -> bool,
) -> Result<()> {
    let (current, changed) = (fields(current)?, fields(changed)?);
    let mut names = current.keys().chain(changed.keys());
    match names.find(|name| !may_change(name) && current.get(*name) != changed.get(*name)) {
        Some(name) => Err(Error::input(format!(
            "{name} cannot be changed by an edit: the change would be lost"
        ))),
        None => Ok(()),
    }
}
