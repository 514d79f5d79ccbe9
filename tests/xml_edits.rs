//! Edits of XML: what XML does not hold stays.

mod support;

use serde_json::json;
use support::keeper::{ITEM, TEST, keeper};
use support::once;
use support::server::{Server, json as answer};
use timeback_qti::ErrorKind;

#[tokio::test]
async fn an_edit_of_an_item_that_would_clear_other_fields_is_refused() {
    let derived = json!({"identifier": "i", "title": "Salt & pepper", "rawXml": ITEM, "_id": "6", "type": "choice",
        "responseProcessing": {"templateType": "match_correct"}, "customInteractionTypeIdentifier": "x",
        "dataSource": null, "notes": "", "tags": []});
    let mut more = derived.clone();
    more["dataSource"] = json!("import");
    let lay_out = |xml: &mut String| xml.push('\n');
    for (stored, lost) in [(derived, false), (more, true)] {
        let server = Server::start(move |_, _| answer(200, &stored)).await;
        let client = once(&server.url);
        let item = client.item("i");
        let edits = [
            item.edit_xml(lay_out).await,
            item.edit(|item| lay_out(item.raw_xml.as_mut().unwrap()))
                .await,
        ];
        for edited in edits {
            assert_eq!(edited.is_err(), lost);
            let Err(error) = edited else { continue };
            assert_eq!(error.kind(), ErrorKind::Input);
            assert!(error.message().contains("dataSource"), "{error}");
        }
        let written = server
            .received()
            .iter()
            .any(|request| request.method == "PUT");
        assert_eq!(written, !lost);
    }
}

#[tokio::test]
async fn an_edit_of_an_items_xml_keeps_its_metadata() {
    let (server, client) = keeper("i", ITEM, |_| ()).await;
    let edit = |xml: &mut String| *xml = xml.replace("pepper", "sugar");
    let item = client.item("i").edit_xml(edit).await.unwrap();
    assert_eq!(item.view().unwrap().title.as_deref(), Some("Salt & sugar"));
    let sent = &server.received()[1];
    assert_eq!(sent.json()["metadata"], json!({"grade": 5}));
    assert_eq!(sent.json()["xml"], ITEM.replace("pepper", "sugar"));
}

#[tokio::test]
async fn an_edit_that_changes_nothing_writes_nothing() {
    let (server, client) = keeper("i", ITEM, |_| ()).await;
    client.item("i").edit_xml(|_| ()).await.unwrap();
    client.item("i").edit(|_| ()).await.unwrap();
    client.test("t").edit_xml(|_| ()).await.unwrap();
    assert!(server.was_only_read());
}

#[tokio::test]
async fn an_edit_of_an_entity_without_xml_is_an_error() {
    let server = Server::script([answer(200, &json!({"identifier": "i", "title": "T"}))]).await;
    let client = once(&server.url);
    let errors = [
        client
            .item("i")
            .edit_xml(|xml| xml.push(' '))
            .await
            .unwrap_err(),
        client
            .test("i")
            .edit_xml(|xml| xml.push(' '))
            .await
            .unwrap_err(),
        client
            .stimulus("i")
            .edit(|s| s.title.push('!'))
            .await
            .unwrap_err(),
    ];
    for error in errors {
        assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
        assert!(!error.may_have_been_applied());
    }
}

#[tokio::test]
async fn an_edit_of_a_tests_xml_puts_back_the_metadata_that_xml_cannot_hold() {
    let (server, client) = keeper("t", TEST, |_| ()).await;
    let test = client
        .test("t")
        .edit_xml(|xml| *xml = xml.replace("\"T\"", "\"T2\""))
        .await
        .unwrap();
    assert_eq!(test.metadata.unwrap()["grade"], 5);
    let requests: Vec<_> = server
        .received()
        .into_iter()
        .map(|r| format!("{} {}", r.method, r.target))
        .collect();
    let test = "/assessment-tests/t";
    assert_eq!(
        requests,
        [
            format!("GET {test}"),
            format!("PUT {test}"),
            format!("PUT {test}/metadata"),
            format!("GET {test}")
        ]
    );
}

