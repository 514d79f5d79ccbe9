//! Tokens that outlive a process or are shared by several: what a store is, and what it keeps.

#[cfg(feature = "file-store")]
mod file;
mod key;
#[cfg(feature = "sign-in")]
mod memory;
#[cfg(any(feature = "file-store", feature = "redis"))]
mod record;
#[cfg(feature = "redis")]
mod redis;
mod stored_source;
#[cfg(test)]
mod tests;
mod token;

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

#[cfg(feature = "redis")]
pub use self::redis::RedisTokenStore;
#[cfg(feature = "file-store")]
pub use file::FileTokenStore;
pub use key::TokenKey;
#[cfg(feature = "sign-in")]
pub(crate) use memory::MemoryTokenStore;
pub(crate) use stored_source::StoredSource;
pub use token::StoredToken;

use crate::error::Result;

/// What the methods of a [`TokenStore`] return.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// Where tokens are kept that several processes share, or that outlive one: [`FileTokenStore`], [`RedisTokenStore`] or your
/// own.
///
/// The client looks into it before it asks its [`TokenSource`](crate::TokenSource), and puts there what that gives. Whoever
/// holds the lock of a key is the only one to ask; the others look again until there is a token. A store that fails does
/// not stop the client: it says so once, as a `tracing` event, and goes on with a token of its own.
///
/// What is stored opens the API: keep it as you keep a password.
pub trait TokenStore: Send + Sync + 'static {
    /// The token of this key, expired or not; nothing if there is none.
    fn load<'a>(&'a self, key: &'a TokenKey) -> StoreFuture<'a, Option<StoredToken>>;

    /// Puts a token in the place of the key's.
    fn save<'a>(&'a self, key: &'a TokenKey, token: &'a StoredToken) -> StoreFuture<'a, ()>;

    /// Removes the key's token, if there is one.
    fn remove<'a>(&'a self, key: &'a TokenKey) -> StoreFuture<'a, ()>;

    /// The lock of this key, without waiting; nothing if another has it. The lock must end with the process that holds it.
    fn try_lock<'a>(&'a self, key: &'a TokenKey) -> StoreFuture<'a, Option<TokenLock>>;

    /// What the users of this store share of the service's pace; nothing, unless the store can.
    fn pace(&self) -> Option<Arc<dyn SharedPace>> {
        None
    }
}

/// The right to renew the token of one key; its drop gives it back.
pub struct TokenLock {
    _held: Box<dyn Send>,
}

impl TokenLock {
    /// A lock that ends when `held` is dropped.
    pub fn new(held: impl Send + 'static) -> Self {
        Self {
            _held: Box::new(held),
        }
    }
}

impl std::fmt::Debug for TokenLock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TokenLock").finish_non_exhaustive()
    }
}

/// What one of a fleet learns of the service's pace, and all keep to.
pub trait SharedPace: Send + Sync + 'static {
    /// The service told one to wait (`Retry-After`). `account` names whom it may have told.
    fn pause<'a>(&'a self, account: &'a str, wait: Duration) -> PaceFuture<'a, ()>;

    /// How long there is still to wait. Asked before every request, so an implementation should answer from memory where
    /// it can, and none if it does not know.
    fn left<'a>(&'a self, account: &'a str) -> PaceFuture<'a, Duration>;
}

/// What the methods of a [`SharedPace`] return: they do not fail, as a call must not wait for them.
pub type PaceFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
