//! One attempt: a request on the wire, and its response read to the end under a cap.

use std::error::Error as _;
use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use http::header::{AUTHORIZATION, LOCATION, USER_AGENT};
use http::{HeaderValue, StatusCode};
use reqwest::{Request, Response, Url};

use super::context::Context;
use super::operation::Operation;
use super::options::CallOptions;
use super::outcome::Outcome;
use super::request_id::X_REQUEST_ID;
use crate::auth::Bearer;
use crate::error::{Error, ErrorKind, ResponseParts, Secrets, causes};

/// How much memory is set aside on a response's word for its length: enough for a long page.
const MAX_RESERVED: u64 = 4 * 1024 * 1024;

/// How many redirects of a read are followed.
const MAX_REDIRECTS: usize = 5;

/// The response; or how the attempt ended without one that can be used, and the error to tell if that is the end.
pub(super) type Attempted = Result<ResponseParts, (Outcome, Error)>;

fn failed(outcome: Outcome, kind: ErrorKind, message: impl AsRef<str>) -> (Outcome, Error) {
    (outcome, Error::new(kind, message))
}

/// A response arrived that cannot be used, and will not be another time.
fn unusable(status: StatusCode, message: impl AsRef<str>) -> (Outcome, Error) {
    let (outcome, error) = failed(Outcome::Unusable, ErrorKind::Transport, message);
    (outcome, error.with_status(status))
}

/// Gives a request the headers that every request of the client has.
pub(super) fn prepare(
    request: &mut Request,
    context: &Context,
    options: &CallOptions,
    request_id: Option<&HeaderValue>,
    bearer: &Bearer,
) {
    let headers = request.headers_mut();
    headers.insert(USER_AGENT, context.user_agent.clone());
    for (name, value) in &options.headers {
        headers.append(name, value.clone());
    }
    if let Some(request_id) = request_id {
        headers.insert(X_REQUEST_ID, request_id.clone());
    }
    headers.insert(AUTHORIZATION, bearer.header().clone());
    #[cfg(feature = "opentelemetry")]
    super::trace_context::inject(headers);
}

/// Sends a request as it is.
pub(super) async fn once(context: &Context, request: Request) -> reqwest::Result<Response> {
    context.http.execute(request).await
}

/// Sends the next request, and reads the response to its end within `timeout`. A redirect of a GET is followed within
/// the origin, by one more request; every other one is a failure, as the token and the body must not travel.
pub(super) async fn send_and_read(
    context: &Context,
    operation: &Operation,
    next: impl FnMut() -> Result<Request, Error>,
    timeout: Duration,
) -> Attempted {
    let exchange = pin!(follow(context, operation, next));
    match tokio::time::timeout(timeout, exchange).await {
        Ok(result) => result,
        Err(_) => Err(failed(
            Outcome::TimedOut,
            ErrorKind::Timeout,
            format!("no complete response within {} ms", timeout.as_millis()),
        )),
    }
}

async fn follow(
    context: &Context,
    operation: &Operation,
    mut next: impl FnMut() -> Result<Request, Error>,
) -> Attempted {
    let mut target = None;
    for _ in 0..=MAX_REDIRECTS {
        let mut request = next().map_err(|error| (Outcome::Unsendable, error))?;
        if let Some(target) = target.take() {
            *request.url_mut() = target;
        }
        let secrets = Secrets::of(request.headers()).and_all(&context.secrets);
        let response = once(context, request).await;
        let response = response.map_err(|error| of_reqwest(error, context, &secrets))?;
        match redirect_target(&response) {
            None => return read(response, context, secrets).await,
            Some(next) if operation.is_get() && next.origin() == context.base_url.origin() => {
                target = Some(next);
            }
            Some(_) => {
                let message = "not followed, as it leaves the API's origin or is for a write";
                return Err(unusable(response.status(), message));
            }
        }
    }
    Err(failed(
        Outcome::Unusable,
        ErrorKind::Transport,
        format!("more than {MAX_REDIRECTS} redirects"),
    ))
}

