//! Describe: our own texts, from an overlay that may only add texts to what the document has.

use serde_json::Value;

use super::Document;
use super::error::Result;
use super::lower::lower_reference;
use super::overlay::Overlay;
use super::visit::{self, object, operations};

/// The keys that hold texts.
const TEXTS: [&str; 2] = ["description", "summary"];

/// Adds the texts of `overlay`.
pub(crate) fn describe(document: Document, overlay: &Overlay) -> Result<Document> {
    let mut document = overlay.apply_with(document, &only_texts)?;
    visit::each_schema(&mut document, &mut |_, schema| {
        schema.as_object_mut().into_iter().for_each(lower_reference);
        Ok(())
    })?;
    Ok(document)
}

/// A text for what is not there is a leftover of something upstream took away.
fn only_texts(node: &Value, update: &Value) -> std::result::Result<(), String> {
    for (key, value) in object(update) {
        match node.get(key) {
            _ if TEXTS.contains(&key.as_str()) && value.is_string() => {}
            Some(node) if value.is_object() => only_texts(node, value)?,
            Some(_) => return Err(format!("`{key}` is more than a text")),
            None => {
                return Err(format!(
                    "describes `{key}`, which the document does not have"
                ));
            }
        }
    }
    Ok(())
}

/// What users see and nobody has described: operations, parameters, types and their properties.
pub(crate) fn undocumented(document: &Document) -> Vec<String> {
    let mut missing = Vec::new();
    for operation in operations(document) {
        let place = operation.place();
        for text in TEXTS
            .iter()
            .filter(|text| !operation.value[**text].is_string())
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
    if !node["description"].is_string() {
        missing.push(place());
    }
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
        let described = describe(with_schemas(SECTION), &texts).unwrap();
        let section =
            "{type: object, properties: {id: {type: string, description: B}}, description: A}";
        assert_eq!(described["components"]["schemas"]["Section"], yaml(section));
    }

    #[test]
    fn a_text_for_a_field_that_is_gone_is_an_error() {
        let texts = texts(
            "- {target: $.components.schemas.Section, update: {properties: {gone: {description: B}}}}",
        );
        assert_eq!(
            error(describe(with_schemas(SECTION), &texts)),
            "overlay action 1 ($.components.schemas.Section): describes `gone`, which the document does not have"
        );
    }

    #[test]
    fn only_texts_may_be_added() {
        let texts = texts("- {target: $.components.schemas.Section, update: {type: string}}");
        assert!(
            error(describe(with_schemas(SECTION), &texts)).ends_with("`type` is more than a text")
        );
    }

    #[test]
    fn a_text_on_a_reference_stands_around_it() {
        let document = with_schemas("A: {properties: {b: {$ref: '#/components/schemas/A'}}}");
        let texts =
            texts("- {target: $.components.schemas.A.properties.b, update: {description: B}}");
        let described = describe(document, &texts).unwrap();
        let b = "{description: B, allOf: [{$ref: '#/components/schemas/A'}]}";
        assert_eq!(
            described["components"]["schemas"]["A"]["properties"]["b"],
            yaml(b)
        );
    }

    #[test]
    fn everything_that_users_see_needs_a_text() {
        let document = with_paths(
            "/a: {get: {operationId: a, parameters: [{in: query, name: q}]}}",
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
