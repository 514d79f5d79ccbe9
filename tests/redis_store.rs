//! Tokens, and the service's pace, that a fleet shares through a real Redis.
#![cfg(all(feature = "redis", feature = "rustls"))]

mod support;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use support::processes::{join, start, told};
use support::redis::Redis;
use timeback_qti::{Client, ClientBuilder, ErrorKind, RedisTokenStore, TokenKey, TokenStore as _};
use timeback_qti_sandbox::{Effect, FaultRule, Sandbox};

fn builder(sandbox: &Sandbox, store: RedisTokenStore) -> ClientBuilder {
    Client::builder()
        .base_url(sandbox.base_url())
        .token_url(sandbox.token_url())
        .credentials(sandbox.client_id(), sandbox.client_secret())
        .token_store(store)
}

fn key(sandbox: &Sandbox) -> TokenKey {
    let none: [&str; 0] = [];
    TokenKey::new(sandbox.token_url(), sandbox.client_id(), none)
}

async fn list(client: &Client) -> timeback_qti::Result<()> {
    client.items().list().page(1).send().await.map(drop)
}

fn asked(sandbox: &Sandbox, operation: &str) -> usize {
    let requests = sandbox.requests();
    let found = requests
        .iter()
        .filter(|request| request.operation.as_deref() == Some(operation));
    found.count()
}

