//! Tokens over HTTP: fetched once, shared, renewed when refused, and never seen by others.

mod support;

use serde_json::json;
use support::server::{Received, Server, json as answer, response};
use support::{PART, TEST};
use timeback_qti::models::Section;
use timeback_qti::raw::ClientInfo as _;
use timeback_qti::{Client, CredentialsPlacement, ErrorKind, raw};

const SECRET: &str = "s3cr3t-value";

fn client(server: &Server) -> Client {
    builder(server).build().unwrap()
}

fn builder(server: &Server) -> timeback_qti::ClientBuilder {
    Client::builder()
        .base_url(format!("{}/api", server.url))
        .token_url(format!("{}/oauth2/token", server.url))
        .credentials("the-id", SECRET)
}

fn is_token_request(request: &Received) -> bool {
    request.target == "/oauth2/token"
}

fn section() -> serde_json::Value {
    json!({"identifier": "s", "title": "S", "visible": true})
}

/// A service whose token endpoint gives `token-0`, `token-1` and so on.
async fn serve(api: impl Fn(&Received) -> Vec<u8> + Send + Sync + 'static) -> Server {
    let issued = std::sync::atomic::AtomicUsize::new(0);
    Server::start(move |request, _| {
        if is_token_request(request) {
            let number = issued.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            answer(200, &json!({"access_token": format!("token-{number}"), "expires_in": 3600, "token_type": "Bearer"}))
        } else {
            api(request)
        }
    })
    .await
}

fn token_requests(server: &Server) -> usize {
    server
        .received()
        .iter()
        .filter(|request| is_token_request(request))
        .count()
}

async fn get(client: &Client) -> timeback_qti::Result<Section> {
    client.test("t").part("p").section("s").get().await
}

#[tokio::test]
async fn clones_share_one_token() {
    let server = serve(|_| answer(200, &section())).await;
    let client = client(&server);
    for _ in 0..3 {
        get(&client.clone()).await.unwrap();
    }
    assert_eq!(token_requests(&server), 1);
    assert!(
        server
            .received()
            .iter()
            .skip(1)
            .all(|request| request.header("authorization") == Some("Bearer token-0"))
    );
}

#[tokio::test]
async fn a_401_renews_the_token_and_repeats_the_call_once() {
    let server = serve(|request| match request.header("authorization") {
        Some("Bearer token-0") => answer(401, &json!({"imsx_description": "jwt expired"})),
        _ => answer(200, &section()),
    })
    .await;
    let client = client(&server);
    get(&client).await.unwrap();
    get(&client).await.unwrap();
    assert_eq!((token_requests(&server), server.received().len()), (2, 5));
}

#[tokio::test]
async fn a_service_that_refuses_every_token_ends_in_an_auth_error() {
    let server = serve(|_| answer(401, &json!({"message": "jwt expired"}))).await;
    let error = get(&client(&server)).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.status(), error.message()),
        (ErrorKind::Auth, Some(401), "jwt expired")
    );
    assert_eq!((error.attempts(), token_requests(&server)), (2, 2));
    assert!(!error.is_retryable());
}

#[tokio::test]
async fn a_revoked_token_is_replaced_without_the_caller_noticing() {
    let (sandbox, client) = support::sandbox().await;
    let part = client.test(TEST).part(PART);
    part.sections()
        .create(&Section::new("s", "S"))
        .await
        .unwrap();
    sandbox.revoke_tokens();
    assert_eq!(part.section("s").get().await.unwrap().title, "S");
}

#[tokio::test]
async fn a_token_is_replaced_however_often_one_is_revoked_while_calls_go_through_in_between() {
    let (sandbox, client) = support::sandbox().await;
    let part = client.test(TEST).part(PART);
    part.sections()
        .create(&Section::new("s", "S"))
        .await
        .unwrap();
    for _ in 0..12 {
        sandbox.revoke_tokens();
        for _ in 0..2 {
            assert_eq!(part.section("s").get().await.unwrap().title, "S");
        }
    }
}

