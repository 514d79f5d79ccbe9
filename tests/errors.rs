//! Each status and each body that the service and its gateways answer with, as the error that it becomes.

mod support;

use std::time::Duration;

use httpmock::MockServer;
use serde_json::{Value, json};
use support::server::{Received, Reply, Server, json as answer};
use timeback_qti::{Client, Error, ErrorKind, RetryPolicy};

const STATUSES: [(u16, ErrorKind); 15] = [
    (400, ErrorKind::Request),
    (401, ErrorKind::Auth),
    (403, ErrorKind::Auth),
    (404, ErrorKind::NotFound),
    (408, ErrorKind::Request),
    (409, ErrorKind::Conflict),
    (413, ErrorKind::Request),
    (418, ErrorKind::Request),
    (422, ErrorKind::Request),
    (429, ErrorKind::RateLimit),
    (500, ErrorKind::Server),
    (501, ErrorKind::Server),
    (502, ErrorKind::Server),
    (503, ErrorKind::Server),
    (504, ErrorKind::Server),
];

/// The error of a read that is answered like this.
async fn error_of(status: u16, content_type: &str, body: &str) -> Error {
    let server = MockServer::start_async().await;
    server
        .mock_async(|when, then| {
            when.path("/assessment-tests/t/test-parts/p/sections/s");
            then.status(status)
                .header("content-type", content_type)
                .header("x-amzn-requestid", "gw-7")
                .body(body);
        })
        .await;
    let client = support::once(&server.base_url());
    get(&client).await
}

async fn get(client: &Client) -> Error {
    client
        .test("t")
        .part("p")
        .section("s")
        .get()
        .await
        .unwrap_err()
}

#[tokio::test]
async fn every_status_has_its_kind_whatever_the_body() {
    for (status, kind) in STATUSES {
        for (content_type, body) in [
            (
                "application/json",
                json!({"error": "E", "details": "D"}).to_string(),
            ),
            (
                "text/html",
                "<html><title>Bad gateway</title></html>".to_owned(),
            ),
            ("text/plain", String::new()),
            ("application/json", "{\"error\": \"cut".to_owned()),
        ] {
            let error = error_of(status, content_type, &body).await;
            assert_eq!(
                (error.kind(), error.status()),
                (kind, Some(status)),
                "{status} {body}"
            );
            assert_eq!(error.operation(), Some("getSection"));
            assert_eq!(error.server_request_id(), Some("gw-7"));
            assert_eq!(error.body().unwrap_or_default(), body);
            assert!(error.request_id().is_some_and(|id| id.len() == 32));
            assert!(!error.to_string().contains('\n') && !error.message().is_empty());
        }
    }
}

#[tokio::test]
async fn each_known_body_is_read() {
    let cases: [(Value, &str, Option<&str>, Option<&str>); 6] = [
        (
            json!({"error": "Section not found"}),
            "Section not found",
            None,
            None,
        ),
        (
            json!({"error": "InternalError", "message": "boom", "eventId": "ev-1", "details": "at line 1"}),
            "InternalError: boom",
            None,
            Some("ev-1"),
        ),
        (
            json!({"error": "Invalid", "code": "VALIDATION", "meta": {"eventId": "ev-2", "issues": []}}),
            "Invalid",
            Some("VALIDATION"),
            Some("ev-2"),
        ),
        (
            json!({"imsx_codeMajor": "failure", "imsx_description": "jwt expired",
                "imsx_CodeMinor": {"imsx_codeMinorField": []}}),
            "jwt expired",
            None,
            None,
        ),
        (json!({"message": "Forbidden"}), "Forbidden", None, None),
        (
            json!({"success": false, "entityId": "x", "error": "Entity not found", "message": "no x"}),
            "Entity not found: no x",
            None,
            None,
        ),
    ];
    for (body, message, code, event_id) in cases {
        let error = error_of(400, "application/json", &body.to_string()).await;
        assert_eq!(
            (error.message(), error.code(), error.event_id()),
            (message, code, event_id)
        );
        assert_eq!(error.details(), body.get("details"));
    }
}

#[tokio::test]
async fn validation_issues_are_listed() {
    let body = json!({"error": "Validation failed", "details": [
        {"path": ["qti-assessment-item-ref", 0, "identifier"], "message": "Required", "code": "invalid_type"}]});
    let error = error_of(422, "application/json", &body.to_string()).await;
    let issue = &error.issues()[0];
    assert_eq!(
        issue.field.as_deref(),
        Some("qti-assessment-item-ref.0.identifier")
    );
    assert_eq!(
        (issue.message.as_str(), issue.code.as_deref()),
        ("Required", Some("invalid_type"))
    );
}

#[tokio::test]
async fn an_error_shows_the_first_issues_and_how_many_more_there_are() {
    let issue = |number: usize| json!({"path": ["items", number], "message": format!("too short by {number}")});
    let body = |count: usize| {
        let issues: Vec<_> = (0..count).map(issue).collect();
        json!({"error": "Bad Request", "message": "Validation failed", "details": issues})
            .to_string()
    };
    for (count, shown) in [
        (0, ""),
        (1, ": items.0: too short by 0"),
        (
            5,
            ": items.0: too short by 0; items.1: too short by 1; items.2: too short by 2; and 2 more",
        ),
    ] {
        let error = error_of(400, "application/json", &body(count)).await;
        assert_eq!(
            error.to_string(),
            format!("getSection: 400 Bad Request: Bad Request: Validation failed{shown}")
        );
    }
    let issue = json!({"path": ["f".repeat(1_000)], "message": "m ".repeat(1_000)});
    let long = json!({"error": "x".repeat(5_000), "details": vec![issue; 40]});
    let error = error_of(400, "application/json", &long.to_string()).await;
    assert!(
        error.to_string().len() <= 2_000,
        "{}",
        error.to_string().len()
    );
    assert!(error.to_string().ends_with("and 37 more"), "{error}");
}

