//! Redirects: followed for reads within the origin, a few times; never with a token to anywhere else.

use timeback_qti::ErrorKind::Transport;

use crate::harness::{
    Call, Case, assert_usable, builder, check_text, in_time, is_for_token, run, well,
};
use crate::support::server::{Received, Server, response};

#[tokio::test]
async fn a_redirect_loop_ends() {
    run([
        Case::new(
            "to itself",
            Call::Get,
            response(302, &["location: /loop"], b""),
        )
        .fails(Transport)
        .requests(6),
        Case::new(
            "a write",
            Call::Create,
            response(307, &["location: /loop"], b""),
        )
        .fails(Transport)
        .requests(1)
        .may_have_been_applied(),
        Case::new(
            "a delete",
            Call::Delete,
            response(308, &["location: /loop"], b""),
        )
        .fails(Transport)
        .requests(1)
        .may_have_been_applied(),
        Case::new("to nowhere", Call::Get, response(302, &[], b""))
            .fails(Transport)
            .requests(1),
        Case::new(
            "to nonsense",
            Call::Get,
            response(301, &["location: http://["], b""),
        )
        .fails(Transport)
        .requests(1),
    ])
    .await;
}

#[tokio::test]
async fn no_request_and_no_token_follows_a_redirect_to_another_host() {
    let elsewhere = Server::start(|request, _| well(request)).await;
    for status in [301, 302, 303, 307, 308] {
        for target in [
            elsewhere.url.clone(),
            elsewhere.url.replace("http:", ""),
            "https://elsewhere.invalid".to_owned(),
        ] {
            let location = format!("location: {target}/stolen");
            let server = Server::start(move |request: &Received, _| {
                if is_for_token(request) {
                    well(request)
                } else {
                    response(status, &[&location], b"").into()
                }
            })
            .await;
            let client = builder(&server).build().unwrap();
            for call in [Call::Get, Call::Create, Call::Update, Call::Delete] {
                let error = in_time("redirect", call.run(&client)).await.unwrap_err();
                assert_eq!(error.kind(), Transport, "{status} {target} {call:?}");
                assert_eq!(
                    (error.status(), error.is_retryable()),
                    (Some(status), false)
                );
                check_text("redirect", &error);
            }
        }
    }
    assert!(elsewhere.received().is_empty());
}

#[tokio::test]
async fn a_token_endpoint_that_redirects_gets_no_secret_sent_on() {
    let elsewhere = Server::start(|request, _| well(request)).await;
    let location = format!("location: {}/token", elsewhere.url);
    let server = Server::start(move |_: &Received, _| response(307, &[&location], b"")).await;
    let client = builder(&server).build().unwrap();
    let error = in_time("redirect", Call::Get.run(&client))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), timeback_qti::ErrorKind::Auth);
    check_text("redirect", &error);
    assert!(elsewhere.received().is_empty());
    assert_usable("redirect", &builder(&elsewhere).build().unwrap()).await;
}
