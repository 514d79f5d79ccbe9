//! What is accepted for writing can be read back, and is written as it was given.

mod support;

use serde_json::{Map, Value, json};
use support::once;
use support::server::{Server, json as answer};
use timeback_qti::models::{AssessmentTest, ItemRef, MetadataInput, Section, StimulusInput};
use timeback_qti::{Client, Error, ErrorKind};

/// A value of so many levels, lists and objects in turn.
fn nested(levels: usize) -> Value {
    (0..levels).fold(json!("x"), |inner, level| match level % 2 {
        0 => json!([inner]),
        _ => json!({ "a": inner }),
    })
}

fn extra(name: &str, value: Value) -> Map<String, Value> {
    Map::from_iter([(name.to_owned(), value)])
}

fn item_ref(levels: usize) -> ItemRef {
    ItemRef {
        extra: extra("deep", nested(levels)),
        ..ItemRef::new("i")
    }
}

fn section(levels: usize) -> Section {
    Section {
        extra: extra("deep", nested(levels)),
        ..Section::new("s", "S")
    }
}

/// A service that answers a write with a section, and a list of tests with one in which all that was written stands
/// where it is read.
async fn service() -> (Server, Client) {
    let written = std::sync::Mutex::new(Value::Null);
    let server = Server::start(move |request, _| {
        if request.method != "GET" {
            *written.lock().unwrap() = request.json();
            return answer(200, &json!({"identifier": "s", "title": "S"}));
        }
        let written = written.lock().unwrap().clone();
        let section = match written["title"] {
            Value::Null => json!({"identifier": "s", "qti-assessment-item-ref": [written]}),
            _ => written,
        };
        let part = json!({"identifier": "p", "qti-assessment-section": [section]});
        let test = json!({"identifier": "t", "title": "T", "qti-test-part": [part]});
        answer(200, &json!({"items": [test], "pages": 1}))
    })
    .await;
    let client = once(&server.url);
    (server, client)
}

fn section_of(tests: &[AssessmentTest]) -> &Section {
    let parts = tests[0].qti_test_part.as_ref().unwrap();
    &parts[0].qti_assessment_section.as_ref().unwrap()[0]
}

fn is_refused(error: &Error, word: &str) {
    assert_eq!(error.kind(), ErrorKind::Input, "{error}");
    assert!(error.message().contains(word), "{error}");
    assert!(!error.may_have_been_applied());
}

#[tokio::test]
async fn whatever_depth_is_accepted_for_writing_is_read_back_wherever_it_stands() {
    let (server, client) = service().await;
    let part = client.test("t").part("p");
    let (mut refs, mut sections) = (0, 0);
    for levels in 90..140 {
        let added = part.section("s").items().add(item_ref(levels)).await;
        if added.is_ok() {
            let tests = client.tests().list().collect().await.unwrap();
            let read = &section_of(&tests).qti_assessment_item_ref.as_ref().unwrap()[0];
            assert_eq!(read.extra["deep"], nested(levels));
            refs = levels;
        }
        let created = part.sections().create(&section(levels)).await;
        if created.is_ok() {
            let tests = client.tests().list().collect().await.unwrap();
            assert_eq!(section_of(&tests).extra["deep"], nested(levels));
            sections = levels;
        }
    }
    assert_eq!((refs, sections), (118, 118));
    let sent = server.received().len();
    is_refused(
        &part.sections().create(&section(119)).await.unwrap_err(),
        "119 levels",
    );
    let error = part
        .section("s")
        .items()
        .add(item_ref(500))
        .await
        .unwrap_err();
    is_refused(&error, "119 levels");
    assert_eq!(error.operation(), Some("addAssessmentItem"));
    let metadata = extra("deep", nested(118));
    let error = client
        .test("t")
        .update_metadata(&metadata)
        .await
        .unwrap_err();
    is_refused(&error, "119 levels");
    assert_eq!(server.received().len(), sent, "nothing is sent");
}

#[tokio::test]
async fn a_field_that_extra_gives_too_is_refused_by_name_before_sending() {
    let server = Server::start(|_, _| answer(200, &json!({}))).await;
    let client = once(&server.url);
    let part = client.test("t").part("p");
    let section = Section {
        extra: extra("title", json!("another")),
        ..Section::new("s", "S")
    };
    let inner = Section {
        qti_assessment_item_ref: Some(vec![ItemRef {
            extra: extra("identifier", json!("j")),
            ..ItemRef::new("i")
        }]),
        ..Section::new("s", "S")
    };
    let stimulus = StimulusInput {
        extra: extra("content", json!("<p>another</p>")),
        ..StimulusInput::new("s", "S", "<p/>")
    };
    let metadata = MetadataInput {
        extra: extra("metadata", json!({})),
        ..MetadataInput::new("i", Map::new())
    };
    for (outcome, name) in [
        (part.sections().create(&section).await.map(drop), "`title`"),
        (
            part.section("s").update(&section).await.map(drop),
            "`title`",
        ),
        (part.sections().upsert(&section).await.map(drop), "`title`"),
        (
            part.sections().create(&inner).await.map(drop),
            "`identifier`",
        ),
        (
            client.stimuli().create(&stimulus).await.map(drop),
            "`content`",
        ),
        (
            client.items().update_metadata(&metadata).await.map(drop),
            "`metadata`",
        ),
    ] {
        is_refused(&outcome.unwrap_err(), name);
    }
    let raw = client.raw().create_section("t", "p", &section).await;
    assert!(raw.unwrap_err().to_string().contains("`title`"));
    assert!(server.received().is_empty());
}

#[tokio::test]
async fn an_edit_that_gives_a_field_in_extra_too_is_refused_by_name() {
    let server = Server::start(|_, _| answer(200, &json!({"identifier": "s", "title": "S"}))).await;
    let section = once(&server.url).test("t").part("p").section("s");
    let edited = section.edit(|section| {
        section.title = "new".to_owned();
        section.extra.insert("title".to_owned(), "another".into());
    });
    is_refused(&edited.await.unwrap_err(), "`title`");
    assert!(server.was_only_read());
}

#[tokio::test]
async fn a_field_that_is_not_given_may_stand_in_extra() {
    let server = Server::start(|request, _| answer(200, &request.json())).await;
    let sections = once(&server.url).test("t").part("p").sections();
    let section = Section {
        extra: extra("sequence", json!(2)),
        ..Section::new("s", "S")
    };
    let created = sections.create(&section).await.unwrap();
    assert_eq!(created.sequence, Some(2));
}
