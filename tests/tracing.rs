//! What a program that listens with `tracing` sees of its calls.

mod support;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use support::server::{Reply, Server, json as answer, response};
use timeback_qti::Client;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};

/// The fields of a span or of an event.
type Fields = BTreeMap<&'static str, String>;

/// Keeps what is recorded.
#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<Recorded>>);

#[derive(Default)]
struct Recorded {
    open: BTreeMap<u64, Fields>,
    closed: Vec<Fields>,
    events: Vec<Fields>,
}

impl Recorder {
    /// Records what this thread does from now on.
    fn start() -> (Self, DefaultGuard) {
        // Without a default that wants everything, a test that runs beside this one could find that nobody listens to an
        // event, and switch it off for good.
        let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry());
        let recorder = Self::default();
        let subscriber = tracing_subscriber::registry().with(recorder.clone());
        (recorder, tracing::subscriber::set_default(subscriber))
    }

    /// The one span of the client's that has ended.
    fn span(&self) -> Fields {
        let recorded = self.0.lock().unwrap();
        assert!(recorded.open.is_empty(), "{:?}", recorded.open);
        let [span] = &recorded.closed[..] else {
            panic!("one span a call: {:?}", recorded.closed)
        };
        span.clone()
    }

    /// The client's events with this message.
    fn events(&self, message: &str) -> Vec<Fields> {
        let recorded = self.0.lock().unwrap();
        let events = recorded.events.iter();
        events
            .filter(|event| event["message"] == message)
            .cloned()
            .collect()
    }

    fn holds(&self, text: &str) -> bool {
        let recorded = self.0.lock().unwrap();
        let all = recorded.closed.iter().chain(&recorded.events);
        all.flat_map(BTreeMap::values)
            .any(|value| value.contains(text))
    }
}

impl<S: Subscriber> Layer<S> for Recorder {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, _: Context<'_, S>) {
        if attributes.metadata().name() == "timeback_qti.call" {
            let mut fields = Visited::default();
            attributes.record(&mut fields);
            let open = &mut self.0.lock().unwrap().open;
            open.insert(id.into_u64(), fields.0);
        }
    }

    fn on_record(&self, id: &Id, record: &Record<'_>, _: Context<'_, S>) {
        let mut fields = Visited::default();
        record.record(&mut fields);
        if let Some(span) = self.0.lock().unwrap().open.get_mut(&id.into_u64()) {
            span.append(&mut fields.0);
        }
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        if event.metadata().target().starts_with("timeback_qti") {
            let mut fields = Visited::default();
            event.record(&mut fields);
            self.0.lock().unwrap().events.push(fields.0);
        }
    }

    fn on_close(&self, id: Id, _: Context<'_, S>) {
        let mut recorded = self.0.lock().unwrap();
        if let Some(span) = recorded.open.remove(&id.into_u64()) {
            recorded.closed.push(span);
        }
    }
}

#[derive(Default)]
struct Visited(Fields);

impl Visit for Visited {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name(), value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        self.0.insert(field.name(), format!("{value:?}"));
    }
}

fn section() -> Value {
    json!({"identifier": "the-section", "title": "S", "visible": true})
}

async fn get(client: &Client) -> timeback_qti::Result<timeback_qti::models::Section> {
    let part = client.test("the-test").part("the-part");
    part.section("the-section").get().await
}

#[tokio::test]
async fn a_call_is_one_span_with_opentelemetrys_names() {
    let (recorder, _guard) = Recorder::start();
    let server = Server::script([answer(200, &section())]).await;
    get(&support::once(&server.url)).await.unwrap();
    let port = server.url.rsplit(':').next().unwrap();
    let template = "/assessment-tests/{assessmentTestIdentifier}/test-parts/{testPartIdentifier}/sections/{identifier}";
    let expected = [
        ("otel.name", format!("GET {template}")),
        ("otel.kind", "client".to_owned()),
        ("operation", "getSection".to_owned()),
        ("http.request.method", "GET".to_owned()),
        ("http.response.status_code", "200".to_owned()),
        ("url.template", template.to_owned()),
        ("server.address", "127.0.0.1".to_owned()),
        ("server.port", port.to_owned()),
    ];
    assert_eq!(recorder.span(), Fields::from(expected));
}

