//! The bridge between the generated bindings and the transport.
//!
//! For the facade the bindings build the request and name the type of the answer: their first hook takes the request
//! away, and what the bindings do with a response is left to [`send`] and to one decoder that keeps all that an error
//! should tell.

use std::fmt;
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};

use futures_util::FutureExt as _;
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use progenitor_client::{ClientHooks, OperationInfo};
use reqwest::{Request, Response, Url};
use serde::de::DeserializeOwned;

use super::operation::Operation;
use super::options::CallOptions;
use super::send::{Built, send};
use super::shared::Shared;
use super::{acknowledgement, attempt, path};
use crate::error::{Error, Result};
use crate::raw;

/// What a set of [raw bindings](crate::raw) carries with each request: whose it is, and how it is to be sent.
#[derive(Debug, Clone)]
pub struct Call {
    shared: Arc<Shared>,
    purpose: Purpose,
}

#[derive(Debug, Clone)]
enum Purpose {
    /// The bindings are a user's, and send what they build.
    Send(Arc<CallOptions>),
    /// The facade sends what they build, and finds it here.
    Build(Arc<Slot>),
}

#[derive(Debug, Default)]
struct Slot(Mutex<Option<Built>>);

impl Slot {
    fn put(&self, built: Built) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(built);
    }

    fn take(&self) -> Option<Built> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Call {
    /// The URL of a path below the API's base, whatever address the bindings were made with: the token is for no other.
    pub(crate) fn url(&self, path: &str) -> Url {
        self.shared.url(path)
    }
}

/// Runs one operation of the bindings with all that the facade adds.
pub(crate) async fn call<T: DeserializeOwned>(
    shared: &Arc<Shared>,
    options: &CallOptions,
    binding: impl AsyncFn(raw::Client) -> Result<raw::ResponseValue<T>, raw::Error> + Sync,
) -> Result<T> {
    let (operation, parts, course) = send(shared, options, &|| build(shared, &binding)).await?;
    let refuse =
        |problem: &dyn fmt::Display| course.finish(operation, Error::undecodable(&parts, problem));
    let body = match operation.success {
        StatusCode::NO_CONTENT => {
            acknowledgement::check(&parts.body).map_err(|problem| refuse(&problem))?;
            b"null"
        }
        _ => &*parts.body,
    };
    serde_json::from_slice(body).map_err(|problem| refuse(&problem))
}

/// The request of one operation.
fn build<T>(
    shared: &Arc<Shared>,
    binding: impl AsyncFn(raw::Client) -> Result<raw::ResponseValue<T>, raw::Error>,
) -> Built {
    let slot = Arc::new(Slot::default());
    let bindings = raw::Client {
        // Not asked for: URLs come from the call.
        baseurl: String::new(),
        client: shared.http.clone(),
        inner: Call {
            shared: Arc::clone(shared),
            purpose: Purpose::Build(Arc::clone(&slot)),
        },
    };
    // It ends at its first hook, before anything that it would have to wait for.
    let ended = pin!(binding(bindings)).now_or_never();
    match (slot.take(), ended) {
        (Some(built), _) => built,
        (None, Some(Err(raw::Error::CommunicationError(problem)))) => {
            Err(unbuildable().with_source(problem.without_url()))
        }
        (None, _) => Err(unbuildable()),
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
    let build = || {
        let url = shared.url(&path::fill(operation.path, identifiers));
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
        Ok((operation, request))
    };
    let (operation, parts, course) = send(shared, options, &build).await?;
    read(&parts.body)
        .map_err(|problem| course.finish(operation, Error::undecodable(&parts, problem)))
}

/// The bindings as users get them: authenticated and guarded, nothing else.
pub(crate) fn bare(shared: &Arc<Shared>, options: &Arc<CallOptions>) -> raw::Client {
    raw::Client {
        baseurl: shared.base_url.as_str().trim_end_matches('/').to_owned(),
        client: shared.http.clone(),
        inner: Call {
            shared: Arc::clone(shared),
            purpose: Purpose::Send(Arc::clone(options)),
        },
    }
}

impl ClientHooks<Call> for raw::Client {
    async fn pre<E>(
        &self,
        request: &mut Request,
        info: &OperationInfo,
    ) -> Result<(), progenitor_client::Error<E>> {
        let Call { shared, purpose } = &self.inner;
        let operation =
            Operation::of_raw(info.operation_id).ok_or_else(|| unknown(info.operation_id));
        match purpose {
            Purpose::Build(slot) => {
                let stand_in = Request::new(request.method().clone(), shared.base_url.clone());
                let request = std::mem::replace(request, stand_in);
                slot.put(operation.map(|operation| (operation, request)));
                Err(progenitor_client::Error::Custom(String::new()))
            }
            Purpose::Send(options) => authorize(shared, options, operation, request)
                .await
                .map_err(|error| progenitor_client::Error::InvalidRequest(error.to_string())),
        }
    }

    async fn exec(&self, request: Request, _: &OperationInfo) -> reqwest::Result<Response> {
        attempt::once(&self.inner.shared, request).await
    }
}

/// Makes a request of a user's bindings one that may be sent.
async fn authorize(
    shared: &Shared,
    options: &CallOptions,
    operation: Result<&Operation>,
    request: &mut Request,
) -> Result<()> {
    path::guard(operation?, shared.base_url.path(), request.url())?;
    let time_left = options.deadline.unwrap_or(shared.defaults.deadline);
    let bearer = shared.tokens.bearer(time_left).await?;
    attempt::prepare(request, shared, options, None, &bearer);
    Ok(())
}

fn unknown(operation: &str) -> Error {
    Error::input(format!("{operation} is not in the table of operations"))
}

fn unbuildable() -> Error {
    Error::input("the request cannot be built")
}
