//! A sign-in where the browser is on another machine: the person brings the address that it ended at.

use std::fmt;
use std::time::Instant;

use reqwest::Url;

use super::attempt::{Answer, Attempt};
use super::grant::{AuthorizationCode, Only};
use super::too_late;
use crate::auth::Identity;
use crate::error::{Error, Result};

/// A sign-in that waits for the address at which the browser ended; made by
/// [`Identity::begin_sign_in`](crate::Identity::begin_sign_in). Dropping it gives up the sign-in.
pub struct PasteSignIn<'a> {
    identity: Identity<'a>,
    grant: &'a AuthorizationCode,
    attempt: Attempt,
    begun: Instant,
    _only: Only<'a>,
}

impl<'a> PasteSignIn<'a> {
    pub(super) fn new(identity: Identity<'a>, grant: &'a AuthorizationCode) -> Result<Self> {
        let only = grant.start()?;
        let redirect_uri = grant.redirect_uri();
        if Url::parse(redirect_uri).is_ok_and(|url| url.port() == Some(0)) {
            return Err(Error::config(
                "the redirect address has the port 0; set the one that is registered with the issuer",
            ));
        }
        Ok(Self {
            identity,
            grant,
            attempt: Attempt::new(grant, redirect_uri)?,
            begun: identity.now(),
            _only: only,
        })
    }

    /// The page where the person signs in, in whatever browser.
    pub fn url(&self) -> &str {
        &self.attempt.url
    }

    /// Ends the sign-in with the whole address at which the browser ended. There may be nothing to see there: what
    /// counts is the address.
    ///
    /// # Errors
    /// [`Input`](crate::ErrorKind::Input) if the text is no such address, or that of another sign-in;
    /// [`Auth`](crate::ErrorKind::Auth) with the issuer's words if it said no, and if the time for a sign-in is over;
    /// those of the [`TokenStore`](crate::TokenStore).
    pub async fn finish(self, address: &str) -> Result<()> {
        if self.identity.now().duration_since(self.begun) > self.grant.time_limit() {
            return Err(too_late(self.grant));
        }
        let address = address.trim();
        let query = address.split_once('?').map_or(address, |(_, query)| query);
        let query = query.split('#').next().unwrap_or_default();
        let code = match self.attempt.read(query) {
            Answer::Code(code) => code,
            Answer::Refused(error) => return Err(error),
            Answer::Foreign(reason) => {
                return Err(Error::input(format!(
                    "this is not the address at which the sign-in ended: {reason}"
                )));
            }
        };
        let token = self.attempt.exchange(self.grant, code).await?;
        self.identity.accept(&token).await
    }
}

impl fmt::Debug for PasteSignIn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PasteSignIn").finish_non_exhaustive()
    }
}
