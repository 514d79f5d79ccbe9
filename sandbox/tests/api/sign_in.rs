//! People sign in: codes, refresh tokens, revocation, and what an authorization server must not do.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;
use sha2::{Digest, Sha256};
use timeback_qti_sandbox::{Account, Sandbox, Scope};

const CLIENT: &str = "people";
const REDIRECT: &str = "http://127.0.0.1:9/callback";
const VERIFIER: &str = "a-verifier-of-at-least-forty-three-letters-it-is";

struct Person {
    sandbox: Sandbox,
    http: reqwest::Client,
}

impl Person {
    async fn new() -> Person {
        let people = Account::public(CLIENT)
            .redirect_uri(REDIRECT)
            .scopes([Scope::Readonly, Scope::Delete]);
        let secret = Account::new("web", "hush").redirect_uri("https://web.example/back?tab=1");
        Person {
            sandbox: Sandbox::builder()
                .account(people)
                .account(secret)
                .start()
                .await
                .unwrap(),
            http: reqwest::Client::builder()
                .redirect(reqwest::redirect::Policy::none())
                .build()
                .unwrap(),
        }
    }

    /// Asks for the page with these fields in the place of those that are right.
    async fn ask(&self, changed: &[(&str, &str)]) -> reqwest::Response {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(VERIFIER));
        let mut fields = vec![
            ("response_type", "code"),
            ("client_id", CLIENT),
            ("redirect_uri", REDIRECT),
            ("state", "s&1"),
            ("code_challenge", &challenge),
            ("code_challenge_method", "S256"),
        ];
        fields.retain(|(name, _)| !changed.iter().any(|(other, _)| other == name));
        fields.extend(changed);
        let request = self.http.get(self.sandbox.authorize_url()).query(&fields);
        request.send().await.unwrap()
    }

    /// Where the browser is sent when the person answers.
    async fn answer(&self, page: reqwest::Response, said: &str) -> reqwest::Response {
        let page = page.text().await.unwrap();
        let ticket = page.split("name=\"ticket\" value=\"").nth(1).unwrap();
        let ticket = ticket.split('"').next().unwrap();
        let form = [("ticket", ticket), ("answer", said)];
        let request = self.http.post(self.sandbox.authorize_url()).form(&form);
        request.send().await.unwrap()
    }

    async fn code(&self) -> String {
        let sent = self.answer(self.ask(&[]).await, "yes").await;
        let location = location(&sent);
        let rest = location.strip_prefix(&format!("{REDIRECT}?code=")).unwrap();
        let (code, state) = rest.split_once("&state=").unwrap();
        assert_eq!(state, "s%261");
        code.to_owned()
    }

    async fn token(&self, fields: &[(&str, &str)]) -> (u16, Value) {
        let client = [("client_id", CLIENT)];
        let form: Vec<_> = client.iter().chain(fields).collect();
        let request = self.http.post(self.sandbox.token_url()).form(&form);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    }

    async fn exchange(&self, code: &str) -> (u16, Value) {
        self.token(&exchange(code)).await
    }

    async fn refresh(&self, token: &str) -> (u16, Value) {
        let grant = ("grant_type", "refresh_token");
        self.token(&[grant, ("refresh_token", token)]).await
    }

    async fn status(&self, method: reqwest::Method, token: &Value) -> u16 {
        let url = format!("{}/assessment-tests/t", self.sandbox.base_url());
        let request = self.http.request(method, url);
        let request = request.bearer_auth(token["access_token"].as_str().unwrap());
        request.send().await.unwrap().status().as_u16()
    }
}

fn exchange(code: &str) -> [(&str, &str); 4] {
    [
        ("grant_type", "authorization_code"),
        ("code", code),
        ("redirect_uri", REDIRECT),
        ("code_verifier", VERIFIER),
    ]
}

fn location(response: &reqwest::Response) -> String {
    response.headers()["location"].to_str().unwrap().to_owned()
}

fn text<'a>(answer: &'a Value, field: &str) -> &'a str {
    answer[field].as_str().unwrap()
}

#[tokio::test]
async fn a_code_gives_a_token_with_the_scopes_that_the_person_allowed() {
    let person = Person::new().await;
    let (status, token) = person.exchange(&person.code().await).await;
    assert_eq!((status, &token["expires_in"]), (200, &3600.into()));
    assert_eq!(person.status(reqwest::Method::GET, &token).await, 404);
    assert_eq!(person.status(reqwest::Method::PUT, &token).await, 403);
}

#[tokio::test]
async fn a_browser_is_sent_to_registered_addresses_only_letter_by_letter() {
    let person = Person::new().await;
    for address in [
        "",
        "http://127.0.0.1:9/callback/",
        "http://127.0.0.1:9/callback?x=1",
        "http://127.0.0.1:10/callback",
        "http://localhost:9/callback",
        "HTTP://127.0.0.1:9/callback",
        "https://web.example/back?tab=1",
        "javascript:alert(1)",
    ] {
        let refused = person.ask(&[("redirect_uri", address)]).await;
        assert_eq!(refused.status(), 400, "{address}");
        assert!(refused.headers().get("location").is_none());
    }
    assert_eq!(person.ask(&[("client_id", "nobody")]).await.status(), 400);
}

