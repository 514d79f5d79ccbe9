//! Relax: what the service sends decodes, nothing is lost, and what was absent stays absent.

use serde_json::{Value, json};

use super::Document;
use super::error::Result;
use super::visit::{self, object_mut, operations, operations_mut, remove};

/// Set by the overlay on a schema: the properties without which a value of this type makes no sense.
pub(crate) const REQUIRED: &str = "x-required";

/// Set by the overlay on a property that is always written: where it is not said, it has its default.
pub(crate) const KEEP_DEFAULT: &str = "x-keep-default";

/// Says of an enum that further values come: the library keeps one that it does not know.
const OPEN_ENUM: &str = "x-open-enum";

/// Rules for values. The service enforces them; a client that did too would fail on what the service lets pass.
const RULES: [&str; 13] = [
    "exclusiveMaximum",
    "exclusiveMinimum",
    "format",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "pattern",
    "uniqueItems",
];

/// Opens objects, makes optional properties nullable, and requires of an answer only what the overlay says.
pub(crate) fn relax(mut document: Document) -> Result<Document> {
    let answers = visit::reachable(
        &document,
        operations(&document).map(|operation| &operation.value["responses"]),
    );
    for (name, schema) in object_mut(&mut document["components"]["schemas"]) {
        let required = remove(schema, REQUIRED);
        if let (true, Some(schema)) = (schema["properties"].is_object(), schema.as_object_mut()) {
            match required {
                Some(required) => drop(schema.insert("required".into(), required)),
                None if answers.contains(name) => drop(schema.shift_remove("required")),
                None => {}
            }
        }
    }
    visit::each_schema(&mut document, &mut |_, schema| {
        RULES.iter().for_each(|key| drop(remove(schema, key)));
        if remove(schema, KEEP_DEFAULT).is_none() {
            remove(schema, "default");
        }
        if schema["type"] == "string" && schema["enum"].is_array() {
            schema[OPEN_ENUM] = json!(true);
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

/// typify keeps unknown fields for `additionalProperties: {}`, and ignores `true`.
fn open(schema: &mut Value) {
    if schema["type"] != "object" && !schema["properties"].is_object() {
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
