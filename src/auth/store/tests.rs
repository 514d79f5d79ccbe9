//! The layer between cache and source, with a store that does as it is told.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use super::*;
use crate::auth::{Token, TokenFuture, TokenSource};
use crate::clock::{Clock, ManualClock};
use crate::error::Error;

/// A store whose lock another holds for so many looks, or for ever.
#[derive(Default)]
struct Store {
    token: Mutex<Option<StoredToken>>,
    held: Mutex<u32>,
    /// What the other leaves when it gives the lock back.
    left: Mutex<Option<StoredToken>>,
    broken: bool,
}

impl TokenStore for Store {
    fn load<'a>(&'a self, _: &'a TokenKey) -> StoreFuture<'a, Option<StoredToken>> {
        Box::pin(async {
            match self.broken {
                true => Err(Error::token_unavailable("no store today")),
                false => Ok(self.token.lock().unwrap().clone()),
            }
        })
    }

    fn save<'a>(&'a self, _: &'a TokenKey, token: &'a StoredToken) -> StoreFuture<'a, ()> {
        Box::pin(async {
            if self.broken {
                return Err(Error::token_unavailable("no store today"));
            }
            *self.token.lock().unwrap() = Some(token.clone());
            Ok(())
        })
    }

    fn remove<'a>(&'a self, _: &'a TokenKey) -> StoreFuture<'a, ()> {
        Box::pin(async {
            *self.token.lock().unwrap() = None;
            Ok(())
        })
    }

    fn try_lock<'a>(&'a self, _: &'a TokenKey) -> StoreFuture<'a, Option<TokenLock>> {
        Box::pin(async {
            let mut held = self.held.lock().unwrap();
            if *held == 0 {
                return Ok(Some(TokenLock::new(())));
            }
            *held -= 1;
            if *held == 0 {
                *self.token.lock().unwrap() = self.left.lock().unwrap().take();
            }
            Ok(None)
        })
    }
}

/// Gives these in turn, and keeps with which refresh token it was asked.
#[derive(Default)]
struct Source {
    answers: Mutex<VecDeque<Result<Token>>>,
    asked: Mutex<Vec<Option<String>>>,
}

impl Source {
    fn answer(&self, refresh_token: Option<&str>) -> TokenFuture<'_> {
        self.asked
            .lock()
            .unwrap()
            .push(refresh_token.map(str::to_owned));
        let answer = self.answers.lock().unwrap().pop_front();
        Box::pin(async { answer.expect("asked too often") })
    }
}

impl TokenSource for Source {
    fn fetch(&self) -> TokenFuture<'_> {
        self.answer(None)
    }

    fn renew<'a>(&'a self, previous: &'a StoredToken) -> TokenFuture<'a> {
        self.answer(previous.refresh_token())
    }
}

struct Setup {
    store: Arc<Store>,
    source: Arc<Source>,
    clock: ManualClock,
}

impl Setup {
    fn new(store: Store, answers: impl IntoIterator<Item = Result<Token>>) -> Self {
        let source = Source::default();
        source.answers.lock().unwrap().extend(answers);
        Self {
            store: Arc::new(store),
            source: Arc::new(source),
            clock: ManualClock::new(),
        }
    }

    fn shared(&self) -> StoredSource {
        let (store, source) = (Arc::clone(&self.store), Arc::clone(&self.source));
        let key = TokenKey::new("i", "c", ["s"]);
        StoredSource::new(store, source, key, Arc::new(self.clock.clone()))
    }

    fn asked(&self) -> Vec<Option<String>> {
        self.source.asked.lock().unwrap().clone()
    }
}

fn stored(token: &Token) -> StoredToken {
    StoredToken::new(token, SystemTime::now())
}

async fn get(source: &StoredSource) -> Result<String> {
    let token = TokenSource::fetch(source).await?;
    Ok(stored(&token).access_token().to_owned())
}

fn hour(name: &str) -> Token {
    Token::new(name).expires_in(Duration::from_secs(3600))
}

#[tokio::test]
async fn what_the_holder_of_the_lock_gets_is_everyones() {
    let store = Store {
        held: Mutex::new(20),
        left: Mutex::new(Some(stored(&hour("theirs")))),
        ..Store::default()
    };
    let setup = Setup::new(store, []);
    assert_eq!(get(&setup.shared()).await.unwrap(), "theirs");
    assert_eq!(setup.asked(), []);
}

#[tokio::test]
async fn a_holder_that_never_ends_is_waited_for_and_then_done_without() {
    let store = Store {
        held: Mutex::new(u32::MAX),
        ..Store::default()
    };
    let setup = Setup::new(store, [Ok(hour("own"))]);
    let start = setup.clock.now();
    assert_eq!(get(&setup.shared()).await.unwrap(), "own");
    let waited = setup.clock.now() - start;
    assert!((15..17).contains(&waited.as_secs()), "{waited:?}");
}

