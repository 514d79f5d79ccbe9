//! The forms that entities are read and written in.

use serde_json::{Map, Value, json};
use timeback_qti::models::{AssessmentTestInput, StimulusInput};
use timeback_qti::xml::{Element, JsonForm, beyond_json, stimulus_content};

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

/// What the service writes itself.
const SERVER_OWNED: [&str; 6] = [
    "_id",
    "__v",
    "createdAt",
    "updatedAt",
    "content",
    "isValidXml",
];
/// What is read from an item's or a test's XML.
const IN_XML: [&str; 19] = [
    "identifier",
    "title",
    "type",
    "qtiVersion",
    "timeDependent",
    "adaptive",
    "responseDeclarations",
    "outcomeDeclarations",
    "responseProcessing",
    "modalFeedback",
    "feedbackInline",
    "feedbackBlock",
    "customInteractionTypeIdentifier",
    "interaction",
    "rubrics",
    "qti-test-part",
    "qti-outcome-declaration",
    "toolName",
    "toolVersion",
];
/// What a stimulus's XML says in attributes of its root.
const ATTRIBUTES: [(&str, &str); 5] = [
    ("title", "title"),
    ("label", "label"),
    ("language", "xml:lang"),
    ("toolName", "tool-name"),
    ("toolVersion", "tool-version"),
];

/// What an entity has besides its XML.
pub(super) fn beside(kind: Kind, mut fields: Map<String, Value>, xml: &str) -> Map<String, Value> {
    fields.retain(|name, value| !SERVER_OWNED.contains(&name.as_str()) && !is_empty(value));
    match kind {
        Kind::Item | Kind::Test => fields.retain(|name, _| !IN_XML.contains(&name.as_str())),
        Kind::Stimulus => {
            let root = Element::parse(xml).ok();
            fields.remove("identifier");
            fields.remove("qtiVersion");
            for (name, attribute) in ATTRIBUTES {
                let said = root.as_ref().and_then(|root| root.attribute(attribute));
                if said.is_some() && fields.get(name).and_then(Value::as_str) == said {
                    fields.remove(name);
                }
            }
        }
    }
    fields
}

pub(crate) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(object) => object.is_empty(),
        _ => false,
    }
}

/// The content form of a stimulus.
pub(crate) fn stimulus_form(entity: &Entity) -> Result<Map<String, Value>, String> {
    let root = Element::parse(&entity.xml).map_err(|problem| problem.to_string())?;
    let content = stimulus_content(&entity.xml).map_err(|problem| problem.to_string())?;
    let content = content.ok_or("the stimulus's XML has no body that can be written")?;
    let mut fields = entity.beside.clone();
    fields.insert(
        "identifier".to_owned(),
        entity.key.identifier.as_str().into(),
    );
    for (name, attribute) in ATTRIBUTES {
        if let Some(said) = root.attribute(attribute) {
            fields.insert(name.to_owned(), said.into());
        }
    }
    fields.entry("title").or_insert_with(|| "".into());
    fields.insert("content".to_owned(), content.into());
    Ok(fields)
}

pub(super) fn stimulus_input(entity: &Entity) -> Result<StimulusInput, String> {
    let fields = Value::Object(stimulus_form(entity)?);
    if let Some(place) = beyond(JsonForm::Stimulus, entity, &fields)? {
        return Err(format!(
            "a write of its content would lose {place}, which only the XML says"
        ));
    }
    serde_json::from_value(fields).map_err(|problem| problem.to_string())
}

/// The JSON form of a test that has what XML does not hold; `None` for one that is written as XML.
pub(super) fn test_input(entity: &Entity) -> Result<Option<AssessmentTestInput>, String> {
    if entity.beside.keys().all(|name| name == "metadata") {
        return Ok(None);
    }
    let root = Element::parse(&entity.xml).map_err(|problem| problem.to_string())?;
    let mut fields = test_form(&root);
    for (name, value) in &entity.beside {
        fields.insert(name.clone(), value.clone());
    }
    let fields = Value::Object(fields);
    if let Some(place) = beyond(JsonForm::Test, entity, &fields)? {
        let beside = entity.beside.keys().map(String::as_str);
        let names: Vec<_> = beside.filter(|name| *name != "metadata").collect();
        return Err(format!(
            "a test is written as XML or as JSON: XML has no place for {}, JSON none for {place}",
            names.join(", ")
        ));
    }
    let input = serde_json::from_value(fields).map_err(|problem| problem.to_string())?;
    Ok(Some(input))
}

