//! A call of the facade, in its JSON form and in its XML form, and the hooks by which the raw bindings are authenticated.

use std::fmt;
use std::sync::Arc;

use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use progenitor_client::{ClientHooks, OperationInfo};
use reqwest::{Request, Response};

use super::context::Context;
use super::operation::Operation;
use super::options::CallOptions;
use super::request::{Requests, Unsent};
use super::send::send;
use super::{acknowledgement, attempt, body, path, raw};
use crate::error::{Error, Result};

/// What a set of [raw bindings](crate::raw) carries with each request: whose it is, and how it is to be sent.
#[derive(Debug, Clone)]
pub struct Call {
    context: Arc<Context>,
    options: Arc<CallOptions>,
}

impl Call {
    /// What makes the requests of the bindings, to be sent by their own `client`.
    pub(crate) fn requests<'c>(&'c self, client: &'c reqwest::Client) -> Requests<'c> {
        Requests::new(client, &self.context)
    }
}

/// Runs one operation with all that the facade adds. `make` makes its request, for each attempt anew, and `read` the
/// result of the answer's JSON.
pub(crate) async fn call<A, T, E: fmt::Display>(
    context: &Context,
    options: &CallOptions,
    make: impl Fn(Requests<'_>) -> Unsent<A> + Sync,
    read: impl FnOnce(&[u8]) -> Result<T, E>,
) -> Result<T> {
    let build = || {
        let Unsent {
            operation, request, ..
        } = make(Requests::new(&context.http, context));
        let request = request.map_err(|problem| {
            Error::input("the request cannot be built").with_source(problem.without_url())
        })?;
        Ok((operation, request))
    };
    let (operation, parts, course) = send(context, options, &build).await?;
    let refuse =
        |problem: &dyn fmt::Display| course.finish(operation, Error::undecodable(&parts, problem));
    let answer = match operation.success {
        StatusCode::NO_CONTENT => {
            acknowledgement::check(&parts.body).map_err(|problem| refuse(&problem))?;
            b"null"
        }
        _ => &*parts.body,
    };
    read(answer).map_err(|problem| refuse(&problem))
}

/// Runs one operation in its XML form, which the bindings do not have: they keep one media type for each. `read` makes
/// the result of the answer's body.
pub(crate) async fn call_xml<T, E: fmt::Display>(
    context: &Context,
    options: &CallOptions,
    operation: &'static Operation,
    identifiers: &[&str],
    xml: Option<&str>,
    read: impl FnOnce(&[u8]) -> Result<T, E>,
) -> Result<T> {
    let build = || {
        let url = context.url(&path::fill(operation.path, identifiers));
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
    let (operation, parts, course) = send(context, options, &build).await?;
    read(&parts.body)
        .map_err(|problem| course.finish(operation, Error::undecodable(&parts, problem)))
}

/// The bindings as users get them: authenticated and guarded, nothing else.
pub(crate) fn bare(context: &Arc<Context>, options: &Arc<CallOptions>) -> raw::Client {
    raw::Client {
        baseurl: context.base_url.as_str().trim_end_matches('/').to_owned(),
        client: context.http.clone(),
        inner: Call {
            context: Arc::clone(context),
            options: Arc::clone(options),
        },
    }
}

impl ClientHooks<Call> for raw::Client {
    async fn pre<E>(
        &self,
        request: &mut Request,
        info: &OperationInfo,
    ) -> Result<(), progenitor_client::Error<E>> {
        let Call { context, options } = &self.inner;
        authorize(context, options, info.operation_id, request)
            .await
            .map_err(|error| progenitor_client::Error::InvalidRequest(error.to_string()))
    }

    async fn exec(&self, request: Request, _: &OperationInfo) -> reqwest::Result<Response> {
        attempt::once(&self.inner.context, request).await
    }
}

/// Makes a request of a user's bindings one that may be sent.
async fn authorize(
    context: &Context,
    options: &CallOptions,
    operation: &str,
    request: &mut Request,
) -> Result<()> {
    let operation = Operation::of_id(operation)
        .ok_or_else(|| Error::input(format!("{operation} is no operation of the document")))?;
    path::guard(operation, context.base_url.path(), request.url())?;
    body::guard(request)?;
    let time_left = options.deadline.unwrap_or(context.defaults.deadline);
    let bearer = context.tokens.bearer(time_left).await?;
    attempt::prepare(request, context, options, None, &bearer);
    Ok(())
}
