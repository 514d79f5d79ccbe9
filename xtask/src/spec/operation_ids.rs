//! Operation ids: each is unique, since all later steps go by it.

use std::collections::BTreeMap;

use super::Document;
use super::error::{Error, Result};
use super::visit::operations;

/// Refuses an id that two operations have.
pub(crate) fn refuse_duplicates(document: Document) -> Result<Document> {
    let mut routes = BTreeMap::new();
    for operation in operations(&document) {
        let Some(id) = operation.value["operationId"].as_str() else {
            continue;
        };
        let route = operation.route();
        if let Some(other) = routes.insert(id, route.clone()) {
            let problem = format!("is the id of two operations, {other} and {route}");
            return Err(Error::new(operation.place(), problem));
        }
    }
    Ok(document)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::testing::{error, with_paths};

    #[test]
    fn an_id_of_two_operations_is_refused_with_both_of_their_places() {
        let document = with_paths(
            "/a: {get: {operationId: same}, put: {operationId: other}}\n/b: {get: {operationId: same}, put: {}, post: {}}",
            "{}",
        );
        assert_eq!(
            error(refuse_duplicates(document)),
            "operation `same`: is the id of two operations, GET /a and GET /b"
        );
    }
}
