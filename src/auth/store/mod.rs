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
#[cfg(feature = "redis")]
mod redis_tls;
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

/// Where tokens are kept that several processes share, or that outlive one: [`FileTokenStore`], [`RedisTokenStore`] or
/// your own.
///
/// The client looks into it before it asks its [`TokenSource`](crate::TokenSource), and puts there what that gives.
/// Whoever holds the lock of a key is the only one to ask; the others look again until there is a token. A store that
/// fails does not stop the client: it says so once, as a `tracing` event, and goes on with a token of its own.
///
/// What is stored opens the API: keep it as you keep a password.
pub trait TokenStore: Send + Sync + 'static {
    /// The token of this key, expired or not; `None` if there is none.
    fn load<'a>(&'a self, key: &'a TokenKey) -> StoreFuture<'a, Option<StoredToken>>;

    /// Stores the token of this key, in the place of the one before.
    fn save<'a>(&'a self, key: &'a TokenKey, token: &'a StoredToken) -> StoreFuture<'a, ()>;

    /// Removes the key's token, if there is one.
    fn remove<'a>(&'a self, key: &'a TokenKey) -> StoreFuture<'a, ()>;

    /// The lock of this key, without waiting; `None` if another holds it. The lock must end with its holder's process.
    fn try_lock<'a>(&'a self, key: &'a TokenKey) -> StoreFuture<'a, Option<TokenLock>>;

    /// The pace that the users of this store share; `None` if the store cannot share one.
    fn pace(&self) -> Option<Arc<dyn SharedPace>> {
        None
    }
}

impl<T: TokenStore + ?Sized> TokenStore for Arc<T> {
    fn load<'a>(&'a self, key: &'a TokenKey) -> StoreFuture<'a, Option<StoredToken>> {
        (**self).load(key)
    }

    fn save<'a>(&'a self, key: &'a TokenKey, token: &'a StoredToken) -> StoreFuture<'a, ()> {
        (**self).save(key, token)
    }

    fn remove<'a>(&'a self, key: &'a TokenKey) -> StoreFuture<'a, ()> {
        (**self).remove(key)
    }

    fn try_lock<'a>(&'a self, key: &'a TokenKey) -> StoreFuture<'a, Option<TokenLock>> {
        (**self).try_lock(key)
    }

    fn pace(&self) -> Option<Arc<dyn SharedPace>> {
        (**self).pace()
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

/// The pause that the service asked one process of a fleet for, and that all of them keep to.
pub trait SharedPace: Send + Sync + 'static {
    /// Takes note that the service asked a process to wait (`Retry-After`). `account` names all that it may have meant.
    fn pause<'a>(&'a self, account: &'a str, wait: Duration) -> PaceFuture<'a, ()>;

    /// How long there is still to wait; zero if that is not known. Asked before every request, so an implementation
    /// should answer from memory where it can.
    fn left<'a>(&'a self, account: &'a str) -> PaceFuture<'a, Duration>;
}

/// What the methods of a [`SharedPace`] return: they do not fail, as a call must not wait for them.
pub type PaceFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;
