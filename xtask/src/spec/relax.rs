//! Relax: whatever the service sends can be read, nothing of it is lost, and what was absent stays absent.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::Document;
use super::error::{Error, Result};
use super::limits::LIMITS;
use super::name::HAND_WRITTEN;
use super::visit::{self, object_mut, operations, operations_mut, remove};

/// Set by the overlay on a schema: the properties without which a value of this type makes no sense.
pub(crate) const REQUIRED: &str = "x-required";

/// Set by the overlay on a property that is always written, with its default if there is no other value.
pub(crate) const KEEP_DEFAULT: &str = "x-keep-default";

/// What a property that is left out means. The library writes no such value, but must know it to tell what the service
/// has filled in.
const DEFAULT: &str = "x-default";

/// Marks an enum that can get further values: the library keeps a value that it does not know.
pub(crate) const OPEN_ENUM: &str = "x-open-enum";

/// Opens objects, makes optional properties nullable, and requires of an answer only what the overlay says.
pub(crate) fn relax(mut document: Document) -> Result<Document> {
    let answers = visit::reachable(
        &document,
        operations(&document).map(|operation| &operation.value["responses"]),
    );
    for (name, schema) in object_mut(&mut document["components"]["schemas"]) {
        if schema["type"] == "string" && schema["enum"].is_array() {
            schema[OPEN_ENUM] = json!(true);
            // Upstream may one day list a value that the overlay adds.
            let mut seen = BTreeSet::new();
            if let Some(values) = schema["enum"].as_array_mut() {
                values.retain(|value| seen.insert(value.to_string()));
            }
        }
        match remove(schema, REQUIRED) {
            Some(required) => require(name, schema, required)?,
            None if answers.contains(name) => drop(remove(schema, "required")),
            None => {}
        }
    }
    visit::each_schema(&mut document, &mut |place, schema| {
        // Only the service enforces them: a client that did so would fail on what the service lets pass.
        for keyword in LIMITS.iter().chain(&["format"]) {
            remove(schema, keyword);
        }
        match remove(schema, KEEP_DEFAULT) {
            None => {
                if let Some(default) = remove(schema, "default").filter(|it| !it.is_null()) {
                    schema[DEFAULT] = default;
                }
            }
            Some(_) if schema["default"].is_null() => {
                let problem = format!("has `{KEEP_DEFAULT}` by overlay.yaml, but no default");
                return Err(Error::new(place, problem));
            }
            Some(_) => {}
        }
        open(schema);
        Ok(())
    })?;
    for (_, operation) in operations_mut(&mut document) {
        if let Some(body) = operation
            .get_mut("requestBody")
            .and_then(Value::as_object_mut)
        {
            body.insert("required".into(), json!(true));
        }
    }
    Ok(document)
}

/// Lets the overlay say what a value cannot be without.
fn require(name: &str, schema: &mut Value, required: Value) -> Result<()> {
    let Some(fields) = required.as_array() else {
        let problem = format!("`{REQUIRED}` in overlay.yaml is {required}, not a list of fields");
        return Err(Error::new(format!("schema `{name}`"), problem));
    };
    for field in fields {
        let field = field.as_str().unwrap_or_default();
        if schema["properties"][field].is_null() {
            let problem =
                format!("`{REQUIRED}` in overlay.yaml names it, but there is no such field");
            return Err(Error::new(format!("schema `{name}`.{field}"), problem));
        }
    }
    schema["required"] = required;
    Ok(())
}

/// Lets a type keep unknown fields. typify does so for `additionalProperties: {}`, and not for `true`.
fn open(schema: &mut Value) {
    if schema["type"] != "object" && !schema["properties"].is_object() {
        return;
    }
    // A type that is written by hand is as open as its author made it.
    if schema[HAND_WRITTEN] == true {
        return;
    }
    schema["additionalProperties"] = json!({});
    let required = schema["required"].as_array().cloned().unwrap_or_default();
    if schema["required"] == json!([]) {
        remove(schema, "required");
    }
    for (name, property) in visit::members_mut(schema, "properties") {
        let keeps_default = property[KEEP_DEFAULT] == true || !property["default"].is_null();
        if !keeps_default && !required.iter().any(|required| required == name) {
            make_nullable(property);
        }
    }
}

