//! People sign in: in a browser, by a pasted address, and again when their session has ended.
#![cfg(all(feature = "sign-in", feature = "file-store"))]

mod support;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::Url;
use support::browser::Browser;
use support::server::{Server, json as answer};
use timeback_qti::{Client, ClientBuilder, ErrorKind, FileTokenStore, ManualClock, Result, SignIn};
use timeback_qti_sandbox::{Account, Sandbox, Scope};

const CLIENT: &str = "people";

/// A redirect address with a port that was free a moment ago.
fn redirect_uri() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}/callback", listener.local_addr().unwrap())
}

async fn sandbox(redirect_uri: &str) -> Sandbox {
    let people = Account::public(CLIENT).redirect_uri(redirect_uri);
    Sandbox::builder().account(people).start().await.unwrap()
}

fn builder(sandbox: &Sandbox, redirect_uri: &str) -> ClientBuilder {
    Client::builder()
        .base_url(sandbox.base_url())
        .token_url(sandbox.token_url())
        .scopes([Scope::Readonly.uri()])
        .sign_in(SignIn::new(CLIENT).redirect_uri(redirect_uri))
}

async fn list(client: &Client) -> Result<()> {
    client.items().list().page(1).send().await.map(drop)
}

/// What a browser does that is sent to `url`, where the person gives this answer: the address that it ends at.
async fn go(url: &str, said: &str) -> String {
    let http = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let page = http.get(url).send().await.unwrap();
    if let Some(location) = page.headers().get("location") {
        return location.to_str().unwrap().to_owned();
    }
    let page = page.text().await.unwrap();
    let ticket = page.split("name=\"ticket\" value=\"").nth(1).unwrap();
    let ticket = ticket.split('"').next().unwrap();
    let form = [("ticket", ticket), ("answer", said)];
    let target = url.split('?').next().unwrap();
    let sent = http.post(target).form(&form).send().await.unwrap();
    sent.headers()["location"].to_str().unwrap().to_owned()
}

/// A `show` that starts such a browser, and follows it to the end.
fn browse(said: &'static str) -> impl FnOnce(&str) -> Result<()> {
    move |url: &str| {
        let url = url.to_owned();
        tokio::spawn(async move { reqwest::get(go(&url, said).await).await.unwrap() });
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_signs_in_with_a_browser_and_lists_items_with_that_token() {
    let Some(browser) = Browser::start().await else {
        eprintln!("skipped: no chromedriver on the path");
        return;
    };
    let redirect_uri = redirect_uri();
    let sandbox = sandbox(&redirect_uri).await;
    let client = builder(&sandbox, &redirect_uri).build().unwrap();
    let (shown, url) = tokio::sync::oneshot::channel();
    let identity = client.identity();
    let signing_in = identity.sign_in(move |url| {
        shown.send(url.to_owned()).unwrap();
        Ok(())
    });
    let person = async {
        browser.open(&url.await.unwrap()).await;
        let page = browser.text().await;
        assert!(
            page.contains("people") && page.contains("read, validate and score"),
            "{page}"
        );
        browser.click("#yes").await;
        browser.text_with("Signed in").await;
    };
    let (signed_in, ()) = tokio::join!(signing_in, person);
    signed_in.unwrap();
    list(&client).await.unwrap();
    let denied = client.item("i").delete().await.unwrap_err();
    assert_eq!(
        denied.status(),
        Some(403),
        "only the scope that was asked for"
    );
    browser.close().await;
}

#[tokio::test]
async fn without_a_sign_in_calls_ask_for_one() {
    let redirect_uri = redirect_uri();
    let sandbox = sandbox(&redirect_uri).await;
    let client = builder(&sandbox, &redirect_uri).build().unwrap();
    let error = list(&client).await.unwrap_err();
    assert!(
        error.is_sign_in_required() && !error.is_retryable(),
        "{error}"
    );
    client.identity().sign_in(browse("yes")).await.unwrap();
    list(&client).await.unwrap();
}

#[tokio::test]
async fn a_no_is_an_error_with_the_issuers_words() {
    let redirect_uri = redirect_uri();
    let sandbox = sandbox(&redirect_uri).await;
    let client = builder(&sandbox, &redirect_uri).build().unwrap();
    let error = client.identity().sign_in(browse("no")).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.code()),
        (ErrorKind::Auth, Some("access_denied"))
    );
    assert!(error.to_string().contains("the person said no"), "{error}");
}

