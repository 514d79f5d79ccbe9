//! Who the client is to the service: where tokens come from, and the cache in front of that.

mod cache;
mod client_credentials;
mod endpoint;
mod error;
mod identity;
#[cfg(feature = "sign-in")]
mod sign_in;
mod store;

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use secrecy::SecretString;

pub(crate) use cache::{Bearer, TokenCache};
pub(crate) use client_credentials::ClientCredentials;
pub use client_credentials::CredentialsPlacement;
pub(crate) use identity::Holder;
pub use identity::{Identity, TokenInfo};
#[cfg(feature = "browser")]
pub use sign_in::open_browser;
#[cfg(feature = "sign-in")]
pub(crate) use sign_in::{Addresses, AuthorizationCode};
#[cfg(feature = "sign-in")]
pub use sign_in::{PasteSignIn, SignIn};
#[cfg(feature = "file-store")]
pub use store::FileTokenStore;
#[cfg(feature = "sign-in")]
pub(crate) use store::MemoryTokenStore;
#[cfg(feature = "redis")]
pub use store::RedisTokenStore;
pub(crate) use store::StoredSource;
pub use store::{
    PaceFuture, SharedPace, StoreFuture, StoredToken, TokenKey, TokenLock, TokenStore,
};

use crate::error::Result;

/// An access token, as a [`TokenSource`] gives it. `Debug` does not show it.
#[derive(Debug, Clone)]
pub struct Token {
    secret: SecretString,
    expires_in: Option<Duration>,
    refresh: Option<SecretString>,
    scopes: Vec<String>,
}

impl Token {
    /// A token whose life is not known: the client uses it for an hour, or until the service refuses it.
    pub fn new(value: impl Into<String>) -> Self {
        Self {
            secret: SecretString::from(value.into()),
            expires_in: None,
            refresh: None,
            scopes: Vec::new(),
        }
    }

    /// Sets how long the token can be used, counted from the call of [`TokenSource::fetch`] that gives it.
    #[must_use]
    pub fn expires_in(mut self, lifetime: Duration) -> Self {
        self.expires_in = Some(lifetime);
        self
    }

    /// Sets the refresh token, for which the issuer gives the next token; see [`TokenSource::renew`].
    #[must_use]
    pub fn refresh_token(mut self, value: impl Into<String>) -> Self {
        self.refresh = Some(SecretString::from(value.into()));
        self
    }

    /// Sets which scopes the issuer says that the token has.
    #[must_use]
    pub fn scopes<S: Into<String>>(mut self, scopes: impl IntoIterator<Item = S>) -> Self {
        self.scopes = scopes.into_iter().map(Into::into).collect();
        self
    }
}

/// What [`TokenSource::fetch`] returns.
pub type TokenFuture<'a> = Pin<Box<dyn Future<Output = Result<Token>> + Send + 'a>>;

/// Where tokens come from.
///
/// The client calls it as rarely as it can: one call at a time, shortly before the token that it has expires or after
/// the service has refused it, and never while nothing is sent. So an implementation need not keep tokens itself. A
/// call runs in a task of its own, which goes on when the call that waits for the token is dropped, and is given up
/// after 30 seconds.
///
/// # Errors
/// The error says whether another try makes sense: [`Error::token_unavailable`](crate::Error::token_unavailable) is
/// tried again after 5 seconds, a few times while calls wait;
/// [`Error::credentials_rejected`](crate::Error::credentials_rejected) (as any error that is not
/// [retryable](crate::Error::is_retryable)) is the answer to all calls of the next 12 seconds.
///
/// ```
/// use std::time::Duration;
/// use timeback_qti::{Error, Token, TokenFuture, TokenSource};
///
/// /// Reads the token that another process keeps fresh.
/// struct TokenFile(std::path::PathBuf);
///
/// impl TokenSource for TokenFile {
///     fn fetch(&self) -> TokenFuture<'_> {
///         Box::pin(async {
///             let text = std::fs::read_to_string(&self.0)
///                 .map_err(|error| Error::token_unavailable("the token file cannot be read").with_source(error))?;
///             Ok(Token::new(text.trim()).expires_in(Duration::from_secs(300)))
///         })
///     }
/// }
/// ```
pub trait TokenSource: Send + Sync + 'static {
    /// Gets a new token.
    fn fetch(&self) -> TokenFuture<'_>;

    /// Whose tokens these are, for a [`TokenStore`]; a source that does not say cannot be used with one.
    fn key(&self) -> Option<TokenKey> {
        None
    }

    /// Gets the token that follows `previous`, where a [`TokenStore`] has it, perhaps from another process. Called by
    /// one process at a time.
    fn renew<'a>(&'a self, previous: &'a StoredToken) -> TokenFuture<'a> {
        let _ = previous;
        self.fetch()
    }
}

impl<T: TokenSource + ?Sized> TokenSource for Arc<T> {
    fn fetch(&self) -> TokenFuture<'_> {
        (**self).fetch()
    }

    fn key(&self) -> Option<TokenKey> {
        (**self).key()
    }

    fn renew<'a>(&'a self, previous: &'a StoredToken) -> TokenFuture<'a> {
        (**self).renew(previous)
    }
}

/// Whether a header can carry the token.
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

/// A token that is at hand already and stays the same.
#[derive(Debug, Clone)]
pub struct StaticToken(Token);

impl StaticToken {
    /// Always gives `token`.
    pub fn new(token: impl Into<String>) -> Self {
        Self(Token::new(token))
    }
}

impl TokenSource for StaticToken {
    fn fetch(&self) -> TokenFuture<'_> {
        Box::pin(async { Ok(self.0.clone()) })
    }
}
