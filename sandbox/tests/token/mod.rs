//! A token of the sandbox, had as any program has one.

use serde_json::Value;

pub(crate) async fn token(url: &str, client_id: &str, client_secret: &str) -> String {
    let grant = [
        ("grant_type", "client_credentials"),
        ("client_id", client_id),
        ("client_secret", client_secret),
    ];
    let request = reqwest::Client::new().post(url).form(&grant);
    let answer = request.send().await.unwrap();
    let answer: Value = answer.json().await.unwrap();
    answer["access_token"].as_str().expect("a token").to_owned()
}