/// What the tests below start in processes of their own: fifty clients at once.
#[tokio::test]
#[ignore = "started by other tests"]
async fn worker() {
    let mut store = RedisTokenStore::new(&told("REDIS_URL")).unwrap();
    if let Ok(lease) = std::env::var("LEASE_MS") {
        store = store.lease(Duration::from_millis(lease.parse().unwrap()));
    }
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..50 {
        let client = Client::builder()
            .base_url(told("SANDBOX_BASE_URL"))
            .token_url(told("SANDBOX_TOKEN_URL"))
            .credentials("sandbox-client", "sandbox-secret")
            .token_store(store.clone())
            // A thousand times, the system's certificates would take most of the test's time.
            .http_client(|http| http.tls_backend_rustls().tls_certs_only([]))
            .build()
            .unwrap();
        clients.spawn(async move { client.identity().token().await.unwrap() });
    }
    let tokens = clients.join_all().await;
    assert!(tokens.iter().all(|token| *token == tokens[0]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_clients_in_twenty_processes_buy_one_token() {
    let Some(redis) = Redis::start().await else {
        return;
    };
    let sandbox = Sandbox::start().await.unwrap();
    let slow = FaultRule::new(Effect::Latency { millis: 300 }).on("token");
    sandbox.set_faults([slow]).unwrap();
    let urls = (sandbox.base_url(), sandbox.token_url());
    let variables = variables(&redis, &urls);
    tokio::task::block_in_place(|| join((0..20).map(|_| start("worker", &variables)).collect()));
    assert_eq!(asked(&sandbox, "token"), 1);
}

fn variables<'a>(redis: &'a Redis, urls: &'a (String, String)) -> Vec<(&'static str, &'a str)> {
    vec![
        ("REDIS_URL", &redis.url),
        ("SANDBOX_BASE_URL", &urls.0),
        ("SANDBOX_TOKEN_URL", &urls.1),
    ]
}

/// `rediss://`: the certificate is vouched for by what the system trusts, or Redis is not used.
#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_shared_over_tls_with_a_redis_whose_certificate_is_trusted() {
    let certificates = tempfile::tempdir().unwrap();
    let Some(redis) = Redis::start_with_tls(certificates.path()).await else {
        return;
    };
    let sandbox = Sandbox::start().await.unwrap();
    let urls = (sandbox.base_url(), sandbox.token_url());
    let trusted = certificates.path().join("certificate.pem");
    let mut variables = variables(&redis, &urls);
    variables.push(("SSL_CERT_FILE", trusted.to_str().unwrap()));
    tokio::task::block_in_place(|| join((0..2).map(|_| start("worker", &variables)).collect()));
    assert_eq!(asked(&sandbox, "token"), 1);

    tokio::task::block_in_place(|| join(vec![start("stranger", &variables[..3])]));
    assert_eq!(asked(&sandbox, "token"), 2);
}

/// A client that does not trust the certificate of its Redis.
#[tokio::test]
#[ignore = "started by another test"]
async fn stranger() {
    let store = RedisTokenStore::new(&told("REDIS_URL")).unwrap();
    let none: [&str; 0] = [];
    let key = TokenKey::new("issuer", "client", none);
    let refused = store.load(&key).await.unwrap_err();
    let source = std::error::Error::source(&refused).unwrap().to_string();
    assert!(source.to_lowercase().contains("certificate"), "{source}");
    let client = Client::builder()
        .base_url(told("SANDBOX_BASE_URL"))
        .token_url(told("SANDBOX_TOKEN_URL"))
        .credentials("sandbox-client", "sandbox-secret")
        .token_store(store);
    list(&client.build().unwrap()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_is_killed_while_it_renews_keeps_the_others_no_longer_than_its_lease() {
    let Some(redis) = Redis::start().await else {
        return;
    };
    let sandbox = Sandbox::start().await.unwrap();
    let stuck = FaultRule::new(Effect::Latency { millis: 600_000 });
    sandbox.set_faults([stuck.on("token").times(1)]).unwrap();
    let urls = (sandbox.base_url(), sandbox.token_url());
    let mut variables = variables(&redis, &urls);
    variables.push(("LEASE_MS", "500"));
    let mut holder = start("worker", &variables);
    arrival_of_a_token_request(&sandbox).await;
    let others = vec![start("worker", &variables), start("worker", &variables)];
    holder.kill().unwrap();
    holder.wait().unwrap();
    tokio::task::block_in_place(|| join(others));
    assert_eq!(asked(&sandbox, "token"), 2);
}

async fn arrival_of_a_token_request(sandbox: &Sandbox) {
    while asked(sandbox, "token") == 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn the_holder_of_the_lock_may_die() {
    let Some(redis) = Redis::start().await else {
        return;
    };
    let sandbox = Sandbox::start().await.unwrap();
    let store = redis.store().lease(Duration::from_millis(200));
    // Forgotten, it is never given back: as if the process had been killed.
    std::mem::forget(store.try_lock(&key(&sandbox)).await.unwrap().unwrap());
    assert!(store.try_lock(&key(&sandbox)).await.unwrap().is_none());
    let (one, other) = (builder(&sandbox, store.clone()), builder(&sandbox, store));
    let (one, other) = (one.build().unwrap(), other.build().unwrap());
    let (one, other) = tokio::join!(list(&one), list(&other));
    assert!(one.is_ok() && other.is_ok());
    assert_eq!(asked(&sandbox, "token"), 1);
}

#[tokio::test]
async fn a_lock_that_has_ended_is_not_taken_from_the_next_who_has_it() {
    let Some(redis) = Redis::start().await else {
        return;
    };
    let sandbox = Sandbox::start().await.unwrap();
    let (brief, store) = (redis.store().lease(Duration::from_millis(1)), redis.store());
    let first = brief.try_lock(&key(&sandbox)).await.unwrap().unwrap();
    let second = loop {
        if let Some(lock) = store.try_lock(&key(&sandbox)).await.unwrap() {
            break lock;
        }
    };
    drop(first);
    for _ in 0..100 {
        assert!(store.try_lock(&key(&sandbox)).await.unwrap().is_none());
    }
    drop(second);
    while store.try_lock(&key(&sandbox)).await.unwrap().is_none() {}
}

#[tokio::test]
async fn what_another_was_told_by_retry_after_all_keep_to() {
    let Some(redis) = Redis::start().await else {
        return;
    };
    let sandbox = Sandbox::start().await.unwrap();
    let throttle = Effect::status(429).retry_after("30");
    sandbox
        .set_faults([FaultRule::new(throttle)
            .on("searchAssessmentItems")
            .times(1)])
        .unwrap();
    let client = || {
        builder(&sandbox, redis.store())
            .deadline(Duration::from_secs(10))
            .build()
            .unwrap()
    };
    let told = list(&client()).await.unwrap_err();
    assert_eq!(
        (told.kind(), asked(&sandbox, "searchAssessmentItems")),
        (ErrorKind::RateLimit, 1)
    );
    // Another process, which was told nothing: it has no time for that, and sends nothing.
    let other = list(&client()).await.unwrap_err();
    assert_eq!((other.kind(), other.attempts()), (ErrorKind::RateLimit, 0));
    assert!(other.retry_after().unwrap() > Duration::from_secs(20));
    assert_eq!(asked(&sandbox, "searchAssessmentItems"), 1);
    // One that has the time waits for its end.
    let clock = timeback_qti::ManualClock::new();
    let patient = builder(&sandbox, redis.store())
        .clock(Arc::new(clock.clone()))
        .build()
        .unwrap();
    list(&patient).await.unwrap();
    assert!(
        clock
            .sleeps()
            .iter()
            .any(|sleep| *sleep > Duration::from_secs(20)),
        "{:?}",
        clock.sleeps()
    );
}

#[tokio::test]
async fn a_shorter_pause_does_not_end_a_longer_one() {
    let Some(redis) = Redis::start().await else {
        return;
    };
    let pace = || redis.store().pace().unwrap();
    for wait in [30, 1, 20] {
        pace().pause("account", Duration::from_secs(wait)).await;
    }
    // Another process, which has looked at nothing yet.
    let left = pace().left("account").await;
    assert!(left > Duration::from_secs(25), "{left:?}");
    pace().pause("account", Duration::from_secs(50)).await;
    assert!(pace().left("account").await > Duration::from_secs(45));
}

#[tokio::test]
async fn while_redis_is_away_a_client_gets_its_own_token_and_says_so_once() {
    let Some(mut redis) = Redis::start().await else {
        return;
    };
    let sandbox = Sandbox::start().await.unwrap();
    redis.stop();
    let said = Arc::new(Mutex::new(Vec::new()));
    let writer = Arc::clone(&said);
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::WARN)
        .with_writer(move || Lines(Arc::clone(&writer)))
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let client = builder(&sandbox, redis.store()).build().unwrap();
    for _ in 0..3 {
        list(&client).await.unwrap();
        sandbox.revoke_tokens();
    }
    assert_eq!(asked(&sandbox, "token"), 3);
    let said = String::from_utf8(said.lock().unwrap().clone()).unwrap();
    assert_eq!(said.matches("gets tokens of its own").count(), 1, "{said}");
}

/// Keeps what is written.
struct Lines(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_token_and_a_session_come_back_as_they_were_stored_until_they_are_removed() {
    let Some(redis) = Redis::start().await else {
        return;
    };
    let (store, key) = (redis.store(), TokenKey::new("i", "c", ["s"]).of_person());
    let token = timeback_qti::Token::new("access")
        .expires_in(Duration::from_secs(600))
        .refresh_token("refresh");
    let stored = timeback_qti::StoredToken::new(&token, std::time::SystemTime::now());
    store.save(&key, &stored).await.unwrap();
    let found = store.load(&key).await.unwrap().unwrap();
    assert_eq!(
        (found.access_token(), found.refresh_token()),
        ("access", Some("refresh"))
    );
    let drift = found.expires_at().duration_since(stored.expires_at());
    assert!(drift.unwrap_or_else(|error| error.duration()) < Duration::from_secs(1));
    assert!(
        store
            .load(&TokenKey::new("i", "c", ["s"]))
            .await
            .unwrap()
            .is_none(),
        "the client's own"
    );
    store.remove(&key).await.unwrap();
    assert!(store.load(&key).await.unwrap().is_none());
}

#[test]
fn an_address_with_a_password_is_not_shown() {
    for url in ["redis://:hunter2@", "http://:hunter2@host/", "hunter2"] {
        let error = RedisTokenStore::new(url).err();
        assert!(!format!("{error:?}").contains("hunter2"), "{url}");
    }
    assert!(!format!("{:?}", RedisTokenStore::new("redis://:hunter2@host/")).contains("hunter2"));
}
