//! Accounts, the token endpoint and the check of tokens.
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::{App, operation};
use crate::api::error::ApiError;

/// What a token allows.
///
/// ```
/// use timeback_qti_sandbox::Scope;
/// assert_eq!(Scope::Readonly.uri(), "https://purl.imsglobal.org/spec/qti/v3/scope/readonly");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Scope {
    /// Reading, validating and scoring.
    Readonly,
    /// Creating and updating.
    CreatePut,
    /// Deleting.
    Delete,
}

impl Scope {
    /// Every scope of the service.
    pub const ALL: [Scope; 3] = [Scope::Readonly, Scope::CreatePut, Scope::Delete];

    /// The scope as token requests write it.
    pub fn uri(self) -> &'static str {
        match self {
            Scope::Readonly => "https://purl.imsglobal.org/spec/qti/v3/scope/readonly",
            Scope::CreatePut => "https://purl.imsglobal.org/spec/qti/v3/scope/createput",
            Scope::Delete => "https://purl.imsglobal.org/spec/qti/v3/scope/delete",
        }
    }

    /// The scope that an operation needs. Validating and scoring change nothing, so reading is enough.
    fn needed(method: &Method, operation: &str) -> Scope {
        match operation {
            "validateXml" | "validateBatch" | "processResponse" => Scope::Readonly,
            _ if method == Method::DELETE => Scope::Delete,
            _ if method == Method::GET || method == Method::HEAD => Scope::Readonly,
            _ => Scope::CreatePut,
        }
    }
}

/// A client that may ask for tokens.
#[derive(Clone)]
pub struct Account {
    pub(crate) id: String,
    pub(crate) secret: String,
    scopes: Vec<Scope>,
}

impl Account {
    /// An account with every scope.
    pub fn new(client_id: impl Into<String>, client_secret: impl Into<String>) -> Account {
        Account {
            id: client_id.into(),
            secret: client_secret.into(),
            scopes: Scope::ALL.to_vec(),
        }
    }

    /// Limits the account to these scopes.
    #[must_use]
    pub fn scopes(mut self, scopes: impl IntoIterator<Item = Scope>) -> Account {
        self.scopes = scopes.into_iter().collect();
        self
    }
}

impl std::fmt::Debug for Account {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Account")
            .field("id", &self.id)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

#[derive(Debug)]
struct Token {
    account: String,
    expires: Instant,
    scopes: Vec<Scope>,
}

/// Who may do what.
#[derive(Debug)]
pub(crate) struct Auth {
    accounts: Vec<Account>,
    lifetime: Duration,
    tokens: Mutex<HashMap<String, Token>>,
}

/// Why a token does not open the API.
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
        }
    }

    fn tokens(&self) -> MutexGuard<'_, HashMap<String, Token>> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Issues a token, or says why not in the words of OAuth 2.
    fn issue(&self, grant: &Grant) -> Result<String, &'static str> {
        match grant.grant_type.as_deref() {
            None => return Err("invalid_request"),
            Some("client_credentials") => {}
            Some(_) => return Err("unsupported_grant_type"),
        }
        let account = self
            .accounts
            .iter()
            .find(|account| account.id == grant.client_id)
            .ok_or("invalid_client")?;
        if account.secret != grant.client_secret {
            return Err("invalid_client");
        }
        let scopes = match &grant.scope {
            None => account.scopes.clone(),
            Some(asked) => asked
                .split_whitespace()
                .map(|uri| {
                    account
                        .scopes
                        .iter()
                        .copied()
                        .find(|scope| scope.uri() == uri)
                })
                .collect::<Option<Vec<Scope>>>()
                .ok_or("invalid_scope")?,
        };
        // The tokens of two runs with one seed must differ, or a token would outlive a restart.
        let token: String = std::iter::repeat_with(fastrand::alphanumeric)
            .take(64)
            .collect();
        let expires = Instant::now() + self.lifetime;
        self.tokens().insert(
            token.clone(),
            Token {
                account: account.id.clone(),
                expires,
                scopes,
            },
        );
        Ok(token)
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

    /// Takes the token that a request carries out of use.
    pub(crate) fn expire(&self, headers: &HeaderMap) {
        if let Some(token) = self.tokens().get_mut(bearer(headers).unwrap_or_default()) {
            token.expires = Instant::now();
        }
    }

    /// Takes every token of the account whose token a request carries out of use.
    pub(crate) fn revoke(&self, headers: &HeaderMap) {
        let mut tokens = self.tokens();
        if let Some(account) = bearer(headers)
            .and_then(|token| tokens.get(token))
            .map(|token| token.account.clone())
        {
            tokens.retain(|_, token| token.account != account);
        }
    }

    /// Takes every token out of use.
    pub(crate) fn revoke_all(&self) {
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
#[derive(Debug)]
struct Grant {
    grant_type: Option<String>,
    client_id: String,
    client_secret: String,
    scope: Option<String>,
}

impl Grant {
    fn read(headers: &HeaderMap, mut form: HashMap<String, String>) -> Grant {
        let mut field = |name: &str| form.remove(name);
        let (client_id, client_secret) = basic(headers).unwrap_or_else(|| {
            (
                field("client_id").unwrap_or_default(),
                field("client_secret").unwrap_or_default(),
            )
        });
        let scope = field("scope").filter(|scope| !scope.trim().is_empty());
        Grant {
            grant_type: field("grant_type"),
            client_id,
            client_secret,
            scope,
        }
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
        Ok(token) => {
            let body = json!({"access_token": token, "expires_in": app.auth.lifetime.as_secs(), "token_type": "Bearer"});
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