#[tokio::test]
async fn a_tests_metadata_is_put_back_whatever_became_of_its_xml() {
    let retitle = |xml: &mut String| *xml = xml.replace("\"T\"", "\"T2\"");
    let (server, client) = keeper("t", TEST, |stored| stored["rawXml"] = TEST.into()).await;
    let error = client.test("t").edit_xml(retitle).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Altered);
    assert!(error.message().contains("@title"), "{error}");
    let put_back = |server: &Server| {
        let received = server.received();
        let request = &received[2];
        assert_eq!(request.target, "/assessment-tests/t/metadata");
        assert_eq!(request.json(), json!({"metadata": {"grade": 5}}));
    };
    put_back(&server);

    let stored = json!({"identifier": "t", "title": "T", "rawXml": TEST, "metadata": {"grade": 5}});
    let lost = answer(503, &json!({"error": "gateway"}));
    let server = Server::script([answer(200, &stored), lost, answer(200, &stored)]).await;
    let client = once(&server.url);
    let error = client.test("t").edit_xml(retitle).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Server);
    assert!(error.may_have_been_applied());
    put_back(&server);
}

#[tokio::test]
async fn metadata_that_is_not_put_back_is_noticed() {
    let (_server, client) = keeper("t", TEST, |stored| stored["metadata"] = json!({})).await;
    let edit = client
        .test("t")
        .edit_xml(|xml| *xml = xml.replace("\"T\"", "\"T2\""));
    let error = edit.await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Altered);
    assert!(error.message().contains("metadata.grade"), "{error}");
}

#[tokio::test]
async fn an_edit_of_a_tests_xml_that_would_clear_other_fields_is_refused() {
    for (field, value) in [
        ("timeLimit", json!(60)),
        ("maxAttempts", json!(2)),
        ("toolsEnabled", json!({"calculator": true})),
        ("dataSource", json!("import")),
    ] {
        let mut stored =
            json!({"identifier": "t", "title": "T", "rawXml": TEST, "_id": "6", "toolName": "x"});
        stored[field] = value;
        let server = Server::script([answer(200, &stored)]).await;
        let client = once(&server.url);
        let edit = client
            .test("t")
            .edit_xml(|xml| *xml = xml.replace("\"T\"", "\"T2\""));
        let error = edit.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Input);
        assert!(error.message().contains(field), "{error}");
        assert_eq!(server.received().len(), 1, "nothing is written");
    }
}

#[tokio::test]
async fn an_edit_of_a_tests_xml_that_would_clear_a_field_of_its_sections_is_refused() {
    let part = "<qti-test-part identifier=\"p\"><qti-assessment-section identifier=\"s\"/></qti-test-part>";
    let xml = TEST.replace("<qti-test-part identifier=\"p\"/>", part);
    assert_ne!(xml, TEST);
    for (field, value, is_refused) in [
        ("required", json!(false), true),
        ("fixed", json!(true), true),
        ("novelty", json!("x"), true),
        ("required", json!(true), false),
        ("sequence", json!(1), false),
        ("_id", json!("6"), false),
    ] {
        let mut section = json!({"identifier": "s"});
        section[field] = value;
        let part = json!({"identifier": "p", "qti-assessment-section": [section]});
        let stored =
            json!({"identifier": "t", "title": "T", "rawXml": xml, "qti-test-part": [part]});
        let server = Server::script([answer(200, &stored)]).await;
        let edit = once(&server.url).test("t").edit_xml(|xml| xml.push(' '));
        let refused = edit
            .await
            .err()
            .filter(|error| error.kind() == ErrorKind::Input);
        assert_eq!(refused.is_some(), is_refused, "{field}");
        let place = format!("qti-test-part[p].qti-assessment-section[s].{field}");
        assert!(refused.is_none_or(|error| error.message().contains(&place)));
    }
}
