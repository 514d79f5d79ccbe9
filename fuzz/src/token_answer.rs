//! Answers of the token endpoint, with any status, headers and body.

use std::sync::Arc;

use serde_json::Value;
use timeback_qti::{ErrorKind, ManualClock};

use super::error::{hides, holds, logged};
use super::service::{Answer, Service};

/// One that is written otherwise in URLs, in forms and in JSON.
const SECRET: &str = "s3cr3t of \"a\\ cli\u{eb}nt/+";

thread_local! {
    static SERVICE: Service = Service::start();
}

pub fn check(bytes: &[u8]) {
    let answer = Answer::read(bytes);
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    let token = body["access_token"].as_str();
    SERVICE.with(|service| {
        let api = Answer {
            status: 404,
            ..Answer::default()
        };
        service.answers(api, answer.clone());
        let client = service.client(|builder| {
            let builder = builder.token_url(service.token_url());
            builder
                .clock(Arc::new(ManualClock::new()))
                .credentials("client", SECRET)
        });
        let (error, log) = logged(|| {
            service
                .run(client.item("i").get())
                .expect_err("there is no such item")
        });
        holds(&error, SECRET);
        hides(&log, SECRET);
        // Other words could stand in an error by chance.
        if let Some(token) = token.filter(|token| token.starts_with("t0k3n-of-a-client")) {
            holds(&error, token);
            hides(&log, token);
        }

        let sent = service.sent();
        assert_eq!(sent[0].target, "/token");
        match sent.iter().find(|sent| sent.target != "/token") {
            Some(sent) => {
                assert_eq!(error.kind(), ErrorKind::NotFound);
                assert!((200..300).contains(&answer.status), "{answer:?}");
                let token = token.expect("one was answered");
                assert_eq!(sent.authorization, Some(format!("Bearer {token}")));
            }
            None => {
                assert_eq!(error.kind(), ErrorKind::Auth, "{error}");
                assert_eq!(error.attempts(), 0, "{error}");
                is_rightly_refused(&answer, &body);
            }
        }
    });
}

/// A success with a token that a header can carry is one.
fn is_rightly_refused(answer: &Answer, body: &Value) {
    let is_fit =
        |token: &str| !token.is_empty() && token.bytes().all(|byte| matches!(byte, 0x21..=0x7e));
    let kind = &body["token_type"];
    let is_bearer = kind.is_null()
        || kind
            .as_str()
            .is_some_and(|kind| kind.eq_ignore_ascii_case("bearer"));
    let is_token = body["access_token"].as_str().is_some_and(is_fit) && is_bearer;
    let is_readable = !answer
        .headers
        .iter()
        .any(|(name, _)| name == "content-encoding");
    let is_success = (200..300).contains(&answer.status) && answer.status != 204;
    assert!(!(is_success && is_token && is_readable), "{answer:?}");
}
