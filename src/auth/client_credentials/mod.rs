//! Tokens by OAuth2's client credentials grant.

mod answer;
#[cfg(test)]
mod tests;

use std::time::Duration;

use http::header::ACCEPT;
use reqwest::{Response, Url};
use secrecy::{ExposeSecret, SecretString};

use super::{Token, TokenFuture, TokenSource};
use crate::error::{Error, Result, Secrets};

/// The time for one token request. They take some 200 ms; and one that hangs must not hold up the next for longer than
/// one that fails.
const TIMEOUT: Duration = Duration::from_secs(5);

/// A token answer has one or two KB.
const MAX_ANSWER_BYTES: usize = 64 * 1024;

/// Where a token request carries the client id and secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum CredentialsPlacement {
    /// In the form body. The safe choice, which every identity provider of the service reads in the same way.
    #[default]
    FormBody,
    /// As HTTP Basic, as they are: without the percent-encoding of RFC 6749, which the service's identity provider does
    /// not undo.
    BasicHeader,
}

/// Gets tokens from a token endpoint with a client id and secret.
#[derive(Debug)]
pub(crate) struct ClientCredentials {
    http: reqwest::Client,
    token_url: Url,
    client_id: String,
    client_secret: SecretString,
    scope: String,
    placement: CredentialsPlacement,
}

impl ClientCredentials {
    /// The URL must be one that a secret may be sent to, and `http` must follow no redirects.
    pub(crate) fn new(
        http: reqwest::Client,
        token_url: Url,
        client_id: impl Into<String>,
        client_secret: impl Into<SecretString>,
    ) -> Self {
        Self {
            http,
            token_url,
            client_id: client_id.into(),
            client_secret: client_secret.into(),
            scope: String::new(),
            placement: CredentialsPlacement::default(),
        }
    }

    /// The scopes to ask for; without any, the token has all that the credentials allow.
    pub(crate) fn scopes(mut self, scopes: &[String]) -> Self {
        self.scope = scopes.join(" ");
        self
    }

    pub(crate) fn placement(mut self, placement: CredentialsPlacement) -> Self {
        self.placement = placement;
        self
    }

    async fn request(&self) -> Result<Token> {
        let secret = self.client_secret.expose_secret();
        let mut form = vec![("grant_type", "client_credentials")];
        if !self.scope.is_empty() {
            form.push(("scope", &self.scope));
        }
        let mut request = self
            .http
            .post(self.token_url.clone())
            .timeout(TIMEOUT)
            .header(ACCEPT, "application/json");
        match self.placement {
            CredentialsPlacement::FormBody => {
                form.extend([("client_id", &*self.client_id), ("client_secret", secret)])
            }
            CredentialsPlacement::BasicHeader => {
                request = request.basic_auth(&self.client_id, Some(secret))
            }
        }
        let request = request.form(&form).build().map_err(unreachable)?;
        let secrets = Secrets::of(request.headers()).and(secret);
        let response = self.http.execute(request).await.map_err(unreachable)?;
        let status = response.status();
        let body = read(response).await?;
        answer::parse(status, &body, &secrets)
    }
}

impl TokenSource for ClientCredentials {
    fn fetch(&self) -> TokenFuture<'_> {
        Box::pin(self.request())
    }
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
