//! The token endpoint and the check of tokens and scopes.

use std::time::Duration;

use serde_json::{Value, json};
use timeback_qti_sandbox::{Account, Sandbox, Scope};

use crate::support::{Api, test_body};

async fn ask(
    sandbox: &Sandbox,
    form: &[(&str, &str)],
    basic: Option<(&str, &str)>,
) -> (u16, Value) {
    let mut request = reqwest::Client::new().post(sandbox.token_url()).form(form);
    if let Some((id, secret)) = basic {
        request = request.basic_auth(id, Some(secret));
    }
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

const GRANT: (&str, &str) = ("grant_type", "client_credentials");

#[tokio::test]
async fn credentials_work_in_the_body_and_as_http_basic() {
    let sandbox = Sandbox::start().await.unwrap();
    let (id, secret) = (sandbox.client_id(), sandbox.client_secret());
    for (status, answer) in [
        ask(
            &sandbox,
            &[GRANT, ("client_id", id), ("client_secret", secret)],
            None,
        )
        .await,
        ask(&sandbox, &[GRANT], Some((id, secret))).await,
    ] {
        assert_eq!(status, 200);
        assert_eq!(answer["expires_in"], 3600);
        assert_eq!(answer["token_type"], "Bearer");
        assert!(answer["access_token"].as_str().unwrap().len() > 20);
    }
}

#[tokio::test]
async fn a_token_request_that_is_wrong_is_told_why() {
    let sandbox = Sandbox::start().await.unwrap();
    let (id, secret) = (sandbox.client_id(), sandbox.client_secret());
    let padded = format!("{secret}\n");
    let client = ("client_id", id);
    for (form, error) in [
        (
            vec![GRANT, client, ("client_secret", "wrong")],
            "invalid_client",
        ),
        (
            vec![GRANT, client, ("client_secret", &padded)],
            "invalid_client",
        ),
        (
            vec![GRANT, ("client_id", "nobody"), ("client_secret", secret)],
            "invalid_client",
        ),
        (vec![GRANT], "invalid_client"),
        (vec![client, ("client_secret", secret)], "invalid_request"),
        (
            vec![
                ("grant_type", "password"),
                client,
                ("client_secret", secret),
            ],
            "unsupported_grant_type",
        ),
        (
            vec![
                GRANT,
                client,
                ("client_secret", secret),
                ("scope", "everything"),
            ],
            "invalid_scope",
        ),
    ] {
        assert_eq!(
            ask(&sandbox, &form, None).await,
            (400, json!({"error": error})),
            "{form:?}"
        );
    }
}

#[tokio::test]
async fn without_a_token_that_is_valid_nothing_opens() {
    let mut api = Api::start().await;
    let bare = api
        .http
        .get(format!("{}/assessment-tests", api.sandbox.base_url()));
    assert_eq!(api.send(bare).await.error(401), "Unauthorized");
    let token = std::mem::replace(&mut api.token, "made-up".to_owned());
    assert_eq!(
        api.get("/assessment-tests").await.error(401),
        "Unauthorized"
    );
    api.token = token;
    api.get("/assessment-tests").await.expect(200);
    api.sandbox.revoke_tokens();
    api.get("/assessment-tests").await.expect(401);
}

#[tokio::test]
async fn an_expired_token_is_named_so_in_the_platforms_envelope() {
    let api = Api::with(Sandbox::builder().token_lifetime(Duration::ZERO)).await;
    assert_eq!(
        api.get("/assessment-tests").await.expect(401)["imsx_description"],
        "jwt expired"
    );
}

#[tokio::test]
async fn each_scope_opens_its_own_methods_only() {
    for (scope, [get, post, put, delete]) in [
        (Scope::Readonly, [200, 403, 403, 403]),
        (Scope::CreatePut, [403, 201, 200, 403]),
        // There is nothing to delete where nothing could be created.
        (Scope::Delete, [403, 403, 403, 404]),
    ] {
        let api = Api::with(
            Sandbox::builder().account(Account::new("limited", "secret").scopes([scope])),
        )
        .await;
        let body = test_body("t");
        api.get("/assessment-tests").await.expect(get);
        api.post("/assessment-tests", &body).await.expect(post);
        api.put("/assessment-tests/t", &body).await.expect(put);
        api.delete("/assessment-tests/t").await.expect(delete);
    }
}

#[tokio::test]
async fn a_token_can_ask_for_less_than_its_account_has() {
    let mut api = Api::start().await;
    let (id, secret) = (api.sandbox.client_id(), api.sandbox.client_secret());
    let form = [
        GRANT,
        ("client_id", id),
        ("client_secret", secret),
        ("scope", Scope::Readonly.uri()),
    ];
    let (_, answer) = ask(&api.sandbox, &form, None).await;
    api.token = answer["access_token"].as_str().unwrap().to_owned();
    api.get("/assessment-tests").await.expect(200);
    assert_eq!(
        api.post("/assessment-tests", &test_body("t"))
            .await
            .error(403),
        "Forbidden"
    );
}

#[tokio::test]
async fn no_secret_stands_in_the_log_or_in_debug() {
    let api = Api::start().await;
    api.get("/assessment-tests").await.expect(200);
    let log = serde_json::to_string(&api.sandbox.requests()).unwrap();
    assert!(log.contains("/oauth2/token") && log.contains("searchAssessmentTests"));
    assert!(!log.contains(&api.token) && !log.contains(api.sandbox.client_secret()));
    assert!(!format!("{:?}", Account::new("id", "hush")).contains("hush"));
}