fn make_nullable(schema: &mut Value) {
    if schema["$ref"].is_string() {
        *schema = json!({ "allOf": [schema.take()] });
    }
    schema["nullable"] = json!(true);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::testing::{error, with_paths, with_schemas, yaml};

    /// `Asked` stands in a request only, `Told` in an answer.
    fn relaxed(asked: &str, told: &str) -> Value {
        let body = |name: &str| {
            format!(
                "{{content: {{application/json: {{schema: {{$ref: '#/components/schemas/{name}'}}}}}}}}"
            )
        };
        let (asked_body, told_body) = (body("Asked"), body("Told"));
        let paths = format!(
            "/a: {{post: {{requestBody: {asked_body}, responses: {{'200': {told_body}}}}}}}"
        );
        let document = relax(with_paths(&paths, &format!("Asked: {asked}\nTold: {told}"))).unwrap();
        assert_eq!(
            document["paths"]["/a"]["post"]["requestBody"]["required"],
            true
        );
        document["components"]["schemas"].clone()
    }

    fn told(schema: &str) -> Value {
        relaxed("{}", schema)["Told"].clone()
    }

    #[test]
    fn objects_are_open_even_where_upstream_closes_them() {
        for further in [
            "",
            ", additionalProperties: false",
            ", additionalProperties: true",
            ", additionalProperties: {type: boolean}",
        ] {
            let open = told(&format!("{{type: object{further}}}"));
            assert_eq!(open["additionalProperties"], yaml("{}"), "{further}");
        }
    }

    #[test]
    fn an_answer_requires_only_what_the_overlay_says() {
        let object = "{type: object, properties: {id: {type: string}, at: {type: string}}, required: [id, at]";
        assert_eq!(told(&format!("{object}}}")).get("required"), None);
        assert_eq!(
            told(&format!("{object}, x-required: [id]}}"))["required"],
            yaml("[id]")
        );
    }

    #[test]
    fn an_answer_requires_nothing_that_it_does_not_describe() {
        assert_eq!(told("{type: object, required: [at]}").get("required"), None);
    }

    #[test]
    fn what_the_overlay_requires_must_be_there() {
        for (required, problem) in [
            (
                "[identifier]",
                ".identifier: `x-required` in overlay.yaml names it, but there is no such field",
            ),
            (
                "id",
                ": `x-required` in overlay.yaml is \"id\", not a list of fields",
            ),
        ] {
            let schema = format!("Book: {{properties: {{id: {{}}}}, x-required: {required}}}");
            assert_eq!(
                error(relax(with_schemas(&schema))),
                format!("schema `Book`{problem}")
            );
        }
    }

    #[test]
    fn a_request_requires_what_upstream_says_or_the_overlay() {
        let object = "{type: object, properties: {id: {type: string}, at: {type: string}}, required: [id, at]";
        assert_eq!(
            relaxed(&format!("{object}}}"), "{}")["Asked"]["required"],
            yaml("[id, at]")
        );
        assert_eq!(
            relaxed(&format!("{object}, x-required: [id]}}"), "{}")["Asked"]["required"],
            yaml("[id]")
        );
    }

    #[test]
    fn optional_properties_are_nullable_and_their_default_is_only_told() {
        let object = told(
            "{type: object, properties: {a: {type: array, items: {}, default: []}, b: {$ref: '#/components/schemas/Told'}, c: {}}}",
        );
        assert_eq!(
            object["properties"],
            yaml(
                "{a: {type: array, items: {}, x-default: [], nullable: true}, b: {allOf: [{$ref: '#/components/schemas/Told'}], nullable: true}, c: {nullable: true}}"
            )
        );
    }

    #[test]
    fn the_overlay_can_keep_a_default() {
        let object = told(
            "{type: object, properties: {a: {type: boolean, default: true, x-keep-default: true}}}",
        );
        assert_eq!(
            object["properties"]["a"],
            yaml("{type: boolean, default: true}")
        );
    }

    #[test]
    fn a_default_that_is_to_be_kept_must_be_there() {
        let document = with_schemas("Book: {properties: {id: {x-keep-default: true}}}");
        assert_eq!(
            error(relax(document)),
            "schema `Book`.id: has `x-keep-default` by overlay.yaml, but no default"
        );
    }

    #[test]
    fn required_properties_are_not_nullable() {
        let object = told("{type: object, properties: {id: {type: string}}, x-required: [id]}");
        assert_eq!(object["properties"]["id"], yaml("{type: string}"));
    }

    #[test]
    fn rules_for_values_leave() {
        let string =
            told("{type: string, format: date-time, pattern: a, minLength: 1, maxLength: 2}");
        assert_eq!(string, yaml("{type: string}"));
        let number =
            told("{type: integer, format: int64, minimum: 1, exclusiveMinimum: true, maximum: 2}");
        assert_eq!(number, yaml("{type: integer}"));
        let list = told("{type: array, items: {}, minItems: 1, maxItems: 2, uniqueItems: true}");
        assert_eq!(list, yaml("{type: array, items: {}}"));
    }

    #[test]
    fn enums_of_strings_are_open() {
        assert_eq!(
            told("{type: string, enum: [a, b, a]}"),
            yaml("{type: string, enum: [a, b], x-open-enum: true}")
        );
    }
}
