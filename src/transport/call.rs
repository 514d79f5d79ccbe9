//! The bridge between the generated bindings and the transport.
//!
//! The bindings' hooks cannot return an error of this crate, so a call carries a slot, as the bindings' inner value, in
//! which the transport leaves what happened; the bindings get a stand-in for a response that failed.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use progenitor_client::{ClientHooks, OperationInfo};
use reqwest::{Request, Response, ResponseBuilderExt as _};

use super::operation::Operation;
use super::options::CallOptions;
use super::send::{Course, send};
use super::shared::Shared;
use super::{attempt, path};
use crate::error::{Error, ResponseParts, Result};
use crate::raw;

/// What a set of [raw bindings](crate::raw) carries with each request: whose it is, and how it is to be sent.
#[derive(Debug, Clone)]
pub struct Call {
    shared: Arc<Shared>,
    options: Arc<CallOptions>,
    /// Where the outcome goes; none for the bindings that users get, which send each request once.
    slot: Option<Arc<Slot>>,
}

#[derive(Debug, Default)]
struct Slot(Mutex<Option<Outcome>>);

#[derive(Debug)]
#[allow(
    clippy::large_enum_variant,
    reason = "there is one a call, on the heap"
)]
enum Outcome {
    Failed(Error),
    Answered(&'static Operation, ResponseParts, Course),
}

impl Slot {
    fn put(&self, outcome: Outcome) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(outcome);
    }

    fn take(&self) -> Option<Outcome> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// Runs one operation of the bindings with all that the facade adds.
pub(crate) async fn call<T, F>(
    shared: &Arc<Shared>,
    options: &Arc<CallOptions>,
    operation: impl FnOnce(raw::Client) -> F,
) -> Result<T>
where
    F: Future<Output = Result<raw::ResponseValue<T>, raw::Error>>,
{
    let slot = Arc::new(Slot::default());
    let inner = Call {
        shared: Arc::clone(shared),
        options: Arc::clone(options),
        slot: Some(Arc::clone(&slot)),
    };
    let bindings = raw::Client {
        baseurl: shared.base.clone(),
        client: shared.http.clone(),
        inner,
    };
    match operation(bindings).await {
        Ok(value) => Ok(value.into_inner()),
        Err(error) => Err(explain(error, slot.take())),
    }
}

/// Runs one operation in its XML form, which the bindings do not have: they keep one media type for each. `read` makes
/// the result of the answer's body.
pub(crate) async fn call_xml<T, E: fmt::Display>(
    shared: &Shared,
    options: &CallOptions,
    operation: &'static str,
    identifiers: &[&str],
    xml: Option<&str>,
    read: impl FnOnce(&[u8]) -> Result<T, E>,
) -> Result<T> {
    let operation = Operation::of_id(operation).ok_or_else(|| unknown(operation))?;
    let path = path::fill(operation.path, identifiers);
    let url = format!("{}{path}", shared.base)
        .parse()
        .map_err(|_| Error::input("the request cannot be built"))?;
    let mut request = Request::new(operation.method.clone(), url);
    let headers = request.headers_mut();
    // The service looks at this header of a GET, too, to choose what it answers with.
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    let accept = match xml {
        Some(_) => "application/json",
        None => "application/xml, application/json;q=0.5",
    };
    headers.insert(ACCEPT, HeaderValue::from_static(accept));
    *request.body_mut() = xml.map(|xml| xml.to_owned().into());
    let (parts, course) = send(shared, options, operation, request).await?;
    read(&parts.body)
        .map_err(|problem| course.finish(operation, Error::undecodable(&parts, problem)))
}

/// The bindings as users get them: authenticated and guarded, nothing else.
pub(crate) fn bare(shared: &Arc<Shared>, options: &Arc<CallOptions>) -> raw::Client {
    let inner = Call {
        shared: Arc::clone(shared),
        options: Arc::clone(options),
        slot: None,
    };
    raw::Client {
        baseurl: shared.base.clone(),
        client: shared.http.clone(),
        inner,
    }
}

fn explain(error: raw::Error, outcome: Option<Outcome>) -> Error {
    match (outcome, error) {
        (Some(Outcome::Failed(error)), _) => error,
        (
            Some(Outcome::Answered(operation, parts, course)),
            raw::Error::InvalidResponsePayload(_, problem),
        ) => course.finish(operation, Error::undecodable(&parts, problem)),
        (_, raw::Error::CommunicationError(problem)) => {
            Error::input("the request cannot be built").with_source(problem.without_url())
        }
        (_, raw::Error::InvalidRequest(problem) | raw::Error::Custom(problem)) => {
            Error::input(problem)
        }
        (_, other) => Error::new(crate::ErrorKind::Transport, other.to_string()),
    }
}

impl ClientHooks<Call> for raw::Client {
    async fn pre<E>(
        &self,
        request: &mut Request,
        info: &OperationInfo,
    ) -> Result<(), progenitor_client::Error<E>> {
        let call = &self.inner;
        // The document's version is no header of this API.
        request.headers_mut().remove("api-version");
        if call.slot.is_some() {
            return Ok(());
        }
        let refuse = |error: Error| progenitor_client::Error::InvalidRequest(error.to_string());
        let operation = Operation::of_raw(info.operation_id)
            .ok_or_else(|| refuse(unknown(info.operation_id)))?;
        path::check(operation, call.shared.base_url.path(), request.url().path())
            .map_err(refuse)?;
        let bearer = call
            .shared
            .tokens
            .bearer(
                call.options
                    .deadline
                    .unwrap_or(call.shared.defaults.deadline),
            )
            .await
            .map_err(refuse)?;
        attempt::prepare(request, &call.shared, &call.options, None);
        attempt::authorize(request, &bearer);
        Ok(())
    }

    async fn exec(&self, request: Request, info: &OperationInfo) -> reqwest::Result<Response> {
        let call = &self.inner;
        let Some(slot) = &call.slot else {
            return attempt::once(&call.shared, request).await;
        };
        let Some(operation) = Operation::of_raw(info.operation_id) else {
            slot.put(Outcome::Failed(unknown(info.operation_id)));
            return Ok(stand_in());
        };
        Ok(
            match send(&call.shared, &call.options, operation, request).await {
                Ok((mut parts, course)) => {
                    let response = response(&call.shared, operation, &mut parts);
                    slot.put(Outcome::Answered(operation, parts, course));
                    response
                }
                Err(error) => {
                    slot.put(Outcome::Failed(error));
                    stand_in()
                }
            },
        )
    }
}

fn unknown(operation: &str) -> Error {
    Error::input(format!("{operation} is not in the table of operations"))
}

/// The response as the bindings expect it: with the operation's one success status.
fn response(shared: &Shared, operation: &Operation, parts: &mut ResponseParts) -> Response {
    let mut response = http::Response::builder().status(operation.success);
    if let Some(extensions) = response.extensions_mut() {
        *extensions = std::mem::take(&mut parts.extensions);
    }
    // Nobody asks for its URL, but without one reqwest would parse another, which takes longer than all the rest.
    response
        .url(shared.base_url.clone())
        .body(parts.body.clone())
        .map_or_else(|_| stand_in(), Response::from)
}

/// A response that no operation knows; the bindings turn it into an error that nobody sees.
fn stand_in() -> Response {
    let mut response = http::Response::new(reqwest::Body::default());
    *response.status_mut() = StatusCode::IM_A_TEAPOT;
    response.into()
}
