//! Tokens by OAuth2's client credentials grant.

#[cfg(test)]
mod tests;

use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};

use super::endpoint;
use super::{Token, TokenFuture, TokenKey, TokenSource};
use crate::error::Result;

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
        let mut request = self.http.post(self.token_url.clone());
        match self.placement {
            CredentialsPlacement::FormBody => {
                form.extend([("client_id", &*self.client_id), ("client_secret", secret)])
            }
            CredentialsPlacement::BasicHeader => {
                request = request.basic_auth(&self.client_id, Some(secret))
            }
        }
        endpoint::token(request.form(&form), &[secret]).await
    }
}

impl TokenSource for ClientCredentials {
    fn fetch(&self) -> TokenFuture<'_> {
        Box::pin(self.request())
    }

    fn key(&self) -> Option<TokenKey> {
        let scopes = self.scope.split_whitespace();
        Some(TokenKey::new(
            self.token_url.as_str(),
            &*self.client_id,
            scopes,
        ))
    }
}
