//! The API document: its operations and its components.

use http::{Method, StatusCode};
use serde_json::Value;

use super::Result;

/// Marks an enum of strings to which the service may add values.
pub(super) const OPEN_ENUM: &str = "x-open-enum";
/// Says of an operation whether sending it a second time can do harm.
const REPEAT: &str = "x-repeat";

/// What the library's table of operations says of one.
pub(crate) struct Operation<'a> {
    pub(super) id: &'a str,
    pub(super) method: Method,
    pub(super) path: &'a str,
    /// What HTTP calls the status of success.
    pub(super) success: &'static str,
    pub(super) repeat: &'a str,
}

/// The operations, in the order of the document.
pub(crate) fn operations(document: &Value) -> Result<Vec<Operation<'_>>> {
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (method, operation) in item.as_object().into_iter().flatten() {
            // A path item has other keys beside its methods.
            if let Some(id) = operation["operationId"].as_str() {
                operations.push(
                    read(id, method, path, operation)
                        .map_err(|problem| format!("operation `{id}`: {problem}"))?,
                );
            }
        }
    }
    Ok(operations)
}

fn read<'a>(
    id: &'a str,
    method: &str,
    path: &'a str,
    operation: &'a Value,
) -> Result<Operation<'a>> {
    let mut statuses = operation["responses"].as_object().into_iter().flatten();
    let (status, _) = statuses.next().ok_or("has no response")?;
    let success: Option<StatusCode> = status.parse().ok();
    let success = success
        .and_then(|success| success.canonical_reason())
        .ok_or_else(|| format!("answers {status}, which is no status that HTTP names"))?;
    Ok(Operation {
        id,
        method: method.to_uppercase().parse()?,
        path,
        success,
        repeat: operation[REPEAT]
            .as_str()
            .ok_or(format!("has no `{REPEAT}`"))?,
    })
}

/// The named schemas.
pub(super) fn components(document: &Value) -> impl Iterator<Item = (&String, &Value)> {
    document["components"]["schemas"]
        .as_object()
        .into_iter()
        .flatten()
}
