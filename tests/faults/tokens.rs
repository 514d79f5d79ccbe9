//! Token endpoints in trouble, and calls that are dropped while they wait for a token.

use std::sync::Arc;

use futures_util::FutureExt;
use serde_json::json;
use timeback_qti::ErrorKind::Auth;
use timeback_qti::{Error, Token, TokenFuture, TokenSource};
use tokio::sync::Semaphore;

use crate::harness::{Call, Case, SECRET, TOKEN, assert_usable, builder, run, well};
use crate::support::server::{Reply, Server, json as answer, response};

#[tokio::test]
async fn a_token_endpoint_in_trouble_is_an_auth_error() {
    let token = |value: &str| answer(200, &json!({"access_token": value, "expires_in": 3600}));
    let troubles: [(&str, Reply); 14] = [
        (
            "HTML",
            response(
                200,
                &["content-type: text/html"],
                b"<html>maintenance</html>",
            )
            .into(),
        ),
        ("an HTML 502", response(502, &[], b"<html>").into()),
        ("nothing", response(200, &[], b"").into()),
        ("an empty 500", response(500, &[], b"").into()),
        ("an empty token", token("").into()),
        (
            "a token with a newline",
            token(&format!("{TOKEN}\n")).into(),
        ),
        (
            "a token that is two headers",
            token(&format!("{TOKEN}\r\nx-a: b")).into(),
        ),
        (
            "a token for another use",
            answer(200, &json!({"access_token": TOKEN, "token_type": "mac"})).into(),
        ),
        ("a number", answer(200, &json!({"access_token": 7})).into()),
        (
            "nested too deep",
            response(200, &[], "[".repeat(50_000).as_bytes()).into(),
        ),
        (
            "an endless answer",
            Reply::new()
                .send("HTTP/1.1 200 OK\r\n\r\n")
                .repeat("a".repeat(1000), usize::MAX),
        ),
        ("a reset", Reply::new().reset()),
        (
            "half an answer",
            Reply::new()
                .send("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\n{")
                .close(),
        ),
        ("a 429", response(429, &["retry-after: 1"], b"").into()),
    ];
    run(troubles.map(|(name, reply)| Case::at_token_endpoint(name, reply).fails(Auth))).await;
}

#[tokio::test]
async fn refused_credentials_are_an_auth_error_that_shows_none_of_them() {
    let quoting = json!({"error": "invalid_client", "error_description": format!("{SECRET} is not the secret")});
    run([400, 401, 403].map(|status| {
        Case::at_token_endpoint("refused", answer(status, &quoting))
            .fails(Auth)
            .requests(1)
    }))
    .await;
}

/// A source that gives its token when it is let to.
struct Gated(Arc<Semaphore>);

impl TokenSource for Gated {
    fn fetch(&self) -> TokenFuture<'_> {
        Box::pin(async {
            let gate = self.0.acquire().await;
            gate.map_err(|_| Error::token_unavailable("closed"))?
                .forget();
            Ok(Token::new(TOKEN))
        })
    }
}

#[tokio::test]
async fn a_call_dropped_in_the_middle_of_a_refresh_takes_nothing_with_it() {
    let server = Server::start(|request, _| well(request)).await;
    let gate = Arc::new(Semaphore::new(0));
    let client = builder(&server)
        .token_source(Gated(Arc::clone(&gate)))
        .build()
        .unwrap();
    for _ in 0..30 {
        let call = Call::Get.run(&client);
        assert!(call.now_or_never().is_none(), "it waits for a token");
        tokio::task::yield_now().await;
    }
    gate.add_permits(1);
    assert_usable("dropped", &client).await;
    assert_eq!(gate.available_permits(), 0, "one token was fetched");
}
