//! The error bodies of the service, read leniently: whatever is there is kept, nothing is required.

use serde::Serialize;
use serde_json::{Map, Value};

use super::text::{cap, one_line};

/// The largest body that is searched for an error's words. The service's own have some hundred bytes; one read into
/// values takes many times its size.
pub(super) const SEARCHED_LIMIT: usize = 256 * 1024;

/// The most issues taken from a body.
const MOST_ISSUES: usize = 50;

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
            Ok(Value::Array(issues)) => Self {
                issues: issues.iter().filter_map(issue).take(MOST_ISSUES).collect(),
                ..Self::default()
            },
            _ => Self::default(),
        }
    }

    fn read(mut object: Map<String, Value>) -> Self {
        let listed = issue_lists(&object).flatten().filter_map(issue);
        let by_field = ["details", "errors"]
            .into_iter()
            .filter_map(|name| object.get(name)?.as_object())
            .flat_map(issues_by_field);
        let issues = listed.chain(by_field).take(MOST_ISSUES).collect();
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

/// The fields that hold words about this one failure: the service's own, and those of gateways and frameworks.
const SPECIFIC: [&str; 8] = [
    "message",
    "error_description",
    "imsx_description",
    "detail",
    "Message",
    "errorMessage",
    "msg",
    "reason",
];

/// The most telling words of the body: what is short and general first, what is long and specific after it.
fn message(object: &Map<String, Value>, details: Option<&Value>) -> Option<String> {
    // RFC 9457's `title` comes with a `detail`; any other is that of an entity.
    let title = || object.get("detail").and(text(object.get("title")));
    let general = text(object.get("error")).or_else(title);
    let specific = SPECIFIC
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
    ["details", "issues", "errors", "message", "detail", "error"]
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
            field: ["field", "path", "loc", "source"]
                .iter()
                .find_map(|name| place(object.get(*name))),
            message: one_line(
                &["message", "msg", "detail", "reason"]
                    .iter()
                    .find_map(|name| text(object.get(*name)))
                    .unwrap_or_else(|| value.to_string()),
            ),
            code: id(object.get("code")),
        }),
        _ => None,
    }
}

/// The issues of an object that has them by the names of their fields: `{"title": "is required"}`, where the text can be
/// a list of texts, and all can stand in `fieldErrors`.
fn issues_by_field(object: &Map<String, Value>) -> Vec<Issue> {
    let mut issues = Vec::new();
    if ["field", "path"]
        .iter()
        .any(|name| place(object.get(*name)).is_some())
    {
        // Not a field's name, but an issue that stands alone.
        return issue(&Value::Object(object.clone())).into_iter().collect();
    }
    for (name, value) in object {
        match (name.as_str(), value) {
            // Words about the whole, or lists that are read as such.
            ("message" | "code" | "issues" | "errors", _) => {}
            ("fieldErrors", Value::Object(fields)) => issues.extend(issues_by_field(fields)),
            (_, value) => {
                let texts = value
                    .as_array()
                    .map_or(std::slice::from_ref(value), Vec::as_slice);
                issues.extend(texts.iter().filter_map(Value::as_str).map(|text| Issue {
                    field: (name != "formErrors").then(|| cap(name, ID_LIMIT)),
                    message: one_line(text),
                    code: None,
                }));
            }
        }
    }
    issues
}

/// The place of an issue: a text, a JSON pointer, or a validator's path, where `["items", 0, "title"]` is
/// `items.0.title`.
fn place(value: Option<&Value>) -> Option<String> {
    let value = value?;
    if let Some(steps) = value.as_array() {
        let step = |step: &Value| {
            step.as_str()
                .map_or_else(|| step.to_string(), str::to_owned)
        };
        let steps: Vec<_> = steps.iter().map(step).collect();
        return Some(cap(&steps.join("."), ID_LIMIT));
    }
    let text = value["pointer"].as_str().or_else(|| value.as_str())?;
    (!text.trim().is_empty()).then(|| cap(text.trim(), ID_LIMIT))
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
    fn the_words_of_gateways_and_frameworks_are_found() {
        for (body, message, issue) in [
            (
                json!({"Message": "User is not authorized"}),
                Some("User is not authorized"),
                None,
            ),
            (
                json!({"title": "Bad title", "detail": "it is empty"}),
                Some("Bad title: it is empty"),
                None,
            ),
            (json!({"msg": "the words"}), Some("the words"), None),
            (
                json!({"error": 400, "reason": "the words"}),
                Some("the words"),
                None,
            ),
            (json!({"error": ["one", "two"]}), None, Some((None, "one"))),
            (
                json!({"error": "Failed", "details": {"title": "is required"}}),
                Some("Failed"),
                Some((Some("title"), "is required")),
            ),
            (json!({"title": "An entity's"}), None, None),
            (
                json!({"error": "Bad", "details": {"field": "title", "reason": "too long", "limit": 5}}),
                Some("Bad"),
                Some((Some("title"), "too long")),
            ),
            (
                json!({"errors": {"title": ["is required"]}}),
                None,
                Some((Some("title"), "is required")),
            ),
            (
                json!({"details": {"fieldErrors": {"title": ["is required"]}, "formErrors": []}}),
                None,
                Some((Some("title"), "is required")),
            ),
            (
                json!({"details": {"formErrors": ["is bad"]}}),
                None,
                Some((None, "is bad")),
            ),
            (
                json!({"errors": [{"detail": "is empty", "source": {"pointer": "/title"}}]}),
                None,
                Some((Some("/title"), "is empty")),
            ),
            (
                json!({"detail": [{"loc": ["body", "title"], "msg": "field required"}]}),
                None,
                Some((Some("body.title"), "field required")),
            ),
            (
                json!([{"path": ["title"], "message": "Required"}]),
                None,
                Some((Some("title"), "Required")),
            ),
        ] {
            let said = parse(body.clone());
            assert_eq!(said.message.as_deref(), message, "{body}");
            let first = said.issues.first();
            let first = first.map(|it| (it.field.as_deref(), it.message.as_str()));
            assert_eq!(first, issue, "{body}");
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
