//! Identifiers in paths: each reaches exactly the entity that it names, or nothing.

mod support;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRng, TestRunner};
use serde_json::json;
use support::server::{Received, Server, json as answer};
use timeback_qti::models::{ItemOrder, ItemRef, Section};
use timeback_qti::{Client, ErrorKind, raw};

/// A bound on the requests under way, so that the test does not need ten thousand sockets.
const AT_ONCE: usize = 16;

/// The operations with a path parameter, called with the same identifier for each: what is expected on the wire, with
/// `{}` for the identifier.
const PATHS: [(&str, &str, &str); 30] = [
    ("get_stimulus", "GET", "stimuli/{}"),
    ("update_stimulus", "PUT", "stimuli/{}"),
    ("delete_stimulus", "DELETE", "stimuli/{}"),
    ("get_assessment_item", "GET", "assessment-items/{}"),
    ("update_assessment_item", "PUT", "assessment-items/{}"),
    ("delete_assessment_item", "DELETE", "assessment-items/{}"),
    (
        "process_response",
        "POST",
        "assessment-items/{}/process-response",
    ),
    ("get_assessment_test", "GET", "assessment-tests/{}"),
    ("update_assessment_test", "PUT", "assessment-tests/{}"),
    ("delete_assessment_test", "DELETE", "assessment-tests/{}"),
    ("get_all_questions", "GET", "assessment-tests/{}/questions"),
    (
        "update_assessment_test_metadata",
        "PUT",
        "assessment-tests/{}/metadata",
    ),
    ("search_test_parts", "GET", "assessment-tests/{}/test-parts"),
    ("create_test_part", "POST", "assessment-tests/{}/test-parts"),
    ("get_test_part", "GET", "assessment-tests/{}/test-parts/{}"),
    (
        "update_test_part",
        "PUT",
        "assessment-tests/{}/test-parts/{}",
    ),
    (
        "delete_test_part",
        "DELETE",
        "assessment-tests/{}/test-parts/{}",
    ),
    (
        "search_sections",
        "GET",
        "assessment-tests/{}/test-parts/{}/sections",
    ),
    (
        "create_section",
        "POST",
        "assessment-tests/{}/test-parts/{}/sections",
    ),
    (
        "get_section",
        "GET",
        "assessment-tests/{}/test-parts/{}/sections/{}",
    ),
    (
        "update_section",
        "PUT",
        "assessment-tests/{}/test-parts/{}/sections/{}",
    ),
    (
        "delete_section",
        "DELETE",
        "assessment-tests/{}/test-parts/{}/sections/{}",
    ),
    (
        "add_assessment_item",
        "POST",
        "assessment-tests/{}/test-parts/{}/sections/{}/items",
    ),
    (
        "remove_assessment_item",
        "DELETE",
        "assessment-tests/{}/test-parts/{}/sections/{}/items/{}",
    ),
    (
        "update_assessment_item_order",
        "PUT",
        "assessment-tests/{}/test-parts/{}/sections/{}/items/order",
    ),
    ("get_feedback_by_lesson_id", "GET", "lesson/{}"),
    ("delete_feedback", "DELETE", "{}"),
    (
        "facade get section",
        "GET",
        "assessment-tests/{}/test-parts/{}/sections/{}",
    ),
    (
        "facade delete section",
        "DELETE",
        "assessment-tests/{}/test-parts/{}/sections/{}",
    ),
    (
        "facade remove item",
        "DELETE",
        "assessment-tests/{}/test-parts/{}/sections/{}/items/{}",
    ),
];

fn is_input<T>(result: Result<T, raw::Error>) -> bool {
    matches!(result, Err(raw::Error::InvalidRequest(_)))
}

fn body<T: serde::de::DeserializeOwned>(json: serde_json::Value) -> T {
    serde_json::from_value(json).unwrap()
}

