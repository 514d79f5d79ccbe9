//! A service that has one entity, and what an edit does to it.

use serde_json::Value;
use timeback_qti::{Client, Error, ErrorKind};

use super::once;
use super::server::{Server, json as answer};

/// A service that has one entity, and answers every write with what it was sent.
pub async fn holder(stored: Value) -> (Server, Client) {
    let server = Server::start(move |request, _| match request.method.as_str() {
        "GET" => answer(200, &stored),
        _ => answer(200, &request.json()),
    })
    .await;
    let client = once(&server.url);
    (server, client)
}

/// A service that has one test, and in it what was read of it: a part or a section.
pub async fn holder_in(test: Value, stored: Value) -> (Server, Client) {
    let server =
        Server::start(
            move |request, _| match (request.method.as_str(), request.target.as_str()) {
                ("GET", "/assessment-tests/geography") => answer(200, &test),
                ("GET", _) => answer(200, &stored),
                _ => answer(200, &request.json()),
            },
        )
        .await;
    let client = once(&server.url);
    (server, client)
}

/// What was written, after so many reads before it.
pub fn written_after(reads: usize, server: &Server) -> Value {
    let received = server.received();
    let methods: Vec<_> = received
        .iter()
        .map(|request| request.method.as_str())
        .collect();
    let mut expected = vec!["GET"; reads];
    expected.push("PUT");
    assert_eq!(methods, expected);
    received[reads].json()
}

pub fn without(mut entity: Value, fields: &[&str]) -> Value {
    for field in fields {
        assert!(
            entity.as_object_mut().unwrap().remove(*field).is_some(),
            "{field}"
        );
    }
    entity
}

pub fn refused(error: &Error, server: &Server, named: &str) {
    assert_eq!(error.kind(), ErrorKind::Input, "{error}");
    assert!(error.message().contains(named), "{error}");
    assert!(!error.may_have_been_applied());
    assert!(server.was_only_read());
}
