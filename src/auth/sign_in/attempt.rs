//! One attempt to sign in: the address that begins it, and what the browser brings back.

use oauth2::{CsrfToken, PkceCodeChallenge, PkceCodeVerifier};
use reqwest::Url;

use super::grant::{AuthorizationCode, redirect};
use crate::auth::Token;
use crate::error::{Error, Result, one_line};

pub(super) struct Attempt {
    /// The page where the person signs in.
    pub(super) url: String,
    redirect_uri: String,
    verifier: PkceCodeVerifier,
    state: CsrfToken,
}

/// What a visit to the redirect address tells.
pub(super) enum Answer {
    Code(String),
    /// The issuer refused.
    Refused(Error),
    /// The visit is not about this attempt, for this reason.
    Foreign(&'static str),
}

impl Attempt {
    pub(super) fn new(grant: &AuthorizationCode, redirect_uri: &str) -> Result<Self> {
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let oauth = grant
            .oauth()
            .set_redirect_uri(redirect(redirect_uri.to_owned())?);
        let (url, state) = oauth
            .authorize_url(CsrfToken::new_random)
            .add_scopes(grant.scopes())
            .set_pkce_challenge(challenge)
            .url();
        Ok(Self {
            url: url.into(),
            redirect_uri: redirect_uri.to_owned(),
            verifier,
            state,
        })
    }

    /// The token for the code that the browser brought.
    pub(super) async fn exchange(self, grant: &AuthorizationCode, code: String) -> Result<Token> {
        grant.exchange(code, self.redirect_uri, self.verifier).await
    }

    pub(super) fn read(&self, query: &str) -> Answer {
        // Any base will do: only the query counts.
        let Ok(url) = Url::parse(&format!("http://localhost/?{query}")) else {
            return Answer::Foreign("the address cannot be read");
        };
        let find = |name: &str| {
            url.query_pairs()
                .find(|(found, _)| found == name)
                .map(|(_, value)| value.into_owned())
        };
        match find("state") {
            None => return Answer::Foreign("it lacks the state of a sign-in"),
            Some(state) if state != *self.state.secret() => {
                return Answer::Foreign("its state is that of another sign-in");
            }
            Some(_) => {}
        }
        match (find("error"), find("code")) {
            (Some(code), _) => {
                let said = find("error_description").map(|said| format!(": {said}"));
                let message = format!("the issuer answered {code}{}", said.unwrap_or_default());
                Answer::Refused(Error::credentials_rejected(one_line(&code), message))
            }
            (None, Some(code)) => Answer::Code(code),
            (None, None) => Answer::Foreign("it has neither a code nor an error"),
        }
    }
}
