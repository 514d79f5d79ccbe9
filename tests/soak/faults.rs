//! What goes wrong while the tasks write.

use timeback_qti_sandbox::{Effect, FaultRule, Sandbox};

/// Nearly a fifth of all requests: more than a service in trouble, less than one that is down.
pub fn rules() -> Vec<FaultRule> {
    let page = "<html><body>The gateway has no answer.</body></html>";
    let busy = Effect::status(429).retry_after("1");
    let effects = [
        (busy, 0.02),
        (Effect::status(503), 0.02),
        (Effect::status(502).body(page), 0.02),
        (Effect::Latency { millis: 3 }, 0.04),
        (Effect::Reset, 0.02),
        (Effect::Truncate, 0.02),
        (Effect::LoseReply { status: None }, 0.02),
        (Effect::LoseReply { status: Some(502) }, 0.02),
        (Effect::RevokedToken, 0.005),
    ];
    effects
        .into_iter()
        .map(|(effect, probability)| FaultRule::new(effect).probability(probability))
        .collect()
}

/// The rules in force that have not fired.
pub async fn silent(sandbox: &Sandbox) -> Vec<serde_json::Value> {
    let url = format!("{}_sandbox/faults", sandbox.page_url());
    let rules: Vec<serde_json::Value> = reqwest::get(url).await.unwrap().json().await.unwrap();
    assert!(!rules.is_empty());
    rules
        .into_iter()
        .filter(|rule| rule["fired"] == 0)
        .collect()
}
