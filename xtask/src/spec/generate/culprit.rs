//! Which part of a document the generator fails on: it does not always say so itself.

use serde_json::{Map, Value, json};

use crate::spec::Document;
use crate::spec::visit::{self, SCHEMAS, object, operations};

/// The place of the first schema, or else of the first operation, of which the document fails if it has nothing else.
/// A schema comes after those that it refers to.
pub(crate) fn find(document: &Document, fails: impl Fn(&Document) -> bool) -> Option<String> {
    if fails(&only(document, json!({}), &Value::Null)) {
        return None;
    }
    let mut schemas: Vec<_> = object(&document["components"]["schemas"])
        .map(|(name, _)| {
            let reference = json!({ "$ref": format!("{SCHEMAS}{name}") });
            (
                format!("schema `{name}`"),
                only(document, json!({}), &reference),
            )
        })
        .collect();
    schemas.sort_by_key(|(_, part)| object(&part["components"]["schemas"]).count());
    let operations = operations(document).map(|operation| {
        let paths = json!({ operation.path: { operation.method: operation.value } });
        (operation.place(), only(document, paths, operation.value))
    });
    let mut parts = schemas.into_iter().chain(operations);
    parts.find(|(_, part)| fails(part)).map(|(place, _)| place)
}

/// The document with these paths, and with the schemas that `root` needs.
fn only(document: &Document, paths: Value, root: &Value) -> Document {
    let needed = visit::reachable(document, std::iter::once(root));
    let schemas: Map<_, _> = object(&document["components"]["schemas"])
        .filter(|(name, _)| needed.contains(*name))
        .map(|(name, schema)| (name.clone(), schema.clone()))
        .collect();
    let mut part = document.clone();
    part["paths"] = paths;
    part["components"]["schemas"] = Value::Object(schemas);
    part
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::testing::with_paths;

    #[test]
    fn the_part_that_fails_is_found_by_itself() {
        let refers = "{properties: {b: {$ref: '#/components/schemas/B'}}}";
        let document = with_paths(
            "/a: {get: {operationId: getA}, put: {operationId: putA, tags: [bad]}}",
            &format!("A: {refers}\nB: {{type: bad}}\nC: {{type: string}}"),
        );
        let found = |word: &str| find(&document, |part| part.to_string().contains(word));
        assert_eq!(found("\"type\":\"bad\"").unwrap(), "schema `B`");
        assert_eq!(found("\"tags\"").unwrap(), "operation `putA`");
        assert_eq!(found("nothing"), None);
        // Of what fails without its parts, no part is to blame.
        assert_eq!(found("\"title\""), None);
    }
}
