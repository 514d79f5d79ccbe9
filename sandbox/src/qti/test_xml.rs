//! The XML of tests and their parts, both ways.

use serde_json::{Map, Value, json};

use super::content::{text_of, to_element};
use super::document::document;
use super::xml::Element;
use crate::store::model::{ItemRef, Part, Section, Test};

/// A test as XML; `href` gives the address of an item reference.
pub(crate) fn of_test(test: &Test, href: &dyn Fn(&ItemRef) -> String) -> Element {
    let field = |name: &str| test.rest.get(name).map(text_of);
    document("qti-assessment-test")
        .with("identifier", &test.identifier)
        .with("title", &test.title)
        .with_some("tool-name", field("toolName"))
        .with_some("tool-version", field("toolVersion"))
        .all(test.outcomes.iter().map(of_outcome))
        .all(
            field("timeLimit")
                .map(|seconds| Element::new("qti-time-limits").with("max-time", seconds)),
        )
        .all(test.parts.iter().map(|part| {
            let mut element = of_part(part, href);
            if let Some(attempts) = field("maxAttempts") {
                let control =
                    Element::new("qti-item-session-control").with("max-attempts", attempts);
                element
                    .children
                    .insert(0, super::xml::Node::Element(control));
            }
            element
        }))
}

fn of_outcome(outcome: &Map<String, Value>) -> Element {
    let field = |name: &str| outcome.get(name).map(text_of);
    let default = outcome
        .get("defaultValue")
        .and_then(|default| default.get("value"));
    Element::new("qti-outcome-declaration")
        .with_some("identifier", field("identifier"))
        .with(
            "cardinality",
            field("cardinality").unwrap_or_else(|| "single".to_owned()),
        )
        .with_some("base-type", field("baseType"))
        .with_some("normal-maximum", field("normalMaximum"))
        .with_some("normal-minimum", field("normalMinimum"))
        .all(default.map(|value| to_element("qti-default-value", &json!({"qti-value": value}))))
}

/// A part as XML.
pub(crate) fn of_part(part: &Part, href: &dyn Fn(&ItemRef) -> String) -> Element {
    Element::new("qti-test-part")
        .with("identifier", &part.identifier)
        .with("navigation-mode", &part.navigation_mode)
        .with("submission-mode", &part.submission_mode)
        .all(rules(&part.rest))
        .all(
            part.sections
                .iter()
                .map(|section| of_section(section, href)),
        )
}

fn of_section(section: &Section, href: &dyn Fn(&ItemRef) -> String) -> Element {
    Element::new("qti-assessment-section")
        .with("identifier", &section.identifier)
        .with("title", &section.title)
        .with("visible", section.visible)
        .all(rules(&section.rest))
        .all(section.items.iter().map(|item| {
            Element::new("qti-assessment-item-ref")
                .with("identifier", &item.identifier)
                .with("href", href(item))
        }))
}

/// The pre-conditions and branch rules, which the API holds as free-form JSON.
fn rules(rest: &Map<String, Value>) -> impl Iterator<Item = Element> + '_ {
    ["qti-pre-condition", "qti-branch-rule"]
        .into_iter()
        .flat_map(move |name| {
            rest.get(name)
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .map(move |rule| to_element(name, rule))
        })
}

/// A test's XML as the JSON body that would create the test. The caller checks that body against its shape.
pub(crate) fn to_body(root: &Element) -> Value {
    let mut body = picked(
        root,
        &[
            ("identifier", "identifier"),
            ("title", "title"),
            ("tool-name", "toolName"),
            ("tool-version", "toolVersion"),
        ],
    );
    if let Some(seconds) = root
        .named("qti-time-limits")
        .next()
        .and_then(|limits| limits.attribute("max-time"))
    {
        body.insert("timeLimit".to_owned(), number(seconds));
    }
    body.insert(
        "qti-outcome-declaration".to_owned(),
        root.named("qti-outcome-declaration")
            .map(outcome_body)
            .collect(),
    );
    body.insert(
        "qti-test-part".to_owned(),
        root.named("qti-test-part").map(part_body).collect(),
    );
    Value::Object(body)
}

fn outcome_body(outcome: &Element) -> Value {
    let mut body = picked(
        outcome,
        &[
            ("identifier", "identifier"),
            ("cardinality", "cardinality"),
            ("base-type", "baseType"),
        ],
    );
    for (attribute, name) in [
        ("normal-maximum", "normalMaximum"),
        ("normal-minimum", "normalMinimum"),
    ] {
        if let Some(value) = outcome.attribute(attribute) {
            body.insert(name.to_owned(), number(value));
        }
    }
    let mut defaults: Vec<Value> = outcome
        .named("qti-default-value")
        .flat_map(|default| default.named("qti-value"))
        .map(|value| value.full_text().into())
        .collect();
    if !defaults.is_empty() {
        let value = if defaults.len() == 1 {
            defaults.remove(0)
        } else {
            Value::Array(defaults)
        };
        body.insert("defaultValue".to_owned(), json!({"value": value}));
    }
    Value::Object(body)
}

fn part_body(part: &Element) -> Value {
    let mut body = picked(
        part,
        &[
            ("identifier", "identifier"),
            ("navigation-mode", "navigationMode"),
            ("submission-mode", "submissionMode"),
        ],
    );
    add_rules(part, &mut body);
    body.insert(
        "qti-assessment-section".to_owned(),
        part.named("qti-assessment-section")
            .map(section_body)
            .collect(),
    );
    Value::Object(body)
}

fn section_body(section: &Element) -> Value {
    let mut body = picked(section, &[("identifier", "identifier"), ("title", "title")]);
    for name in ["visible", "required", "fixed"] {
        if let Some(value) = section.attribute(name) {
            body.insert(
                name.to_owned(),
                value
                    .parse::<bool>()
                    .map_or_else(|_| value.into(), Value::Bool),
            );
        }
    }
    add_rules(section, &mut body);
    let items = section.named("qti-assessment-item-ref").map(|item| {
        Value::Object(picked(
            item,
            &[("identifier", "identifier"), ("href", "href")],
        ))
    });
    body.insert("qti-assessment-item-ref".to_owned(), items.collect());
    Value::Object(body)
}

fn add_rules(element: &Element, body: &mut Map<String, Value>) {
    for name in ["qti-pre-condition", "qti-branch-rule"] {
        let rules: Vec<Value> = element
            .named(name)
            .map(super::content::of_element)
            .collect();
        if !rules.is_empty() {
            body.insert(name.to_owned(), rules.into());
        }
    }
}

/// Attributes under their names in JSON.
fn picked(element: &Element, names: &[(&str, &str)]) -> Map<String, Value> {
    names
        .iter()
        .filter_map(|(attribute, name)| {
            Some(((*name).to_owned(), element.attribute(attribute)?.into()))
        })
        .collect()
}

/// A number if the text is one; otherwise the text, which the shape then refuses.
fn number(text: &str) -> Value {
    text.parse::<i64>()
        .map(Value::from)
        .or_else(|_| text.parse::<f64>().map(Value::from))
        .unwrap_or_else(|_| text.into())
}
