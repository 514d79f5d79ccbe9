//! The eight section operations, end to end and on the wire.

mod support;

use serde_json::json;
use support::server::{Server, json as answer};
use support::{PART, TEST, once, sandbox};
use timeback_qti::models::{ItemRef, Section, SortField, SortOrder};
use timeback_qti::{CallOptions, ErrorKind};

fn references(section: &Section) -> Vec<&str> {
    section
        .qti_assessment_item_ref
        .iter()
        .flatten()
        .map(|item| item.identifier.as_str())
        .collect()
}

#[tokio::test]
async fn a_section_lives_from_create_to_delete() {
    let (_sandbox, client) = sandbox().await;
    let part = client.test(TEST).part(PART);

    let created = part
        .sections()
        .create(&Section::new("section-001", "Warm-up"))
        .await
        .unwrap();
    assert_eq!((created.title.as_str(), created.visible), ("Warm-up", true));

    let section = part.section("section-001");
    let hidden = section
        .edit(|section| section.visible = false)
        .await
        .unwrap();
    assert!(!hidden.visible);

    let mut renamed = Section::new("section-001", "Updated title");
    renamed.sequence = Some(2);
    assert_eq!(
        section.update(&renamed).await.unwrap().title,
        "Updated title"
    );
    assert_eq!(section.get().await.unwrap().sequence, Some(2));

    for item in ["item-1", "item-2", "item-3"] {
        section.items().add(item).await.unwrap();
    }
    let reordered = section
        .items()
        .reorder(["item-3", "item-1", "item-2"])
        .await
        .unwrap();
    assert_eq!(references(&reordered), ["item-3", "item-1", "item-2"]);
    section.items().remove("item-1").await.unwrap();
    assert_eq!(
        references(&section.get().await.unwrap()),
        ["item-3", "item-2"]
    );

    section.delete().await.unwrap();
    assert_eq!(section.get().await.unwrap_err().kind(), ErrorKind::NotFound);
    assert_eq!(part.sections().list().send().await.unwrap().total, Some(0));
}

#[tokio::test]
async fn a_section_that_exists_is_a_conflict_and_stays_as_it_was() {
    let (_sandbox, client) = sandbox().await;
    let part = client.test(TEST).part(PART);
    part.sections()
        .create(&Section::new("s", "First"))
        .await
        .unwrap();
    let error = part
        .sections()
        .create(&Section::new("s", "Second"))
        .await
        .unwrap_err();
    assert_eq!(
        (error.kind(), error.status(), error.operation()),
        (ErrorKind::Conflict, Some(409), Some("createSection"))
    );
    assert_eq!(part.section("s").get().await.unwrap().title, "First");
}

#[tokio::test]
async fn each_level_that_is_missing_is_not_found() {
    let (_sandbox, client) = sandbox().await;
    for (test, part) in [("none", PART), (TEST, "none"), (TEST, PART)] {
        let error = client
            .test(test)
            .part(part)
            .section("none")
            .get()
            .await
            .unwrap_err();
        assert_eq!(
            (error.kind(), error.status()),
            (ErrorKind::NotFound, Some(404)),
            "{test} {part}"
        );
        assert!(!error.may_have_been_applied());
    }
}

#[tokio::test]
async fn the_tests_xml_follows_its_sections() {
    let (_sandbox, client) = sandbox().await;
    let part = client.test(TEST).part(PART);
    part.sections()
        .create(&Section::new("in-the-xml", "S"))
        .await
        .unwrap();
    let xml = client
        .raw()
        .get_assessment_test(TEST)
        .await
        .unwrap()
        .into_inner()
        .raw_xml
        .unwrap();
    assert!(xml.contains("in-the-xml"), "{xml}");
}

