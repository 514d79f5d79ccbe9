//! Writes of QTI XML: checked before they are sent, sent to the letter, and held against what was stored.

mod support;

use serde_json::{Value, json};
use support::keeper::{ITEM, TEST, keeper, metadata};
use support::once;
use support::server::{Server, json as answer, response};
use timeback_qti::models::AssessmentItem;
use timeback_qti::{Client, Error, ErrorKind, MetadataWrite};

const QTI_3: &str = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0";

#[tokio::test]
async fn an_item_is_sent_as_xml_inside_json() {
    let server = Server::script([answer(201, &json!({"identifier": "i", "title": "T"}))]).await;
    let created = once(&server.url)
        .items()
        .create_xml(ITEM, Some(&metadata()))
        .await
        .unwrap();
    assert_eq!(created.identifier, "i");
    let request = &server.received()[0];
    assert_eq!(
        (request.method.as_str(), request.target.as_str()),
        ("POST", "/assessment-items")
    );
    assert_eq!(
        request.json(),
        json!({"format": "xml", "xml": ITEM, "metadata": {"grade": 5}})
    );
}

#[tokio::test]
async fn a_test_is_sent_as_xml_to_the_letter() {
    let server = Server::script([answer(201, &json!({"identifier": "t", "title": "T"}))]).await;
    let client = once(&server.url);
    let created = client.tests().create_xml(TEST).await.unwrap();
    assert_eq!(created.identifier, "t");
    let request = &server.received()[0];
    assert_eq!(
        (request.method.as_str(), request.target.as_str()),
        ("POST", "/assessment-tests")
    );
    assert_eq!(request.header("content-type"), Some("application/xml"));
    assert_eq!(request.header("authorization"), Some("Bearer the-token"));
    assert!(request.header("x-request-id").is_some());
    assert_eq!(request.body, TEST.as_bytes());
}

#[tokio::test]
async fn xml_is_read_whether_the_service_answers_xml_or_json() {
    let json = answer(200, &json!({"identifier": "t", "rawXml": TEST}));
    let xml = response(200, &["content-type: application/xml"], ITEM.as_bytes());
    let server = Server::script([xml, json, answer(200, &json!({"identifier": "i"}))]).await;
    let client = once(&server.url);
    let item = client.item("i/1");
    assert_eq!(item.get_xml().await.unwrap(), ITEM);
    assert_eq!(client.test("t").get_xml().await.unwrap(), TEST);
    let error = item.get_xml().await.unwrap_err();
    assert_eq!(
        (error.kind(), error.operation()),
        (ErrorKind::Decode, Some("getAssessmentItem"))
    );
    for neither in [json!([ITEM]), json!("text"), json!(null)] {
        let server = Server::script([answer(200, &neither)]).await;
        let error = once(&server.url).item("i").get_xml().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{neither}");
    }
    let request = &server.received()[0];
    assert_eq!(
        (request.method.as_str(), request.target.as_str()),
        ("GET", "/assessment-items/i%2F1")
    );
    assert_eq!(request.header("content-type"), Some("application/xml"));
    assert!(request.body.is_empty());
}

#[tokio::test]
async fn identifiers_that_are_none_are_refused_in_the_xml_forms_too() {
    let client = once("http://127.0.0.1:9");
    for identifier in ["", "..", "a\\b"] {
        let item = client.item(identifier).get_xml().await.unwrap_err();
        let test = client.test(identifier).get_xml().await.unwrap_err();
        assert_eq!((item.kind(), item.attempts()), (ErrorKind::Input, 0));
        assert_eq!((test.kind(), test.attempts()), (ErrorKind::Input, 0));
    }
}

#[tokio::test]
async fn what_is_not_well_formed_is_refused_with_its_place_before_sending() {
    let client = once("http://127.0.0.1:9");
    let with_root = |root: &str| {
        format!("<{root} xmlns='{QTI_3}' identifier='i'>\n  <p>fish & chips</p>\n</{root}>")
    };
    let (item, test) = (
        with_root("qti-assessment-item"),
        with_root("qti-assessment-test"),
    );
    for error in refusals(&client, &item, &test).await {
        assert!(error.message().contains("line 2, column 11"), "{error}");
    }
}

#[tokio::test]
async fn what_the_service_would_not_take_is_refused_before_sending_with_what_it_takes() {
    let client = once("http://127.0.0.1:9");
    let older = "<assessmentItem xmlns='http://www.imsglobal.org/xsd/imsqti_v2p1' identifier='i'/>";
    let bare = |root: &str| format!("<{root} identifier='i'/>");
    let (item, test) = (bare("qti-assessment-item"), bare("qti-assessment-test"));
    for (item, test, what) in [
        (older, older, "QTI 2.x"),
        (&item, &test, "no namespace"),
        (TEST, ITEM, "the root is"),
    ] {
        for error in refusals(&client, item, test).await {
            assert!(error.message().contains(what), "{error}");
            assert!(error.message().contains(QTI_3), "{error}");
        }
    }
    let item = ITEM.replace("Salt", "&nbsp;");
    let test = TEST.replace("\"T\"", "\"&nbsp;\"");
    for error in refusals(&client, &item, &test).await {
        assert!(error.message().contains("write &#160;"), "{error}");
    }
}

