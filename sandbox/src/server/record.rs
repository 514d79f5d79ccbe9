//! Writes the request log.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::connection::Fate;
use super::{App, MAX_BODY};
use crate::api::error::ApiError;
use crate::api::listing::timestamp;
use crate::api::operation;
use crate::log::{RequestLog, RequestRecord};

/// The most bytes of a request's body that are remembered.
const BODY_SHOWN: usize = 16 * 1024;

/// The number of a request's record in the log.
#[derive(Clone, Copy, Debug)]
struct Number(u64);

/// Marks a response with the fault that made it.
#[derive(Clone, Debug)]
pub(crate) struct Injected(pub(crate) String);

/// Records the fault of a request that never ends.
pub(super) fn mark(log: &RequestLog, request: &Request, fault: &str) {
    if let Some(Number(number)) = request.extensions().get() {
        log.answer(*number, None, Some(fault.to_owned()));
    }
}

/// Records the request when it arrives, and the answer when it is known.
pub(crate) async fn record(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let operation = operation::of(&request);
    let (parts, body) = request.into_parts();
    let body = match to_bytes(body, MAX_BODY).await {
        Ok(body) => body,
        Err(_) => return ApiError::too_large(MAX_BODY).into_response(),
    };
    let shown = if matches!(operation, Some("token" | "revoke")) {
        &[]
    } else {
        &body[..body.len().min(BODY_SHOWN)]
    };
    let number = app.log.push(RequestRecord {
        number: 0,
        at: timestamp(chrono::Utc::now().timestamp_millis()),
        method: parts.method.to_string(),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().map(str::to_owned),
        operation: operation.map(str::to_owned),
        headers: shown_headers(&parts.headers),
        body: String::from_utf8_lossy(shown).into_owned(),
        status: None,
        fault: None,
    });
    let mut request = Request::from_parts(parts, Body::from(body));
    request.extensions_mut().insert(Number(number));
    let response = next.run(request).await;
    let answered = !matches!(response.extensions().get(), Some(Fate::Reset));
    let fault = response
        .extensions()
        .get::<Injected>()
        .map(|injected| injected.0.clone());
    app.log
        .answer(number, answered.then(|| response.status().as_u16()), fault);
    response
}

fn shown_headers(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .filter(|(name, _)| *name != header::AUTHORIZATION)
        .map(|(name, value)| {
            (
                name.to_string(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        })
        .collect()
}