#[tokio::test]
async fn an_address_of_another_sign_in_is_not_used_and_does_not_end_this_one() {
    let redirect_uri = redirect_uri();
    let sandbox = sandbox(&redirect_uri).await;
    let client = builder(&sandbox, &redirect_uri).build().unwrap();
    let told = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&told);
    let forger = redirect_uri.clone();
    let identity = client.identity();
    let signed_in = identity.sign_in(move |url| {
        let url = url.to_owned();
        tokio::spawn(async move {
            for forged in [
                "?code=stolen&state=forged",
                "?code=stolen",
                "",
                "?error=access_denied",
            ] {
                let page = reqwest::get(format!("{forger}{forged}")).await.unwrap();
                kept.lock().unwrap().push(page.status().as_u16());
            }
            let elsewhere = reqwest::get(forger.replace("callback", "favicon.ico"))
                .await
                .unwrap();
            kept.lock().unwrap().push(elsewhere.status().as_u16());
            reqwest::get(go(&url, "yes").await).await.unwrap();
        });
        Ok(())
    });
    signed_in.await.unwrap();
    assert_eq!(*told.lock().unwrap(), [400, 400, 400, 400, 404]);
    list(&client).await.unwrap();
}

#[tokio::test]
async fn one_sign_in_at_a_time_and_not_for_ever() {
    let client = Client::builder()
        .token_url("http://127.0.0.1:9/oauth2/token")
        .sign_in(SignIn::new(CLIENT).time_limit(Duration::from_millis(1)))
        .build()
        .unwrap();
    let identity = client.identity();
    let error = identity.sign_in(|_| {
        assert_eq!(
            identity.begin_sign_in().unwrap_err().kind(),
            ErrorKind::Input
        );
        Ok(())
    });
    let error = error.await.unwrap_err();
    assert_eq!(error.code(), Some("timeout"));
    // A port that stands for any cannot be told to the issuer in advance.
    assert_eq!(
        identity.begin_sign_in().unwrap_err().kind(),
        ErrorKind::Config
    );
}

#[tokio::test]
async fn an_address_that_is_pasted_signs_in_and_one_of_another_sign_in_does_not() {
    let redirect_uri = redirect_uri();
    let sandbox = sandbox(&redirect_uri).await;
    let client = builder(&sandbox, &redirect_uri).build().unwrap();
    let identity = client.identity();
    let foreign = go(identity.begin_sign_in().unwrap().url(), "yes").await;
    for pasted in ["", "yes", "https://example.org/", &foreign] {
        let error = identity
            .begin_sign_in()
            .unwrap()
            .finish(pasted)
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input, "{pasted}");
    }
    let pasting = identity.begin_sign_in().unwrap();
    let address = format!("  {}#_=_\n", go(pasting.url(), "yes").await);
    pasting.finish(&address).await.unwrap();
    list(&client).await.unwrap();
}

#[tokio::test]
async fn an_address_is_sent_with_everything_that_the_issuer_checks() {
    let redirect_uri = redirect_uri();
    let sandbox = sandbox(&redirect_uri).await;
    let client = builder(&sandbox, &redirect_uri).build().unwrap();
    let pasting = client.identity().begin_sign_in().unwrap();
    let url: Url = pasting.url().parse().unwrap();
    let field = |name: &str| {
        url.query_pairs()
            .find(|(found, _)| found == name)
            .unwrap()
            .1
            .into_owned()
    };
    assert_eq!(field("response_type"), "code");
    assert_eq!(field("client_id"), CLIENT);
    assert_eq!(field("redirect_uri"), redirect_uri);
    assert_eq!(field("scope"), Scope::Readonly.uri());
    assert_eq!(
        (
            field("code_challenge_method").as_str(),
            field("code_challenge").len()
        ),
        ("S256", 43)
    );
    assert!(field("state").len() >= 20);
}

fn tokens_asked(sandbox: &Sandbox) -> usize {
    let requests = sandbox.requests();
    let is_token = |operation: Option<&str>| operation == Some("token");
    requests
        .iter()
        .filter(|request| is_token(request.operation.as_deref()))
        .count()
}

