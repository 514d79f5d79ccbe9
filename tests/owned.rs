//! Handles, calls and streams hold all that they need: they can be kept, joined, spawned and returned.

mod support;

use axum::body::{Body, to_bytes};
use futures_core::Stream;
use futures_util::TryStreamExt as _;
use futures_util::future::{join_all, try_join};
use support::{PART, TEST, sandbox};
use timeback_qti::models::{Section, StimulusInput};
use timeback_qti::resources::{SectionHandle, StimulusHandle};
use timeback_qti::{Client, Result};

fn name(number: usize) -> String {
    format!("the-section-number-{number:03}")
}

/// A client of a sandbox with 25 sections.
async fn filled() -> (timeback_qti_sandbox::Sandbox, Client) {
    let (sandbox, client) = sandbox().await;
    let sections = client.test(TEST).part(PART).sections();
    for number in 0..25 {
        let section = Section::new(name(number), "S");
        sections.create(&section).await.unwrap();
    }
    (sandbox, client)
}

#[tokio::test]
async fn a_call_on_a_computed_identifier_can_be_spawned() {
    let (_sandbox, client) = filled().await;
    let task = {
        let (client, identifier) = (client.clone(), name(7));
        tokio::spawn(client.test(TEST).part(PART).section(&identifier).get())
    };
    drop(client);
    assert_eq!(task.await.unwrap().unwrap().identifier, name(7));
}

#[tokio::test]
async fn an_edit_can_be_spawned() {
    let (_sandbox, client) = filled().await;
    let title = format!("{} again", name(3));
    let wanted = title.clone();
    let section = client.test(TEST).part(PART).section(name(3));
    let edited = tokio::spawn(section.edit(move |section| section.title = title));
    assert_eq!(edited.await.unwrap().unwrap().title, wanted);
}

#[tokio::test]
async fn calls_can_outlive_their_handles_and_wait_together() {
    let (_sandbox, client) = filled().await;
    let section = |number| client.test(TEST).part(PART).section(name(number));
    let found = join_all((0..25).map(|number| section(number).exists())).await;
    assert!(found.into_iter().all(|found| found.unwrap()));

    let (one, other) = (
        StimulusInput::new("one", "One", "<p/>"),
        StimulusInput::new("other", "Other", "<p/>"),
    );
    let create = client.stimuli().create(&one);
    let upsert = client.stimuli().upsert(&other);
    let (one, other) = try_join(create, upsert).await.unwrap();
    assert_eq!((one.identifier.as_str(), other.is_created()), ("one", true));
}

/// A handle that a program keeps, without a lifetime of its own.
struct Lesson {
    passage: StimulusHandle,
    warm_up: SectionHandle,
}

#[tokio::test]
async fn a_handle_is_kept_and_used_again_and_again() {
    let (_sandbox, client) = filled().await;
    let lesson = Lesson {
        passage: client.stimulus(format!("passage-{}", 1)),
        warm_up: client.test(TEST).part(PART).section(name(0)),
    };
    drop(client);
    assert!(!lesson.passage.exists().await.unwrap());
    for visible in [false, true, false] {
        let change = move |section: &mut Section| section.visible = visible;
        lesson.warm_up.edit(change).await.unwrap();
        assert_eq!(lesson.warm_up.get().await.unwrap().visible, visible);
    }
}

/// A stream whose parts are all computed, returned from where they end.
fn sections(client: &Client, part: &str) -> impl Stream<Item = Result<Section>> + Send + use<> {
    let part = client.test(TEST).part(part);
    part.sections().list().limit(10).read_ahead(2).stream()
}

#[tokio::test]
async fn a_stream_can_be_returned_and_spawned() {
    let (_sandbox, client) = filled().await;
    let stream = sections(&client, PART);
    drop(client);
    let sections = tokio::spawn(stream.try_collect::<Vec<_>>());
    assert_eq!(sections.await.unwrap().unwrap().len(), 25);
}

#[tokio::test]
async fn a_stream_can_be_the_body_of_an_axum_response() {
    let (_sandbox, client) = filled().await;
    let lines = sections(&client, PART).map_ok(|section| section.identifier + "\n");
    let body = to_bytes(Body::from_stream(lines), usize::MAX)
        .await
        .unwrap();
    let expected: String = (0..25).map(|number| name(number) + "\n").collect();
    let mut lines: Vec<_> = std::str::from_utf8(&body).unwrap().lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, expected.lines().collect::<Vec<_>>());
}

fn is_owned<T: Send + 'static>(_: T) {}

#[tokio::test]
async fn every_handle_and_what_it_reads_is_owned() {
    let client = support::once("http://127.0.0.1:9");
    let test = client.test(String::from("t"));
    let part = test.part(String::from("p"));
    let section = part.section(String::from("s"));
    let (item, stimulus) = (client.item(String::from("i")), client.stimulus("s"));
    is_owned((item.get(), item.get_xml(), item.get_opt(), item.exists()));
    is_owned((item.delete(), item.delete_if_exists()));
    is_owned((item.edit(|_| ()), item.edit_xml(|_| ())));
    is_owned((stimulus.get(), stimulus.delete(), stimulus.edit(|_| ())));
    is_owned((test.get(), test.get_xml(), test.questions(), test.delete()));
    is_owned((test.edit(|_| ()), test.edit_xml(|_| ())));
    is_owned((part.get(), part.delete(), part.edit(|_| ())));
    is_owned((section.get(), section.delete(), section.edit(|_| ())));
    is_owned((section.items().add("i"), section.items().reorder(["i"])));
    is_owned((client.items().list(), client.items().list().stream()));
    is_owned((client.tests().list().stream(), test.parts().list().pages()));
    is_owned((
        client.stimuli().list().send(),
        part.sections().list().collect(),
    ));
    is_owned((client, test, part, section, item, stimulus));
}
