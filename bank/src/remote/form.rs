//! The forms that entities are written in.

use serde_json::{Map, Value};
use timeback_qti::models::{AssessmentTestInput, StimulusInput};

use crate::entity::{Entity, Kind};

/// Whether an entity can be written without a loss; otherwise, why not.
pub(crate) fn check_writable(entity: &Entity) -> Result<(), String> {
    let identifier = timeback_qti::xml::root_identifier(&entity.xml).map_err(|e| e.to_string())?;
    if identifier.as_deref() != Some(entity.key.identifier.as_str()) {
        return Err(format!(
            "the file is that of {:?}, but its XML says {:?}",
            entity.key.identifier.as_str(),
            identifier.unwrap_or_default()
        ));
    }
    match entity.key.kind {
        Kind::Stimulus => stimulus_input(entity).map(drop),
        Kind::Item => Ok(()),
        Kind::Test => test_input(entity).map(drop),
    }
}

/// The content form of a stimulus, which is what is written of it.
pub(crate) fn stimulus_form(entity: &Entity) -> Result<Map<String, Value>, String> {
    let input = stimulus_input(entity)?;
    match serde_json::to_value(input) {
        Ok(Value::Object(fields)) => Ok(fields),
        other => Err(format!("{other:?}")),
    }
}

pub(super) fn stimulus_input(entity: &Entity) -> Result<StimulusInput, String> {
    let input = StimulusInput::from_xml(&entity.xml, &entity.beside);
    input.map_err(|problem| problem.message().to_owned())
}

/// The JSON form of a test that has what XML does not hold; `None` for one that is written as XML.
pub(super) fn test_input(entity: &Entity) -> Result<Option<AssessmentTestInput>, String> {
    let beside = entity.beside.keys().map(String::as_str);
    let names: Vec<_> = beside.filter(|name| *name != "metadata").collect();
    if names.is_empty() {
        return Ok(None);
    }
    let input = AssessmentTestInput::from_xml(&entity.xml, &entity.beside);
    input.map(Some).map_err(|problem| {
        format!(
            "a test is written as XML or as JSON: XML has no place for {}; {}",
            names.join(", "),
            problem.message()
        )
    })
}

/// By how many writes an entity is replaced: metadata that a test's XML has no place for is written by another one.
pub(crate) fn writes(entity: &Entity, before: &Entity) -> i64 {
    let is_apart = entity.key.kind == Kind::Test
        && entity.beside.keys().all(|name| name == "metadata")
        && (entity.metadata().is_some() || before.metadata().is_some());
    if is_apart { 2 } else { 1 }
}