#[tokio::test]
async fn an_operation_that_refuses_every_token_does_not_fetch_one_a_call_though_others_go_through()
{
    let server = serve(|request| match request.method.as_str() {
        "PUT" => answer(401, &json!({"message": "no scope for this"})),
        _ => answer(200, &section()),
    })
    .await;
    let client = client(&server);
    for _ in 0..20 {
        get(&client).await.unwrap();
        let section = Section::new("s", "S");
        let refused = client.test("t").part("p").section("s").update(&section);
        assert_eq!(refused.await.unwrap_err().kind(), ErrorKind::Auth);
    }
    assert_eq!(token_requests(&server), 3);
}

#[tokio::test]
async fn an_answer_that_repeats_the_request_shows_no_secret_in_any_text_of_the_error() {
    let server = serve(|request| {
        let authorization = request.header("authorization").unwrap();
        let said = format!("{authorization} and {SECRET} and {:?}", request.headers);
        let body = json!({"error": &said, "message": &said, "code": &said, "eventId": &said,
            "details": [{"path": [&said], "message": &said, "code": &said}, {&said: &said}], "title": &said});
        let id = format!("x-request-id: {authorization}");
        match request.method.as_str() {
            "GET" => response(200, &[&id], body.to_string().as_bytes()),
            "PUT" => response(400, &[&id], body.to_string().as_bytes()),
            _ => response(500, &[&id], said.as_bytes()),
        }
    })
    .await;
    let options = timeback_qti::CallOptions::new().header("x-api-key", "k3y-of-the-gateway");
    let client = client(&server).with(options.unwrap());
    let handle = client.test("t").part("p").section("s");
    for error in [
        handle.get().await.unwrap_err(),
        client.item("i").get_xml().await.unwrap_err(),
        handle.update(&Section::new("s", "S")).await.unwrap_err(),
        handle.delete().await.unwrap_err(),
    ] {
        let texts = format!(
            "{error} {error:?} {error:#?} {:?} {:?} {:?} {:?} {:?} {:?} {:?}",
            error.message(),
            error.body(),
            error.details(),
            error.issues(),
            error.code(),
            error.event_id(),
            error.server_request_id()
        );
        assert!(texts.contains("[secret]"), "{texts}");
        for secret in ["token-0", SECRET, "k3y-of-the-gateway"] {
            assert!(!texts.contains(secret), "{texts}");
        }
    }
}

#[tokio::test]
async fn the_bindings_do_not_show_the_headers_of_a_users_own_http_client() {
    let server = serve(|_| answer(200, &section())).await;
    let client = builder(&server).http_client(|http| {
        let mut headers = timeback_qti::http::HeaderMap::new();
        headers.insert("x-api-key", "k3y-of-the-gateway".parse().unwrap());
        http.default_headers(headers)
    });
    let client = client.build().unwrap();
    get(&client).await.unwrap();
    assert_eq!(
        server.received()[1].header("x-api-key"),
        Some("k3y-of-the-gateway")
    );
    let shown = format!("{:?} {:#?} {client:?}", client.raw(), client.raw());
    assert!(!shown.contains("k3y-of-the-gateway"), "{shown}");
}

#[tokio::test]
async fn no_redirect_is_followed_whatever_a_user_sets() {
    let elsewhere = Server::start(|_, _| answer(200, &section())).await;
    let location = format!("location: {}/stolen", elsewhere.url);
    let server = Server::start(move |_, _| response(307, &[&location], b"")).await;
    let follow = |http: timeback_qti::reqwest::ClientBuilder| {
        http.redirect(timeback_qti::reqwest::redirect::Policy::limited(10))
    };
    for client in [builder(&server), builder(&server).static_token("a-token")] {
        let client = client.http_client(follow).build().unwrap();
        get(&client).await.unwrap_err();
    }
    assert!(elsewhere.received().is_empty());
}

