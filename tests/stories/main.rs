//! Each resource used for what it is there for, against the sandbox.
#![allow(unreachable_pub)]

mod items;
mod services;
mod stimuli;
#[path = "../support/mod.rs"]
mod support;
mod tests;

use serde_json::json;
use timeback_qti::Client;
use timeback_qti::models::Metadata;

pub(crate) fn metadata(grade: i64) -> Metadata {
    Metadata::from_iter([
        ("grade".to_owned(), json!(grade)),
        ("subject".to_owned(), json!("Geography")),
    ])
}

pub(crate) fn item_xml(identifier: &str, title: &str) -> String {
    format!(
        r#"<?xml version="1.0" encoding="UTF-8"?>
<qti-assessment-item xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="{identifier}" title="{title}" adaptive="false" time-dependent="false">
  <qti-response-declaration identifier="RESPONSE" cardinality="multiple" base-type="identifier">
    <qti-correct-response><qti-value>A</qti-value><qti-value>C</qti-value></qti-correct-response>
  </qti-response-declaration>
  <qti-outcome-declaration identifier="SCORE" cardinality="single" base-type="float"/>
  <qti-item-body>
    <qti-choice-interaction response-identifier="RESPONSE" max-choices="0">
      <qti-prompt>Which are in <em>Italy</em>?</qti-prompt>
      <qti-simple-choice identifier="A">Rome</qti-simple-choice>
      <qti-simple-choice identifier="B">Paris</qti-simple-choice>
      <qti-simple-choice identifier="C">Milan</qti-simple-choice>
    </qti-choice-interaction>
  </qti-item-body>
  <qti-response-processing template="https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml"/>
</qti-assessment-item>"#
    )
}

/// Items `item-00` and on, of grade 5 where their number is even.
pub(crate) async fn many_items(client: &Client, count: usize) {
    for number in 0..count {
        let xml = item_xml(&format!("item-{number:02}"), &format!("O'Brien {number}"));
        let grade = if number % 2 == 0 { 5 } else { 6 };
        client
            .items()
            .create_xml(&xml, Some(&metadata(grade)))
            .await
            .unwrap();
    }
}
