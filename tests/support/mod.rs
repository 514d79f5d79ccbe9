//! What the tests share: clients of a sandbox or of a scripted server.
#![allow(dead_code, unreachable_pub)]

pub mod browser;
pub mod document;
pub mod holder;
pub mod keeper;
pub mod pages;
pub mod processes;
#[cfg(feature = "redis")]
pub mod redis;
pub mod server;

use timeback_qti::{Client, ClientBuilder, ManualClock};
use timeback_qti_sandbox::Sandbox;

/// The identifiers of the test and the part that [`sandbox`] sets up.
pub const TEST: &str = "test-001";
pub const PART: &str = "part-001";

/// A builder for a client of this base URL, with a static token, and with waits that take no time.
pub fn builder(base_url: &str) -> ClientBuilder {
    Client::builder()
        .base_url(base_url)
        .static_token("the-token")
        .clock(std::sync::Arc::new(ManualClock::new()))
}

/// A client that sends each request once.
pub fn once(base_url: &str) -> Client {
    builder(base_url)
        .retry(timeback_qti::RetryPolicy::never())
        .build()
        .unwrap()
}

/// A sandbox with one test of one part, and a client of it.
pub async fn sandbox() -> (Sandbox, Client) {
    let sandbox = Sandbox::start().await.unwrap();
    let client = Client::builder()
        .base_url(sandbox.base_url())
        .token_url(sandbox.token_url())
        .credentials(sandbox.client_id(), sandbox.client_secret())
        .build()
        .unwrap();
    let body = serde_json::from_value(serde_json::json!({
        "identifier": TEST,
        "title": "A test",
        "qti-test-part": [{
            "identifier": PART,
            "navigationMode": "linear",
            "submissionMode": "individual",
            "qti-assessment-section": [],
        }],
    }))
    .unwrap();
    client.raw().create_assessment_test(&body).await.unwrap();
    (sandbox, client)
}
