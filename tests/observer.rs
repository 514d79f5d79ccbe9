//! What a program that watches a client is told.

mod support;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use support::server::{Reply, Server, json as answer};
use timeback_qti::models::Section;
use timeback_qti::observe::Event;
use timeback_qti::{
    Client, ClientBuilder, Error, ErrorKind, Result, Token, TokenFuture, TokenSource,
};

/// Keeps events, one line each.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn watch(&self, builder: ClientBuilder) -> Client {
        let log = self.clone();
        let builder = builder.observer(move |event: &Event<'_>| {
            log.0.lock().unwrap().push(line(event));
        });
        builder.build().unwrap()
    }

    fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

/// An event without what differs from run to run.
fn line(event: &Event<'_>) -> String {
    match event {
        Event::CallStarted { call, .. } => format!("{} starts", call.operation),
        Event::AttemptStarted { attempt, .. } => format!("attempt {attempt}"),
        Event::AttemptEnded {
            attempt,
            status,
            failure,
            ..
        } => format!("attempt {attempt}: {status:?} {}", word(failure)),
        Event::TokenRefused { attempt, .. } => format!("token refused at {attempt}"),
        Event::Retrying {
            attempt,
            status,
            kind,
            load,
            ..
        } => format!(
            "retry after {attempt}: {status:?} {kind:?}, limit {}",
            load.limit
        ),
        Event::GivenUp {
            attempt, reason, ..
        } => format!("given up after {attempt}: {}", reason.as_str()),
        Event::CallEnded {
            call,
            attempts,
            status,
            failure,
            ..
        } => format!(
            "{} ends after {attempts}: {status:?} {}",
            call.operation,
            word(failure)
        ),
        Event::TokenRequested { early, result, .. } => format!("token: early {early}, {result:?}"),
        _ => "unknown".to_owned(),
    }
}

fn word(failure: &Option<timeback_qti::observe::Failure>) -> &'static str {
    failure.map_or("", |failure| failure.as_str())
}

fn section() -> Value {
    json!({"identifier": "s", "title": "S", "visible": true})
}

async fn get(client: &Client) -> Result<Section> {
    client.test("t").part("p").section("s").get().await
}

#[tokio::test]
async fn each_attempt_and_each_decision_of_a_call_is_told() {
    let replies = [
        answer(429, &json!({})),
        answer(503, &json!({})),
        answer(200, &section()),
    ];
    let server = Server::script(replies).await;
    let log = Log::default();
    let client = log.watch(support::builder(&server.url));
    get(&client).await.unwrap();
    assert_eq!(
        log.lines(),
        [
            "getSection starts",
            "token: early false, Ok(3600s)",
            "attempt 1",
            "attempt 1: Some(429) rate_limit",
            "retry after 1: Some(429) RateLimit, limit 5",
            "attempt 2",
            "attempt 2: Some(503) server",
            "retry after 2: Some(503) Server, limit 5",
            "attempt 3",
            "attempt 3: Some(200) ",
            "getSection ends after 3: Some(200) ",
        ]
    );
}

#[tokio::test]
async fn a_failure_is_told_with_the_reason_for_giving_up() {
    for (reply, expected) in [
        (answer(404, &json!({})), ("Some(404) not_found", "final")),
        (b"HTTP/1.1 200".to_vec(), ("None transport", "attempts")),
    ] {
        let server = Server::script([reply]).await;
        let log = Log::default();
        let client = log.watch(support::builder(&server.url));
        get(&client).await.unwrap_err();
        let lines = log.lines();
        let [.., given_up, end] = &lines[..] else {
            panic!("{lines:?}")
        };
        assert!(given_up.ends_with(expected.1), "{given_up}");
        assert!(end.ends_with(expected.0), "{end}");
    }
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_a_failure_of_the_call_and_not_of_its_attempt() {
    let server = Server::script([answer(200, &json!([]))]).await;
    let log = Log::default();
    get(&log.watch(support::builder(&server.url)))
        .await
        .unwrap_err();
    assert_eq!(
        log.lines()[3..],
        [
            "attempt 1: Some(200) ",
            "getSection ends after 1: Some(200) decode"
        ]
    );
}

#[tokio::test]
async fn what_is_refused_before_sending_is_told_as_a_call_without_attempts() {
    let log = Log::default();
    let client = log.watch(support::builder("http://127.0.0.1:1"));
    client.item("..").get().await.unwrap_err();
    assert_eq!(
        log.lines(),
        [
            "getAssessmentItem starts",
            "getAssessmentItem ends after 0: None input"
        ]
    );
}

#[tokio::test]
async fn a_dropped_call_is_told_as_cancelled_attempt_and_all() {
    let server = Server::start(|_, _| Reply::new().stall()).await;
    let log = Log::default();
    let client = log.watch(support::builder(&server.url));
    let call = tokio::spawn({
        let client = client.clone();
        async move { get(&client).await }
    });
    while server.received().is_empty() {
        tokio::task::yield_now().await;
    }
    call.abort();
    assert!(call.await.unwrap_err().is_cancelled());
    assert_eq!(
        log.lines()[3..],
        [
            "attempt 1: None cancelled",
            "getSection ends after 1: None cancelled"
        ]
    );
}

#[tokio::test]
async fn a_refused_token_and_the_request_for_the_next_are_told() {
    let replies = [answer(401, &json!({})), answer(200, &section())];
    let server = Server::script(replies).await;
    let log = Log::default();
    let builder = support::builder(&server.url).token_source(Numbered);
    get(&log.watch(builder)).await.unwrap();
    assert_eq!(
        log.lines()[2..],
        [
            "attempt 1",
            "attempt 1: Some(401) auth",
            "token refused at 1",
            "token: early false, Ok(60s)",
            "attempt 2",
            "attempt 2: Some(200) ",
            "getSection ends after 2: Some(200) "
        ]
    );
}

struct Numbered;

impl TokenSource for Numbered {
    fn fetch(&self) -> TokenFuture<'_> {
        let token = format!("token-{}", next_number());
        Box::pin(async { Ok(Token::new(token).expires_in(Duration::from_secs(60))) })
    }
}

