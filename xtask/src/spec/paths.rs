//! Paths: every operation stands where later steps look for it, with all that its path says, and has an id of its own.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Document;
use super::error::{Error, Result};
use super::visit::{METHODS, Operation, members_mut, object, object_mut, operations, remove};

/// The keys of a path item that are no operations.
const OTHERS: [&str; 4] = ["description", "parameters", "servers", "summary"];

/// Gives each operation the parameters and servers of its path, and refuses what later steps would pass over.
pub(crate) fn settle(mut document: Document) -> Result<Document> {
    if let Some(paths) = document.get_mut("paths").and_then(Value::as_object_mut) {
        paths.retain(|path, _| !path.starts_with("x-"));
    }
    for (path, item) in members_mut(&mut document, "paths") {
        let refused = |problem: String| Err(Error::new(format!("path `{path}`"), problem));
        if !path.starts_with('/') {
            return refused("does not begin with `/`".to_owned());
        }
        for (key, value) in object(item) {
            let is_method = METHODS.contains(&key.as_str());
            if is_method && !value.is_object() {
                return refused(format!("`{key}` is no operation"));
            }
            if !is_method && !OTHERS.contains(&key.as_str()) && !key.starts_with("x-") {
                return refused(format!("`{key}` is no method of OpenAPI 3.0"));
            }
        }
        hand_down(item);
    }
    operations(&document).try_for_each(|operation| refuse_twice(&operation))?;
    refuse_duplicates(&document)?;
    Ok(document)
}

/// Moves what a path says of all its operations into each, unless the operation says otherwise.
fn hand_down(item: &mut Value) {
    let shared = remove(item, "parameters");
    let shared = shared.as_ref().and_then(Value::as_array);
    let servers = remove(item, "servers");
    for (_, operation) in
        object_mut(item).filter(|(key, value)| METHODS.contains(&key.as_str()) && value.is_object())
    {
        let own = operation["parameters"].as_array().cloned();
        let mut parameters = own.unwrap_or_default();
        for parameter in shared.into_iter().flatten() {
            let is_same =
                |own: &Value| own["name"] == parameter["name"] && own["in"] == parameter["in"];
            if !parameters.iter().any(is_same) {
                parameters.push(parameter.clone());
            }
        }
        if !parameters.is_empty() {
            operation["parameters"] = Value::Array(parameters);
        }
        if let (Some(servers), true) = (&servers, operation["servers"].is_null()) {
            operation["servers"] = servers.clone();
        }
    }
}

/// Refuses a parameter that an operation has twice.
fn refuse_twice(operation: &Operation<'_>) -> Result<()> {
    let mut seen = BTreeSet::new();
    for parameter in operation.value["parameters"]
        .as_array()
        .into_iter()
        .flatten()
    {
        let (place, name) = (&parameter["in"], &parameter["name"]);
        if !seen.insert((place.as_str(), name.as_str())) {
            let problem = format!("has two parameters {name} in {place}");
            return Err(Error::new(operation.place(), problem));
        }
    }
    Ok(())
}

fn refuse_duplicates(document: &Document) -> Result<()> {
    let mut routes = BTreeMap::new();
    for operation in operations(document) {
        let Some(id) = operation.value["operationId"].as_str() else {
            continue;
        };
        let route = operation.route();
        if let Some(other) = routes.insert(id, route.clone()) {
            let problem = format!("is the id of two operations, {other} and {route}");
            return Err(Error::new(operation.place(), problem));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::testing::{error, with_paths, yaml};

    fn settled(paths: &str) -> Result<Document> {
        settle(with_paths(paths, "{}"))
    }

    #[test]
    fn an_id_of_two_operations_is_refused_with_both_of_their_places() {
        let paths = "/a: {get: {operationId: same}, put: {operationId: other}}\n/b: {get: {operationId: same}, put: {}, post: {}}";
        assert_eq!(
            error(settled(paths)),
            "operation `same`: is the id of two operations, GET /a and GET /b"
        );
    }

    #[test]
    fn what_would_be_passed_over_is_refused_by_its_path() {
        for (paths, problem) in [
            (
                "/a: {POST: {operationId: a}}",
                "path `/a`: `POST` is no method of OpenAPI 3.0",
            ),
            (
                "/a: {query: {}}",
                "path `/a`: `query` is no method of OpenAPI 3.0",
            ),
            ("/a: {get: null}", "path `/a`: `get` is no operation"),
            (
                "/a: {get: {parameters: [{in: query, name: q}, {in: header, name: q}, {in: query, name: q}]}}",
                "operation `GET /a`: has two parameters \"q\" in \"query\"",
            ),
            ("a: {get: {}}", "path `a`: does not begin with `/`"),
        ] {
            assert_eq!(error(settled(paths)), problem);
        }
    }

    #[test]
    fn extensions_leave() {
        let document = settled("x-a: {get: {}}\n/a: {x-b: 1}").unwrap();
        assert_eq!(document["paths"], yaml("/a: {x-b: 1}"));
    }

    #[test]
    fn what_a_path_says_is_said_of_each_of_its_operations_that_does_not_say_otherwise() {
        let document = settled(
            "
/a:
  parameters: [{in: path, name: id}, {in: query, name: q, required: true}]
  servers: [{url: 'https://one'}]
  get: {parameters: [{in: query, name: q}]}
  put: {servers: [{url: 'https://two'}]}
",
        );
        let expected = "
get: {parameters: [{in: query, name: q}, {in: path, name: id}], servers: [{url: 'https://one'}]}
put: {servers: [{url: 'https://two'}], parameters: [{in: path, name: id}, {in: query, name: q, required: true}]}
";
        assert_eq!(document.unwrap()["paths"]["/a"], yaml(expected));
    }
}
