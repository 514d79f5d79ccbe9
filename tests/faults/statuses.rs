//! Answers that say no: gateways, refusals, storms of them, and words of any length.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;
use timeback_qti::ErrorKind::{Auth, NotFound, RateLimit, Request, Server as ServerError};
use tokio::task::JoinSet;

use crate::harness::{
    Call, Case, IN_BODY, assert_usable, builder, check_log, check_text, in_time, is_for_token, run,
    well,
};
use crate::support::server::{Received, Server, json as answer, response};

const HTML: &[u8] = b"<!DOCTYPE html>\n<html><body><h1>Bad gateway</h1></body></html>";

#[tokio::test]
async fn gateways_answer_with_html_or_nothing() {
    let answers = [500, 502, 503, 504].map(|status| {
        [
            ("HTML", response(status, &["content-type: text/html"], HTML)),
            ("nothing", response(status, &[], b"")),
            (
                "HTML that says JSON",
                response(status, &["content-type: application/json"], HTML),
            ),
        ]
    });
    for (name, reply) in answers.into_iter().flatten() {
        run([
            Case::new(name, Call::Get, reply.clone())
                .fails(ServerError)
                .requests(5),
            Case::new(name, Call::AddItem, reply)
                .fails(ServerError)
                .requests(1)
                .may_have_been_applied(),
        ])
        .await;
    }
}

#[tokio::test]
async fn a_500_after_a_write_was_committed_leaves_it_open() {
    let reply = || answer(500, &json!({"error": "InternalServerError"}));
    run(
        [Call::Create, Call::Update, Call::Delete, Call::AddItem].map(|call| {
            Case::new("500", call, reply())
                .fails(ServerError)
                .requests(1)
                .may_have_been_applied()
        }),
    )
    .await;
}

#[tokio::test]
async fn errors_of_any_length_stay_short() {
    let long = "w".repeat(2_000);
    let issues: Vec<_> = (0..100)
        .map(|n| json!({"path": ["items", n, &long], "message": long, "code": long}))
        .collect();
    let bodies = [
        json!({"error": long, "message": long, "code": long, "eventId": long}),
        json!({"error": "\u{200b}\"\\".repeat(10_000), "eventId": "\"".repeat(10_000), "code": "\"".repeat(10_000)}),
        json!({"error": "many", "details": issues}),
        json!({"error": "many", "meta": {"issues": issues, "eventId": long}}),
        json!({"error": {"message": long}, "details": long}),
        json!({"imsx_description": long, "imsx_CodeMinor": long}),
    ];
    run(bodies.map(|body| {
        Case::new("a long error", Call::Create, answer(422, &body))
            .fails(Request)
            .requests(1)
    }))
    .await;
    let endless = vec![0; 200_000];
    run([Case::new(
        "a long error of another kind",
        Call::Create,
        answer(422, &json!(endless)),
    )
    .fails(Request)
    .requests(1)])
    .await;
    let plain = response(404, &["content-type: text/plain"], long.as_bytes());
    run([Case::new("a long text", Call::Get, plain)
        .fails(NotFound)
        .requests(1)])
    .await;
}

#[tokio::test]
async fn a_401_loop_ends_after_one_more_token() {
    let reply = answer(401, &json!({"message": "jwt expired"}));
    run([Call::Get, Call::Create, Call::AddItem].map(|call| {
        Case::new("401", call, reply.clone())
            .fails(Auth)
            .requests(2)
    }))
    .await;
}

#[tokio::test]
async fn a_429_with_any_retry_after_comes_back_as_one() {
    let after = |value: &str| response(429, &[&format!("retry-after: {value}")], b"");
    // What makes no sense counts as absent: the client waits as long as it pleases, and tries again.
    let tried_again = [
        "0",
        "-1",
        "NaN",
        "",
        "soon",
        "Sun, 06 Nov 1994 08:49:37 GMT",
        "0x10",
        "inf",
        "-0",
    ];
    run(tried_again.map(|value| {
        Case::new("429", Call::Get, after(value))
            .fails(RateLimit)
            .requests(5)
    }))
    .await;
    let past_the_deadline = ["1e9", "1000000000", "Fri, 31 Dec 9999 23:59:59 GMT"];
    run(past_the_deadline.map(|value| {
        Case::new("429", Call::Get, after(value))
            .fails(RateLimit)
            .requests(1)
    }))
    .await;
}

#[tokio::test]
async fn a_429_storm_fails_all_calls_and_ends_with_it() {
    let storm = Arc::new(AtomicBool::new(true));
    let raging = Arc::clone(&storm);
    let server = Server::start(
        move |request: &Received, _| match raging.load(Ordering::Relaxed) {
            true if !is_for_token(request) => response(429, &[], IN_BODY.as_bytes()).into(),
            _ => well(request),
        },
    )
    .await;
    let client = builder(&server).build().unwrap();
    let mut calls = JoinSet::new();
    for _ in 0..300 {
        let client = client.clone();
        calls.spawn(async move { Call::AddItem.run(&client).await });
    }
    while let Some(result) = in_time("storm", calls.join_next()).await {
        let error = result.unwrap().unwrap_err();
        assert_eq!(error.kind(), RateLimit, "{error:?}");
        assert!(!error.may_have_been_applied());
        check_text("storm", &error);
    }
    assert!(
        server.received().len() <= 340,
        "{} requests",
        server.received().len()
    );
    storm.store(false, Ordering::Relaxed);
    for _ in 0..50 {
        assert_usable("storm", &client).await;
    }
    check_log("storm");
}
