//! One request to an identity provider: in time, bounded, without redirects, and read leniently.

mod answer;

use std::time::Duration;

use http::StatusCode;
use http::header::ACCEPT;
use reqwest::{RequestBuilder, Response, Url};

use super::Token;
use crate::error::{Error, Result, Secrets, causes};

/// The time for one request. Requests take some 200 ms, and one that hangs must not delay the next for longer than a
/// failed one does.
const TIMEOUT: Duration = Duration::from_secs(5);

/// A token answer has one or two KB.
pub(super) const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// Sends a request for a token. Secrets that the answer repeats do not get into the error.
pub(super) async fn token(request: RequestBuilder, secrets: &[&str]) -> Result<Token> {
    let (status, body, secrets) = send(request, secrets).await?;
    answer::token(status, &body, &secrets)
}

/// Sends a request whose answer is a success or says why not.
#[cfg(feature = "sign-in")]
pub(super) async fn done(request: RequestBuilder, secrets: &[&str]) -> Result<()> {
    let (status, body, secrets) = send(request, secrets).await?;
    answer::done(status, &body, &secrets)
}

async fn send(request: RequestBuilder, secrets: &[&str]) -> Result<(StatusCode, Vec<u8>, Secrets)> {
    let (http, request) = request
        .timeout(TIMEOUT)
        .header(ACCEPT, "application/json")
        .build_split();
    let request = request.map_err(|error| unreachable(error, None))?;
    let url = request.url().clone();
    let secrets = secrets
        .iter()
        .filter(|secret| !secret.is_empty())
        .fold(Secrets::of(request.headers()), |all, secret| {
            all.and(secret)
        });
    let unreachable = |error| unreachable(error, Some((&url, &secrets)));
    let response = http.execute(request).await.map_err(unreachable)?;
    let status = response.status();
    let body = read(response, unreachable).await?;
    Ok((status, body, secrets))
}

async fn read(
    mut response: Response,
    unreachable: impl Fn(reqwest::Error) -> Error,
) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(&unreachable)? {
        if body.len() + chunk.len() > MAX_ANSWER_BYTES {
            return Err(Error::token_unavailable(
                "the token endpoint's answer is larger than 64 KiB",
            ));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// With the origin of the endpoint, and what has caused the error; without the rest of the URL, and without secrets.
fn unreachable(error: reqwest::Error, of: Option<(&Url, &Secrets)>) -> Error {
    let origin = of.map(|(url, _)| format!(" {}", url.origin().ascii_serialization()));
    let endpoint = format!("the token endpoint{}", origin.unwrap_or_default());
    let message = if error.is_timeout() && !error.is_connect() {
        format!("{endpoint} gave no answer within 5 s")
    } else if error.is_connect() {
        format!("no connection to {endpoint}")
    } else {
        format!("the connection to {endpoint} broke")
    };
    let error = error.without_url();
    let causes = causes(&error);
    let message = match of.map_or(causes.clone(), |(_, secrets)| secrets.strike(&causes)) {
        causes if causes.is_empty() => message,
        causes => format!("{message}: {causes}"),
    };
    Error::token_unavailable(message).with_source(error)
}
