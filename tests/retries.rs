//! What is sent again, what is not, and what a call knows of a write whose reply was lost.

mod support;

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use support::server::{Received, Server, json as answer, response};
use timeback_qti::models::Section;
use timeback_qti::{CallOptions, Client, ErrorKind, ManualClock, Result, RetryPolicy};

fn client(server: &Server) -> Client {
    support::builder(&server.url).seed(7).build().unwrap()
}

async fn get(client: &Client) -> Result<Section> {
    client.test("t").part("p").section("s").get().await
}

fn section() -> Value {
    json!({"identifier": "s", "title": "S", "visible": true})
}

fn methods(server: &Server) -> Vec<String> {
    server
        .received()
        .into_iter()
        .map(|request| request.method)
        .collect()
}

#[tokio::test]
async fn a_read_is_retried_until_it_succeeds() {
    for status in [408, 429, 500, 502, 503, 504] {
        let server = Server::script([
            answer(status, &json!({})),
            answer(status, &json!({})),
            answer(200, &section()),
        ])
        .await;
        get(&client(&server)).await.unwrap();
        assert_eq!(server.received().len(), 3, "{status}");
    }
}

#[tokio::test]
async fn what_a_repeat_cannot_better_is_sent_once() {
    for status in [400, 403, 404, 409, 413, 422, 501] {
        let server = Server::script([answer(status, &json!({"error": "no"}))]).await;
        let error = get(&client(&server)).await.unwrap_err();
        assert_eq!(
            (server.received().len(), error.attempts()),
            (1, 1),
            "{status}"
        );
    }
}

#[tokio::test]
async fn a_500_to_a_write_is_not_retried() {
    let server = Server::script([answer(500, &json!({"error": "malformed XML"}))]).await;
    let error = client(&server)
        .test("t")
        .part("p")
        .section("s")
        .update(&Section::new("s", "S"))
        .await
        .unwrap_err();
    assert_eq!(
        (server.received().len(), error.kind()),
        (1, ErrorKind::Server)
    );
    assert!(error.may_have_been_applied());
}

#[tokio::test]
async fn what_may_be_doubled_is_never_repeated() {
    let server = Server::script([answer(502, &json!({})), answer(200, &section())]).await;
    let error = client(&server)
        .test("t")
        .part("p")
        .section("s")
        .items()
        .add("i")
        .await
        .unwrap_err();
    assert_eq!((server.received().len(), error.status()), (1, Some(502)));
    assert!(error.may_have_been_applied());
}

#[tokio::test]
async fn a_create_whose_reply_was_lost_is_settled_by_reading_it_back() {
    let server = Server::start(|request, count| match (request.method.as_str(), count) {
        ("POST", 0) => answer(504, &json!({})),
        ("POST", _) => answer(409, &json!({"error": "exists"})),
        _ => answer(200, &section()),
    })
    .await;
    let created = client(&server)
        .test("t")
        .part("p")
        .sections()
        .create(&Section::new("s", "S"))
        .await
        .unwrap();
    assert_eq!(created.title, "S");
    assert_eq!(methods(&server), ["POST", "POST", "GET"]);
}

#[tokio::test]
async fn a_create_that_timed_out_at_a_gateway_is_settled_too() {
    let server = Server::start(|request, count| match (request.method.as_str(), count) {
        ("POST", 0) => answer(408, &json!({})),
        ("POST", _) => answer(409, &json!({"error": "exists"})),
        _ => answer(200, &section()),
    })
    .await;
    let sections = client(&server);
    let sections = sections.test("t").part("p").sections();
    sections.create(&Section::new("s", "S")).await.unwrap();
}

