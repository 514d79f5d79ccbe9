//! Accounts, the token endpoint and the check of tokens.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::App;
use super::account::{Account, Scope};
use super::oauth::Sessions;
use crate::api::error::ApiError;
use crate::api::operation;

struct Token {
    account: String,
    expires: Instant,
    scopes: Vec<Scope>,
    /// The person's session, if the token is for a person.
    session: Option<u64>,
}

/// What a successful token request returns.
pub(super) struct Issued {
    pub(super) access: String,
    pub(super) refresh: Option<String>,
}

/// The accounts, and the tokens that were issued to them.
pub(crate) struct Auth {
    accounts: Vec<Account>,
    lifetime: Duration,
    tokens: Mutex<HashMap<String, Token>>,
    pub(super) sessions: Sessions,
}

/// Why a request is refused for its token.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Denied {
    Missing,
    Unknown,
    Expired,
}

impl IntoResponse for Denied {
    fn into_response(self) -> Response {
        let body = match self {
            Denied::Missing => {
                json!({"error": "Unauthorized", "message": "No authorization token was found"})
            }
            Denied::Unknown => json!({"error": "Unauthorized", "message": "invalid token"}),
            // The platform in front of the API answers in its own envelope.
            Denied::Expired => json!({
                "imsx_codeMajor": "failure",
                "imsx_severity": "error",
                "imsx_description": "jwt expired",
                "imsx_CodeMinor": {"imsx_codeMinorField": [{"imsx_codeMinorFieldName": "TargetEndSystem", "imsx_codeMinorFieldValue": "unauthorisedrequest"}]},
            }),
        };
        (
            StatusCode::UNAUTHORIZED,
            [(header::WWW_AUTHENTICATE, "Bearer")],
            Json(body),
        )
            .into_response()
    }
}

impl Auth {
    pub(crate) fn new(accounts: Vec<Account>, lifetime: Duration) -> Auth {
        Auth {
            accounts,
            lifetime,
            tokens: Mutex::default(),
            sessions: Sessions::default(),
        }
    }

    fn tokens(&self) -> MutexGuard<'_, HashMap<String, Token>> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The account with this client id.
    pub(super) fn account(&self, id: &str) -> Option<&Account> {
        self.accounts.iter().find(|account| account.id == id)
    }

    /// The account whose credentials the request has.
    pub(super) fn authenticate(&self, grant: &Grant) -> Result<&Account, &'static str> {
        self.account(&grant.client_id)
            .filter(|account| account.secret == grant.client_secret)
            .ok_or("invalid_client")
    }

    /// Issues a token, or says why not in the words of OAuth 2.
    fn issue(&self, grant: &Grant) -> Result<Issued, &'static str> {
        match grant.field("grant_type") {
            None => return Err("invalid_request"),
            Some("client_credentials") => {}
            Some("authorization_code" | "refresh_token") => return self.issue_to_person(grant),
            Some(_) => return Err("unsupported_grant_type"),
        }
        let account = self.authenticate(grant)?;
        if account.public {
            return Err("unauthorized_client");
        }
        let scopes = match grant
            .field("scope")
            .filter(|scope| !scope.trim().is_empty())
        {
            None => account.scopes.clone(),
            Some(asked) => account.among(asked).ok_or("invalid_scope")?,
        };
        Ok(Issued {
            access: self.put(&account.id, scopes, None),
            refresh: None,
        })
    }

    /// A new token.
    pub(super) fn put(&self, account: &str, scopes: Vec<Scope>, session: Option<u64>) -> String {
        // The sandbox's seed is not used here: after a restart with the same seed, an old token would be valid again.
        let token: String = std::iter::repeat_with(fastrand::alphanumeric)
            .take(64)
            .collect();
        let issued = Token {
            account: account.to_owned(),
            expires: Instant::now() + self.lifetime,
            scopes,
            session,
        };
        self.tokens().insert(token.clone(), issued);
        token
    }

    /// Ends a session and its tokens.
    pub(super) fn end(&self, session: u64) {
        self.sessions.end(session);
        self.tokens()
            .retain(|_, token| token.session != Some(session));
    }

    /// The scopes of the token that the request carries.
    fn check(&self, headers: &HeaderMap) -> Result<Vec<Scope>, Denied> {
        let token = bearer(headers).ok_or(Denied::Missing)?;
        match self.tokens().get(token) {
            None => Err(Denied::Unknown),
            Some(token) if token.expires <= Instant::now() => Err(Denied::Expired),
            Some(token) => Ok(token.scopes.clone()),
        }
    }

    /// Lets the token that a request carries expire now.
    pub(crate) fn expire(&self, headers: &HeaderMap) {
        if let Some(token) = self.tokens().get_mut(bearer(headers).unwrap_or_default()) {
            token.expires = Instant::now();
        }
    }

    /// Revokes every token of the account whose token a request carries.
    pub(crate) fn revoke(&self, headers: &HeaderMap) {
        let mut tokens = self.tokens();
        if let Some(account) = bearer(headers)
            .and_then(|token| tokens.get(token))
            .map(|token| token.account.clone())
        {
            tokens.retain(|_, token| token.account != account);
        }
    }

    /// Revokes every token.
    pub(crate) fn revoke_all(&self) {
        self.sessions.end_all();
        self.tokens().clear();
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?
        .split_once(' ')?;
    scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(token.trim())
}

/// A token request.
pub(super) struct Grant {
    client_id: String,
    client_secret: String,
    fields: HashMap<String, String>,
}

impl Grant {
    pub(super) fn read(headers: &HeaderMap, mut fields: HashMap<String, String>) -> Grant {
        let mut credential = |name: &str| fields.remove(name).unwrap_or_default();
        let in_form = (credential("client_id"), credential("client_secret"));
        let (client_id, client_secret) = basic(headers).unwrap_or(in_form);
        Grant {
            client_id,
            client_secret,
            fields,
        }
    }

    pub(super) fn field(&self, name: &str) -> Option<&str> {
        self.fields.get(name).map(String::as_str)
    }
}

/// The credentials of HTTP Basic, taken as they are: the service does not URL-decode them.
fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let (scheme, encoded) = headers
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?
        .split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    Some((id.to_owned(), secret.to_owned()))
}

/// The token endpoint.
pub(crate) async fn token(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    form: Result<Form<HashMap<String, String>>, FormRejection>,
) -> Response {
    let issued = match form {
        Ok(Form(form)) => app.auth.issue(&Grant::read(&headers, form)),
        Err(_) => Err("invalid_request"),
    };
    let no_store = [(header::CACHE_CONTROL, "no-store")];
    match issued {
        Ok(issued) => {
            let mut body = json!({"access_token": issued.access, "expires_in": app.auth.lifetime.as_secs(), "token_type": "Bearer"});
            if let Some(refresh) = issued.refresh {
                body["refresh_token"] = refresh.into();
            }
            (no_store, Json(body)).into_response()
        }
        Err(error) => (
            StatusCode::BAD_REQUEST,
            no_store,
            Json(json!({"error": error})),
        )
            .into_response(),
    }
}

/// Lets a request through to the API if its token allows the operation.
pub(crate) async fn require(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let scopes = match app.auth.check(request.headers()) {
        Ok(scopes) => scopes,
        Err(denied) => return denied.into_response(),
    };
    let needed = Scope::needed(
        request.method(),
        operation::of(&request).unwrap_or_default(),
    );
    if scopes.contains(&needed) {
        return next.run(request).await;
    }
    let body = json!({"error": "Forbidden", "message": format!("The token lacks the scope {}", needed.uri())});
    ApiError::new(StatusCode::FORBIDDEN, body).into_response()
}
