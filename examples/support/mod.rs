//! What the examples share: a client of the real service where credentials are set, else of a sandbox of their own.
#![allow(dead_code, unreachable_pub, clippy::print_stdout)]

use std::error::Error;

use timeback_qti::Client;
use timeback_qti_sandbox::Sandbox;

/// A client, and the sandbox that it talks to, if it is one. The sandbox stops when it is dropped.
pub async fn connect() -> Result<(Client, Option<Sandbox>), Box<dyn Error>> {
    let credentials = ["TIMEBACK_CLIENT_ID", "QTI_CLIENT_ID"];
    if credentials
        .iter()
        .any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
    {
        println!("Talking to the service that the environment variables name.");
        return Ok((Client::from_env()?, None));
    }
    let sandbox = Sandbox::start().await?;
    println!(
        "No credentials are set: talking to a sandbox at {}.",
        sandbox.base_url()
    );
    let client = Client::builder()
        .base_url(sandbox.base_url())
        .token_url(sandbox.token_url())
        .credentials(sandbox.client_id(), sandbox.client_secret())
        .build()?;
    Ok((client, Some(sandbox)))
}

/// An identifier that no other run uses.
pub fn unique(prefix: &str) -> String {
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    format!("{prefix}-{}", now.as_millis())
}

/// The XML of an item with one choice to make, of which `B` is right.
pub fn choice_item(identifier: &str, title: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
    identifier="{identifier}" title="{title}" adaptive="false" time-dependent="false">
  <qti-response-declaration identifier="RESPONSE" cardinality="single" base-type="identifier">
    <qti-correct-response><qti-value>B</qti-value></qti-correct-response>
  </qti-response-declaration>
  <qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"/>
  <qti-item-body>
    <qti-choice-interaction response-identifier="RESPONSE" max-choices="1">
      <qti-prompt>What is the capital of <em>Italy</em>?</qti-prompt>
      <qti-simple-choice identifier="A">Milan</qti-simple-choice>
      <qti-simple-choice identifier="B">Rome</qti-simple-choice>
    </qti-choice-interaction>
  </qti-item-body>
  <qti-response-processing
      template="https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml"/>
</qti-assessment-item>
"#
    )
}