#[tokio::test]
async fn a_conflict_with_another_entity_stays_a_conflict() {
    let server = Server::start(|request, count| match (request.method.as_str(), count) {
        ("POST", 0) => answer(504, &json!({})),
        ("POST", _) => answer(409, &json!({"error": "exists"})),
        _ => answer(
            200,
            &json!({"identifier": "s", "title": "Somebody else's", "visible": true}),
        ),
    })
    .await;
    let error = client(&server)
        .test("t")
        .part("p")
        .sections()
        .create(&Section::new("s", "S"))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(error.may_have_been_applied(), "it was not certain");
}

#[tokio::test]
async fn a_conflict_at_once_is_not_read_back() {
    let server = Server::script([answer(409, &json!({"error": "exists"}))]).await;
    let error = client(&server)
        .test("t")
        .part("p")
        .sections()
        .create(&Section::new("s", "S"))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.may_have_been_applied()),
        (ErrorKind::Conflict, false)
    );
    assert_eq!(methods(&server), ["POST"]);
}

#[tokio::test]
async fn a_delete_whose_reply_was_lost_is_done_when_nothing_is_left() {
    let server = Server::script([
        answer(502, &json!({})),
        answer(404, &json!({"error": "none"})),
    ])
    .await;
    client(&server)
        .test("t")
        .part("p")
        .section("s")
        .delete()
        .await
        .unwrap();
    let server = Server::script([answer(404, &json!({"error": "none"}))]).await;
    let error = client(&server)
        .test("t")
        .part("p")
        .section("s")
        .delete()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}

#[tokio::test]
async fn retry_after_is_waited_for_in_both_forms() {
    let clock = ManualClock::new();
    let date = httpdate::fmt_http_date(timeback_qti::Clock::wall(&clock) + Duration::from_secs(20));
    for (header, least) in [
        ("retry-after: 17".to_owned(), 17),
        (format!("retry-after: {date}"), 18),
    ] {
        let clock = ManualClock::new();
        let server =
            Server::script([response(429, &[&header], b""), answer(200, &section())]).await;
        let client = support::builder(&server.url)
            .clock(Arc::new(clock.clone()))
            .build()
            .unwrap();
        get(&client).await.unwrap();
        let [wait] = clock.sleeps()[..] else {
            panic!("one wait")
        };
        assert!(
            wait >= Duration::from_secs(least) && wait <= Duration::from_secs(21),
            "{header}: {wait:?}"
        );
    }
}

#[tokio::test]
async fn a_wait_past_the_deadline_gives_the_error_at_once() {
    let clock = ManualClock::new();
    let server = Server::script([response(429, &["retry-after: 120"], b"")]).await;
    let client = support::builder(&server.url)
        .clock(Arc::new(clock.clone()))
        .build()
        .unwrap();
    let error = get(&client).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.retry_after()),
        (ErrorKind::RateLimit, Some(Duration::from_secs(120)))
    );
    assert!(clock.sleeps().is_empty());
    let patient = client.with(
        CallOptions::new()
            .deadline(Duration::from_secs(1000))
            .max_attempts(2),
    );
    get(&patient).await.unwrap_err();
    assert_eq!(clock.sleeps(), [Duration::from_secs(120)]);
}

#[tokio::test]
async fn attempts_are_bounded_and_told() {
    let server = Server::script([answer(503, &json!({}))]).await;
    let error = get(&client(&server)).await.unwrap_err();
    assert_eq!((error.attempts(), server.received().len()), (5, 5));
    assert!(error.to_string().contains("after 5 attempts"), "{error}");
    let never = support::builder(&server.url)
        .retry(RetryPolicy::never())
        .build()
        .unwrap();
    assert_eq!(get(&never).await.unwrap_err().attempts(), 1);
}

