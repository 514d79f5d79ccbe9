//! Describe: our own texts, from an overlay that may only add texts to what the document has.

use serde_json::Value;

use super::Document;
use super::error::{Error, Result};
use super::lower::lower_reference;
use super::overlay::{Action, Effect, Overlay, merge};
use super::visit::{self, object, operations};

/// The keys that hold texts.
const TEXTS: [&str; 2] = ["description", "summary"];

/// Adds the texts of `overlay`, and returns which of them the document has no place for.
///
/// Such a text is no error, because versions of upstream's document differ in what they have.
pub(crate) fn describe(
    mut document: Document,
    overlay: &Overlay,
) -> Result<(Document, Vec<String>)> {
    let mut leftovers = Vec::new();
    for action in overlay.actions() {
        describe_targets(&mut document, action, &mut leftovers)?;
    }
    visit::each_schema(&mut document, &mut |_, schema| {
        schema.as_object_mut().into_iter().for_each(lower_reference);
        Ok(())
    })?;
    Ok((document, leftovers))
}

fn describe_targets(
    document: &mut Document,
    action: &Action,
    leftovers: &mut Vec<String>,
) -> Result<()> {
    let Effect::Update(texts) = action.effect() else {
        return Err(Error::new(
            action.name(),
            "removes something; only texts may be added",
        ));
    };
    let mut leftover = |problem: String| leftovers.push(format!("{}: {problem}", action.name()));
    let targets = action.targets(document);
    if targets.is_empty() {
        leftover(action.matches_nothing());
    }
    for node in targets {
        let node = document.pointer_mut(&node);
        node.map_or(Ok(()), |node| add_texts(node, texts, &mut leftover))
            .map_err(|problem| Error::new(action.name(), problem))?;
    }
    Ok(())
}

fn add_texts(
    node: &mut Value,
    texts: &Value,
    leftover: &mut impl FnMut(String),
) -> std::result::Result<(), String> {
    if !texts.is_object() {
        return Err(format!("{texts} is more than a text"));
    }
    for (key, text) in object(texts) {
        if TEXTS.contains(&key.as_str()) && text.is_string() {
            merge(node, &serde_json::json!({ key: text }));
            continue;
        }
        match node.get_mut(key) {
            Some(inner) if text.is_object() => add_texts(inner, text, leftover)?,
            None if text.is_object() => {
                leftover(format!(
                    "describes `{key}`, which the document does not have"
                ));
            }
            _ => return Err(format!("`{key}` is more than a text")),
        }
    }
    Ok(())
}

/// What users see and no text describes: operations, parameters, types and their properties.
pub(crate) fn undocumented(document: &Document) -> Vec<String> {
    let mut missing = Vec::new();
    for operation in operations(document) {
        let place = operation.place();
        for text in TEXTS
            .iter()
            .filter(|text| !is_text(&operation.value[**text]))
        {
            missing.push(format!("{place} {text}"));
        }
        for parameter in operation.value["parameters"]
            .as_array()
            .into_iter()
            .flatten()
        {
            note(
                parameter,
                || {
                    format!(
                        "{place} parameter `{}`",
                        parameter["name"].as_str().unwrap_or("?")
                    )
                },
                &mut missing,
            );
        }
    }
    for (name, schema) in object(&document["components"]["schemas"]) {
        note(schema, || format!("schema `{name}`"), &mut missing);
        for (property, schema) in object(&schema["properties"]) {
            note(
                schema,
                || format!("schema `{name}`.{property}"),
                &mut missing,
            );
        }
    }
    missing
}

fn note(node: &Value, place: impl FnOnce() -> String, missing: &mut Vec<String>) {
    if !is_text(&node["description"]) {
        missing.push(place());
    }
}

fn is_text(value: &Value) -> bool {
    value.as_str().is_some_and(|text| !text.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::testing::{error, with_paths, with_schemas, yaml};

    fn texts(actions: &str) -> Overlay {
        let text = format!("overlay: 1.0.0\ninfo: {{title: T, version: '1'}}\nactions:\n{actions}");
        Overlay::parse("descriptions.yaml", &text).unwrap()
    }

    const SECTION: &str = "Section: {type: object, properties: {id: {type: string}}}";

    #[test]
    fn texts_go_to_types_and_their_fields() {
        let texts = texts(
            "- {target: $.components.schemas.Section, update: {description: A, properties: {id: {description: B}}}}",
        );
        let (described, leftovers) = describe(with_schemas(SECTION), &texts).unwrap();
        assert!(leftovers.is_empty());
        let section =
            "{type: object, properties: {id: {type: string, description: B}}, description: A}";
        assert_eq!(described["components"]["schemas"]["Section"], yaml(section));
    }

    #[test]
    fn a_text_that_finds_nothing_is_told_and_the_others_are_added() {
        let texts = texts(
            "- {target: $.components.schemas.Section, update: {properties: {gone: {description: B}, id: {description: C}}}}
- {target: $.components.schemas.Gone, description: a type of old, update: {description: A}}",
        );
        let (described, leftovers) = describe(with_schemas(SECTION), &texts).unwrap();
        let id = &described["components"]["schemas"]["Section"]["properties"]["id"];
        assert_eq!(id["description"], "C");
        assert_eq!(
            leftovers,
            [
                "descriptions.yaml action 1 ($.components.schemas.Section): describes `gone`, which the document does not have",
                "descriptions.yaml action 2 (a type of old): `$.components.schemas.Gone` matches nothing",
            ]
        );
    }

    #[test]
    fn only_texts_may_be_added() {
        for (effect, problem) in [
            ("update: {type: string}", "`type` is more than a text"),
            ("update: {new: string}", "`new` is more than a text"),
            ("update: [A]", "[\"A\"] is more than a text"),
            ("remove: true", "removes something; only texts may be added"),
        ] {
            let texts = texts(&format!(
                "- {{target: $.components.schemas.Section, {effect}}}"
            ));
            let error = error(describe(with_schemas(SECTION), &texts));
            assert!(
                error.starts_with("descriptions.yaml action 1 ") && error.ends_with(problem),
                "{error}"
            );
        }
    }

    #[test]
    fn a_text_on_a_reference_stands_around_it() {
        let document = with_schemas("A: {properties: {b: {$ref: '#/components/schemas/A'}}}");
        let texts =
            texts("- {target: $.components.schemas.A.properties.b, update: {description: B}}");
        let (described, _) = describe(document, &texts).unwrap();
        let b = "{description: B, allOf: [{$ref: '#/components/schemas/A'}]}";
        assert_eq!(
            described["components"]["schemas"]["A"]["properties"]["b"],
            yaml(b)
        );
    }

    #[test]
    fn everything_that_users_see_needs_a_text() {
        let document = with_paths(
            "/a: {get: {operationId: a, description: ' ', parameters: [{in: query, name: q}]}}",
            SECTION,
        );
        assert_eq!(
            undocumented(&document),
            [
                "operation `a` description",
                "operation `a` summary",
                "operation `a` parameter `q`",
                "schema `Section`",
                "schema `Section`.id",
            ]
        );
    }
}