/// Calls the operation; whether it was refused before sending.
async fn call(client: &Client, name: &str, id: &str) -> bool {
    let raw = client.raw();
    let item = &ItemRef::new("i");
    let section = &Section::new(id, "S");
    match name {
        "get_stimulus" => is_input(raw.get_stimulus(id).await),
        "update_stimulus" => is_input(raw.update_stimulus(id, &Default::default()).await),
        "delete_stimulus" => is_input(raw.delete_stimulus(id).await),
        "get_assessment_item" => is_input(raw.get_assessment_item(id).await),
        "update_assessment_item" => is_input(
            raw.update_assessment_item(id, &body(json!({"format": "xml", "xml": "<x/>"})))
                .await,
        ),
        "delete_assessment_item" => is_input(raw.delete_assessment_item(id).await),
        "process_response" => is_input(
            raw.process_response(id, &body(json!({"response": "A"})))
                .await,
        ),
        "get_assessment_test" => is_input(raw.get_assessment_test(id).await),
        "update_assessment_test" => {
            is_input(raw.update_assessment_test(id, &Default::default()).await)
        }
        "delete_assessment_test" => is_input(raw.delete_assessment_test(id).await),
        "get_all_questions" => is_input(raw.get_all_questions(id).await),
        "update_assessment_test_metadata" => is_input(
            raw.update_assessment_test_metadata(id, &body(json!({"metadata": {}})))
                .await,
        ),
        "search_test_parts" => is_input(
            raw.search_test_parts(
                id, None, None, None, None, None, None, None, None, None, None, None,
            )
            .await,
        ),
        "create_test_part" => is_input(raw.create_test_part(id, &Default::default()).await),
        "get_test_part" => is_input(raw.get_test_part(id, id).await),
        "update_test_part" => is_input(raw.update_test_part(id, id, &Default::default()).await),
        "delete_test_part" => is_input(raw.delete_test_part(id, id).await),
        "search_sections" => is_input(
            raw.search_sections(id, id, None, None, None, None, None)
                .await,
        ),
        "create_section" => is_input(raw.create_section(id, id, section).await),
        "get_section" => is_input(raw.get_section(id, id, id).await),
        "update_section" => is_input(raw.update_section(id, id, id, section).await),
        "delete_section" => is_input(raw.delete_section(id, id, id).await),
        "add_assessment_item" => is_input(raw.add_assessment_item(id, id, id, item).await),
        "remove_assessment_item" => is_input(raw.remove_assessment_item(id, id, id, id).await),
        "update_assessment_item_order" => is_input(
            raw.update_assessment_item_order(id, id, id, &ItemOrder::default())
                .await,
        ),
        "get_feedback_by_lesson_id" => is_input(raw.get_feedback_by_lesson_id(id).await),
        "delete_feedback" => is_input(raw.delete_feedback(id).await),
        facade => {
            let section = client.test(id).part(id).section(id);
            let error = match facade {
                "facade get section" => section.get().await.unwrap_err(),
                "facade delete section" => section.delete().await.unwrap_err(),
                _ => section.items().remove(id).await.unwrap_err(),
            };
            error.kind() == ErrorKind::Input && error.attempts() == 0
        }
    }
}

/// Any text, and texts that are known to bend URLs.
fn identifiers(count: usize) -> Vec<String> {
    let hostile = prop::sample::select(vec![
        "",
        ".",
        "..",
        "...",
        "/",
        "//",
        "\\",
        "..\\..\\admin",
        "../../admin",
        "%2e%2e",
        "%2E",
        "%2f",
        "%5c",
        "%00",
        "%",
        "?",
        "a?b=c",
        "#",
        "a#b",
        ";",
        "a;b",
        "a b",
        " ",
        "+",
        "@",
        ":",
        "*",
        "\t",
        "\n",
        "\r\n",
        "\0",
        "\u{7f}",
        "\u{85}",
        "ü",
        "日本",
        "𝄞",
        "\u{202e}",
        "\u{feff}",
        "'",
        "\"",
        "<",
        ">",
        "{}",
        "{identifier}",
        "[",
        "|",
        "^",
        "`",
        "~",
        "order",
        "metadata",
        "questions",
        "items",
        "sections",
        "http://evil.example/",
        "//evil.example",
        "..;",
        ".%00.",
    ]);
    let piece = prop_oneof![
        hostile.prop_map(str::to_owned),
        "[a-zA-Z0-9_-]{1,8}",
        any::<String>()
    ];
    let text = prop::collection::vec(piece, 0..4).prop_map(|pieces| pieces.concat());
    let mut runner = TestRunner::new_with_rng(
        Config::default(),
        TestRng::deterministic_rng(prop::test_runner::RngAlgorithm::ChaCha),
    );
    (0..count)
        .map(|_| text.new_tree(&mut runner).unwrap().current())
        .collect()
}

fn is_refused(id: &str) -> bool {
    matches!(id, "" | "." | "..") || id.chars().any(|c| c == '\\' || c.is_control())
}

fn check(request: &Received, method: &str, path: &str, id: &str) {
    let expected: Vec<_> = path
        .split('/')
        .map(|segment| if segment == "{}" { id } else { segment })
        .collect();
    assert_eq!(request.method, method);
    assert_eq!(
        request.segments(),
        [&["api"], &expected[..]].concat(),
        "{:?} for {id:?}",
        request.target
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_identifier_reaches_another_route() {
    let server = Server::start(|_, _| answer(404, &json!({"error": "none"}))).await;
    let client = support::builder(&format!("{}/api", server.url))
        .max_concurrency(AT_ONCE)
        .build()
        .unwrap();
    let mut expected = Vec::new();
    for (index, id) in identifiers(10_000).into_iter().enumerate() {
        let (name, method, path) = PATHS[index % PATHS.len()];
        let refused = call(&client, name, &id).await;
        assert_eq!(refused, is_refused(&id), "{name} {id:?}");
        if !refused {
            expected.push((method, path, id));
        }
    }
    let received = server.received();
    assert_eq!(received.len(), expected.len());
    assert!(
        expected.len() > 5_000,
        "most identifiers are sent: {}",
        expected.len()
    );
    for (request, (method, path, id)) in received.iter().zip(&expected) {
        check(request, method, path, id);
    }
}

#[tokio::test]
async fn every_operation_refuses_what_a_url_would_bend() {
    let client = support::once("http://127.0.0.1:9");
    for (name, ..) in PATHS {
        for id in ["", ".", "..", "..\\..\\admin", "a\\b", "a\nb", "\0"] {
            assert!(call(&client, name, id).await, "{name} {id:?}");
        }
    }
}

#[tokio::test]
async fn a_refusal_names_the_parameter() {
    let client = support::once("http://127.0.0.1:9");
    let error = client
        .test("t")
        .part("..")
        .section("s")
        .get()
        .await
        .unwrap_err();
    assert!(error.message().contains("testPartIdentifier"), "{error}");
}
