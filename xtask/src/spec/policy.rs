//! Policy: the overlay must say what the library needs to know and upstream's document does not say.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Document;
use super::error::{Error, Result};
use super::visit::{object, operations};

/// Set by the overlay on an operation: whether sending it a second time can do harm.
pub(crate) const REPEAT: &str = "x-repeat";
const REPEATS: [&str; 4] = ["read", "idempotent", "create", "never"];

/// Set by the overlay on an entity: who fills its fields.
pub(crate) const OWNER: &str = "x-owner";
const OWNERS: [&str; 3] = ["service", "writer", "either"];

/// Set by the overlay on an entity: its fields that its XML holds.
pub(crate) const IN_XML: &str = "x-in-xml";

/// Refuses a document that does not say of each operation whether it may be repeated, and of each field of an entity
/// who owns it.
pub(crate) fn require_policy(document: Document) -> Result<Document> {
    for operation in operations(&document) {
        let said = &operation.value[REPEAT];
        if !said.as_str().is_some_and(|said| REPEATS.contains(&said)) {
            let problem = format!(
                "has `{REPEAT}: {said}`; overlay.yaml must say {}",
                REPEATS.join(", ")
            );
            return Err(Error::new(operation.place(), problem));
        }
        let (method, said) = (operation.method, said.as_str().unwrap_or_default());
        if !may_be(method, said) {
            let route = operation.route();
            let problem = format!("is {route}, which cannot have `{REPEAT}: {said}`");
            return Err(Error::new(operation.place(), problem));
        }
    }
    for (name, schema) in entities(&document) {
        require_owners(name, schema)?;
        if !schema[IN_XML].is_null() {
            fields(name, IN_XML, &schema[IN_XML])?;
        }
    }
    Ok(document)
}

/// Whether an operation of this method can be what the overlay says. Its id may have moved to it from another.
fn may_be(method: &str, repeat: &str) -> bool {
    match repeat {
        "read" => !["put", "patch", "delete"].contains(&method),
        "create" => method == "post",
        _ => true,
    }
}

/// The entities: schemas of answers that have an identifier, and those of which the overlay names an owner.
fn entities(document: &Document) -> BTreeMap<&str, &Value> {
    let schemas = &document["components"]["schemas"];
    let owned = object(schemas)
        .filter(|(_, schema)| !schema[OWNER].is_null())
        .map(|(name, schema)| (name.as_str(), schema));
    operations(document)
        .flat_map(|operation| object(&operation.value["responses"]))
        .flat_map(|(_, response)| object(&response["content"]))
        .filter_map(|(_, media)| super::visit::references(&media["schema"]).first().copied())
        .map(|name| (name, &schemas[name]))
        .filter(|(_, schema)| !schema["properties"]["identifier"].is_null())
        .chain(owned)
        .collect()
}

fn require_owners(name: &str, schema: &Value) -> Result<()> {
    let mut owners = BTreeMap::new();
    if !schema[OWNER].is_null() && !schema[OWNER].is_object() {
        let problem = format!("`{OWNER}` has no owners; there is {}", OWNERS.join(", "));
        return Err(Error::new(format!("schema `{name}`"), problem));
    }
    for (owner, fields) in object(&schema[OWNER]) {
        if !OWNERS.contains(&owner.as_str()) {
            let problem = format!("`{OWNER}` has `{owner}`; there is {}", OWNERS.join(", "));
            return Err(Error::new(format!("schema `{name}`"), problem));
        }
        for field in self::fields(name, owner, fields)? {
            if let Some(other) = owners.insert(field, owner) {
                let problem = format!("is of owner {other} and of owner {owner}");
                return Err(Error::new(format!("schema `{name}`.{field}"), problem));
            }
        }
    }
    match object(&schema["properties"]).find(|(field, _)| !owners.contains_key(field.as_str())) {
        Some((field, _)) => Err(Error::new(
            format!("schema `{name}`.{field}"),
            format!("has no owner; `{OWNER}` in overlay.yaml must name it"),
        )),
        None => Ok(()),
    }
}

