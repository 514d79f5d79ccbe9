//! What a proxy sees: nothing that is meant for this machine, and the rest as the user has it.

mod support;

use serde_json::json;
use support::server::{Received, Reply, Server, json as answer};
use timeback_qti::{Client, ClientBuilder};

/// Set in the process that stands behind the proxy: where the service is.
const SERVICE: &str = "PROXIES_TEST_SERVICE";

fn well(request: &Received) -> Vec<u8> {
    match request.target.ends_with("/token") {
        true => answer(
            200,
            &json!({"access_token": "t0k3n-value", "expires_in": 3600}),
        ),
        false => answer(200, &json!({"identifier": "i", "title": "T"})),
    }
}

fn builder(base: &str, token: &str) -> ClientBuilder {
    Client::builder()
        .base_url(format!("{base}/api"))
        .token_url(format!("{token}/token"))
        .credentials("the-id", "s3cr3t-value")
}

/// A proxy that answers as the service does.
async fn proxy() -> Server {
    Server::start(|request, _| well(request)).await
}

fn through(proxy: &Server, builder: ClientBuilder) -> ClientBuilder {
    let url = proxy.url.clone();
    builder.http_client(move |http| {
        http.proxy(timeback_qti::reqwest::Proxy::all(&url).expect("a URL"))
    })
}

#[tokio::test]
async fn a_proxy_of_the_environment_sees_nothing_that_is_for_this_machine() {
    if let Ok(service) = std::env::var(SERVICE) {
        let by_address = builder(&service, &service).build().unwrap();
        by_address.item("i").get().await.unwrap();
        let by_name = service.replace("127.0.0.1", "localhost");
        let by_name = builder(&by_name, &by_name).build().unwrap();
        by_name.item("i").get().await.unwrap();
        by_name.raw().get_assessment_item("i").await.unwrap();
        return;
    }
    let (service, proxy) = (proxy().await, proxy().await);
    let mut child = tokio::process::Command::new(std::env::current_exe().unwrap());
    for name in [
        "HTTP_PROXY",
        "http_proxy",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "all_proxy",
    ] {
        child.env(name, &proxy.url);
    }
    let child = child
        .env(SERVICE, &service.url)
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .args([
            "--exact",
            "a_proxy_of_the_environment_sees_nothing_that_is_for_this_machine",
        ])
        .output()
        .await
        .unwrap();
    assert!(child.status.success(), "{child:?}");
    assert!(proxy.received().is_empty(), "{:?}", proxy.received());
    assert_eq!(service.received().len(), 5);
}

#[tokio::test]
async fn a_proxy_of_the_users_own_sees_nothing_that_is_for_this_machine() {
    let (service, proxy) = (proxy().await, proxy().await);
    let client = through(&proxy, builder(&service.url, &service.url));
    let client = client.build().unwrap();
    client.item("i").get().await.unwrap();
    assert!(proxy.received().is_empty(), "{:?}", proxy.received());
    assert_eq!(service.received().len(), 2);
}

#[tokio::test]
async fn what_is_for_elsewhere_goes_through_the_proxy_beside_what_is_for_this_machine() {
    let elsewhere = "http://elsewhere.invalid";
    for (base, token) in [(None, Some(elsewhere)), (Some(elsewhere), None)] {
        let (service, proxy) = (proxy().await, proxy().await);
        let url = |set: Option<&str>| set.unwrap_or(&service.url).to_owned();
        let client = through(&proxy, builder(&url(base), &url(token)));
        let client = client.allow_insecure_http().build().unwrap();
        client.item("i").get().await.unwrap();
        for (server, is_elsewhere) in [(&service, false), (&proxy, true)] {
            let targets: Vec<_> = server.received().into_iter().map(|r| r.target).collect();
            let of_token = if is_elsewhere {
                token.is_some()
            } else {
                token.is_none()
            };
            assert_eq!(targets.len(), 1, "{targets:?}");
            assert_eq!(targets[0].ends_with("/token"), of_token, "{targets:?}");
        }
    }
}

#[tokio::test]
async fn plain_http_elsewhere_is_refused_with_a_proxy_as_without() {
    let proxy = proxy().await;
    let client = through(
        &proxy,
        builder("http://elsewhere.invalid", "https://elsewhere.invalid"),
    );
    assert!(
        client
            .build()
            .unwrap_err()
            .to_string()
            .contains("plain http")
    );
    let client = through(
        &proxy,
        builder("https://elsewhere.invalid", "http://elsewhere.invalid"),
    );
    assert!(
        client
            .build()
            .unwrap_err()
            .to_string()
            .contains("plain http")
    );
}

#[tokio::test]
async fn https_shows_a_proxy_the_host_alone() {
    let proxy = Server::start(|_, _| Reply::new().send("HTTP/1.1 502 No\r\n\r\n").close()).await;
    let elsewhere = "https://elsewhere.invalid";
    let client = through(&proxy, builder(elsewhere, elsewhere));
    let client = client.retry(timeback_qti::RetryPolicy::never());
    let client = client.clock(std::sync::Arc::new(timeback_qti::ManualClock::new()));
    client.build().unwrap().item("i").get().await.unwrap_err();
    assert!(!proxy.received().is_empty());
    for request in proxy.received() {
        assert_eq!(request.method, "CONNECT");
        assert!(!format!("{request:?}").contains("s3cr3t-value"));
    }
}
