//! Whatever answers must be what the operation answers with, and what it answers with can be read.

mod support;

use serde_json::{Value, json};
use support::once;
use support::server::{Server, json as answer, response};
use timeback_qti::models::Section;
use timeback_qti::{Client, ErrorKind, MetadataWrite, Result};

const LOGIN: &[u8] = b"<!DOCTYPE html><html><body>Please sign in<br></body></html>";

fn pages() -> [Vec<u8>; 3] {
    [
        response(200, &["content-type: text/html"], LOGIN),
        response(200, &["content-type: text/html"], b"<html><body/></html>"),
        answer(200, &json!({"error": "upstream unavailable"})),
    ]
}

macro_rules! calls {
    ($($call:expr),+ $(,)?) => {
        [$((stringify!($call).to_owned(), $call.await.map(drop))),+]
    };
}

async fn deletes(client: &Client) -> Vec<(String, Result<()>)> {
    let part = client.test("t").part("p");
    calls!(
        client.item("i").delete(),
        client.item("i").delete_if_exists(),
        client.test("t").delete(),
        client.stimulus("s").delete_if_exists(),
        client.test("t").part("p").delete(),
        part.section("s").delete(),
        part.section("s").items().remove("i"),
        client.feedback().delete("f"),
        client.test("t").update_xml(TEST, MetadataWrite::Clear),
    )
    .into()
}

const TEST: &str = "<qti-assessment-test xmlns=\"http://www.imsglobal.org/xsd/imsqtiasi_v3p0\" \
    identifier=\"t\" title=\"T\"/>";

#[tokio::test]
async fn a_page_of_a_gateway_is_no_success_of_a_write() {
    for page in pages() {
        let server = Server::start(move |_, _| page.clone()).await;
        for (call, outcome) in deletes(&once(&server.url)).await {
            let error = outcome.expect_err(&call);
            assert_eq!(error.kind(), ErrorKind::Decode, "{call}: {error}");
            assert!(error.may_have_been_applied(), "{call}");
        }
    }
}

#[tokio::test]
async fn a_page_of_a_gateway_is_no_xml() {
    for page in pages() {
        let server = Server::start(move |_, _| page.clone()).await;
        let client = once(&server.url);
        for outcome in [
            client.item("i").get_xml().await,
            client.test("t").get_xml().await,
        ] {
            assert_eq!(outcome.unwrap_err().kind(), ErrorKind::Decode);
        }
    }
}

fn nested(levels: usize) -> String {
    let inner = "{\"div\":{\"p\":".repeat(levels) + "1" + &"}}".repeat(levels);
    format!("{{\"identifier\":\"i\",\"title\":\"T\",\"rawXml\":\"<x/>\",\"content\":{inner}}}")
}

#[tokio::test]
async fn deeply_nested_content_makes_no_entity_unreadable() {
    let server = Server::start(|request, _| {
        let entity = nested(500);
        let body = match request.target.contains('?') {
            true => format!("{{\"items\":[{entity}],\"pages\":1}}"),
            false => entity,
        };
        response(200, &[], body.as_bytes())
    })
    .await;
    let client = once(&server.url);
    let item = client.item("i").get().await.unwrap();
    assert!(item.content.as_ref().unwrap().as_str().ends_with("}}"));
    assert!(serde_json::to_string(&item).unwrap().len() > 5_000);
    let items = client.items().list().limit(1).collect().await.unwrap();
    assert_eq!(items, [item]);
    let refused = client.item("i").edit(|item| item.title.push('x')).await;
    assert!(refused.unwrap_err().message().contains("title"));
}

#[test]
fn null_where_the_service_is_loose_makes_no_entity_unreadable() {
    let section = |more: Value| {
        let mut section = json!({"identifier": "s", "title": "S"});
        let fields = section.as_object_mut().unwrap();
        fields.extend(more.as_object().unwrap().clone());
        serde_json::from_value::<Section>(section).unwrap()
    };
    for (visible, expected) in [
        (json!({"visible": null}), true),
        (json!({}), true),
        (json!({"visible": "false"}), false),
        (json!({"visible": false}), false),
    ] {
        assert_eq!(section(visible.clone()).visible, expected, "{visible}");
    }
    assert_eq!(section(json!({"title": null})).title, "");
    let untitled = json!({"identifier": "s", "stimulus": [{"identifier": "a"}], "type": "unknown"});
    let item: timeback_qti::models::AssessmentItem = serde_json::from_value(untitled).unwrap();
    assert_eq!(item.title, "");
    assert_eq!(
        item.stimulus.unwrap().iter().next().unwrap().identifier,
        "a"
    );
}

#[test]
fn numbers_and_booleans_of_answers_are_read_from_their_texts() {
    use timeback_qti::models::{
        AssessmentItem, AssessmentTest, AssessmentTestInput, ProcessResponseResult,
    };

    let read: Section =
        serde_json::from_value(json!({"identifier": "s", "title": "S", "required": "true",
        "fixed": "False", "visible": "false", "sequence": "3"}))
        .unwrap();
    let told = (read.required, read.fixed, read.visible, read.sequence);
    assert_eq!(told, (Some(true), Some(false), false, Some(3)));
    let item: AssessmentItem = serde_json::from_value(json!({"identifier": "i", "title": "I",
        "timeDependent": "false", "adaptive": "true", "__v": "0"}))
    .unwrap();
    let told = (item.time_dependent, item.adaptive, item.v);
    assert_eq!(told, (Some(false), Some(true), Some(0)));
    let test = json!({"identifier": "t", "title": "T", "isValidXml": "true", "maxAttempts": 2.0,
        "timeLimit": "60", "qti-test-part": []});
    let read: AssessmentTest = serde_json::from_value(test.clone()).unwrap();
    let told = (read.is_valid_xml, read.max_attempts, read.time_limit);
    assert_eq!(told, (Some(true), Some(2), Some(60.0)));
    let scored: ProcessResponseResult = serde_json::from_value(json!({"score": "0.5"})).unwrap();
    assert_eq!(scored.score, 0.5);

    // What cannot be told is refused: an edit that left it out would clear the field.
    for value in [json!("maybe"), json!([]), json!("2.5")] {
        let section =
            json!({"identifier": "s", "title": "S", "sequence": value, "required": value});
        assert!(serde_json::from_value::<Section>(section).is_err());
    }
    // What a program writes keeps to its type.
    assert!(serde_json::from_value::<AssessmentTestInput>(test).is_err());
}

#[test]
fn a_number_goes_back_to_the_last_digit() {
    let text = r#"{"identifier":"i","title":"T","metadata":{"weight":4.453802343885661e-35}}"#;
    let item: timeback_qti::models::AssessmentItem = serde_json::from_str(text).unwrap();
    assert!(
        serde_json::to_string(&item)
            .unwrap()
            .contains("4.453802343885661e-35")
    );
}
