//! Who a client is to the service, and how that changes.

use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use reqwest::Url;

use super::store::{SharedPace, StoredSource};
#[cfg(feature = "sign-in")]
use super::{AuthorizationCode, Token};
use super::{StoredToken, TokenCache, TokenKey};
use crate::clock::Clock;
use crate::deadline::in_time;
#[cfg(feature = "sign-in")]
use crate::error::Error;
use crate::error::Result;

/// Who a client is: its tokens' cache, the store behind it, and how a person signs in.
pub(crate) struct Holder {
    pub(crate) tokens: TokenCache,
    pub(crate) shared: Option<Arc<StoredSource>>,
    #[cfg(feature = "sign-in")]
    pub(crate) grant: Option<Arc<AuthorizationCode>>,
}

impl Holder {
    /// The pace that the users of the store share, and the account that it is counted for: one client at one host.
    pub(crate) fn pace(&self, base_url: &Url) -> Option<(Arc<dyn SharedPace>, String)> {
        let shared = self.shared.as_ref()?;
        let host = base_url.host_str().unwrap_or_default();
        Some((
            shared.pace()?,
            format!("{host}:{}", shared.key().client_id()),
        ))
    }
}

/// Who a client is to the service; made by [`Client::identity`](crate::Client::identity).
#[derive(Clone, Copy)]
pub struct Identity<'a> {
    holder: &'a Holder,
    clock: &'a Arc<dyn Clock>,
    deadline: Duration,
}

/// A stored token, without its secrets.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenInfo {
    /// The token endpoint that gave it.
    pub issuer: String,
    /// The client that it was given to.
    pub client_id: String,
    /// Whether a person signed in, or the client itself asked.
    pub is_person: bool,
    /// The scopes that the issuer says it has, or those that were asked for; none means all that the client may have.
    pub scopes: Vec<String>,
    /// When it was asked for.
    pub issued_at: SystemTime,
    /// When it ends.
    pub expires_at: SystemTime,
    /// How long it is valid from now on; nothing if it has ended.
    pub left: Option<Duration>,
    /// Whether the next token is to be had without anyone signing in.
    pub renewable: bool,
}

impl TokenInfo {
    fn new(key: &TokenKey, token: &StoredToken, now: SystemTime) -> Self {
        let scopes = match token.scopes() {
            [] => key.scopes(),
            granted => granted,
        };
        Self {
            issuer: key.issuer().to_owned(),
            client_id: key.client_id().to_owned(),
            is_person: key.is_person(),
            scopes: scopes.to_vec(),
            issued_at: token.issued_at(),
            expires_at: token.expires_at(),
            left: Some(token.left(now)).filter(|left| !left.is_zero()),
            renewable: !key.is_person() || token.refresh_token().is_some(),
        }
    }
}

impl<'a> Identity<'a> {
    pub(crate) fn new(holder: &'a Holder, clock: &'a Arc<dyn Clock>, deadline: Duration) -> Self {
        Self {
            holder,
            clock,
            deadline,
        }
    }

    /// An access token that is valid now, renewed if need be: for another tool that speaks to the API. It is a secret,
    /// and opens the API for as long as it lives.
    ///
    /// # Errors
    /// As any call has them that needs a token: of kind [`Auth`](crate::ErrorKind::Auth), and
    /// [`is_sign_in_required`](crate::Error::is_sign_in_required) where a person has to sign in;
    /// [`Timeout`](crate::ErrorKind::Timeout) after the client's deadline.
    pub async fn token(&self) -> Result<String> {
        let bearer = pin!(self.holder.tokens.bearer(|| self.deadline));
        let bearer = in_time(|| self.deadline, bearer, "waiting for a token").await??;
        Ok(bearer.secret().to_owned())
    }

    /// The stored token without its secrets, from the store alone; `None` if there is no token or no store.
    ///
    /// # Errors
    /// Those of the [`TokenStore`](crate::TokenStore).
    pub async fn info(&self) -> Result<Option<TokenInfo>> {
        let Some(shared) = &self.holder.shared else {
            return Ok(None);
        };
        let stored = shared.stored().await?;
        let now = self.clock.wall();
        Ok(stored.map(|token| TokenInfo::new(shared.key(), &token, now)))
    }

    /// Removes the token from the client and from the store, without asking the issuer to end the session.
    ///
    /// # Errors
    /// Those of the [`TokenStore`](crate::TokenStore).
    pub async fn forget(&self) -> Result<()> {
        let removed = match &self.holder.shared {
            Some(shared) => shared.remove().await,
            None => Ok(()),
        };
        self.holder.tokens.forget();
        removed
    }

    /// Ends the session: asks the issuer to revoke it, then removes the token as [`forget`](Self::forget) does. Returns
    /// whether the issuer revoked it. Tokens that a client gets for itself cannot be revoked, and end by themselves.
    ///
    /// # Errors
    /// [`Auth`](crate::ErrorKind::Auth) if the issuer could not be asked or refused: nothing has changed then, and
    /// [`forget`](Self::forget) still removes the token. Those of the [`TokenStore`](crate::TokenStore).
    pub async fn sign_out(&self) -> Result<bool> {
        let revoked = self.revoke().await?;
        self.forget().await?;
        Ok(revoked)
    }

    #[cfg(not(feature = "sign-in"))]
    async fn revoke(&self) -> Result<bool> {
        Ok(false)
    }
}

#[cfg(feature = "sign-in")]
impl<'a> Identity<'a> {
    /// Puts the token of a new sign-in in the place of the one before.
    pub(super) async fn accept(&self, token: &Token) -> Result<()> {
        let kept = match &self.holder.shared {
            Some(shared) => shared.put(token).await,
            None => Ok(()),
        };
        self.holder.tokens.forget();
        kept
    }

    pub(super) fn now(&self) -> std::time::Instant {
        self.clock.now()
    }

    async fn revoke(&self) -> Result<bool> {
        let (Some(grant), Some(shared)) = (&self.holder.grant, &self.holder.shared) else {
            return Ok(false);
        };
        match shared.stored().await? {
            Some(stored) => grant.revoke(&stored).await,
            None => Ok(false),
        }
    }

    pub(super) fn grant(&self) -> Result<&'a AuthorizationCode> {
        self.holder.grant.as_deref().ok_or_else(|| {
            Error::config(
                "this client is not set up for people to sign in; see ClientBuilder::sign_in",
            )
        })
    }
}

impl std::fmt::Debug for Identity<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity").finish_non_exhaustive()
    }
}
