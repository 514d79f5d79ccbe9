//! The error bodies of the service, read leniently: whatever is there is kept, nothing is required.

use serde::Serialize;
use serde_json::{Map, Value};

use super::text::{cap, one_line};

/// The largest body that is searched for an error's words. The service's own have some hundred bytes; one read into
/// values takes many times its size.
pub(super) const SEARCHED_LIMIT: usize = 256 * 1024;

/// The longest code or id taken from a body.
const ID_LIMIT: usize = 200;

/// One validation issue of a refused request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Issue {
    /// The field that it is about, where the service names one.
    pub field: Option<String>,
    /// What is wrong with it.
    pub message: String,
    /// The service's code for it, where there is one.
    pub code: Option<String>,
}

/// What an error body of any known shape says.
#[derive(Debug, Default)]
pub(crate) struct ErrorBody {
    pub(crate) message: Option<String>,
    pub(crate) code: Option<String>,
    pub(crate) details: Option<Value>,
    pub(crate) issues: Vec<Issue>,
    pub(crate) event_id: Option<String>,
}

impl ErrorBody {
    /// Reads `{"error", "message", "details", "code", "meta", "eventId"}`, the 1EdTech envelope and OAuth2's
    /// `{"error", "error_description"}`. Anything else gives nothing.
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        if bytes.len() > SEARCHED_LIMIT {
            return Self::default();
        }
        match serde_json::from_slice(bytes) {
            Ok(Value::Object(object)) => Self::read(object),
            _ => Self::default(),
        }
    }

    fn read(mut object: Map<String, Value>) -> Self {
        let issues = issue_lists(&object).flatten().filter_map(issue).take(50);
        let issues = issues.collect();
        let meta_event = object.get("meta").and_then(|meta| id(meta.get("eventId")));
        let details = object
            .remove("details")
            .filter(|details| !details.is_null());
        Self {
            message: message(&object, details.as_ref()),
            code: id(object.get("code")).or_else(|| id(object.get("imsx_CodeMinor"))),
            details,
            issues,
            event_id: id(object.get("eventId")).or(meta_event),
        }
    }
}

/// The most telling words of the body: what is short and general first, what is long and specific after it.
fn message(object: &Map<String, Value>, details: Option<&Value>) -> Option<String> {
    let general = text(object.get("error"));
    let specific = ["message", "error_description", "imsx_description"]
        .iter()
        .find_map(|name| text(object.get(*name)))
        .or_else(|| text(details));
    match (general, specific) {
        (Some(general), Some(specific)) if !specific.contains(&general) => {
            Some(one_line(&format!("{general}: {specific}")))
        }
        (general, specific) => specific.or(general).map(|text| one_line(&text)),
    }
}

/// The lists of issues that validators and frameworks are known to answer with.
fn issue_lists(object: &Map<String, Value>) -> impl Iterator<Item = &Vec<Value>> {
    let inside = ["details", "meta", "error"]
        .into_iter()
        .filter_map(|name| object.get(name)?.as_object())
        .flat_map(|object| ["issues", "errors"].map(|name| object.get(name)));
    ["details", "issues", "errors", "message"]
        .map(|name| object.get(name))
        .into_iter()
        .chain(inside)
        .flatten()
        .filter_map(Value::as_array)
}

fn issue(value: &Value) -> Option<Issue> {
    match value {
        Value::String(message) => Some(Issue {
            field: None,
            message: one_line(message),
            code: None,
        }),
        Value::Object(object) => Some(Issue {
            field: text(object.get("field")).or_else(|| path(object.get("path"))),
            message: one_line(&text(object.get("message")).unwrap_or_else(|| value.to_string())),
            code: id(object.get("code")),
        }),
        _ => None,
    }
}

/// A validator's path, `["items", 0, "title"]`, as `items.0.title`.
fn path(value: Option<&Value>) -> Option<String> {
    let steps = value?.as_array()?.iter().map(|step| {
        step.as_str()
            .map_or_else(|| step.to_string(), str::to_owned)
    });
    Some(cap(&steps.collect::<Vec<_>>().join("."), 200))
}

fn id(value: Option<&Value>) -> Option<String> {
    text(value).map(|id| cap(&id, ID_LIMIT))
}

/// A string that says something, or an object's own `message`.
fn text(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) if !text.trim().is_empty() => Some(cap(text.trim(), 1024)),
        Value::Object(object) => text(object.get("message")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn parse(body: Value) -> ErrorBody {
        ErrorBody::parse(body.to_string().as_bytes())
    }

    #[test]
    fn each_known_shape_gives_its_message() {
        for (body, message) in [
            (json!({"error": "Section not found"}), "Section not found"),
            (
                json!({"error": "Bad Request", "details": "title is required"}),
                "Bad Request: title is required",
            ),
            (
                json!({"error": "InternalServerError", "message": "boom"}),
                "InternalServerError: boom",
            ),
            (json!({"message": "jwt expired"}), "jwt expired"),
            (json!({"details": "only details"}), "only details"),
            (json!({"error": {"message": "nested"}}), "nested"),
            (
                json!({"imsx_codeMajor": "failure", "imsx_description": "jwt expired"}),
                "jwt expired",
            ),
            (
                json!({"error": "invalid_client", "error_description": "no such client"}),
                "invalid_client: no such client",
            ),
        ] {
            assert_eq!(parse(body).message.as_deref(), Some(message));
        }
    }

    #[test]
    fn issues_stand_in_details_or_in_meta() {
        let listed = parse(
            json!({"error": "x", "details": [{"path": ["items", 0], "message": "too short"}, "plain"]}),
        );
        assert_eq!(listed.issues[0].field.as_deref(), Some("items.0"));
        assert_eq!(listed.issues[1].message, "plain");
        for other in [
            json!({"errors": ["plain"]}),
            json!({"message": ["plain"], "error": "Bad Request"}),
            json!({"error": {"name": "ZodError", "issues": [{"message": "plain"}]}}),
            json!({"details": {"issues": [{"message": "plain"}]}}),
        ] {
            assert_eq!(parse(other).issues[0].message, "plain");
        }
        let meta = parse(json!({"error": "x", "code": "VALIDATION",
            "meta": {"eventId": "e1", "issues": [{"field": "type", "message": "unknown", "code": "enum"}]}}));
        assert_eq!(meta.issues[0].field.as_deref(), Some("type"));
        assert_eq!(
            (meta.code.as_deref(), meta.event_id.as_deref()),
            (Some("VALIDATION"), Some("e1"))
        );
    }

    #[test]
    fn a_body_of_another_kind_says_nothing_and_breaks_nothing() {
        for body in [
            "",
            "<html>502</html>",
            "[]",
            "null",
            "12",
            "\"text\"",
            "{\"error\":7}",
            "\u{feff}{}",
        ] {
            assert!(
                ErrorBody::parse(body.as_bytes()).message.is_none(),
                "{body}"
            );
        }
    }
}