/// The fields that an entity names under a key.
fn fields<'a>(name: &str, key: &str, list: &'a Value) -> Result<Vec<&'a str>> {
    let items = list.as_array().map(Vec::as_slice);
    let fields = items.and_then(|items| items.iter().map(Value::as_str).collect());
    fields.ok_or_else(|| {
        let problem = format!("`{key}` in overlay.yaml is {list}, not a list of fields");
        Error::new(format!("schema `{name}`"), problem)
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::spec::testing::{error, with_paths};

    fn book(repeat: &str, owner: &str) -> Document {
        let answer = "{content: {application/json: {schema: {$ref: '#/components/schemas/Book'}}}}";
        with_paths(
            &format!(
                "/b: {{get: {{operationId: getBook, x-repeat: {repeat}, responses: {{'200': {answer}}}}}}}"
            ),
            &format!("Book: {{properties: {{identifier: {{}}, pages: {{}}}}, x-owner: {owner}}}"),
        )
    }

    #[test]
    fn what_is_said_is_enough() {
        let document = book("read", "{writer: [pages], either: [identifier]}");
        assert_eq!(require_policy(document.clone()).unwrap(), document);
    }

    #[test]
    fn what_is_unsaid_is_refused_by_its_name() {
        for (repeat, owner, problem) in [
            (
                "null",
                "{}",
                "operation `getBook`: has `x-repeat: null`; overlay.yaml must say read, idempotent, create, never",
            ),
            (
                "often",
                "{}",
                "operation `getBook`: has `x-repeat: \"often\"`; overlay.yaml must say read, idempotent, create, never",
            ),
            (
                "read",
                "{either: [identifier]}",
                "schema `Book`.pages: has no owner; `x-owner` in overlay.yaml must name it",
            ),
            (
                "read",
                "{writer: pages, either: [identifier]}",
                "schema `Book`: `writer` in overlay.yaml is \"pages\", not a list of fields",
            ),
            (
                "read",
                "[identifier, pages]",
                "schema `Book`: `x-owner` has no owners; there is service, writer, either",
            ),
            (
                "read",
                "{nobody: [pages]}",
                "schema `Book`: `x-owner` has `nobody`; there is service, writer, either",
            ),
            (
                "read",
                "{writer: [pages], service: [pages]}",
                "schema `Book`.pages: is of owner writer and of owner service",
            ),
        ] {
            assert_eq!(error(require_policy(book(repeat, owner))), problem);
        }
    }

    #[test]
    fn what_changes_something_is_no_read_and_only_a_post_creates() {
        for (method, repeat, is_possible) in [
            ("get", "read", true),
            ("post", "read", true),
            ("put", "read", false),
            ("patch", "read", false),
            ("delete", "read", false),
            ("post", "create", true),
            ("put", "create", false),
            ("get", "create", false),
            ("delete", "idempotent", true),
            ("post", "never", true),
        ] {
            let operation =
                format!("{{operationId: theOne, x-repeat: {repeat}, responses: {{'204': {{}}}}}}");
            let outcome =
                require_policy(with_paths(&format!("/b: {{{method}: {operation}}}"), "{}"));
            if is_possible {
                outcome.unwrap();
                continue;
            }
            let problem = format!(
                "operation `theOne`: is {} /b, which cannot have `x-repeat: {repeat}`",
                method.to_uppercase()
            );
            assert_eq!(error(outcome), problem);
        }
    }

    #[test]
    fn an_entity_of_the_overlay_is_one_whatever_its_identifier_is_called() {
        let mut document = book("read", "{writer: [pages], either: [identifier]}");
        let book = &mut document["components"]["schemas"]["Book"];
        book["properties"] = json!({ "id": {}, "pages": {} });
        assert_eq!(
            error(require_policy(document)),
            "schema `Book`.id: has no owner; `x-owner` in overlay.yaml must name it"
        );
    }
}