#[tokio::test]
async fn wrong_credentials_are_an_auth_error_with_the_providers_code() {
    let (sandbox, _) = support::sandbox().await;
    let client = Client::builder()
        .base_url(sandbox.base_url())
        .token_url(sandbox.token_url())
        .credentials(sandbox.client_id(), SECRET)
        .build()
        .unwrap();
    let error = get(&client).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (ErrorKind::Auth, Some("invalid_client"))
    );
    assert!(!format!("{error} {error:?}").contains(SECRET));
    assert!(!error.is_retryable());
}

#[tokio::test]
async fn credentials_go_in_the_form_or_as_basic() {
    let server = serve(|_| answer(200, &section())).await;
    get(&client(&server)).await.unwrap();
    let basic = builder(&server)
        .credentials_placement(CredentialsPlacement::BasicHeader)
        .scopes(["a", "b"])
        .build()
        .unwrap();
    get(&basic).await.unwrap();
    let requests: Vec<_> = server
        .received()
        .into_iter()
        .filter(is_token_request)
        .collect();
    let form = String::from_utf8(requests[0].body.clone()).unwrap();
    assert!(
        form.contains("grant_type=client_credentials")
            && form.contains(&format!("client_secret={SECRET}")),
        "{form}"
    );
    assert_eq!(requests[0].header("authorization"), None);
    let form = String::from_utf8(requests[1].body.clone()).unwrap();
    assert!(
        form.contains("scope=a+b") && !form.contains(SECRET),
        "{form}"
    );
    assert!(
        requests[1]
            .header("authorization")
            .unwrap()
            .starts_with("Basic ")
    );
}

#[tokio::test]
async fn a_redirect_elsewhere_never_sees_the_token() {
    let elsewhere = Server::start(|_, _| answer(200, &section())).await;
    let location = format!(
        "location: {}/api/assessment-tests/t/test-parts/p/sections/s",
        elsewhere.url
    );
    let server = serve(move |_| response(302, &[&location], b"")).await;
    let client = client(&server);
    assert_eq!(get(&client).await.unwrap_err().kind(), ErrorKind::Transport);
    assert!(elsewhere.received().is_empty());
}

#[tokio::test]
async fn a_read_follows_a_redirect_within_the_origin_and_a_write_none() {
    let server =
        serve(
            |request| match (request.method.as_str(), request.target.contains("moved")) {
                ("GET", true) => answer(200, &section()),
                _ => response(307, &["location: /api/moved"], b""),
            },
        )
        .await;
    let client = client(&server);
    assert_eq!(get(&client).await.unwrap().title, "S");
    let error = client
        .test("t")
        .part("p")
        .section("s")
        .update(&Section::new("s", "S"))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Transport);
    assert_eq!(
        server
            .received()
            .iter()
            .filter(|request| request.method == "PUT")
            .count(),
        1
    );
}

#[tokio::test]
async fn a_client_never_shows_its_secret_or_its_token() {
    let server = serve(|_| answer(200, &section())).await;
    let client = client(&server);
    get(&client).await.unwrap();
    let shown = format!(
        "{client:?} {:?} {:?} {:?}",
        builder(&server),
        client.raw(),
        client.test("t")
    );
    assert!(
        !shown.contains(SECRET) && !shown.contains("token-0"),
        "{shown}"
    );
}

#[tokio::test]
async fn the_raw_bindings_are_authenticated() {
    let server = serve(|_| answer(200, &section())).await;
    let client = client(&server);
    assert_eq!(
        client.raw().get_section("t", "p", "s").await.unwrap().title,
        "S"
    );
    assert_eq!(
        server.received()[1].header("authorization"),
        Some("Bearer token-0")
    );
}

#[tokio::test]
async fn raw_bindings_made_for_another_address_take_no_token_there() {
    let server = serve(|_| answer(200, &section())).await;
    let other = serve(|_| answer(200, &section())).await;
    let own = client(&server).raw();
    let bindings = raw::Client::new(&other.url, own.inner().clone());
    bindings.get_section("t", "p", "s").await.unwrap();
    assert!(other.received().is_empty());
    assert_eq!(server.received().len(), 2);
}