#[tokio::test]
async fn an_outage_is_not_made_worse() {
    let server = Server::script([answer(503, &json!({}))]).await;
    let client = client(&server);
    for _ in 0..1000 {
        get(&client).await.unwrap_err();
    }
    let sent = server.received().len();
    assert!(sent <= 1030, "{sent} requests");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nearly_all_reads_get_through_when_a_fifth_fails() {
    let random = Mutex::new(fastrand::Rng::with_seed(20));
    let server = Server::start(move |_, _| {
        let fails = random.lock().unwrap().f64() < 0.2;
        if fails {
            answer(503, &json!({}))
        } else {
            answer(200, &section())
        }
    })
    .await;
    let client = client(&server);
    // As a simulation of the policy, the same is shown for 50,000 reads beside the retry budget.
    let failed = failures(5_000, |_| {
        let client = client.clone();
        async move { get(&client).await.is_err() }
    })
    .await;
    assert!(failed <= 10, "{failed} of 5,000 failed");
}

/// How many of `count` calls, twenty at a time, return `true`.
async fn failures<F>(count: usize, call: impl Fn(usize) -> F) -> usize
where
    F: Future<Output = bool> + Send + 'static,
{
    let mut tasks = tokio::task::JoinSet::new();
    let mut failed = 0;
    for number in 0..count {
        if tasks.len() >= 20 {
            failed += usize::from(tasks.join_next().await.unwrap().unwrap());
        }
        tasks.spawn(call(number));
    }
    while let Some(result) = tasks.join_next().await {
        failed += usize::from(result.unwrap());
    }
    failed
}

/// A service that commits creates and then loses some of its replies.
#[derive(Default)]
struct Forgetful {
    stored: HashMap<String, Value>,
    commits: usize,
}

impl Forgetful {
    fn answer(&mut self, request: &Received, count: usize) -> Vec<u8> {
        if request.method == "GET" {
            let identifier = request.segments().last().unwrap().clone();
            return self
                .stored
                .get(&identifier)
                .map_or_else(|| answer(404, &json!({})), |body| answer(200, body));
        }
        let body = request.json();
        let identifier = body["identifier"].as_str().unwrap().to_owned();
        if self.stored.contains_key(&identifier) {
            return answer(409, &json!({"error": "exists"}));
        }
        self.commits += 1;
        self.stored.insert(identifier, body.clone());
        match count % 3 {
            0 => answer(502, &json!({})),
            1 => answer(504, &json!({})),
            // A reply that breaks in the middle of its headers.
            _ => b"HTTP/1.1 201 Cre".to_vec(),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_lost_replies_to_creates_lose_and_double_nothing() {
    let service = Arc::new(Mutex::new(Forgetful::default()));
    let shared = Arc::clone(&service);
    let server =
        Server::start(move |request, count| shared.lock().unwrap().answer(request, count)).await;
    // Each tenth is somebody else's already: a success there would be one that did not happen.
    for number in (0..10_000).step_by(10) {
        let body = json!({"identifier": format!("s{number}"), "title": "Somebody else's", "visible": true});
        service
            .lock()
            .unwrap()
            .stored
            .insert(format!("s{number}"), body);
    }
    let client = support::builder(&server.url)
        .retry(RetryPolicy::default().max_attempts(10))
        .build()
        .unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    let mut outcomes = HashMap::new();
    for number in 0..10_000_usize {
        if tasks.len() >= 20 {
            let (number, outcome) = tasks.join_next().await.unwrap().unwrap();
            outcomes.insert(number, outcome);
        }
        let client = client.clone();
        tasks.spawn(async move {
            let section = Section::new(format!("s{number}"), format!("Mine {number}"));
            (
                number,
                client.test("t").part("p").sections().create(&section).await,
            )
        });
    }
    while let Some(done) = tasks.join_next().await {
        let (number, outcome) = done.unwrap();
        outcomes.insert(number, outcome);
    }
    let service = service.lock().unwrap();
    assert_eq!(service.commits, 9_000, "nothing was committed twice");
    for (number, outcome) in outcomes {
        match outcome {
            Ok(section) => assert_eq!(section.title, format!("Mine {number}")),
            Err(error) => assert_eq!(
                (number % 10, error.kind()),
                (0, ErrorKind::Conflict),
                "s{number}: {error}"
            ),
        }
    }
}