#[tokio::test]
async fn update_sends_exactly_what_it_is_given() {
    let server = Server::start(|request, _| answer(200, &request.json())).await;
    let client = once(&server.url);
    let section = client.test("t").part("p").section("s");

    section.update(&Section::new("s", "Title")).await.unwrap();
    let mut full = Section::new("s", "Title");
    full.qti_assessment_item_ref = Some(Vec::new());
    full.extra
        .insert("dataSource".into(), json!({"kept": [1, 2.5, null]}));
    section.update(&full).await.unwrap();

    let [first, second] = &server.received()[..] else {
        panic!("two requests")
    };
    assert_eq!(
        (first.method.as_str(), first.target.as_str()),
        ("PUT", "/assessment-tests/t/test-parts/p/sections/s")
    );
    assert_eq!(
        first.json(),
        json!({"identifier": "s", "title": "Title", "visible": true})
    );
    assert_eq!(
        second.json(),
        json!({"identifier": "s", "title": "Title", "visible": true, "qti-assessment-item-ref": [],
            "dataSource": {"kept": [1, 2.5, null]}})
    );
}

#[tokio::test]
async fn edit_sends_back_what_it_did_not_touch() {
    let stored = json!({"identifier": "s", "title": "Title", "visible": true, "sequence": 3, "_id": "65f0", "__v": 2,
        "qti-assessment-item-ref": [{"identifier": "i", "href": "https://example.org/i", "weight": 0.5}],
        "qti-branch-rule": [{"target": "x", "qti-not": {"deep": [1]}}]});
    let read = stored.clone();
    let server = Server::start(move |request, _| {
        let test = json!({"identifier": "t", "title": "T"});
        match (request.method.as_str(), request.target.as_str()) {
            ("GET", "/assessment-tests/t") => answer(200, &test),
            ("GET", _) => answer(200, &read),
            _ => answer(200, &request.json()),
        }
    })
    .await;
    let client = once(&server.url);

    let section = client.test("t").part("p").section("s");
    section
        .edit(|section| section.visible = false)
        .await
        .unwrap();
    let mut expected = stored;
    expected["visible"] = json!(false);
    for server_owned in ["_id", "__v"] {
        expected.as_object_mut().unwrap().remove(server_owned);
    }
    assert_eq!(server.received()[2].json(), expected);

    section.edit(|_| ()).await.unwrap();
    assert_eq!(
        server.received().len(),
        4,
        "an edit that changes nothing writes nothing"
    );
}

#[tokio::test]
async fn a_body_about_another_section_is_refused_before_sending() {
    let client = once("http://127.0.0.1:9");
    let error = client
        .test("t")
        .part("p")
        .section("s")
        .update(&Section::new("other", "T"))
        .await
        .unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Input, 0));
}

#[tokio::test]
async fn references_that_were_read_and_turned_around_are_stored_in_that_order() {
    let (_sandbox, client) = sandbox().await;
    let part = client.test(TEST).part(PART);
    let mut section = Section::new("s", "S");
    let read = ["a", "b", "c"].map(ItemRef::new);
    let numbered = read.into_iter().zip(1..).map(|(item, number)| ItemRef {
        sequence: Some(number),
        ..item
    });
    section.qti_assessment_item_ref = Some(numbered.collect());
    part.sections().create(&section).await.unwrap();

    let mut order = section.qti_assessment_item_ref.unwrap();
    order.reverse();
    let stored = part.section("s").items().reorder(order).await.unwrap();
    assert_eq!(references(&stored), ["c", "b", "a"]);
}

#[tokio::test]
async fn an_empty_order_is_refused_before_sending() {
    let client = once("http://127.0.0.1:9");
    let error = client
        .test("t")
        .part("p")
        .section("s")
        .items()
        .reorder(Vec::<ItemRef>::new())
        .await
        .unwrap_err();
    assert_eq!((error.kind(), error.attempts()), (ErrorKind::Input, 0));
}