/// By how many writes an entity is replaced: metadata that a test's XML has no place for is written by another one.
pub(crate) fn writes(entity: &Entity, before: &Entity) -> i64 {
    let is_apart = entity.key.kind == Kind::Test
        && entity.beside.keys().all(|name| name == "metadata")
        && (entity.metadata().is_some() || before.metadata().is_some());
    if is_apart { 2 } else { 1 }
}

fn beyond(form: JsonForm, entity: &Entity, fields: &Value) -> Result<Option<String>, String> {
    beyond_json(form, &entity.xml, fields).map_err(|problem| problem.to_string())
}

/// What a test's XML says, in the JSON form.
fn test_form(root: &Element) -> Map<String, Value> {
    let attributes = [
        ("identifier", "identifier"),
        ("title", "title"),
        ("toolName", "tool-name"),
        ("toolVersion", "tool-version"),
    ];
    let mut test = texts(root, &attributes);
    let seconds = named(root, "time-limits")
        .find_map(|limits| limits.attribute("max-time")?.parse::<f64>().ok());
    if let Some(seconds) = seconds {
        test.insert("timeLimit".to_owned(), json!(seconds));
    }
    let outcomes: Vec<_> = named(root, "outcome-declaration")
        .map(|e| outcome(&e))
        .collect();
    if !outcomes.is_empty() {
        test.insert("qti-outcome-declaration".to_owned(), outcomes.into());
    }
    let parts = named(root, "test-part").map(|part| {
        let modes = [
            ("identifier", "identifier"),
            ("navigationMode", "navigation-mode"),
            ("submissionMode", "submission-mode"),
        ];
        let mut fields = texts(&part, &modes);
        let sections = named(&part, "assessment-section").enumerate().map(section);
        fields.insert("qti-assessment-section".to_owned(), sections.collect());
        Value::Object(fields)
    });
    test.insert("qti-test-part".to_owned(), parts.collect());
    test
}

fn section((place, section): (usize, Element)) -> Value {
    let mut fields = texts(
        &section,
        &[("identifier", "identifier"), ("title", "title")],
    );
    for name in ["visible", "required", "fixed"] {
        if let Some(flag) = section.attribute(name) {
            fields.insert(name.to_owned(), matches!(flag.trim(), "true" | "1").into());
        }
    }
    fields.insert("sequence".to_owned(), (place + 1).into());
    let references = named(&section, "assessment-item-ref").map(|item| {
        Value::Object(texts(
            &item,
            &[("identifier", "identifier"), ("href", "href")],
        ))
    });
    fields.insert("qti-assessment-item-ref".to_owned(), references.collect());
    Value::Object(fields)
}

fn outcome(declaration: &Element) -> Value {
    let attributes = [
        ("identifier", "identifier"),
        ("cardinality", "cardinality"),
        ("baseType", "base-type"),
    ];
    let mut fields = texts(declaration, &attributes);
    for (name, attribute) in [
        ("normalMaximum", "normal-maximum"),
        ("normalMinimum", "normal-minimum"),
    ] {
        let number = declaration
            .attribute(attribute)
            .and_then(|number| number.parse::<f64>().ok());
        fields.extend(number.map(|number| (name.to_owned(), json!(number))));
    }
    let default = named(declaration, "default-value").next();
    if let Some(value) = default.and_then(|default| named(&default, "value").next()) {
        let value = value.content().text();
        fields.insert("defaultValue".to_owned(), json!({ "value": value }));
    }
    Value::Object(fields)
}

fn named<'e>(parent: &'e Element, name: &'static str) -> impl Iterator<Item = Element> + 'e {
    parent
        .children()
        .filter(move |child| child.qti_name() == Some(name))
}

fn texts(element: &Element, attributes: &[(&str, &str)]) -> Map<String, Value> {
    let said = |(name, attribute): &(&str, &str)| {
        Some(((*name).to_owned(), element.attribute(attribute)?.into()))
    };
    attributes.iter().filter_map(said).collect()
}
