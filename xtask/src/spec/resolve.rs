//! Resolve: every reference leads somewhere, and only schemas stay shared.
//!
//! Parameters, responses, request bodies, headers and path items that stand in `components` are put where they are
//! used, so that later steps find each of them in one kind of place.

use serde_json::Value;

use super::Document;
use super::error::{Error, Result};
use super::visit::{self, SCHEMAS, reference};

/// The deepest nesting that is followed. Only a reference that leads back to itself is nested deeper.
const DEPTH: usize = 64;

/// Checks all references and inlines those that do not name a schema.
pub(crate) fn resolve(mut document: Document) -> Result<Document> {
    let source = document.clone();
    for section in ["paths", "webhooks"] {
        if let Some(value) = document.get_mut(section) {
            inline(&source, section, value, 0)?;
        }
    }
    if let Some(components) = document
        .get_mut("components")
        .and_then(Value::as_object_mut)
    {
        components.retain(|section, _| matches!(section.as_str(), "schemas" | "securitySchemes"));
        for (section, what) in [
            ("schemas", "schema"),
            ("securitySchemes", "security scheme"),
        ] {
            for (name, member) in components
                .get_mut(section)
                .into_iter()
                .flat_map(visit::object_mut)
            {
                inline(&source, &format!("{what} `{name}`"), member, 0)?;
            }
        }
    }
    Ok(document)
}

fn inline(source: &Value, place: &str, value: &mut Value, depth: usize) -> Result<()> {
    if depth > DEPTH {
        return Err(Error::new(place, "nests too deeply, or refers to itself"));
    }
    if let Some(target) = value.as_object().and_then(reference) {
        let found = lookup(source, target)
            .ok_or_else(|| Error::new(place, format!("`$ref` {target} leads nowhere")))?;
        if let Some(name) = target.strip_prefix(SCHEMAS) {
            if name.contains('/') {
                let problem =
                    format!("`$ref` {target} leads inside a schema; name the part it means");
                return Err(Error::new(place, problem));
            }
        } else {
            let beside = value.as_object().into_iter().flatten();
            let lost = beside.map(|(key, _)| key.as_str()).find(|key| {
                !["$ref", "description", "summary"].contains(key) && !key.starts_with("x-")
            });
            if let Some(lost) = lost {
                let problem = format!("`{lost}` beside the `$ref` {target} would be lost");
                return Err(Error::new(place, problem));
            }
            *value = found.clone();
            return inline(source, place, value, depth + 1);
        }
    }
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                // Errors name these levels only. Deeper ones are the schema's own structure.
                let place = match value.get("operationId").and_then(Value::as_str) {
                    Some(id) => format!("operation `{id}`"),
                    None if place == "paths" || place == "webhooks" => format!("path `{key}`"),
                    None => place.to_owned(),
                };
                inline(source, &place, value, depth + 1)?;
            }
            Ok(())
        }
        Value::Array(items) => items
            .iter_mut()
            .try_for_each(|value| inline(source, place, value, depth + 1)),
        _ => Ok(()),
    }
}

fn lookup<'a>(document: &'a Value, target: &str) -> Option<&'a Value> {
    document.pointer(target.strip_prefix('#')?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::testing::{error, with_paths, with_schemas, yaml};

    #[test]
    fn parameters_responses_bodies_and_path_items_stand_where_they_are_used() {
        let mut document = with_paths("/a: {$ref: '#/components/pathItems/A'}", "{}");
        let components = yaml(
            "
pathItems:
  A:
    post:
      operationId: a
      parameters: [{$ref: '#/components/parameters/P'}]
      requestBody: {$ref: '#/components/requestBodies/B'}
      responses: {'200': {$ref: '#/components/responses/R'}}
parameters: {P: {in: query, name: p, schema: {type: string}}}
requestBodies: {B: {content: {application/json: {schema: {$ref: '#/components/schemas/S'}}}}}
responses: {R: {description: OK}}
securitySchemes: {O: {type: http, scheme: bearer}, P: {$ref: '#/components/securitySchemes/O'}}
schemas: {S: {type: string}}
",
        );
        document["components"] = components;
        let resolved = resolve(document).unwrap();
        let operation = &resolved["paths"]["/a"]["post"];
        assert_eq!(operation["parameters"][0]["name"], "p");
        assert_eq!(operation["responses"]["200"], yaml("{description: OK}"));
        let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
        assert_eq!(*schema, yaml("{$ref: '#/components/schemas/S'}"));
        let bearer = "{type: http, scheme: bearer}";
        let components = format!(
            "schemas: {{S: {{type: string}}}}\nsecuritySchemes: {{O: {bearer}, P: {bearer}}}"
        );
        assert_eq!(resolved["components"], yaml(&components));
    }

    #[test]
    fn a_reference_to_nothing_is_refused_with_its_place() {
        let document = with_paths(
            "/a: {get: {operationId: getA, responses: {'200': {$ref: '#/components/responses/None'}}}}",
            "{}",
        );
        assert_eq!(
            error(resolve(document)),
            "operation `getA`: `$ref` #/components/responses/None leads nowhere"
        );
        let document = with_schemas("X: {properties: {y: {$ref: '#/components/schemas/Y'}}}");
        assert_eq!(
            error(resolve(document)),
            "schema `X`: `$ref` #/components/schemas/Y leads nowhere"
        );
    }

    #[test]
    fn a_reference_to_another_file_is_refused() {
        let document = with_schemas("X: {$ref: 'other.yaml#/Y'}");
        assert_eq!(
            error(resolve(document)),
            "schema `X`: `$ref` other.yaml#/Y leads nowhere"
        );
    }

    #[test]
    fn what_stands_beside_a_reference_is_refused_unless_it_is_a_text() {
        for (beside, outcome) in [
            (
                "put: {}",
                Some("path `/a`: `put` beside the `$ref` #/components/pathItems/P would be lost"),
            ),
            ("summary: A, description: B", None),
        ] {
            let path = format!("/a: {{$ref: '#/components/pathItems/P', {beside}}}");
            let mut document = with_paths(&path, "{}");
            document["components"]["pathItems"] = yaml("P: {get: {operationId: getA}}");
            let refused = resolve(document).err().map(|error| error.to_string());
            assert_eq!(refused.as_deref(), outcome);
        }
    }

    #[test]
    fn a_reference_into_a_schema_is_refused() {
        let document = with_schemas(
            "X: {properties: {y: {type: string}}}\nZ: {$ref: '#/components/schemas/X/properties/y'}",
        );
        assert!(error(resolve(document)).contains("leads inside a schema"));
    }

    #[test]
    fn a_response_that_is_itself_is_refused() {
        let mut document = with_paths(
            "/a: {get: {responses: {'200': {$ref: '#/components/responses/R'}}}}",
            "{}",
        );
        document["components"]["responses"] = yaml("R: {$ref: '#/components/responses/R'}");
        assert!(error(resolve(document)).ends_with("nests too deeply, or refers to itself"));
    }

    #[test]
    fn a_schema_may_hold_itself() {
        let document = with_schemas("X: {properties: {next: {$ref: '#/components/schemas/X'}}}");
        assert_eq!(resolve(document.clone()).unwrap(), document);
    }
}