#[tokio::test]
async fn a_success_that_is_not_what_the_document_says_is_a_decode_error() {
    for body in [
        "",
        "null",
        "[]",
        "<html></html>",
        "{\"title\":\"S\"}",
        "{\"identifier\":null,\"title\":\"S\"}",
        "{\"error\":\"quota\"}",
        "{\"identifier\":",
    ] {
        let error = error_of(200, "application/json", body).await;
        assert_eq!(
            (error.kind(), error.status()),
            (ErrorKind::Decode, Some(200)),
            "{body}"
        );
        assert_eq!(error.body().unwrap_or_default(), body);
    }
    let entity = json!({"identifier": "s", "title": "Rain", "sequence": "first"}).to_string();
    let error = error_of(200, "application/json", &entity).await;
    assert!(!error.to_string().contains("Rain"), "{error}");
    let error = error_of(200, "application/json", "{\"error\":\"quota\"}").await;
    assert!(error.to_string().contains("quota"), "{error}");
}

#[tokio::test]
async fn only_what_may_have_been_applied_says_so() {
    for (status, applied) in [
        (400, false),
        (404, false),
        (409, false),
        (429, false),
        (501, false),
        (500, true),
        (502, true),
        (504, true),
    ] {
        let server = MockServer::start_async().await;
        server
            .mock_async(|when, then| {
                when.any_request();
                then.status(status);
            })
            .await;
        let client = support::once(&server.base_url());
        let section = timeback_qti::models::Section::new("s", "S");
        let error = client
            .test("t")
            .part("p")
            .section("s")
            .update(&section)
            .await
            .unwrap_err();
        assert_eq!(
            error.may_have_been_applied(),
            applied,
            "{status} to a write"
        );
        assert!(
            !get(&client).await.may_have_been_applied(),
            "{status} to a read"
        );
    }
}

#[tokio::test]
async fn a_refused_connection_is_a_connect_error() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    let error = get(&support::once(&url)).await;
    assert_eq!((error.kind(), error.status()), (ErrorKind::Connect, None));
    assert!(error.is_retryable() && !error.may_have_been_applied());
    assert!(std::error::Error::source(&error).is_some());
    let shown = error.to_string();
    assert!(shown.contains(&url) && shown.contains("refused"), "{shown}");
}

#[tokio::test]
async fn an_error_without_a_connection_says_to_where_and_why_and_no_path() {
    let broken = Server::start(|_, _| Reply::new().reset()).await;
    let plain = Server::start(|_, _| Reply::new().send("HTTP/1.1 200 OK\r\n\r\n").close()).await;
    let nowhere = "https://qti.invalid:8443/private/path";
    for (url, origin, why) in [
        (nowhere.to_owned(), "https://qti.invalid:8443", "dns error"),
        (broken.url.clone(), broken.url.as_str(), ""),
        (
            plain.url.replace("http:", "https:"),
            "https://127.0.0.1",
            "",
        ),
    ] {
        let client = support::once(&url);
        let error = get(&client).await.to_string();
        assert!(error.contains(origin) && error.contains(why), "{error}");
        let told = error.split(origin).nth(1).unwrap();
        assert!(told.len() > 10, "{error}");
        assert!(!error.contains("private"), "{error}");
    }
}

#[tokio::test]
async fn a_body_of_no_known_shape_is_shown_in_the_message_and_a_page_is_called_one() {
    for (status, content_type, body, shown) in [
        (
            400,
            "text/plain",
            "sequence must\n be positive",
            "sequence must be positive",
        ),
        (
            400,
            "application/json",
            r#"{"problem": 7}"#,
            r#"{"problem": 7}"#,
        ),
        (
            500,
            "application/xml",
            "<error>host not allowed</error>",
            "host not allowed",
        ),
        (
            502,
            "text/html",
            "<html><body>upstream</body></html>",
            "an HTML page",
        ),
        (
            200,
            "text/html",
            "<!DOCTYPE html><p>Sign in</p>",
            "an HTML page",
        ),
        (
            200,
            "text/plain",
            "the-token is no token",
            "[secret] is no token",
        ),
        (
            400,
            "text/plain",
            "the-token is no token",
            "[secret] is no token",
        ),
    ] {
        let error = error_of(status, content_type, body).await;
        assert!(error.to_string().contains(shown), "{error}");
    }
}

#[tokio::test]
async fn running_out_of_time_does_not_hide_how_the_attempt_before_failed() {
    let reply = |_: &Received, count: usize| match count {
        0 => Reply::from(answer(
            503,
            &json!({"error": "maintenance", "eventId": "e-1"}),
        )),
        _ => Reply::new().stall(),
    };
    let server = Server::start(reply).await;
    let client = support::builder(&server.url)
        .attempt_timeout(Duration::from_millis(200))
        .retry(RetryPolicy::default().max_attempts(2))
        .build()
        .unwrap();
    let error = client
        .test("t")
        .part("p")
        .section("s")
        .get()
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
    let earlier = std::error::Error::source(&error).expect("the attempt before");
    assert!(earlier.to_string().contains("maintenance"), "{earlier}");
}
