//! Read, change, write: which fields of an entity that was read go back to the service.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::Metadata;
use super::json::{fields, is_empty, rounded};
use super::owner::SERVICE_OWNED;
use super::raw_xml::unreadable;
use crate::error::{Error, Result};
use crate::xml::{Element, Form, JsonForm, XmlError, beyond_json, first_place};

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
    check_numbers(&fields)?;
    if let Some(content) = content {
        fields.insert("content".to_owned(), content.into());
    }
    serde_json::from_value(Value::Object(fields)).map_err(|problem| {
        Error::input("what was read cannot be written back as it is").with_source(problem)
    })
}

/// Refuses to write back a number that was not read to its last digit: it would be changed.
pub(crate) fn refuse_rounded(metadata: Option<&Metadata>) -> Result<()> {
    let Some(metadata) = metadata else {
        return Ok(());
    };
    let metadata = Value::Object(metadata.clone());
    check_numbers(&Metadata::from_iter([("metadata".to_owned(), metadata)]))
}

/// Refuses fields that were read with a number beyond 64 bits: its last digits are lost, and written back, it would be
/// another number.
///
/// # Errors
/// [`Input`](crate::ErrorKind::Input), naming the place of the number.
///
/// ```
/// use timeback_qti::models::{Metadata, check_numbers};
///
/// let fields: Metadata = serde_json::from_str(r#"{"metadata": {"id": 123456789012345678901234567890}}"#)?;
/// let refused = check_numbers(&fields).unwrap_err();
/// assert!(refused.message().starts_with("metadata.id has more than 64 bits"));
/// # Ok::<(), serde_json::Error>(())
/// ```
pub fn check_numbers(fields: &Metadata) -> Result<()> {
    match rounded(fields) {
        Some((place, number)) => Err(Error::input(format!(
            "{place} has more than 64 bits, of which only {number} was read: written back, it would be changed"
        ))),
        None => Ok(()),
    }
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

/// The fields of an entity that its XML does not hold. `in_xml` are those that it holds whatever they say.
pub(crate) fn beyond_xml(
    entity: &impl Serialize,
    in_xml: &[&str],
    document: Option<(JsonForm, &str)>,
) -> Result<Metadata> {
    let mut fields = fields(entity)?;
    let counts = |name: &str, value: &Value| !SERVICE_OWNED.contains(&name) && !is_empty(value);
    fields.retain(|name, value| counts(name, value));
    // Of XML that cannot be read, nobody can tell more.
    let document = document.and_then(|(form, raw_xml)| {
        let root = Element::parse(raw_xml).ok()?;
        Some((Form::of(form), root))
    });
    if let Some((form, root)) = &document {
        fields.retain(|name, _| !in_xml.contains(&name.as_str()) || form.has_list(name));
        return Ok(form.beyond_xml(root, &fields, &counts));
    }
    fields.retain(|name, _| !in_xml.contains(&name.as_str()));
    Ok(fields)
}

/// Refuses to write as XML what XML does not hold: it would be lost. `beyond` is that; the metadata is written besides.
/// `instead` is what to do.
pub(crate) fn refuse_beyond_xml(beyond: &Metadata, instead: &str) -> Result<()> {
    match first_place(beyond) {
        Some(place) => Err(Error::input(format!(
            "a write of the XML would lose {place}, which XML does not hold: {instead}"
        ))),
        None => Ok(()),
    }
}

/// The JSON form of what a document says, and of what stands beside it.
pub(crate) fn from_xml<I: DeserializeOwned>(
    form: JsonForm,
    raw_xml: &str,
    content: Option<&str>,
    beyond: &Metadata,
) -> Result<I> {
    let invalid = |problem: XmlError| Error::input(problem.to_string()).with_source(problem);
    let root = Element::parse(raw_xml).map_err(invalid)?;
    let mut fields = Form::of(form).read(&root);
    if let Some(content) = content {
        fields.insert("content".to_owned(), content.into());
    }
    Form::of(form).add(&mut fields, beyond).map_err(|place| {
        Error::input(format!("{place} stands beside the XML, and contradicts it"))
    })?;
    let fields = Value::Object(fields);
    if let Some(place) = beyond_json(form, raw_xml, &fields).map_err(invalid)? {
        let problem = format!("JSON has no place for {place}, which the XML says");
        return Err(Error::input(problem));
    }
    let unfit = |problem: serde_json::Error| {
        let message = format!("it has no JSON form that can be written: {problem}");
        Error::input(message).with_source(problem)
    };
    serde_json::from_value(fields).map_err(unfit)
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