#[tokio::test]
async fn identifiers_are_told_only_when_asked_for() {
    for asked in [false, true] {
        let (recorder, _guard) = Recorder::start();
        let page = json!({"items": [], "total": 0, "page": 1, "pages": 0, "limit": 10});
        let server = Server::script([response(429, &[], b""), answer(200, &page)]).await;
        let client = support::builder(&server.url)
            .record_identifiers(asked)
            .build()
            .unwrap();
        let list = client.test("the-test").part("the-part").sections().list();
        list.query("what is looked for").send().await.unwrap();
        let full = format!(
            "{}/assessment-tests/the-test/test-parts/the-part/sections",
            server.url
        );
        let expected = asked.then_some(&full);
        assert_eq!(recorder.span().get("url.full"), expected);
        assert_eq!(recorder.holds("the-test"), asked);
        assert!(!recorder.holds("looked"), "a query is never told");
    }
}

#[tokio::test]
async fn a_failed_call_says_how_in_its_span() {
    let failures: [(Reply, &str); 5] = [
        (answer(404, &json!({"error": "none"})).into(), "404"),
        (response(503, &[], b"").into(), "503"),
        (Reply::new().reset(), "transport"),
        (Reply::new().stall(), "timeout"),
        // The answer arrived; that it cannot be decoded is found out later, and belongs to the same call.
        (answer(200, &json!([])).into(), "decode"),
    ];
    for (reply, error_type) in failures {
        let (recorder, _guard) = Recorder::start();
        let server = Server::start(move |_, _| reply.clone()).await;
        let client = support::builder(&server.url)
            .retry(timeback_qti::RetryPolicy::never())
            .attempt_timeout(Duration::from_millis(200))
            .build()
            .unwrap();
        let error = get(&client).await.unwrap_err();
        let span = recorder.span();
        assert_eq!(span["error.type"], error_type);
        assert_eq!(span["otel.status_code"], "ERROR");
        let status = error.status().map(|status| status.to_string());
        assert_eq!(span.get("http.response.status_code"), status.as_ref());
    }
}

#[tokio::test]
async fn retries_throttling_and_new_tokens_are_events() {
    let (recorder, _guard) = Recorder::start();
    let server = Server::script([
        answer(200, &json!({"access_token": "token-1", "expires_in": 3600})),
        response(429, &["retry-after: 7"], b""),
        response(503, &[], b""),
        response(401, &[], b""),
        answer(200, &json!({"access_token": "token-2", "expires_in": 3600})),
        answer(200, &section()),
    ])
    .await;
    let client = Client::builder()
        .base_url(&server.url)
        .token_url(&server.url)
        .credentials("the-client", "the-secret")
        .clock(Arc::new(timeback_qti::ManualClock::new()))
        .build()
        .unwrap();
    get(&client).await.unwrap();
    let span = recorder.span();
    assert_eq!(span["http.request.resend_count"], "3");
    assert_eq!(span["http.response.status_code"], "200");
    let retries = recorder.events("retrying");
    assert_eq!(retries.len(), 2);
    assert_eq!(
        (&*retries[0]["attempt"], &*retries[0]["wait_ms"]),
        ("1", "7000")
    );
    assert_eq!(
        recorder.events("throttled, fewer requests at once").len(),
        1
    );
    assert_eq!(recorder.events("token refused").len(), 1);
    assert_eq!(recorder.events("token refreshed").len(), 2);
    for secret in ["the-secret", "token-1", "token-2"] {
        assert!(!recorder.holds(secret), "{secret}");
    }
}

#[tokio::test]
async fn a_call_that_gives_up_says_why() {
    let (recorder, _guard) = Recorder::start();
    let server = Server::script([response(429, &["retry-after: 3600"], b"")]).await;
    let client = support::builder(&server.url).build().unwrap();
    get(&client).await.unwrap_err();
    assert_eq!(recorder.events("giving up")[0]["reason"], "deadline");
}

#[tokio::test]
async fn a_token_that_cannot_be_had_is_an_event_without_a_secret() {
    let (recorder, _guard) = Recorder::start();
    let server = Server::script([answer(400, &json!({"error": "invalid_client"}))]).await;
    let client = Client::builder()
        .base_url(&server.url)
        .token_url(&server.url)
        .credentials("the-client", "the-secret")
        .build()
        .unwrap();
    get(&client).await.unwrap_err();
    assert_eq!(recorder.events("token refresh failed").len(), 1);
    assert!(recorder.holds("invalid_client") && !recorder.holds("the-secret"));
}
