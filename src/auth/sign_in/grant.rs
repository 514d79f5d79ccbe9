//! The requests of the grant, as the oauth2 crate makes them: a code for a token, a token for the next, the end.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use oauth2::basic::{BasicClient, BasicTokenResponse};
use oauth2::{
    AsyncHttpClient, AuthType, AuthUrl, ClientId, ClientSecret, EndpointNotSet, EndpointSet,
    HttpRequest, HttpResponse, PkceCodeVerifier, RedirectUrl, RefreshToken, RequestTokenError,
    Scope, TokenResponse as _, TokenUrl,
};
use reqwest::Url;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use crate::auth::endpoint;
use crate::auth::{StoredToken, Token, TokenFuture, TokenKey, TokenSource};
use crate::error::{Error, Result};

/// The crate's client, with the two addresses that the grant needs.
type OAuth = BasicClient<EndpointSet, EndpointNotSet, EndpointNotSet, EndpointNotSet, EndpointSet>;

/// Addresses that a secret may be sent to.
pub(crate) struct Addresses {
    pub(crate) authorize: Url,
    pub(crate) token: Url,
    pub(crate) revocation: Option<Url>,
}

/// Gets tokens for a person who signed in. What lasts of that, the refresh token, is for a store to keep.
pub(crate) struct AuthorizationCode {
    http: reqwest::Client,
    client_id: String,
    client_secret: Option<SecretString>,
    addresses: Addresses,
    scopes: Vec<String>,
    redirect_uri: String,
    time_limit: Duration,
    under_way: AtomicBool,
}

impl AuthorizationCode {
    pub(crate) fn new(
        http: reqwest::Client,
        addresses: Addresses,
        settings: &super::SignIn,
        scopes: &[String],
    ) -> Self {
        Self {
            http,
            client_id: settings.client_id.clone(),
            client_secret: settings.client_secret.clone(),
            addresses,
            scopes: scopes.to_vec(),
            redirect_uri: settings.redirect_uri.clone(),
            time_limit: settings.time_limit,
            under_way: AtomicBool::new(false),
        }
    }

    pub(super) fn redirect_uri(&self) -> &str {
        &self.redirect_uri
    }

    pub(super) fn time_limit(&self) -> Duration {
        self.time_limit
    }

    /// The right to be the only sign-in under way.
    pub(super) fn start(&self) -> Result<Only<'_>> {
        if self.under_way.swap(true, Ordering::Acquire) {
            return Err(Error::input(
                "a sign-in is under way already; end it before another begins",
            ));
        }
        Ok(Only(&self.under_way))
    }

    pub(super) fn scopes(&self) -> impl Iterator<Item = Scope> + '_ {
        self.scopes.iter().cloned().map(Scope::new)
    }

    pub(super) fn oauth(&self) -> OAuth {
        let oauth = BasicClient::new(ClientId::new(self.client_id.clone()))
            .set_auth_uri(AuthUrl::from_url(self.addresses.authorize.clone()))
            .set_token_uri(TokenUrl::from_url(self.addresses.token.clone()))
            // The service's identity provider does not undo the encoding that HTTP Basic asks for.
            .set_auth_type(AuthType::RequestBody);
        match &self.client_secret {
            Some(secret) => {
                oauth.set_client_secret(ClientSecret::new(secret.expose_secret().to_owned()))
            }
            None => oauth,
        }
    }

    pub(super) async fn exchange(
        &self,
        code: String,
        redirect_uri: String,
        verifier: PkceCodeVerifier,
    ) -> Result<Token> {
        let http = self.courier(&[&code, verifier.secret()]);
        let oauth = self.oauth().set_redirect_uri(redirect(redirect_uri)?);
        let answer = oauth
            .exchange_code(oauth2::AuthorizationCode::new(code))
            .set_pkce_verifier(verifier)
            .request_async(&http)
            .await;
        read(answer)
    }

    async fn refresh(&self, refresh_token: &str) -> Result<Token> {
        let http = self.courier(&[refresh_token]);
        let token = RefreshToken::new(refresh_token.to_owned());
        let oauth = self.oauth();
        let answer = oauth
            .exchange_refresh_token(&token)
            .request_async(&http)
            .await;
        read(answer).map_err(|error| match error.code() {
            Some("invalid_grant") => {
                Error::sign_in_required("the session has ended: sign in again").with_source(error)
            }
            _ => error,
        })
    }

    /// Ends the session that the token belongs to; false if the issuer has no address for that.
    pub(crate) async fn revoke(&self, stored: &StoredToken) -> Result<bool> {
        let (Some(url), Some(token)) = (&self.addresses.revocation, stored.refresh_token()) else {
            return Ok(false);
        };
        let mut form = vec![
            ("token", token),
            ("token_type_hint", "refresh_token"),
            ("client_id", &*self.client_id),
        ];
        if self.client_secret.is_some() {
            form.push(("client_secret", self.secret()));
        }
        let request = self.http.post(url.clone()).form(&form);
        endpoint::done(request, &[token, self.secret()]).await?;
        Ok(true)
    }

    /// The client's secret; empty if the client has none.
    fn secret(&self) -> &str {
        self.client_secret
            .as_ref()
            .map_or("", |secret| secret.expose_secret())
    }

    /// What sends a request of the oauth2 crate.
    fn courier(&self, secrets: &[&str]) -> Courier {
        let secrets = secrets.iter().copied().chain([self.secret()]);
        Courier {
            http: self.http.clone(),
            secrets: secrets.map(SecretString::from).collect(),
        }
    }
}

