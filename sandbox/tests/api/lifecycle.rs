//! Starting, stopping, and many clients at a time.

use std::sync::Arc;

use serde_json::json;
use timeback_qti_sandbox::Sandbox;
use tokio::net::TcpStream;

use crate::support::{Api, test_body};

#[tokio::test]
async fn a_stopped_sandbox_ends_its_connections_and_frees_its_port() {
    let sandbox = Sandbox::start().await.unwrap();
    let address = sandbox
        .page_url()
        .trim_start_matches("http://")
        .trim_end_matches('/')
        .to_owned();
    let open = TcpStream::connect(&address).await.unwrap();
    sandbox.stop().await;
    TcpStream::connect(&address).await.unwrap_err();
    let mut byte = [0];
    open.readable().await.unwrap();
    assert_eq!(open.try_read(&mut byte).unwrap_or(0), 0);
    let port = address.rsplit(':').next().unwrap().parse().unwrap();
    assert_eq!(
        Sandbox::builder()
            .port(port)
            .start()
            .await
            .unwrap()
            .page_url(),
        format!("http://{address}/")
    );
}

#[tokio::test]
async fn a_port_that_is_taken_is_an_error() {
    let taken = tokio::net::TcpListener::bind(("127.0.0.1", 0))
        .await
        .unwrap();
    Sandbox::builder()
        .port(taken.local_addr().unwrap().port())
        .start()
        .await
        .unwrap_err();
}

#[tokio::test]
async fn sandboxes_know_nothing_of_each_other() {
    let (one, other) = (Api::with_test().await, Api::start().await);
    one.get("/assessment-tests/t").await.expect(200);
    other.get("/assessment-tests/t").await.expect(404);
    let foreign = other
        .http
        .get(format!("{}/assessment-tests", other.sandbox.base_url()))
        .bearer_auth(&one.token);
    other.send(foreign).await.expect(401);
}

#[tokio::test(flavor = "multi_thread")]
async fn writers_at_the_same_time_lose_nothing_and_one_of_each_pair_conflicts() {
    const SECTIONS: &str = "/assessment-tests/t/test-parts/p/sections";
    let api = Arc::new(Api::with_test().await);
    let writers: Vec<_> = (0..32)
        .map(|writer| {
            let api = Arc::clone(&api);
            let body = json!({"identifier": format!("new-{}", writer / 2), "title": "x"});
            tokio::spawn(async move { api.post(SECTIONS, &body).await.status.as_u16() })
        })
        .collect();
    let mut statuses = Vec::new();
    for writer in writers {
        statuses.push(writer.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [[201; 16], [409; 16]].concat());
    assert_eq!(api.get(SECTIONS).await.expect(200)["total"], 17);
    assert_eq!(api.get("/assessment-tests/t").await.expect(200)["__v"], 16);
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let api = Api::start().await;
    let mut body = test_body("t");
    body["title"] = json!("x".repeat(10 * 1024 * 1024));
    api.post("/assessment-tests", &body).await.error(413);
}

#[tokio::test]
async fn what_needs_no_token_is_refused_to_other_sites() {
    let api = Api::with_test().await;
    let origin = api.sandbox.base_url().trim_end_matches("/api").to_owned();
    let own = origin.trim_start_matches("http://").to_owned();
    let status = async |path: &str, name: &str, value: &str| {
        let method = if path == "/_sandbox/reset" {
            "POST"
        } else {
            "GET"
        };
        api.http
            .request(method.parse().unwrap(), format!("{origin}{path}"))
            .header(name, value)
            .send()
            .await
            .unwrap()
            .status()
            .as_u16()
    };
    for path in [
        "/_sandbox/requests",
        "/_sandbox/faults",
        "/_sandbox/reset",
        "/requests",
    ] {
        for (name, value) in [
            ("host", "rebound.example"),
            ("host", "127.0.0.1.example:80"),
            ("origin", "https://site.example"),
            ("origin", "http://127.0.0.1:1"),
            ("origin", "null"),
        ] {
            assert_eq!(
                status(path, name, value).await,
                403,
                "{path} {name} {value}"
            );
        }
    }
    api.get("/assessment-tests/t").await.expect(200);
    assert_eq!(status("/_sandbox/requests", "origin", &origin).await, 200);
    assert_eq!(status("/_sandbox/requests", "host", &own).await, 200);
    assert_eq!(status("/_sandbox/reset", "origin", &origin).await, 204);
}

#[tokio::test]
async fn a_sandbox_that_listens_everywhere_names_this_machine_as_its_address() {
    let builder = Sandbox::builder().listen(std::net::Ipv4Addr::UNSPECIFIED);
    let sandbox = builder.start().await.unwrap();
    assert!(
        sandbox.base_url().starts_with("http://127.0.0.1:"),
        "{}",
        sandbox.base_url()
    );
    let page = reqwest::get(sandbox.page_url()).await.unwrap();
    assert!(page.status().is_success());
    // Another machine's pages are kept out as ever.
    let other = reqwest::Client::new()
        .get(sandbox.page_url())
        .header("host", "sandbox.example");
    assert_eq!(other.send().await.unwrap().status(), 403);
}

#[tokio::test]
async fn a_sandbox_shows_no_token_and_no_secret_in_its_debug_text() {
    let api = Api::start().await;
    let shown = format!("{:?}", api.sandbox);
    assert!(shown.contains("127.0.0.1"), "{shown}");
    for secret in [api.token.as_str(), api.sandbox.client_secret()] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
