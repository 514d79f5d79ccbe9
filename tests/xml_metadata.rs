//! What becomes of the metadata when XML is written.

mod support;

use futures_util::future::poll_immediate;
use serde_json::{Value, json};
use support::keeper::{ITEM, TEST, keeper, metadata};
use support::once;
use support::server::{Server, json as answer};
use timeback_qti::models::Metadata;
use timeback_qti::{Client, ErrorKind, MetadataWrite};

/// The operations that wrote, and the metadata that is stored at the end.
async fn written(server: &Server, client: &Client, of_a_test: bool) -> (Vec<String>, Value) {
    let received = server.received();
    let writes = received.iter().filter(|request| request.method == "PUT");
    let writes = writes.map(|request| request.target.clone()).collect();
    let metadata = if of_a_test {
        client.test("t").get().await.unwrap().metadata
    } else {
        client.item("i").get().await.unwrap().metadata
    };
    (writes, json!(metadata.unwrap_or_default()))
}

#[tokio::test]
async fn a_write_of_an_items_xml_keeps_clears_or_replaces_its_metadata_as_it_says() {
    let other = Metadata::from_iter([("DOK".to_owned(), json!(2))]);
    for (metadata, expected) in [
        (MetadataWrite::Keep, json!({"grade": 5})),
        (MetadataWrite::Clear, json!({})),
        (MetadataWrite::Replace(&other), json!({"DOK": 2})),
    ] {
        let xml = ITEM.replace("pepper", "sugar");
        let (server, client) = keeper("i", ITEM, |_| ()).await;
        client.item("i").update_xml(&xml, metadata).await.unwrap();
        let (writes, found) = written(&server, &client, false).await;
        assert_eq!((writes.len(), found), (1, expected), "{metadata:?}");
    }
}

#[tokio::test]
async fn a_write_of_a_tests_xml_keeps_clears_or_replaces_its_metadata_as_it_says() {
    let other = Metadata::from_iter([("DOK".to_owned(), json!(2))]);
    for (metadata, expected) in [
        (MetadataWrite::Keep, json!({"grade": 5})),
        (MetadataWrite::Clear, json!({})),
        (MetadataWrite::Replace(&other), json!({"DOK": 2})),
    ] {
        let xml = TEST.replace("\"T\"", "\"T2\"");
        let (server, client) = keeper("t", TEST, |_| ()).await;
        client.test("t").update_xml(&xml, metadata).await.unwrap();
        let (_, found) = written(&server, &client, true).await;
        assert_eq!(found, expected, "{metadata:?}");
    }
}

#[tokio::test]
async fn metadata_that_outlives_a_write_of_a_tests_xml_is_cleared_where_that_is_meant() {
    let stored = |metadata: Value| json!({"identifier": "t", "title": "T", "rawXml": TEST, "metadata": metadata});
    let (kept, gone) = (stored(json!({"grade": 5})), stored(json!({})));
    let answers = [&kept, &kept, &gone, &gone].map(|stored| answer(200, stored));
    let server = Server::script(answers).await;
    let test = once(&server.url).test("t");
    test.update_xml(TEST, MetadataWrite::Clear).await.unwrap();
    assert_eq!(server.received()[2].json(), json!({"metadata": {}}));

    let server = Server::start(move |_, _| answer(200, &kept)).await;
    let test = once(&server.url).test("t");
    let error = test.update_xml(TEST, MetadataWrite::Clear).await;
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Altered);
}

#[tokio::test]
async fn metadata_that_outlives_a_write_of_an_items_xml_is_told_where_it_was_to_be_cleared() {
    let stored = json!({"identifier": "i", "title": "T", "rawXml": ITEM, "metadata": {"grade": 5}});
    let server = Server::start(move |_, _| answer(200, &stored)).await;
    let item = once(&server.url).item("i");
    let error = item.update_xml(ITEM, MetadataWrite::Clear).await;
    let error = error.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Altered);
    assert!(error.message().contains("metadata.grade"), "{error}");
    assert!(error.may_have_been_applied());
}

#[tokio::test]
async fn a_write_of_xml_that_keeps_metadata_refuses_to_lose_other_fields() {
    let item = json!({"identifier": "i", "title": "T", "rawXml": ITEM, "dataSource": "import"});
    let test = json!({"identifier": "t", "title": "T", "rawXml": TEST, "maxAttempts": 2});
    let server = Server::start(move |request, _| {
        let of_a_test = request.target.contains("tests");
        answer(200, if of_a_test { &test } else { &item })
    })
    .await;
    let client = once(&server.url);
    let item = client.item("i").update_xml(ITEM, MetadataWrite::Keep).await;
    let test = client.test("t").update_xml(TEST, MetadataWrite::Keep).await;
    for (error, field) in [
        (item.unwrap_err(), "dataSource"),
        (test.unwrap_err(), "maxAttempts"),
    ] {
        assert_eq!(error.kind(), ErrorKind::Input);
        assert!(error.message().contains(field), "{error}");
    }
    assert!(server.was_only_read());
}