/// What each write of XML says to an item and a test that it does not send.
async fn refusals(client: &Client, item: &str, test: &str) -> [Error; 6] {
    let errors = [
        client.items().create_xml(item, None).await.unwrap_err(),
        client
            .items()
            .upsert_xml(item, MetadataWrite::Keep)
            .await
            .unwrap_err(),
        client
            .item("i")
            .update_xml(item, MetadataWrite::Keep)
            .await
            .unwrap_err(),
        client.tests().create_xml(test).await.unwrap_err(),
        client
            .tests()
            .upsert_xml(test, MetadataWrite::Keep)
            .await
            .unwrap_err(),
        client
            .test("i")
            .update_xml(test, MetadataWrite::Keep)
            .await
            .unwrap_err(),
    ];
    for error in &errors {
        assert_eq!((error.kind(), error.attempts()), (ErrorKind::Input, 0));
        assert!(!error.may_have_been_applied());
    }
    errors
}

#[tokio::test]
async fn xml_about_another_entity_is_refused_before_sending() {
    let client = once("http://127.0.0.1:9");
    let item = client
        .item("other")
        .update_xml(ITEM, MetadataWrite::Clear)
        .await
        .unwrap_err();
    let test = client
        .test("other")
        .update_xml(TEST, MetadataWrite::Clear)
        .await
        .unwrap_err();
    assert_eq!(
        (item.kind(), test.kind()),
        (ErrorKind::Input, ErrorKind::Input)
    );
}

#[tokio::test]
async fn a_write_that_is_stored_as_it_was_sent_is_success_whatever_its_layout() {
    let (_server, client) = keeper("i", ITEM, |stored| {
        let xml = stored["rawXml"].as_str().unwrap();
        let laid_out = xml
            .replace("<qti-item-body>", "\n  <qti-item-body>\n    ")
            .replace('"', "'");
        stored["rawXml"] = format!("<?xml version='1.0'?>\n{laid_out}").into();
        stored["metadata"]["addedByTheService"] = json!(true);
    })
    .await;
    let item = client
        .item("i")
        .update_xml(ITEM, MetadataWrite::Replace(&metadata()))
        .await
        .unwrap();
    assert!(item.raw_xml.unwrap().starts_with("<?xml"));
}

#[tokio::test]
async fn what_the_service_drops_is_an_error_that_says_where_and_that_it_was_written() {
    let (server, client) = keeper("i", ITEM, |stored| {
        let xml = stored["rawXml"]
            .as_str()
            .unwrap()
            .replace(" class=\"a\"", "");
        stored["rawXml"] = xml.into();
    })
    .await;
    let error = client
        .item("i")
        .update_xml(ITEM, MetadataWrite::Clear)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Altered);
    assert!(error.may_have_been_applied());
    assert!(!error.is_retryable());
    assert_eq!(error.operation(), Some("updateAssessmentItem"));
    assert!(
        error
            .message()
            .contains("/qti-assessment-item/qti-item-body/p/@class"),
        "{error}"
    );
    let edited = client
        .item("i")
        .edit_xml(|xml| *xml = xml.replace("<p>", "<p class=\"a\">"))
        .await;
    assert_eq!(edited.unwrap_err().kind(), ErrorKind::Altered);
    assert_eq!(server.received().len(), 5);
}

#[tokio::test]
async fn metadata_that_the_service_drops_is_noticed() {
    let (_server, client) = keeper("i", ITEM, |stored| stored["metadata"] = json!({})).await;
    let error = client
        .item("i")
        .update_xml(ITEM, MetadataWrite::Replace(&metadata()))
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Altered);
    assert!(error.message().contains("metadata.grade"), "{error}");
}

#[tokio::test]
async fn metadata_that_the_service_keeps_although_it_was_removed_is_noticed() {
    let forget = |item: &mut AssessmentItem| drop(item.metadata.take());
    let merge = |stored: &mut Value| stored["metadata"] = json!({"grade": 5});
    let (_server, client) = keeper("i", ITEM, merge).await;
    let error = client.item("i").edit(forget).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Altered);
    assert!(error.message().contains("metadata.grade"), "{error}");
    assert!(error.may_have_been_applied());

    let replace = |stored: &mut Value| stored["metadata"] = json!({"grade": null});
    let (_server, client) = keeper("i", ITEM, replace).await;
    client.item("i").edit(forget).await.unwrap();
}

#[tokio::test]
async fn a_write_that_cannot_be_read_back_says_that_it_may_have_happened() {
    let stored = answer(200, &json!({"identifier": "i", "title": "T"}));
    let server = Server::script([stored, answer(500, &json!({"error": "down"}))]).await;
    let error = once(&server.url)
        .item("i")
        .update_xml(ITEM, MetadataWrite::Clear)
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Server);
    assert!(error.may_have_been_applied(), "{error}");
}

#[tokio::test]
async fn the_addresses_that_the_service_writes_into_a_test_are_no_difference() {
    let xml = "<qti-assessment-test xmlns=\"http://www.imsglobal.org/xsd/imsqtiasi_v3p0\" identifier=\"t\"><qti-assessment-item-ref identifier=\"i\" href=\"i.xml\"/></qti-assessment-test>";
    let (_server, client) = keeper("t", xml, |stored| {
        let xml = stored["rawXml"]
            .as_str()
            .unwrap()
            .replace("i.xml", "https://example.org/api/assessment-items/i");
        stored["rawXml"] = xml.into();
    })
    .await;
    client
        .test("t")
        .update_xml(xml, MetadataWrite::Clear)
        .await
        .unwrap();
}
