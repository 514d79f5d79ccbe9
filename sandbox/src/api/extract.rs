//! Extractors whose rejections are the service's own error bodies.

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::{HeaderMap, header};
use bytes::Bytes;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::body_schema::Shape;
use super::error::ApiError;

/// Identifiers from the path, each decoded from exactly one segment.
#[derive(Debug, FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(ApiError))]
pub(crate) struct Path<T>(pub(crate) T);

/// Parameters from the query.
#[derive(Debug, FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(ApiError))]
pub(crate) struct Query<T>(pub(crate) T);

/// A body that must be JSON; XML is answered with 501. The content is checked later, because the service answers 404
/// for a missing entity before 400 for a wrong body.
#[derive(Debug)]
pub(crate) struct JsonBody(Result<Value, ApiError>);

/// A body that may be JSON or XML.
#[derive(Debug)]
pub(crate) enum Body {
    Json(JsonBody),
    Xml(Result<String, ApiError>),
}

impl<S: Send + Sync> FromRequest<S> for Body {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let is_xml = wants_xml(request.headers());
        let bytes = Bytes::from_request(request, state).await?;
        if is_xml {
            let text = std::str::from_utf8(&bytes).map(str::to_owned);
            return Ok(Body::Xml(text.map_err(|error| {
                ApiError::invalid_field("body", "encoding", error.to_string())
            })));
        }
        let value = serde_json::from_slice(&bytes)
            .map_err(|error| ApiError::invalid_field("body", "json", error.to_string()));
        Ok(Body::Json(JsonBody(value)))
    }
}

impl<S: Send + Sync> FromRequest<S> for JsonBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        match Body::from_request(request, state).await? {
            Body::Json(body) => Ok(body),
            Body::Xml(_) => Err(ApiError::xml_not_supported()),
        }
    }
}

impl JsonBody {
    /// The value, if it is JSON.
    pub(crate) fn value(self) -> Result<Value, ApiError> {
        self.0
    }

    /// The value, if it fits the shape.
    pub(crate) fn fitting(self, shape: &Shape) -> Result<Map<String, Value>, ApiError> {
        shape.accept(self.0?)
    }

    /// The entity, if it fits the shape.
    pub(crate) fn entity<T: DeserializeOwned>(self, shape: &Shape) -> Result<T, ApiError> {
        entity(self.0?, shape)
    }
}

/// The entity, if the value fits the shape, without the fields that only the server sets.
pub(crate) fn entity<T: DeserializeOwned>(value: Value, shape: &Shape) -> Result<T, ApiError> {
    let mut object = shape.accept(value)?;
    remove_server_fields(&mut object);
    serde_json::from_value(Value::Object(object))
        .map_err(|error| ApiError::invalid_field("body", "type", error.to_string()))
}

/// Whether the request's content type is XML. On GET, the service chooses the form of its answer by it.
pub(crate) fn wants_xml(headers: &HeaderMap) -> bool {
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    essence.eq_ignore_ascii_case("application/xml") || essence.eq_ignore_ascii_case("text/xml")
}

/// Removes from an entity, its parts and its sections the fields that answers have and clients cannot set.
fn remove_server_fields(object: &mut Map<String, Value>) {
    object.retain(|name, _| {
        !matches!(
            name.as_str(),
            "_id"
                | "__v"
                | "_stamps"
                | "_sourceXml"
                | "createdAt"
                | "updatedAt"
                | "rawXml"
                | "content"
                | "isValidXml"
        )
    });
    for below in ["qti-test-part", "qti-assessment-section"] {
        for entry in object
            .get_mut(below)
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
        {
            entry.as_object_mut().map(remove_server_fields);
        }
    }
}