/// Signs in, with the session in files, and clocks that start at the same time.
async fn session(folder: &std::path::Path) -> (Sandbox, impl Fn() -> (Client, ManualClock)) {
    let redirect_uri = redirect_uri();
    let sandbox = sandbox(&redirect_uri).await;
    let of = {
        let builder = builder(&sandbox, &redirect_uri).token_store(FileTokenStore::at(folder));
        move || {
            let clock = ManualClock::new();
            let client = builder
                .clone()
                .clock(Arc::new(clock.clone()))
                .build()
                .unwrap();
            (client, clock)
        }
    };
    of().0.identity().sign_in(browse("yes")).await.unwrap();
    (sandbox, of)
}

#[tokio::test]
async fn a_session_outlives_its_process_and_its_tokens() {
    let folder = tempfile::tempdir().unwrap();
    let (sandbox, client) = session(folder.path()).await;
    // The second and the third come when the stored token has ended.
    for hours in [0, 2, 4] {
        let (client, clock) = client();
        clock.advance(Duration::from_secs(hours * 3600));
        list(&client).await.unwrap();
    }
    assert_eq!(tokens_asked(&sandbox), 3);
}

#[tokio::test]
async fn many_who_renew_one_session_at_once_use_its_refresh_token_once() {
    let folder = tempfile::tempdir().unwrap();
    let (sandbox, client) = session(folder.path()).await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..20 {
        let (client, clock) = client();
        clock.advance(Duration::from_secs(3590));
        tasks.spawn(async move { list(&client).await });
    }
    for result in tasks.join_all().await {
        result.unwrap();
    }
    assert_eq!(tokens_asked(&sandbox), 2);
}

#[tokio::test]
async fn a_session_that_the_issuer_ended_asks_for_a_new_sign_in() {
    let folder = tempfile::tempdir().unwrap();
    let (sandbox, client) = session(folder.path()).await;
    sandbox.revoke_tokens();
    let (client, _) = client();
    let error = list(&client).await.unwrap_err();
    assert!(error.is_sign_in_required(), "{error}");
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert!(
        cause.contains("invalid_grant") || cause.contains("400"),
        "{cause}"
    );
    assert_eq!(client.identity().info().await.unwrap(), None);
    client.identity().sign_in(browse("yes")).await.unwrap();
    list(&client).await.unwrap();
}

#[tokio::test]
async fn signing_out_ends_the_session_for_everyone_who_has_it() {
    let folder = tempfile::tempdir().unwrap();
    let (_sandbox, client) = session(folder.path()).await;
    let (one, other) = (client().0, client().0);
    list(&one).await.unwrap();
    list(&other).await.unwrap();
    let info = one.identity().info().await.unwrap().unwrap();
    assert!(info.is_person && info.renewable && info.left.is_some());
    assert!(one.identity().sign_out().await.unwrap(), "revoked");
    assert!(list(&one).await.unwrap_err().is_sign_in_required());
    assert!(list(&other).await.unwrap_err().is_sign_in_required());
}

#[tokio::test]
async fn a_sign_out_that_the_issuer_does_not_confirm_changes_nothing() {
    let server = Server::start(|request, _| match request.target.as_str() {
        "/oauth2/token" => answer(200, &serde_json::json!({"access_token": "a-1", "refresh_token": "hunter2", "expires_in": "3600"})),
        "/oauth2/revoke" => answer(503, &serde_json::json!({"error": "hunter2 is busy"})),
        _ => answer(200, &serde_json::json!({"items": [], "total": 0})),
    })
    .await;
    let client = Client::builder()
        .base_url(format!("{}/api", server.url))
        .token_url(format!("{}/oauth2/token", server.url))
        .sign_in(SignIn::new(CLIENT).redirect_uri(redirect_uri()))
        .build()
        .unwrap();
    let identity = client.identity();
    let pasting = identity.begin_sign_in().unwrap();
    let state = pasting.url().split("state=").nth(1).unwrap();
    let address = format!("?code=c&state={}", state.split('&').next().unwrap());
    pasting.finish(&address).await.unwrap();
    let error = identity.sign_out().await.unwrap_err();
    assert!(
        !format!("{error} {error:?}").contains("hunter2"),
        "{error:?}"
    );
    assert_eq!(identity.token().await.unwrap(), "a-1");
    identity.forget().await.unwrap();
    assert!(list(&client).await.unwrap_err().is_sign_in_required());
}