/// A number that is new each time.
fn next_number() -> usize {
    static COUNT: std::sync::atomic::AtomicUsize = std::sync::atomic::AtomicUsize::new(0);
    COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed)
}

struct Broken;

impl TokenSource for Broken {
    fn fetch(&self) -> TokenFuture<'_> {
        Box::pin(async {
            Err(Error::credentials_rejected(
                "invalid_client",
                "no such client",
            ))
        })
    }
}

#[tokio::test]
async fn a_token_that_cannot_be_had_is_told_with_its_kind() {
    let log = Log::default();
    let client = log.watch(support::builder("http://127.0.0.1:1").token_source(Broken));
    get(&client).await.unwrap_err();
    assert_eq!(
        log.lines()[1..],
        [
            "token: early false, Err(Auth)",
            "getSection ends after 0: None auth"
        ]
    );
}

#[tokio::test]
async fn a_panic_of_an_observer_changes_nothing_for_a_call_that_succeeds_fails_or_is_dropped() {
    let log = Log::default();
    let server = Server::start(|_, count| match count {
        0 => Reply::from(answer(200, &section())),
        1 => Reply::from(answer(404, &json!({}))),
        _ => Reply::new().stall(),
    })
    .await;
    let builder = support::builder(&server.url);
    let client = log.watch(builder.observer(|_: &Event<'_>| panic!("the observer is broken")));
    get(&client).await.unwrap();
    assert!(get(&client).await.unwrap_err().is_not_found());
    let cancelled = tokio::time::timeout(Duration::from_millis(50), get(&client)).await;
    cancelled.unwrap_err();
    assert_eq!(log.lines().len(), 5 + 5 + 4, "{:?}", log.lines());
}

#[tokio::test]
async fn every_start_has_its_end_whatever_happens_and_ids_tell_calls_apart() {
    type Counts = std::collections::BTreeMap<String, [i64; 4]>;
    let server = Server::start(|_, count| match count % 5 {
        0 => Reply::from(answer(503, &json!({}))),
        1 => Reply::new().reset(),
        2 => Reply::new().stall(),
        _ => Reply::from(answer(200, &section())),
    })
    .await;
    let counts: Arc<Mutex<Counts>> = Arc::default();
    let counted = Arc::clone(&counts);
    let client = support::builder(&server.url)
        .attempt_timeout(Duration::from_millis(500))
        .observer(move |event: &Event<'_>| {
            let (id, place) = match event {
                Event::CallStarted { call, .. } => (call.request_id, 0),
                Event::CallEnded { call, .. } => (call.request_id, 1),
                Event::AttemptStarted { call, .. } => (call.request_id, 2),
                Event::AttemptEnded { call, .. } => (call.request_id, 3),
                _ => return,
            };
            counted.lock().unwrap().entry(id.to_owned()).or_default()[place] += 1;
        })
        .build()
        .unwrap();
    let mut calls = tokio::task::JoinSet::new();
    for number in 0..60 {
        let client = client.clone();
        calls.spawn(async move {
            let patience = Duration::from_millis(20 * number);
            let _ = tokio::time::timeout(patience, get(&client)).await;
        });
    }
    calls.join_all().await;
    let counts = counts.lock().unwrap();
    assert!(counts.len() > 50, "{}", counts.len());
    for (id, [starts, ends, attempts, attempt_ends]) in &*counts {
        assert_eq!((*starts, *ends), (1, 1), "{id}");
        assert_eq!(attempts, attempt_ends, "{id}");
    }
}

#[tokio::test]
async fn an_error_names_the_call_that_the_observer_saw() {
    let server = Server::script([answer(404, &json!({}))]).await;
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let list = Arc::clone(&seen);
    let client = support::builder(&server.url)
        .observer(move |event: &Event<'_>| {
            if let Event::CallEnded { call, .. } = event {
                list.lock().unwrap().push(call.request_id.to_owned());
            }
        })
        .build()
        .unwrap();
    let error = get(&client).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(*seen.lock().unwrap(), [error.request_id().unwrap()]);
}