#[tokio::test]
async fn a_request_that_is_wrong_goes_back_with_the_reason_and_the_state() {
    let person = Person::new().await;
    for (field, value, error) in [
        ("response_type", "token", "unsupported_response_type"),
        ("code_challenge_method", "plain", "invalid_request"),
        ("code_challenge", "", "invalid_request"),
        ("scope", Scope::CreatePut.uri(), "invalid_scope"),
        ("scope", "everything", "invalid_scope"),
    ] {
        let location = location(&person.ask(&[(field, value)]).await);
        let start = format!("{REDIRECT}?error={}", error.replace('_', "%5F"));
        assert!(location.starts_with(&start), "{location}");
        assert!(location.ends_with("&state=s%261"), "{location}");
    }
}

#[tokio::test]
async fn a_no_goes_back_and_a_page_is_answered_once() {
    let person = Person::new().await;
    let refused = person.answer(person.ask(&[]).await, "no").await;
    assert!(location(&refused).contains("error=access%5Fdenied"));
    let form = [("ticket", "made-up"), ("answer", "yes")];
    let request = person.http.post(person.sandbox.authorize_url()).form(&form);
    assert_eq!(request.send().await.unwrap().status(), 400);
}

#[tokio::test]
async fn a_code_is_good_for_its_own_request_only() {
    let person = Person::new().await;
    for (field, value) in [
        ("code", "made-up"),
        ("redirect_uri", "http://127.0.0.1:10/callback"),
        (
            "code_verifier",
            "another-verifier-of-at-least-forty-three-letters",
        ),
    ] {
        let code = person.code().await;
        let mut form = exchange(&code);
        let changed = form.iter_mut().find(|(name, _)| *name == field).unwrap();
        changed.1 = value;
        let (status, answer) = person.token(&form).await;
        assert_eq!((status, text(&answer, "error")), (400, "invalid_grant"));
    }
}

#[tokio::test]
async fn a_code_used_twice_ends_the_session_that_it_began() {
    let person = Person::new().await;
    let code = person.code().await;
    let (_, token) = person.exchange(&code).await;
    assert_eq!(person.exchange(&code).await.0, 400);
    assert_eq!(person.status(reqwest::Method::GET, &token).await, 401);
    assert_eq!(person.refresh(text(&token, "refresh_token")).await.0, 400);
}

#[tokio::test]
async fn a_refresh_token_is_used_once_and_a_second_use_ends_the_session() {
    let person = Person::new().await;
    let (_, first) = person.exchange(&person.code().await).await;
    let (status, second) = person.refresh(text(&first, "refresh_token")).await;
    assert_eq!(status, 200);
    assert_ne!(first["refresh_token"], second["refresh_token"]);
    assert_eq!(person.status(reqwest::Method::GET, &second).await, 404);
    let (status, answer) = person.refresh(text(&first, "refresh_token")).await;
    assert_eq!((status, text(&answer, "error")), (400, "invalid_grant"));
    assert_eq!(person.status(reqwest::Method::GET, &second).await, 401);
    assert_eq!(person.refresh(text(&second, "refresh_token")).await.0, 400);
}

#[tokio::test]
async fn a_revoked_session_is_over_and_what_is_unknown_counts_as_revoked() {
    let person = Person::new().await;
    let (_, token) = person.exchange(&person.code().await).await;
    let url = person.sandbox.token_url().replace("token", "revoke");
    for (revoked, client, expected, after) in [
        ("made-up", CLIENT, 200, 404),
        (text(&token, "refresh_token"), "nobody", 400, 404),
        (text(&token, "refresh_token"), CLIENT, 200, 401),
    ] {
        let form = [("client_id", client), ("token", revoked)];
        let answer = person.http.post(&url).form(&form).send().await.unwrap();
        assert_eq!(answer.status(), expected, "{revoked} {client}");
        assert_eq!(person.status(reqwest::Method::GET, &token).await, after);
    }
    let log = serde_json::to_string(&person.sandbox.requests()).unwrap();
    assert!(!log.contains(text(&token, "refresh_token")));
}

#[tokio::test]
async fn a_public_client_gets_nothing_for_itself() {
    let person = Person::new().await;
    let (status, answer) = person.token(&[("grant_type", "client_credentials")]).await;
    assert_eq!(
        (status, text(&answer, "error")),
        (400, "unauthorized_client")
    );
}

#[tokio::test]
async fn the_page_runs_nothing_and_leads_to_the_registered_address_alone() {
    let person = Person::new().await;
    let page = person.ask(&[]).await;
    let policy = page.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'") && policy.contains("frame-ancestors 'none'"));
    assert!(
        policy.ends_with("form-action 'self' http://127.0.0.1:9"),
        "{policy}"
    );
    let hostile = person
        .ask(&[("redirect_uri", "<script>alert(1)</script>")])
        .await;
    assert!(!hostile.text().await.unwrap().contains("<script"));
}