#[tokio::test]
async fn a_refresh_token_is_never_used_without_the_lock() {
    let store = Store {
        held: Mutex::new(u32::MAX),
        ..Store::default()
    };
    let expired = Token::new("old")
        .refresh_token("r")
        .expires_in(Duration::from_secs(1));
    *store.token.lock().unwrap() = Some(stored(&expired));
    let setup = Setup::new(store, []);
    setup.clock.advance(Duration::from_secs(60));
    let error = get(&setup.shared()).await.unwrap_err();
    assert!(error.is_retryable(), "{error}");
    assert_eq!(setup.asked(), []);
}

#[tokio::test]
async fn a_stored_token_is_used_until_shortly_before_its_end() {
    let setup = Setup::new(Store::default(), [Ok(hour("two"))]);
    *setup.store.token.lock().unwrap() = Some(stored(&hour("one")));
    setup.clock.advance(Duration::from_secs(3600 - 130));
    assert_eq!(get(&setup.shared()).await.unwrap(), "one");
    setup.clock.advance(Duration::from_secs(20));
    assert_eq!(get(&setup.shared()).await.unwrap(), "two");
}

#[tokio::test]
async fn asked_again_it_gives_another_than_before() {
    let setup = Setup::new(Store::default(), [Ok(hour("one")), Ok(hour("two"))]);
    let (refused, other) = (setup.shared(), setup.shared());
    assert_eq!(get(&refused).await.unwrap(), "one");
    assert_eq!(get(&other).await.unwrap(), "one");
    assert_eq!(get(&refused).await.unwrap(), "two");
    assert_eq!(get(&other).await.unwrap(), "two");
}

#[tokio::test]
async fn a_refresh_token_that_is_not_renewed_stays_and_one_that_is_takes_its_place() {
    let first = hour("one").refresh_token("r1").scopes(["s"]);
    let setup = Setup::new(
        Store::default(),
        [
            Ok(hour("two")),
            Ok(hour("three").refresh_token("r2")),
            Ok(hour("four")),
        ],
    );
    *setup.store.token.lock().unwrap() = Some(stored(&first));
    let shared = setup.shared();
    for name in ["one", "two", "three", "four"] {
        assert_eq!(get(&shared).await.unwrap(), name);
    }
    let asked = ["r1", "r1", "r2"].map(|token| Some(token.to_owned()));
    assert_eq!(setup.asked(), asked);
    assert_eq!(
        setup.store.token.lock().unwrap().as_ref().unwrap().scopes(),
        ["s"]
    );
}

#[tokio::test]
async fn a_store_that_fails_costs_no_session_of_this_process() {
    let store = Store {
        broken: true,
        ..Store::default()
    };
    let setup = Setup::new(
        store,
        [Ok(hour("one").refresh_token("r1")), Ok(hour("two"))],
    );
    let shared = setup.shared();
    assert_eq!(get(&shared).await.unwrap(), "one");
    assert_eq!(get(&shared).await.unwrap(), "two");
    assert_eq!(setup.asked(), [None, Some("r1".to_owned())]);
}

#[tokio::test]
async fn a_clock_that_is_set_back_gives_a_token_no_longer_life() {
    let setup = Setup::new(Store::default(), []);
    *setup.store.token.lock().unwrap() = Some(stored(&hour("one")));
    setup
        .clock
        .set_wall(SystemTime::now() - Duration::from_secs(86_400));
    let token = TokenSource::fetch(&setup.shared()).await.unwrap();
    assert_eq!(token.expires_in, Some(Duration::from_secs(3600)));
}

#[tokio::test]
async fn a_failed_renewal_leaves_the_store_as_it_was() {
    for error in [
        Error::token_unavailable("later"),
        Error::credentials_rejected("invalid_client", "no"),
    ] {
        let setup = Setup::new(Store::default(), [Err(error)]);
        let old = hour("old").refresh_token("r");
        *setup.store.token.lock().unwrap() = Some(stored(&old));
        setup.clock.advance(Duration::from_secs(4000));
        get(&setup.shared()).await.unwrap_err();
        assert!(setup.store.token.lock().unwrap().is_some());
    }
}

#[tokio::test]
async fn a_session_that_another_process_has_ended_is_not_revived() {
    let other = Err(Error::sign_in_required("nobody is signed in"));
    let setup = Setup::new(Store::default(), [other]);
    *setup.store.token.lock().unwrap() = Some(stored(&hour("one").refresh_token("r")));
    let shared = setup.shared();
    assert_eq!(get(&shared).await.unwrap(), "one");
    setup.shared().remove().await.unwrap();
    let error = get(&shared).await.unwrap_err();
    assert!(error.is_sign_in_required(), "{error}");
    assert_eq!(setup.asked(), [None], "the refresh token was used again");
    assert!(setup.store.token.lock().unwrap().is_none());
}
