//! The layer between the cache and a source that asks a store first.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use super::{SharedPace, StoredToken, TokenKey, TokenLock, TokenStore};
use crate::auth::{Token, TokenFuture, TokenSource};
use crate::clock::Clock;
use crate::error::{Error, Result};

/// How long to wait for another who renews: longer than a source of ours takes, and short enough to ask on one's own
/// before the cache gives up.
const PATIENCE: Duration = Duration::from_secs(15);

/// Between two looks for what the other has got.
const FIRST_LOOK: Duration = Duration::from_millis(10);
const LAST_LOOK: Duration = Duration::from_millis(160);

/// Gives what a store has, and renews it there as the only one of all that use the store.
pub(crate) struct StoredSource {
    store: Arc<dyn TokenStore>,
    source: Arc<dyn TokenSource>,
    key: TokenKey,
    clock: Arc<dyn Clock>,
    given: Mutex<Option<Given>>,
    /// Whether the store's failure has been told.
    told: AtomicBool,
}

/// The token that this process was given last: no longer good when the cache asks again, and at hand when the store
/// fails.
#[derive(Clone)]
struct Given {
    token: StoredToken,
    /// Whether the store has had it. If it is gone from there, somebody has signed out.
    in_store: bool,
}

impl StoredSource {
    pub(crate) fn new(
        store: Arc<dyn TokenStore>,
        source: Arc<dyn TokenSource>,
        key: TokenKey,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            store,
            source,
            key,
            clock,
            given: Mutex::default(),
            told: AtomicBool::new(false),
        }
    }

    pub(crate) fn key(&self) -> &TokenKey {
        &self.key
    }

    pub(crate) fn pace(&self) -> Option<Arc<dyn SharedPace>> {
        self.store.pace()
    }

    /// What is stored now.
    pub(crate) async fn stored(&self) -> Result<Option<StoredToken>> {
        self.store.load(&self.key).await
    }

    /// Puts a token that was had in another way in the place of what is stored.
    #[cfg(feature = "sign-in")]
    pub(crate) async fn put(&self, token: &Token) -> Result<()> {
        let _lock = self.wait_for_lock().await;
        let stored = StoredToken::new(token, self.clock.wall());
        self.set_given(None);
        self.store.save(&self.key, &stored).await
    }

    /// Removes what is stored.
    pub(crate) async fn remove(&self) -> Result<()> {
        let _lock = self.wait_for_lock().await;
        self.set_given(None);
        self.store.remove(&self.key).await
    }

    /// The lock; nothing if the store fails or whoever has it does not give it back.
    async fn wait_for_lock(&self) -> Option<TokenLock> {
        let mut looks = Looks::new(&self.clock);
        loop {
            match self.store.try_lock(&self.key).await {
                Ok(None) if looks.another().await => {}
                Ok(lock) => return lock,
                Err(_) => return None,
            }
        }
    }

    async fn fetch(&self) -> Result<Token> {
        let mut looks = Looks::new(&self.clock);
        loop {
            let (stored, problem) = self.look().await;
            if let Some(token) = self.usable(stored.as_ref()) {
                return Ok(token);
            }
            match self.store.try_lock(&self.key).await {
                Ok(Some(_lock)) => {
                    // Another may have renewed it between the look and the lock.
                    let (stored, problem) = self.look().await;
                    return match self.usable(stored.as_ref()) {
                        Some(token) => Ok(token),
                        None => self.renew(stored, problem).await,
                    };
                }
                Ok(None) if looks.another().await => {}
                Ok(None)
                    if stored
                        .as_ref()
                        .is_some_and(|stored| stored.refresh_token().is_some()) =>
                {
                    // Used twice, a refresh token ends the session.
                    return Err(Error::token_unavailable(
                        "another process is renewing the token, and does not come to an end",
                    ));
                }
                Ok(None) => {
                    tracing::warn!(
                        "another process is renewing the token and does not come to an end: getting one of our own"
                    );
                    return self.renew(None, problem).await;
                }
                Err(error) => {
                    self.tell(&error);
                    return self.renew(stored, problem.or(Some(error))).await;
                }
            }
        }
    }

    /// What is stored, or why that cannot be known.
    async fn look(&self) -> (Option<StoredToken>, Option<Error>) {
        match self.stored().await {
            Ok(stored) => (stored, None),
            Err(error) => {
                self.tell(&error);
                (None, Some(error))
            }
        }
    }

    /// The stored token, if it is fresh and not the one that is no longer good.
    fn usable(&self, stored: Option<&StoredToken>) -> Option<Token> {
        let (stored, now) = (stored?, self.clock.wall());
        let known = self.given();
        if !stored.is_fresh(now)
            || known.is_some_and(|given| given.token.access_token() == stored.access_token())
        {
            return None;
        }
        tracing::debug!("token taken from the store");
        self.set_given(Some(Given {
            token: stored.clone(),
            in_store: true,
        }));
        Some(stored.give(now))
    }

    async fn renew(&self, stored: Option<StoredToken>, problem: Option<Error>) -> Result<Token> {
        let stored_anything = stored.is_some();
        // Where the store cannot be read or saving failed, this process's token is the newer one.
        let given = self
            .given()
            .filter(|given| problem.is_some() || !given.in_store);
        let previous = [stored, given.map(|given| given.token)]
            .into_iter()
            .flatten()
            .max_by_key(StoredToken::issued_at);
        let asked_at = self.clock.wall();
        let token = match &previous {
            Some(previous) => self.source.renew(previous).await,
            None => self.source.fetch().await,
        };
        let token = match token {
            Ok(token) => token,
            Err(error) if error.is_sign_in_required() => {
                self.set_given(None);
                if stored_anything && let Err(error) = self.store.remove(&self.key).await {
                    self.tell(&error);
                }
                return Err(match problem {
                    Some(problem) => {
                        Error::sign_in_required(problem.message()).with_source(problem)
                    }
                    None => error,
                });
            }
            Err(error) => return Err(error),
        };
        let next = match &previous {
            Some(previous) => previous.followed_by(&token, asked_at),
            None => StoredToken::new(&token, asked_at),
        };
        let given = |in_store| {
            let token = next.clone();
            self.set_given(Some(Given { token, in_store }));
        };
        // Before the store has it, so that it is not lost should nobody wait any longer.
        given(false);
        match self.store.save(&self.key, &next).await {
            Ok(()) => {
                given(true);
                self.told.store(false, Ordering::Relaxed);
            }
            Err(error) => self.tell(&error),
        }
        Ok(token)
    }

    /// Says that the store fails, once until it works again.
    fn tell(&self, error: &Error) {
        if !self.told.swap(true, Ordering::Relaxed) {
            let source = std::error::Error::source(error).map(ToString::to_string);
            tracing::warn!(
                %error,
                source,
                "the token store cannot be used: this process gets tokens of its own"
            );
        }
    }

    fn given(&self) -> Option<Given> {
        self.given
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    fn set_given(&self, given: Option<Given>) {
        *self.given.lock().unwrap_or_else(PoisonError::into_inner) = given;
    }
}

impl TokenSource for StoredSource {
    fn fetch(&self) -> TokenFuture<'_> {
        Box::pin(self.fetch())
    }
}

/// The looks at what another is doing, further and further apart.
struct Looks<'a> {
    clock: &'a Arc<dyn Clock>,
    waited: Duration,
    next: Duration,
}

impl<'a> Looks<'a> {
    fn new(clock: &'a Arc<dyn Clock>) -> Self {
        Self {
            clock,
            waited: Duration::ZERO,
            next: FIRST_LOOK,
        }
    }

    /// Waits for the next look; false if there have been enough.
    async fn another(&mut self) -> bool {
        if self.waited >= PATIENCE {
            return false;
        }
        // Drawn at random, so that many who wait do not look at once.
        let pause = self.next.mul_f64(0.5 + fastrand::f64());
        self.clock.sleep(pause).await;
        self.waited += pause;
        self.next = (self.next * 2).min(LAST_LOOK);
        true
    }
}