#[tokio::test]
async fn an_order_is_that_of_the_list_whatever_numbers_its_references_had() {
    let server = Server::start(|_, _| {
        answer(
            200,
            &json!({"identifier": "s", "title": "T", "visible": true}),
        )
    })
    .await;
    let client = once(&server.url);
    let items = client.test("t").part("p").section("s").items();
    items.reorder(["b", "a"]).await.unwrap();
    let numbered = |name: &str, sequence| ItemRef {
        sequence,
        ..ItemRef::new(name)
    };
    for order in [
        [("a", None), ("b", Some(7))],
        [("c", Some(7)), ("a", Some(4))],
        [("a", Some(4)), ("c", Some(7))],
        [("a", Some(2)), ("b", Some(2))],
    ] {
        let order = order.map(|(name, sequence)| numbered(name, sequence));
        items.reorder(order).await.unwrap();
    }

    let received = server.received();
    assert_eq!(
        received[0].target,
        "/assessment-tests/t/test-parts/p/sections/s/items/order"
    );
    let sent: Vec<_> = received
        .iter()
        .map(|request| {
            let items = request.json()["items"].clone();
            let told = |at: usize| {
                (
                    items[at]["identifier"].clone(),
                    items[at]["sequence"].clone(),
                )
            };
            [told(0), told(1)]
        })
        .collect();
    let expected = [
        [("b", 1), ("a", 2)],
        [("a", 1), ("b", 2)],
        [("c", 4), ("a", 7)],
        [("a", 4), ("c", 7)],
        [("a", 1), ("b", 2)],
    ];
    assert_eq!(
        sent,
        expected.map(|order| order.map(|(name, number)| (json!(name), json!(number))))
    );
}

#[tokio::test]
async fn a_delete_is_success_in_both_of_its_answers() {
    for response in [
        support::server::response(204, &[], b""),
        answer(200, &json!({"message": "Section deleted"})),
        support::server::response(200, &[], b""),
    ] {
        let server = Server::script([response]).await;
        once(&server.url)
            .test("t")
            .part("p")
            .section("s")
            .delete()
            .await
            .unwrap();
    }
}

#[tokio::test]
async fn a_list_sends_its_parameters() {
    let server = Server::start(|_, _| answer(200, &json!({"items": []}))).await;
    let client = once(&server.url);
    let list = client.test("t").part("p").sections().list();
    let page = list
        .query("a b")
        .page(2)
        .limit(50)
        .sort(SortField::Title)
        .order(SortOrder::Asc)
        .send()
        .await
        .unwrap();
    assert_eq!((page.items.len(), page.total, page.pages), (0, None, None));
    let target = &server.received()[0].target;
    let (path, query) = target.split_once('?').unwrap();
    assert_eq!(path, "/assessment-tests/t/test-parts/p/sections");
    let mut parameters: Vec<_> = query.split('&').collect();
    parameters.sort_unstable();
    assert_eq!(
        parameters,
        ["limit=50", "order=asc", "page=2", "query=a+b", "sort=title"]
    );
}

#[tokio::test]
async fn every_request_says_who_sends_it() {
    let server = Server::start(|_, _| answer(404, &json!({"error": "gone"}))).await;
    let client = support::builder(&server.url)
        .user_agent("importer/2.1")
        .build()
        .unwrap();
    let options = CallOptions::new()
        .request_id("mine-1")
        .unwrap()
        .header("x-batch", "7")
        .unwrap();
    let error = client
        .with(options)
        .test("t")
        .part("p")
        .section("s")
        .get()
        .await
        .unwrap_err();
    assert_eq!(error.request_id(), Some("mine-1"));
    let request = &server.received()[0];
    let agent = concat!("timeback-qti/", env!("CARGO_PKG_VERSION"), " importer/2.1");
    assert_eq!(request.header("user-agent"), Some(agent));
    assert_eq!(request.header("authorization"), Some("Bearer the-token"));
    assert_eq!(
        (request.header("x-request-id"), request.header("x-batch")),
        (Some("mine-1"), Some("7"))
    );
    assert_eq!(request.header("api-version"), None);
}
