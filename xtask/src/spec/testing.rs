//! What the tests of the steps share.

use serde_json::{Value, json};

use super::parse;

pub(crate) fn yaml(text: &str) -> Value {
    parse::yaml("test", text).unwrap()
}

/// A 3.1 document with these component schemas and nothing else.
pub(crate) fn with_schemas(schemas: &str) -> Value {
    json!({
        "openapi": "3.1.0",
        "info": { "title": "Test", "version": "1" },
        "paths": {},
        "components": { "schemas": yaml(schemas) },
    })
}

/// A document with these paths and component schemas.
pub(crate) fn with_paths(paths: &str, schemas: &str) -> Value {
    let mut document = with_schemas(schemas);
    document["paths"] = yaml(paths);
    document
}

/// A document that the generator takes: one operation, which answers the schema `Book`.
pub(crate) fn generating(schemas: &str) -> Value {
    let paths = "
/a:
  get:
    operationId: getA
    x-repeat: read
    parameters: [{in: query, name: q, schema: {type: string}}]
    responses: {'200': {description: OK, content: {application/json: {schema: {$ref: '#/components/schemas/Book'}}}}}
";
    let mut document = with_paths(paths, schemas);
    document["openapi"] = json!("3.0.3");
    document
}

/// The error of a step that must fail.
pub(crate) fn error<T: std::fmt::Debug>(outcome: super::Result<T>) -> String {
    outcome.unwrap_err().to_string()
}
