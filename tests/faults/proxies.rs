//! Proxies that answer in the service's place: portals that ask to sign in, and gateways in trouble.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use timeback_qti::reqwest::Proxy;
use timeback_qti::{Client, ErrorKind};

use crate::harness::{
    Call, IN_BODY, assert_usable, builder_at, check_log, check_text, in_time, well,
};
use crate::support::server::{Received, Reply, Server, response};

fn page(status: u16, headers: &[&str]) -> Vec<u8> {
    let html = format!("<!DOCTYPE html><title>Sign in</title>{IN_BODY}");
    response(
        status,
        &[&["content-type: text/html"], headers].concat(),
        html.as_bytes(),
    )
}

/// A client of a service elsewhere, which is reached by this proxy alone.
fn client_through(proxy: &Server, base_url: &str) -> Client {
    let url = proxy.url.clone();
    builder_at(base_url)
        .static_token("a-token")
        .allow_insecure_http()
        .http_client(move |http| http.proxy(Proxy::all(&url).expect("a URL")))
        .build()
        .unwrap()
}

#[tokio::test]
async fn a_proxys_page_is_no_answer_of_the_service() {
    for (page, kind, applied) in [
        (page(200, &[]), ErrorKind::Decode, true),
        (
            page(302, &["location: http://portal.invalid/"]),
            ErrorKind::Transport,
            true,
        ),
        (page(303, &[]), ErrorKind::Transport, true),
        (page(403, &[]), ErrorKind::Auth, false),
        (
            page(407, &["proxy-authenticate: Basic"]),
            ErrorKind::Request,
            false,
        ),
        (page(502, &[]), ErrorKind::Server, true),
        (page(511, &[]), ErrorKind::Server, true),
    ] {
        let in_the_way = Arc::new(AtomicBool::new(true));
        let flag = Arc::clone(&in_the_way);
        let proxy = Server::start(move |request, _| match flag.load(Ordering::Relaxed) {
            true => page.clone().into(),
            false => well(request),
        })
        .await;
        let client = client_through(&proxy, "http://elsewhere.invalid");
        for call in [Call::AddItem, Call::Delete, Call::Get] {
            let error = in_time("proxy", call.run(&client)).await.unwrap_err();
            assert_eq!(error.kind(), kind, "{call:?} {error:?}");
            if matches!(call, Call::AddItem) {
                assert_eq!(
                    (error.attempts(), error.may_have_been_applied()),
                    (1, applied)
                );
            }
            check_text("proxy", &error);
        }
        in_the_way.store(false, Ordering::Relaxed);
        assert_usable("proxy", &client).await;
    }
}

#[tokio::test]
async fn a_proxy_that_does_not_connect_is_no_connection() {
    for answer in [
        Reply::from(page(407, &["proxy-authenticate: Basic"])),
        Reply::from(page(502, &[])),
        Reply::new().send(page(200, &[])).close(),
        Reply::new()
            .send("HTTP/1.1 200 OK\r\n\r\n")
            .send("<html>")
            .close(),
        Reply::new().send("HTTP/1.1 200 OK\r\n\r\n").reset(),
        Reply::new().reset(),
        Reply::new()
            .send("HTTP/1.1 200 OK\r\n")
            .repeat("x-one: more\r\n", usize::MAX),
    ] {
        let proxy = Server::start(move |_: &Received, _| answer.clone()).await;
        let client = client_through(&proxy, "https://elsewhere.invalid");
        let error = in_time("CONNECT", Call::AddItem.run(&client))
            .await
            .unwrap_err();
        assert_eq!(
            (error.kind(), error.attempts()),
            (ErrorKind::Connect, 5),
            "{error:?}"
        );
        assert!(!error.may_have_been_applied());
        check_text("CONNECT", &error);
        assert!(proxy.received().iter().all(|it| it.method == "CONNECT"));
    }
    check_log("CONNECT");
}
