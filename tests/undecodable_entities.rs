//! One entity that cannot be read hides no other: a lenient stream goes on after it, and every other error names it.

mod support;

use serde_json::{Value, json};
use support::server::{Server, json as answer, response};
use timeback_qti::resources::Sections;
use timeback_qti::{Client, Error, ErrorKind, List, Undecodable};

fn list(client: &Client) -> List<Sections> {
    client.test("t").part("p").sections().list()
}

/// A service with these pages of sections.
async fn serve(pages: Vec<Value>) -> (Server, Client) {
    let server = Server::start(move |request, _| {
        let number = request.target.split("page=").nth(1).unwrap_or("1");
        let number: usize = number.split('&').next().unwrap().parse().unwrap();
        let items = pages.get(number - 1).cloned().unwrap_or(json!([]));
        let body = json!({"items": items, "page": number, "pages": pages.len()});
        answer(200, &body)
    })
    .await;
    let client = support::once(&server.url);
    (server, client)
}

fn section(identifier: &str) -> Value {
    json!({"identifier": identifier, "title": "S"})
}

async fn serve_broken() -> (Server, Client) {
    serve(vec![
        json!([section("a"), {"identifier": "broken", "title": ["no", "text"]}, section("b")]),
        json!([null, {"title": "T"}, {"identifier": 7}, "text"]),
        json!([section("c")]),
    ])
    .await
}

type Read = Result<String, Undecodable>;

async fn read(list: List<Sections>) -> Vec<Read> {
    let read = list.stream_lenient().collect().await.unwrap();
    read.into_iter()
        .map(|entry| entry.map(|section| section.identifier))
        .collect()
}

#[tokio::test]
async fn a_lenient_stream_yields_what_cannot_be_read_with_its_identifier_and_json_and_goes_on() {
    let (_server, client) = serve_broken().await;
    for read_ahead in [1, 3] {
        let read = read(list(&client).read_ahead(read_ahead)).await;
        let names: Vec<_> = read.iter().flatten().collect();
        assert_eq!(names, ["a", "b", "c"]);
        let broken: Vec<_> = read
            .iter()
            .filter_map(|entry| entry.as_ref().err())
            .collect();
        let told: Vec<_> = broken
            .iter()
            .map(|entry| (entry.identifier(), entry.json().as_str()))
            .collect();
        assert_eq!(
            told,
            [
                (
                    Some("broken"),
                    r#"{"identifier":"broken","title":["no","text"]}"#
                ),
                (None, "null"),
                (None, r#"{"title":"T"}"#),
                (None, r#"{"identifier":7}"#),
                (None, r#""text""#),
            ]
        );
        assert!(
            broken[0]
                .to_string()
                .contains("entity `broken` cannot be read: ")
        );
        assert!(!format!("{:?}", broken[0]).contains("[\"no"), "{broken:?}");
        let error = Error::from(broken[0].clone());
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert!(error.message().contains("`broken`"), "{error}");
    }
}

#[tokio::test]
async fn a_strict_list_ends_with_an_error_that_names_the_entity() {
    let (_server, client) = serve_broken().await;
    let mut stream = list(&client).stream();
    let error = stream.next().await.unwrap().unwrap_err();
    assert!(stream.next().await.is_none());
    for error in [error, list(&client).send().await.unwrap_err()] {
        assert_eq!(
            (error.kind(), error.status()),
            (ErrorKind::Decode, Some(200))
        );
        assert_eq!(error.operation(), Some("searchSections"));
        let message = error.message();
        assert!(
            message.contains("number 2 of the page, entity `broken` cannot be read"),
            "{error}"
        );
    }
    let error = list(&client).page(2).send().await.unwrap_err();
    assert!(
        error
            .message()
            .contains("number 1 of the page, an entity without"),
        "{error}"
    );
}

#[tokio::test]
async fn an_entity_that_nests_too_deep_is_one_of_them() {
    let deep = "[".repeat(5_000) + &"]".repeat(5_000);
    let body = format!(
        r#"{{"items":[{{"deep":{deep},"identifier":"deep","title":"D"}},{}],"pages":1}}"#,
        section("a")
    );
    let server = Server::start(move |_, _| response(200, &[], body.as_bytes())).await;
    let client = support::once(&server.url);
    let read = read(list(&client)).await;
    let undecodable = read[0].as_ref().unwrap_err();
    assert_eq!(undecodable.identifier(), Some("deep"));
    assert!(undecodable.json().as_str().contains(&deep));
    assert_eq!(read[1].as_deref().unwrap(), "a");
    let error = list(&client).send().await.unwrap_err();
    assert!(
        error.message().contains("entity `deep` cannot be read"),
        "{error}"
    );
}

#[tokio::test]
async fn a_page_that_is_none_ends_a_lenient_stream_too() {
    for body in [json!({"items": null}), json!({"error": "no"}), json!([])] {
        let server = Server::start(move |_, _| answer(200, &body)).await;
        let client = support::once(&server.url);
        let error = list(&client).stream_lenient().collect().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
    }
}

#[tokio::test]
async fn a_lenient_stream_is_never_endless_and_is_taken_up_again() {
    let same = json!({"items": [null, {"title": "T"}], "limit": 2});
    let server = Server::start(move |_, _| answer(200, &same)).await;
    let client = support::once(&server.url);
    let error = list(&client)
        .limit(2)
        .stream_lenient()
        .collect()
        .await
        .unwrap_err();
    assert!(error.message().contains("repeats a page"), "{error}");
    assert_eq!(server.received().len(), 2);

    let (_server, client) = serve_broken().await;
    let all = read(list(&client)).await.len();
    for stop in 0..=all {
        let mut stream = list(&client).stream_lenient();
        for _ in 0..stop {
            let _ = stream.next().await.unwrap().unwrap();
        }
        let rest = read(list(&client).resume(stream.position())).await;
        assert_eq!(rest.len(), all - stop);
    }
    assert_eq!(read(list(&client).max_items(2)).await.len(), 2);
}

#[tokio::test]
async fn what_a_lenient_stream_tells_of_an_entity_has_no_secret() {
    let broken =
        json!([{"identifier": "s-the-token", "title": {"the-token": 1}, "sequence": "the-token"}]);
    let (_server, client) = serve(vec![broken]).await;
    let read = read(list(&client)).await;
    let told = read[0].as_ref().unwrap_err();
    let error = Error::from(told.clone());
    for shown in [told.to_string(), format!("{told:?}"), error.to_string()] {
        assert!(
            !shown.contains("the-token") && shown.contains("[secret]"),
            "{shown}"
        );
    }
}
