//! People sign in: the authorization code grant with PKCE, refresh tokens that rotate, and their revocation.

mod authorize;
mod sessions;

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;

pub(super) use self::authorize::{ask, decide};
pub(super) use self::sessions::Sessions;
use super::App;
use super::auth::{Auth, Grant, Issued};

impl Auth {
    /// Issues a token for a code or for a refresh token, or says why not in the words of OAuth 2.
    pub(super) fn issue_to_person(&self, grant: &Grant) -> Result<Issued, &'static str> {
        let account = self.authenticate(grant)?;
        let field = |name: &str| grant.field(name).ok_or("invalid_request");
        let exchanged = match grant.field("grant_type") {
            Some("refresh_token") => self.sessions.rotate(&account.id, field("refresh_token")?),
            _ => self.sessions.begin(
                &account.id,
                field("code")?,
                field("redirect_uri")?,
                field("code_verifier")?,
            ),
        };
        let exchanged = exchanged.map_err(|ended| {
            if let Some(session) = ended {
                self.end(session);
            }
            "invalid_grant"
        })?;
        let access = self.put(&account.id, exchanged.scopes, Some(exchanged.session));
        Ok(Issued {
            access,
            refresh: Some(exchanged.refresh),
        })
    }

    fn revoke_session(&self, grant: &Grant) -> Result<(), &'static str> {
        let account = self.authenticate(grant)?;
        let token = grant.field("token").ok_or("invalid_request")?;
        // An unknown token counts as revoked.
        if let Some(session) = self.sessions.of_refresh_token(&account.id, token) {
            self.end(session);
        }
        Ok(())
    }
}

/// The revocation endpoint (RFC 7009).
pub(super) async fn revoke(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    form: Result<Form<HashMap<String, String>>, FormRejection>,
) -> Response {
    let revoked = match form {
        Ok(Form(form)) => app.auth.revoke_session(&Grant::read(&headers, form)),
        Err(_) => Err("invalid_request"),
    };
    match revoked {
        Ok(()) => StatusCode::OK.into_response(),
        Err(error) => (StatusCode::BAD_REQUEST, Json(json!({"error": error}))).into_response(),
    }
}