fn redirect_target(response: &Response) -> Option<Url> {
    if !response.status().is_redirection() || response.status() == StatusCode::NOT_MODIFIED {
        return None;
    }
    let location = response.headers().get(LOCATION)?.to_str().ok()?;
    response.url().join(location).ok()
}

/// Reads a body chunk by chunk, so that what is decompressed from it never takes more than the cap.
async fn read(mut response: Response, context: &Context, secrets: Secrets) -> Attempted {
    let cap = context.defaults.max_response_bytes;
    let announced = response.content_length().unwrap_or(0).min(MAX_RESERVED);
    let room = usize::try_from(announced).unwrap_or(cap).min(cap);
    let mut first = Bytes::new();
    let mut whole = Vec::new();
    // What a failed request was answered with is told by its status: the words of its body may be cut.
    let is_error = !response.status().is_success();
    loop {
        let chunk = match response.chunk().await {
            Ok(Some(chunk)) => chunk,
            Ok(None) => break,
            Err(_) if is_error => break,
            Err(error) => return Err(of_reqwest(error, context, &secrets)),
        };
        if whole.len().max(first.len()) + chunk.len() > cap {
            if is_error {
                break;
            }
            let message =
                format!("the response body is larger than the {cap} bytes that the client reads");
            return Err(unusable(response.status(), message));
        }
        if first.is_empty() {
            // Most bodies come in one chunk, which is taken as it is.
            first = chunk;
        } else {
            if whole.is_empty() {
                whole.reserve_exact(room);
                append(&mut whole, &first, cap);
            }
            append(&mut whole, &chunk, cap);
        }
    }
    let body = if whole.is_empty() {
        first
    } else {
        whole.into()
    };
    Ok(ResponseParts {
        status: response.status(),
        headers: std::mem::take(response.headers_mut()),
        body: without_byte_order_mark(body),
        secrets,
    })
}

/// Appends a chunk. Where there is too little room it doubles, and goes to the cap from a quarter of it, so that what
/// is copied and what it is copied to stay well below twice the cap.
fn append(whole: &mut Vec<u8>, chunk: &[u8], cap: usize) {
    let needed = whole.len() + chunk.len();
    if needed > whole.capacity() {
        let room = match whole.capacity() {
            much if much > cap / 4 => cap,
            little => 2 * little,
        };
        whole.reserve_exact(room.max(needed) - whole.len());
    }
    whole.extend_from_slice(chunk);
}

fn without_byte_order_mark(body: Bytes) -> Bytes {
    if body.starts_with(b"\xef\xbb\xbf") {
        body.slice(3..)
    } else {
        body
    }
}

/// reqwest's errors, without the URL, as it holds identifiers: with the origin, and what has caused them.
fn of_reqwest(error: reqwest::Error, context: &Context, secrets: &Secrets) -> (Outcome, Error) {
    let origin = || context.base_url.origin().ascii_serialization();
    let (outcome, kind, message) = if error.is_connect() || never_went_out(&error) {
        let message = format!("no connection to {}", origin());
        (Outcome::NoConnection, ErrorKind::Connect, message)
    } else if error.is_timeout() {
        let message = "the HTTP client's own timeout ran out".to_owned();
        (Outcome::TimedOut, ErrorKind::Timeout, message)
    } else if error.is_decode() {
        let message = "the response body is cut or corrupted".to_owned();
        (Outcome::Broken, ErrorKind::Transport, message)
    } else if error.is_builder() {
        let message = "the request cannot be sent".to_owned();
        (Outcome::Unsendable, ErrorKind::Input, message)
    } else {
        let message = format!("the connection to {} broke", origin());
        (Outcome::Broken, ErrorKind::Transport, message)
    };
    let error = error.without_url();
    let message = match secrets.strike(&causes(&error)) {
        causes if causes.is_empty() => message,
        causes => format!("{message}: {causes}"),
    };
    (outcome, Error::new(kind, message).with_source(error))
}

/// Whether the connection was gone before the request was on it: as it was closed at once, or spoke first.
fn never_went_out(error: &reqwest::Error) -> bool {
    std::iter::successors(error.source(), |cause| (**cause).source())
        .filter_map(|cause| cause.downcast_ref::<hyper::Error>())
        .any(hyper::Error::is_canceled)
}
