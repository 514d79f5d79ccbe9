//! A call of the facade, in its JSON form and in its XML form.

use std::fmt;
use std::sync::Arc;

use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderValue, StatusCode};
use reqwest::Request;

use super::context::Context;
use super::operation::Operation;
use super::options::CallOptions;
use super::request::{Requests, Unsent};
use super::send::send;
use super::{acknowledgement, path};
use crate::error::{Error, Result, Secrets};

/// What a set of [raw bindings](crate::raw) carries with each request: whose it is, and how it is to be sent.
#[derive(Debug, Clone)]
pub struct Call {
    pub(super) context: Arc<Context>,
    pub(super) options: Arc<CallOptions>,
}

impl Call {
    /// What makes the requests of the bindings, to be sent by their own `client`.
    pub(crate) fn requests<'c>(&'c self, client: &'c reqwest::Client) -> Requests<'c> {
        Requests::new(client, &self.context)
    }
}

/// Runs one operation with all that the facade adds. `make` makes its request, for each attempt anew, and `read` the
/// result of the answer's JSON, with
/// the secrets that it may repeat.
pub(crate) async fn call<A, T, E: fmt::Display>(
    context: &Context,
    options: &CallOptions,
    make: impl Fn(Requests<'_>) -> Unsent<A> + Sync,
    read: impl FnOnce(&[u8], &Secrets) -> Result<T, E>,
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
    let (parts, mut course) = send(context, options, &build).await?;
    let success = course.operation.success;
    let mut refuse =
        |problem: &dyn fmt::Display| course.finish(Error::undecodable(&parts, problem));
    let answer = match success {
        StatusCode::NO_CONTENT => {
            acknowledgement::check(&parts.body).map_err(|problem| refuse(&problem))?;
            b"null"
        }
        _ => &*parts.body,
    };
    read(answer, &parts.secrets).map_err(|problem| refuse(&problem))
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
    let (parts, mut course) = send(context, options, &build).await?;
    read(&parts.body).map_err(|problem| course.finish(Error::undecodable(&parts, problem)))
}
