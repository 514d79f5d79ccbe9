//! One fault after the other: a broken server, a call, what is expected of it, and then a call that must succeed.

#![allow(unreachable_pub)]

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, Once, PoisonError};
use std::time::Duration;

use serde_json::{Value, json};
use timeback_qti::models::Section;
use timeback_qti::{Client, ClientBuilder, Error, ErrorKind, ManualClock, Result};

use crate::support::server::{Received, Reply, Server, json as answer, response};

/// What must never be seen outside of requests.
pub const SECRET: &str = "s3cr3t-of-the-client";
pub const TOKEN: &str = "t0k3n-of-the-client";
/// Stands in bodies, which must not be seen in logs.
pub const IN_BODY: &str = "b0dy-of-a-request-or-response";

/// No test waits for longer. The client's own deadlines are shorter.
const PATIENCE: Duration = Duration::from_secs(20);

/// The longest text of an error.
const MAX_TEXT: usize = 2048;

/// What is called while the server is broken.
#[derive(Debug, Clone, Copy)]
pub enum Call {
    Get,
    Create,
    Update,
    Delete,
    /// What the client never repeats unless it is certain that it was not applied.
    AddItem,
}

impl Call {
    pub async fn run(self, client: &Client) -> Result<()> {
        let part = client.test("t").part("p");
        let section = Section::new("s", IN_BODY);
        match self {
            Self::Get => part.section("s").get().await.map(drop),
            Self::Create => part.sections().create(&section).await.map(drop),
            Self::Update => part.section("s").update(&section).await.map(drop),
            Self::Delete => part.section("s").delete().await,
            Self::AddItem => part.section("s").items().add("i").await.map(drop),
        }
    }
}

/// A fault and what is expected of the call that meets it.
pub struct Case {
    name: &'static str,
    call: Call,
    reply: Reply,
    at_token_endpoint: bool,
    settings: fn(ClientBuilder) -> ClientBuilder,
    kind: Option<ErrorKind>,
    requests: Option<usize>,
    may_have_been_applied: bool,
}

impl Case {
    /// The service answers this call in this way, however often it is sent.
    pub fn new(name: &'static str, call: Call, reply: impl Into<Reply>) -> Self {
        Self {
            name,
            call,
            reply: reply.into(),
            at_token_endpoint: false,
            settings: |builder| builder,
            kind: None,
            requests: None,
            may_have_been_applied: false,
        }
    }

    /// The token endpoint answers in this way, and the service is well.
    pub fn at_token_endpoint(name: &'static str, reply: impl Into<Reply>) -> Self {
        Self {
            at_token_endpoint: true,
            ..Self::new(name, Call::Get, reply)
        }
    }

    pub fn with(mut self, settings: fn(ClientBuilder) -> ClientBuilder) -> Self {
        self.settings = settings;
        self
    }

    /// The time for an attempt is too short for a server that stalls.
    pub fn impatient(self) -> Self {
        self.with(|builder| builder.attempt_timeout(Duration::from_millis(40)))
    }

    /// The call fails with an error of this kind; without this, it succeeds.
    pub fn fails(mut self, kind: ErrorKind) -> Self {
        self.kind = Some(kind);
        self
    }

    /// The broken server gets so many requests.
    pub fn requests(mut self, requests: usize) -> Self {
        self.requests = Some(requests);
        self
    }

    pub fn may_have_been_applied(mut self) -> Self {
        self.may_have_been_applied = true;
        self
    }

    async fn run(&self) {
        let (server, broken) = self.serve().await;
        let clock = ManualClock::new();
        let client = (self.settings)(builder(&server))
            .clock(Arc::new(clock.clone()))
            .build()
            .unwrap();
        match (in_time(self.name, self.call.run(&client)).await, self.kind) {
            (Ok(()), None) => {}
            (Ok(()), Some(kind)) => panic!("{}: succeeded instead of {kind:?}", self.name),
            (Err(error), kind) => {
                assert_eq!(Some(error.kind()), kind, "{}: {error:?}", self.name);
                let applied = error.may_have_been_applied();
                assert_eq!(
                    applied, self.may_have_been_applied,
                    "{}: {error:?}",
                    self.name
                );
                check_text(self.name, &error);
            }
        }
        if let Some(requests) = self.requests {
            let at_fault = |request: &&Received| is_for_token(request) == self.at_token_endpoint;
            let received = server.received().iter().filter(at_fault).count();
            assert_eq!(received, requests, "{}", self.name);
        }
        broken.store(false, Ordering::Relaxed);
        clock.advance(Duration::from_secs(60));
        assert_usable(self.name, &client).await;
        check_log(self.name);
    }