/// Sends requests of the oauth2 crate. The crate reads answers by the letter of RFC 6749 alone, so it is given what the
/// lenient reading found in them.
struct Courier {
    http: reqwest::Client,
    /// What an answer may quote, and an error must not.
    secrets: Vec<SecretString>,
}

impl<'c> AsyncHttpClient<'c> for Courier {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async {
            let (parts, body) = request.into_parts();
            let request = self
                .http
                .request(parts.method, parts.uri.to_string())
                .headers(parts.headers)
                .body(body);
            let secrets: Vec<&str> = self
                .secrets
                .iter()
                .map(ExposeSecret::expose_secret)
                .collect();
            let token = endpoint::token(request, &secrets).await?;
            let answer = json!({
                "access_token": token.secret.expose_secret(),
                "token_type": "bearer",
                "expires_in": token.expires_in.map(|lifetime| lifetime.as_secs()),
                "refresh_token": token.refresh.as_ref().map(|token| token.expose_secret()),
                "scope": Some(token.scopes.join(" ")).filter(|scope| !scope.is_empty()),
            });
            Ok(HttpResponse::new(answer.to_string().into_bytes()))
        })
    }
}

impl TokenSource for AuthorizationCode {
    fn fetch(&self) -> TokenFuture<'_> {
        Box::pin(async { Err(Error::sign_in_required("nobody is signed in")) })
    }

    fn key(&self) -> Option<TokenKey> {
        let issuer = self.addresses.token.as_str();
        Some(TokenKey::new(issuer, &*self.client_id, &self.scopes).of_person())
    }

    fn renew<'a>(&'a self, previous: &'a StoredToken) -> TokenFuture<'a> {
        Box::pin(async {
            match previous.refresh_token() {
                Some(refresh_token) => self.refresh(refresh_token).await,
                None => Err(Error::sign_in_required(
                    "the session has ended, and the issuer gave nothing to prolong it: sign in again",
                )),
            }
        })
    }
}

pub(super) fn redirect(uri: String) -> Result<RedirectUrl> {
    RedirectUrl::new(uri)
        .map_err(|error| Error::config("the redirect address is not a URL").with_source(error))
}

fn read<T: oauth2::ErrorResponse>(
    answer: Result<BasicTokenResponse, RequestTokenError<Error, T>>,
) -> Result<Token> {
    let answer = answer.map_err(|error| match error {
        RequestTokenError::Request(error) => error,
        // Without the source, as that holds the answer.
        _ => Error::token_unavailable("the token endpoint's answer cannot be read"),
    })?;
    let mut token = Token::new(answer.access_token().secret());
    if let Some(lifetime) = answer.expires_in() {
        token = token.expires_in(lifetime);
    }
    if let Some(refresh_token) = answer.refresh_token() {
        token = token.refresh_token(refresh_token.secret());
    }
    if let Some(scopes) = answer.scopes() {
        token = token.scopes(scopes.iter().map(|scope| scope.as_str()));
    }
    Ok(token)
}

/// Held by the one sign-in that is under way.
pub(super) struct Only<'a>(&'a AtomicBool);

impl Drop for Only<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}
