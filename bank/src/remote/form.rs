//! The forms that entities are written in.

use serde_json::{Map, Value};
use timeback_qti::models::{AssessmentTestInput, StimulusInput, check_numbers};
use timeback_qti::xml::{check_qti_3, root_identifier};

use crate::entity::{Entity, Kind};

/// Checks that an entity can be written without losing anything; the error says what would be lost.
pub(crate) fn check_writable(entity: &Entity) -> Result<(), String> {
    let identifier = root_identifier(&entity.xml).map_err(|problem| problem.to_string())?;
    if identifier.as_deref() != Some(entity.key.identifier.as_str()) {
        return Err(format!(
            "the file is that of {:?}, but its XML says {:?}",
            entity.key.identifier.as_str(),
            identifier.unwrap_or_default()
        ));
    }
    check_numbers(&entity.beside).map_err(|problem| problem.message().to_owned())?;
    match entity.key.kind {
        Kind::Stimulus => stimulus_input(entity).map(drop),
        Kind::Item => {
            item_metadata(entity)?;
            check_xml(entity)
        }
        Kind::Test => match test_form(entity)? {
            TestForm::Xml(_) => check_xml(entity),
            TestForm::Json(_) => Ok(()),
        },
    }
}

/// Whether the XML itself can be sent.
fn check_xml(entity: &Entity) -> Result<(), String> {
    let checked = check_qti_3(entity.key.kind.root(), &entity.xml);
    checked.map(drop).map_err(|problem| problem.to_string())
}

/// The metadata that is written; `None` if the entity has none, or `null`.
fn metadata(entity: &Entity) -> Result<Option<&Map<String, Value>>, String> {
    let found = match entity.beside.get("metadata") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Object(metadata)) => return Ok(Some(metadata)),
        Some(Value::Bool(_)) => "a boolean",
        Some(Value::Number(_)) => "a number",
        Some(Value::String(_)) => "a string",
        Some(Value::Array(_)) => "an array",
    };
    Err(format!(
        "its metadata is {found}; an object such as {{\"grade\": 5}} is expected, or null for none"
    ))
}

/// The metadata of an item, which is written as its XML and its metadata: other fields would be lost.
pub(super) fn item_metadata(entity: &Entity) -> Result<Option<&Map<String, Value>>, String> {
    let mut fields = entity.beside.iter();
    let lost = fields.find(|(name, value)| *name != "metadata" && !value.is_null());
    match lost {
        Some((name, _)) => Err(format!(
            "a write of an item carries only XML and metadata, and would lose the field {name:?}: remove it if that is meant"
        )),
        None => metadata(entity),
    }
}

/// The JSON form of a stimulus, in which it is written.
pub(crate) fn stimulus_form(entity: &Entity) -> Result<Map<String, Value>, String> {
    let input = stimulus_input(entity)?;
    match serde_json::to_value(input) {
        Ok(Value::Object(fields)) => Ok(fields),
        other => Err(format!("{other:?}")),
    }
}

pub(super) fn stimulus_input(entity: &Entity) -> Result<StimulusInput, String> {
    metadata(entity)?;
    let input = StimulusInput::from_xml(&entity.xml, &entity.beside);
    input.map_err(|problem| problem.message().to_owned())
}

/// How a test is written.
pub(super) enum TestForm<'e> {
    /// As XML, and its metadata by another write.
    Xml(Option<&'e Map<String, Value>>),
    /// As JSON, as it has fields that no XML holds.
    Json(Box<AssessmentTestInput>),
}

pub(super) fn test_form(entity: &Entity) -> Result<TestForm<'_>, String> {
    let metadata = metadata(entity)?;
    let beside = entity.beside.keys().map(String::as_str);
    let names: Vec<_> = beside.filter(|name| *name != "metadata").collect();
    if names.is_empty() {
        return Ok(TestForm::Xml(metadata));
    }
    let input = AssessmentTestInput::from_xml(&entity.xml, &entity.beside);
    let form = input.map(|input| TestForm::Json(Box::new(input)));
    form.map_err(|problem| {
        format!(
            "a test is written as XML or as JSON: XML has no place for {}; {}",
            names.join(", "),
            problem.message()
        )
    })
}

/// How many writes replace an entity: a test's XML has no place for metadata, which takes a second write.
pub(crate) fn writes(entity: &Entity, before: &Entity) -> i64 {
    let is_apart = entity.key.kind == Kind::Test
        && entity.beside.keys().all(|name| name == "metadata")
        && (entity.metadata().is_some() || before.metadata().is_some());
    if is_apart { 2 } else { 1 }
}