    /// A server that is broken while the flag is set.
    async fn serve(&self) -> (Server, Arc<AtomicBool>) {
        let broken = Arc::new(AtomicBool::new(true));
        let (flag, reply, fault) = (
            Arc::clone(&broken),
            self.reply.clone(),
            self.at_token_endpoint,
        );
        let server = Server::start(move |request, _| {
            if flag.load(Ordering::Relaxed) && is_for_token(request) == fault {
                reply.clone()
            } else {
                well(request)
            }
        })
        .await;
        (server, broken)
    }
}

/// Runs all cases of a table.
pub async fn run(cases: impl IntoIterator<Item = Case>) {
    watch_log();
    for case in cases {
        case.run().await;
    }
}

/// A builder for a client of this server, which gives it tokens too.
pub fn builder(server: &Server) -> ClientBuilder {
    builder_at(&server.url)
}

pub fn builder_at(url: &str) -> ClientBuilder {
    watch_log();
    Client::builder()
        .base_url(url)
        .token_url(format!("{url}/token"))
        .credentials("the-client", SECRET)
        .clock(Arc::new(ManualClock::new()))
        .seed(4)
}

pub fn is_for_token(request: &Received) -> bool {
    request.target == "/token"
}

/// What a server that is well answers.
pub fn well(request: &Received) -> Reply {
    let body = match request.method.as_str() {
        _ if is_for_token(request) => json!({"access_token": TOKEN, "expires_in": 3600}),
        "DELETE" => return response(204, &[], b"").into(),
        _ => section(),
    };
    answer(
        if is_for_token(request) {
            200
        } else {
            status_of(request)
        },
        &body,
    )
    .into()
}

fn status_of(request: &Received) -> u16 {
    if request.method == "POST" { 201 } else { 200 }
}

pub fn section() -> Value {
    json!({"identifier": "s", "title": IN_BODY, "visible": true})
}

/// Waits for what must end by itself.
pub async fn in_time<T>(name: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(PATIENCE, future)
        .await
        .unwrap_or_else(|_| panic!("{name}: hangs"))
}

/// A call to a server that is well succeeds.
pub async fn assert_usable(name: &str, client: &Client) {
    for call in [Call::Get, Call::AddItem] {
        let result = in_time(name, call.run(client)).await;
        result.unwrap_or_else(|error| panic!("{name}: {call:?} afterwards: {error:?}"));
    }
}

/// The error and all that caused it are short, and show no secret.
pub fn check_text(name: &str, error: &Error) {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        for text in [
            format!("{error}"),
            format!("{error:?}"),
            format!("{error:#?}"),
        ] {
            assert!(
                text.len() <= MAX_TEXT,
                "{name}: {} bytes: {text:.200}",
                text.len()
            );
            assert_no_secret(name, &text);
        }
        cause = error.source();
    }
    assert!(!error.to_string().contains('\n'), "{name}: {error}");
}

fn assert_no_secret(name: &str, text: &str) {
    for secret in [SECRET, TOKEN] {
        assert!(
            !text.contains(secret),
            "{name}: shows a secret: {text:.2000}"
        );
    }
}

/// All that any crate has logged, at every level.
static LOG: Mutex<Log> = Mutex::new(Log {
    unchecked: Vec::new(),
    checked: 0,
});

struct Log {
    unchecked: Vec<u8>,
    checked: usize,
}

fn log() -> MutexGuard<'static, Log> {
    LOG.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Logger;

impl std::io::Write for Logger {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        log().unchecked.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Has everything logged that this process has to say, through `tracing` and through `log`.
fn watch_log() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        tracing_subscriber::fmt()
            .with_max_level(tracing::Level::TRACE)
            .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
            .with_ansi(false)
            .with_writer(|| Logger)
            .init();
    });
}

/// What was logged since the last look shows neither a secret nor a body.
pub fn check_log(name: &str) {
    let mut log = log();
    let unchecked = std::mem::take(&mut log.unchecked);
    log.checked += unchecked.len();
    assert!(log.checked > 0, "{name}: nothing was logged");
    drop(log);
    let text = String::from_utf8_lossy(&unchecked);
    assert_no_secret(name, &text);
    assert!(!text.contains(IN_BODY), "{name}: a body in the log");
}
