//! What arrived and what it got: the request log.
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::connection::Fate;
use super::{App, MAX_BODY, operation};
use crate::api::error::ApiError;
use crate::api::listing::timestamp;

/// Requests that are remembered; older ones are forgotten.
const REMEMBERED: usize = 1_000;
/// Bytes of a request's body that are remembered.
const BODY_SHOWN: usize = 16 * 1024;

/// A request as it arrived, and what it got.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct RequestRecord {
    /// Counts the requests from 1.
    pub number: u64,
    /// When it arrived, as RFC 3339 in UTC.
    pub at: String,
    /// The method, such as `PUT`.
    pub method: String,
    /// The path as it was sent, still percent-encoded.
    pub path: String,
    /// The query as it was sent, without the question mark.
    pub query: Option<String>,
    /// The operation of the API document, or `token`, `authorize`, `revoke`; nothing for a request that has no route.
    pub operation: Option<String>,
    /// The headers in their order; credentials are left out.
    pub headers: Vec<(String, String)>,
    /// The first 16 KB of the body as text; the body of a request with tokens is left out.
    pub body: String,
    /// The status that was answered; nothing where the client got no answer.
    pub status: Option<u16>,
    /// The fault that was injected.
    pub fault: Option<String>,
}

/// The latest requests.
#[derive(Debug, Default)]
pub(crate) struct RequestLog {
    records: Mutex<(u64, VecDeque<RequestRecord>)>,
}

/// The record of a request under way.
#[derive(Clone, Copy, Debug)]
struct Number(u64);

/// Marks a response with the fault that made it.
#[derive(Clone, Debug)]
pub(crate) struct Injected(pub(crate) String);

impl RequestLog {
    /// The remembered requests, oldest first.
    pub(crate) fn records(&self) -> Vec<RequestRecord> {
        self.records
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .1
            .iter()
            .cloned()
            .collect()
    }

    pub(crate) fn clear(&self) {
        *self.records.lock().unwrap_or_else(PoisonError::into_inner) = (0, VecDeque::new());
    }

    fn push(&self, mut record: RequestRecord) -> u64 {
        let mut records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        records.0 += 1;
        record.number = records.0;
        if records.1.len() == REMEMBERED {
            records.1.pop_front();
        }
        records.1.push_back(record);
        records.0
    }

    /// Notes a fault that leaves the request without an end.
    pub(crate) fn mark(&self, request: &Request, fault: &str) {
        if let Some(Number(number)) = request.extensions().get() {
            self.answer(*number, None, Some(fault.to_owned()));
        }
    }

    fn answer(&self, number: u64, status: Option<u16>, fault: Option<String>) {
        let mut records = self.records.lock().unwrap_or_else(PoisonError::into_inner);
        // The record may have been forgotten, or the log cleared, while the request was under way.
        if let Some(record) = records
            .1
            .iter_mut()
            .rev()
            .find(|record| record.number == number)
        {
            record.status = status;
            record.fault = fault;
        }
    }
}

/// Notes the request when it arrives and the answer when it is known.
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
