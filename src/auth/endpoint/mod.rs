//! One request to an identity provider: in time, bounded, without redirects, and read leniently.

mod answer;

use std::time::Duration;

use http::StatusCode;
use http::header::ACCEPT;
use reqwest::{RequestBuilder, Response};

use super::Token;
use crate::error::{Error, Result, Secrets};

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
    let request = request.map_err(unreachable)?;
    let secrets = secrets
        .iter()
        .filter(|secret| !secret.is_empty())
        .fold(Secrets::of(request.headers()), |all, secret| {
            all.and(secret)
        });
    let response = http.execute(request).await.map_err(unreachable)?;
    let status = response.status();
    Ok((status, read(response).await?, secrets))
}

async fn read(mut response: Response) -> Result<Vec<u8>> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        if body.len() + chunk.len() > MAX_ANSWER_BYTES {
            return Err(Error::token_unavailable(
                "the token endpoint's answer is larger than 64 KiB",
            ));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn unreachable(error: reqwest::Error) -> Error {
    let message = if error.is_timeout() {
        "the token endpoint gave no answer within 5 s"
    } else if error.is_connect() {
        "no connection to the token endpoint"
    } else {
        "the connection to the token endpoint broke"
    };
    Error::token_unavailable(message).with_source(error.without_url())
}