#[tokio::test]
async fn an_upsert_of_xml_gives_what_is_new_its_metadata_and_keeps_that_of_what_is_there() {
    let (_sandbox, client) = support::sandbox().await;
    let metadata = metadata();
    let laid_out = |xml: &str| xml.replace("><", ">\n<");
    for (first, then) in [
        (MetadataWrite::Replace(&metadata), MetadataWrite::Keep),
        (MetadataWrite::Keep, MetadataWrite::Replace(&metadata)),
    ] {
        let xml = client.test(support::TEST).get_xml().await.unwrap();
        let xml = xml.replace(support::TEST, "upserted");
        let tests = client.tests();
        assert!(tests.upsert_xml(&xml, first).await.unwrap().is_created());
        let test = tests.upsert_xml(&laid_out(&xml), then).await.unwrap();
        assert!(!test.is_created());
        assert_eq!(test.into_inner().metadata.as_ref(), Some(&metadata));
        client.test("upserted").delete().await.unwrap();

        let items = client.items();
        assert!(items.upsert_xml(ITEM, first).await.unwrap().is_created());
        let item = items.upsert_xml(&laid_out(ITEM), then).await.unwrap();
        assert_eq!(item.into_inner().metadata.as_ref(), Some(&metadata));
        client.item("i").delete().await.unwrap();
    }
}

#[tokio::test]
async fn metadata_that_outlives_a_write_that_leaves_none_is_told() {
    let none = Metadata::new();
    for write in [MetadataWrite::Clear, MetadataWrite::Replace(&none)] {
        let merged = json!({"grade": 5, "DOK": 2});
        let item = json!({"identifier": "i", "title": "T", "rawXml": ITEM, "metadata": merged});
        let test = json!({"identifier": "t", "title": "T", "rawXml": TEST, "metadata": merged});
        let server = Server::start(move |request, _| {
            let of_a_test = request.target.contains("tests");
            answer(200, if of_a_test { &test } else { &item })
        })
        .await;
        let client = once(&server.url);
        for error in [
            client.item("i").update_xml(ITEM, write).await.unwrap_err(),
            client.test("t").update_xml(TEST, write).await.unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::Altered, "{error}");
            assert!(error.message().contains("metadata."), "{error}");
            assert!(error.may_have_been_applied());
        }
    }
}

#[tokio::test]
async fn a_call_that_is_dropped_between_its_two_writes_keeps_the_metadata_of_a_test() {
    let (server, client) = keeper("t", TEST, |_| ()).await;
    let xml = TEST.replace("\"T\"", "\"T2\"");
    let test = client.test("t");
    let mut write = Box::pin(test.update_xml(&xml, MetadataWrite::Keep));
    let written = |server: &Server| {
        let received = server.received();
        received.iter().any(|request| request.method == "PUT")
    };
    // Until the service has the XML, and has cleared the metadata.
    while !written(&server) {
        assert!(poll_immediate(&mut write).await.is_none(), "done too early");
        tokio::task::yield_now().await;
    }
    drop(write);
    let both = async {
        let writes = || {
            server
                .received()
                .into_iter()
                .filter(|request| request.method == "PUT")
        };
        while writes().count() < 2 {
            tokio::task::yield_now().await;
        }
    };
    let both = tokio::time::timeout(std::time::Duration::from_secs(20), both).await;
    both.expect("the metadata is lost");
    let (_, found) = written_metadata(&client).await;
    assert_eq!(found, json!({"grade": 5}));
}

async fn written_metadata(client: &Client) -> (String, Value) {
    let test = client.test("t").get().await.unwrap();
    (test.title, json!(test.metadata.unwrap_or_default()))
}

#[tokio::test]
async fn metadata_that_could_not_be_put_back_stands_in_the_error() {
    let stored = json!({"identifier": "t", "title": "T", "rawXml": TEST, "metadata": {"grade": 5}});
    let server = Server::start(
        move |request, _| match request.target.contains("metadata") {
            true => answer(422, &json!({"error": "no"})),
            false => answer(200, &stored),
        },
    )
    .await;
    let edit = once(&server.url).test("t");
    let error = edit
        .edit_xml(|xml| *xml = xml.replace("\"T\"", "\"T2\""))
        .await
        .unwrap_err();
    assert_eq!(error.status(), Some(422));
    assert!(error.may_have_been_applied());
    assert_eq!(error.details(), Some(&json!({"metadata": {"grade": 5}})));
}

#[tokio::test]
async fn an_item_of_another_writer_with_other_metadata_is_not_taken_for_ours() {
    for (metadata, theirs, ours) in [
        (Some(json!({"grade": 5})), json!({"grade": 6}), false),
        (Some(json!({"grade": 5})), json!({}), false),
        (None, json!({"grade": 5}), false),
        (Some(json!({"grade": 5})), json!({"grade": 5}), true),
        (None, Value::Null, true),
    ] {
        let stored = json!({"identifier": "i", "title": "T", "rawXml": ITEM, "metadata": theirs});
        let server = Server::start(
            move |request, count| match (request.method.as_str(), count) {
                ("POST", 0) => answer(504, &json!({})),
                ("POST", _) => answer(409, &json!({"error": "exists"})),
                _ => answer(200, &stored),
            },
        )
        .await;
        let client = support::builder(&server.url).build().unwrap();
        let metadata: Option<Metadata> =
            metadata.map(|metadata| serde_json::from_value(metadata).unwrap());
        let created = client.items().create_xml(ITEM, metadata.as_ref()).await;
        assert_eq!(created.is_ok(), ours, "{metadata:?} {theirs}: {created:?}");
    }
}
