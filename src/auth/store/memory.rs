//! A store that ends with its process: for a person who signs in where nothing is to stay.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Mutex as AsyncMutex;

use super::{StoreFuture, StoredToken, TokenKey, TokenLock, TokenStore};

#[derive(Default)]
pub(crate) struct MemoryTokenStore {
    tokens: Mutex<HashMap<TokenKey, StoredToken>>,
    lock: Arc<AsyncMutex<()>>,
}

impl MemoryTokenStore {
    fn with<T>(&self, act: impl FnOnce(&mut HashMap<TokenKey, StoredToken>) -> T) -> T {
        act(&mut self.tokens.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl TokenStore for MemoryTokenStore {
    fn load<'a>(&'a self, key: &'a TokenKey) -> StoreFuture<'a, Option<StoredToken>> {
        Box::pin(async { Ok(self.with(|tokens| tokens.get(key).cloned())) })
    }

    fn save<'a>(&'a self, key: &'a TokenKey, token: &'a StoredToken) -> StoreFuture<'a, ()> {
        Box::pin(async {
            self.with(|tokens| tokens.insert(key.clone(), token.clone()));
            Ok(())
        })
    }

    fn remove<'a>(&'a self, key: &'a TokenKey) -> StoreFuture<'a, ()> {
        Box::pin(async {
            self.with(|tokens| tokens.remove(key));
            Ok(())
        })
    }

    fn try_lock<'a>(&'a self, _key: &'a TokenKey) -> StoreFuture<'a, Option<TokenLock>> {
        Box::pin(async {
            Ok(Arc::clone(&self.lock)
                .try_lock_owned()
                .ok()
                .map(TokenLock::new))
        })
    }
}
