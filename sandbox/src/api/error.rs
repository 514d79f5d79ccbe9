//! The service's error bodies.

use axum::Json;
use axum::extract::rejection::{BytesRejection, PathRejection, QueryRejection};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::store::NotDurable;

/// A refusal: the status and the JSON body.
#[derive(Debug)]
pub(crate) struct ApiError {
    status: StatusCode,
    body: Value,
}

/// One thing that is wrong with a request.
#[derive(Clone, Debug)]
pub(crate) struct Issue {
    /// The field as a path, such as `qti-test-part[0].identifier`.
    pub(crate) field: String,
    pub(crate) message: String,
    /// A short word for programs, such as `required`.
    pub(crate) code: &'static str,
}

impl Issue {
    pub(crate) fn new(
        field: impl Into<String>,
        code: &'static str,
        message: impl Into<String>,
    ) -> Issue {
        Issue {
            field: field.into(),
            code,
            message: message.into(),
        }
    }
}

impl ApiError {
    pub(crate) fn new(status: StatusCode, body: Value) -> ApiError {
        ApiError { status, body }
    }

    /// 400 with all that is wrong, as text in `details` and one by one in `meta`.
    pub(crate) fn invalid(issues: &[Issue]) -> ApiError {
        let details: Vec<String> = issues
            .iter()
            .map(|issue| format!("{}: {}", issue.field, issue.message))
            .collect();
        let issues: Vec<Value> = issues
            .iter()
            .map(
                |issue| json!({"field": issue.field, "message": issue.message, "code": issue.code}),
            )
            .collect();
        ApiError::new(
            StatusCode::BAD_REQUEST,
            json!({
                "error": "Validation failed",
                "code": "VALIDATION_ERROR",
                "details": details.join("; "),
                "meta": {"issues": issues},
            }),
        )
    }

    /// 400 for one field.
    pub(crate) fn invalid_field(
        field: &str,
        code: &'static str,
        message: impl Into<String>,
    ) -> ApiError {
        ApiError::invalid(&[Issue::new(field, code, message)])
    }

    /// 400 for a field that holds XML.
    pub(crate) fn invalid_xml(field: &str, errors: &[String]) -> ApiError {
        let issues: Vec<Issue> = errors
            .iter()
            .map(|error| Issue::new(field, "xml", error))
            .collect();
        ApiError::invalid(&issues)
    }

    /// 404; `what` names the level, such as `Test part`.
    pub(crate) fn not_found(what: &str, identifier: &str) -> ApiError {
        ApiError::new(
            StatusCode::NOT_FOUND,
            json!({"error": format!("{what} not found"), "details": format!("No {} has the identifier {identifier:?}", what.to_lowercase())}),
        )
    }

    /// 404: the service has no such path, or not with this method.
    pub(crate) fn no_route() -> ApiError {
        ApiError::new(
            StatusCode::NOT_FOUND,
            json!({"error": "Not found", "details": "No route matches the path"}),
        )
    }

    /// 409: the identifier is taken.
    pub(crate) fn exists(what: &str, identifier: &str) -> ApiError {
        ApiError::new(
            StatusCode::CONFLICT,
            json!({
                "error": format!("{what} already exists"),
                "message": format!("The identifier {identifier:?} is taken"),
                "details": "Nothing was changed",
            }),
        )
    }

    /// 400: an item refers to stimuli that do not exist.
    pub(crate) fn no_stimuli(missing: &[&str]) -> ApiError {
        ApiError::new(
            StatusCode::BAD_REQUEST,
            json!({"error": "Stimulus(s) not found", "details": format!("No stimulus has the identifier {}", missing.join(", "))}),
        )
    }

    /// 413: the body is larger than the sandbox takes.
    pub(crate) fn too_large(limit: usize) -> ApiError {
        let details = format!("The body is larger than {limit} bytes");
        ApiError::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            json!({"error": "Payload too large", "details": details}),
        )
    }

    /// 501: an XML body where the service takes JSON only.
    pub(crate) fn xml_not_supported() -> ApiError {
        ApiError::new(
            StatusCode::NOT_IMPLEMENTED,
            json!({"error": "XML format is not supported for this operation"}),
        )
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        (self.status, Json(self.body)).into_response()
    }
}

impl From<NotDurable> for ApiError {
    fn from(error: NotDurable) -> Self {
        ApiError::new(
            StatusCode::INTERNAL_SERVER_ERROR,
            json!({"error": "InternalServerError", "message": error.to_string(), "details": "The write was not kept"}),
        )
    }
}

impl From<PathRejection> for ApiError {
    fn from(rejection: PathRejection) -> Self {
        ApiError::invalid_field("path", "invalid", rejection.body_text())
    }
}

impl From<QueryRejection> for ApiError {
    fn from(rejection: QueryRejection) -> Self {
        ApiError::invalid_field("query", "invalid", rejection.body_text())
    }
}

impl From<BytesRejection> for ApiError {
    fn from(rejection: BytesRejection) -> Self {
        ApiError::new(
            rejection.status(),
            json!({"error": "Body cannot be read", "details": rejection.body_text()}),
        )
    }
}
