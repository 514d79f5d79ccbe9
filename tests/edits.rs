//! Edits: what is not touched goes back as it came, and what would be lost is refused.

mod support;

use serde_json::json;
use support::document::fixture;
use support::holder::{holder, holder_in, refused, without, written_after};
use support::once;
use support::server::{Server, json as answer};
use timeback_qti::{Error, ErrorKind};

#[tokio::test]
async fn a_part_goes_back_whole_but_for_what_is_the_services() {
    let part = fixture("TestPart");
    let (server, client) = holder_in(fixture("AssessmentTest"), part.clone()).await;
    client
        .test("geography")
        .part("part-001")
        .edit(|part| part.navigation_mode = Some("linear".into()))
        .await
        .unwrap();
    let mut expected = without(part, &["_id", "rawXml", "content"]);
    expected["navigationMode"] = json!("linear");
    assert_eq!(written_after(2, &server), expected);
}

#[tokio::test]
async fn a_change_of_what_is_the_services_is_refused() {
    let (server, client) = holder_in(fixture("AssessmentTest"), fixture("TestPart")).await;
    let part = client.test("geography").part("part-001");
    let error = part
        .edit(|part| part.raw_xml = Some("<other/>".to_owned()))
        .await
        .unwrap_err();
    refused(&error, &server, "rawXml");
    let error = part
        .edit(|part| part.identifier = "other".to_owned())
        .await
        .unwrap_err();
    refused(&error, &server, "other");
}

const TEST_FIELDS_OF_THE_SERVICE: [&str; 7] = [
    "_id",
    "__v",
    "createdAt",
    "updatedAt",
    "content",
    "rawXml",
    "isValidXml",
];

#[tokio::test]
async fn a_test_goes_back_whole_but_for_what_is_the_services() {
    let mut test = fixture("AssessmentTest");
    test["dataSource"] = json!({"kept": [1, 2.5, null]});
    let (server, client) = holder(test.clone()).await;
    client
        .test("geography")
        .edit(|test| test.time_limit = Some(60.5))
        .await
        .unwrap();
    let mut expected = without(test, &TEST_FIELDS_OF_THE_SERVICE);
    expected["timeLimit"] = json!(60.5);
    assert_eq!(written_after(1, &server), expected);
}

#[tokio::test]
async fn a_test_whose_xml_says_more_is_left_to_edit_xml() {
    for (from, to) in [
        (
            "<qti-assessment-item-ref",
            "<qti-rubric-block view=\"candidate\"/><qti-assessment-item-ref",
        ),
        (
            "title=\"Warm-up\"",
            "title=\"Warm-up\" keep-together=\"true\"",
        ),
        (
            "</qti-assessment-test>",
            "<qti-test-feedback/></qti-assessment-test>",
        ),
    ] {
        let mut test = fixture("AssessmentTest");
        test["rawXml"] = test["rawXml"]
            .as_str()
            .unwrap()
            .replacen(from, to, 1)
            .into();
        let (server, client) = holder(test).await;
        let error = client
            .test("geography")
            .edit(|test| test.title.push('!'))
            .await
            .unwrap_err();
        refused(&error, &server, "use edit_xml");
    }
}

#[tokio::test]
async fn a_part_or_section_is_left_to_edit_xml_where_the_tests_xml_says_more() {
    let mut test = fixture("AssessmentTest");
    let rubric = "<qti-rubric-block view=\"candidate\"/><qti-assessment-item-ref";
    let raw_xml = test["rawXml"].as_str().unwrap();
    test["rawXml"] = raw_xml
        .replacen("<qti-assessment-item-ref", rubric, 1)
        .into();

    let (server, client) = holder_in(test.clone(), fixture("TestPart")).await;
    let part = client.test("geography").part("part-001");
    part.edit(|_| ()).await.unwrap();
    assert_eq!(server.received().len(), 1, "nothing changed");
    let error = part
        .edit(|part| part.navigation_mode = Some("linear".into()))
        .await
        .unwrap_err();
    refused(&error, &server, "qti-rubric-block");

    let (server, client) = holder_in(test, fixture("Section")).await;
    let section = client
        .test("geography")
        .part("part-001")
        .section("section-001");
    let error = section
        .edit(|section| section.visible = false)
        .await
        .unwrap_err();
    refused(&error, &server, "use test(..).edit_xml");
}

#[tokio::test]
async fn a_test_without_parts_that_json_could_hold_is_left_to_edit_xml() {
    let test = without(fixture("AssessmentTest"), &["qti-test-part"]);
    let (server, client) = holder(test).await;
    let error = client
        .test("geography")
        .edit(|test| test.title.push('!'))
        .await
        .unwrap_err();
    refused(&error, &server, "written back");
}

#[tokio::test]
async fn of_an_item_only_xml_and_metadata_can_be_edited() {
    let (server, client) = holder(fixture("AssessmentItem")).await;
    let item = client.item("capitals-001");
    let error = item.edit(|item| item.title.push('!')).await.unwrap_err();
    refused(&error, &server, "title");
    let error = item.edit(|item| item.type_ = None).await.unwrap_err();
    refused(&error, &server, "type");
    let error = item
        .edit(|item| drop(item.extra.insert("mine".into(), json!(1))))
        .await
        .unwrap_err();
    refused(&error, &server, "mine");
    let error = item
        .edit(|item| {
            item.response_declarations.as_mut().unwrap()[0]
                .identifier
                .push('X')
        })
        .await
        .unwrap_err();
    refused(&error, &server, "responseDeclarations");
    let error = item.edit(|item| item.raw_xml = None).await.unwrap_err();
    refused(&error, &server, "rawXml");
}

#[tokio::test]
async fn an_edit_of_an_items_metadata_sends_its_xml_with_it() {
    let stored = fixture("AssessmentItem");
    let mut after = stored.clone();
    after["metadata"]["DOK"] = json!(3);
    let server = Server::start(move |_, count| match count {
        0 => answer(200, &stored),
        _ => answer(200, &after),
    })
    .await;
    let edited = once(&server.url)
        .item("capitals-001")
        .edit(|item| {
            drop(
                item.metadata
                    .as_mut()
                    .unwrap()
                    .insert("DOK".into(), json!(3)),
            )
        })
        .await
        .unwrap();
    let sent = server.received()[1].json();
    let before = fixture("AssessmentItem");
    assert_eq!(
        (&sent["format"], &sent["xml"]),
        (&json!("xml"), &before["rawXml"])
    );
    let mut metadata = before["metadata"].clone();
    metadata["DOK"] = json!(3);
    assert_eq!(sent["metadata"], metadata);
    assert_eq!(edited.metadata.unwrap()["DOK"], 3);
}

#[tokio::test]
async fn keys_that_are_xml_elements_keep_their_order() {
    let rule = r#"{"qti-lt":{"qti-variable":{"identifier":"SCORE"},"qti-base-value":{"base-type":"float","_text":"1"}}}"#;
    let stored =
        format!(r#"{{"identifier":"s","title":"S","visible":true,"qti-pre-condition":[{rule}]}}"#);
    let server = Server::start(move |_, _| {
        support::server::response(200, &["content-type: application/json"], stored.as_bytes())
    })
    .await;
    let client = once(&server.url);
    client
        .test("t")
        .part("p")
        .section("s")
        .edit(|section| section.visible = false)
        .await
        .unwrap();
    let sent = String::from_utf8(server.received()[2].body.clone()).unwrap();
    assert!(
        sent.contains(rule),
        "the comparison would be turned round: {sent}"
    );
}

#[tokio::test]
async fn a_body_about_another_entity_is_refused_before_sending() {
    use timeback_qti::models::{AssessmentItemInput, AssessmentTestInput, StimulusInput, TestPart};
    let client = once("http://127.0.0.1:9");
    let part = TestPart::new("other", "linear", "individual", []);
    let errors = [
        client
            .stimulus("x")
            .update(&StimulusInput::new("other", "S", ""))
            .await
            .unwrap_err(),
        client
            .item("x")
            .update(&AssessmentItemInput::new("other", "I", "choice"))
            .await
            .unwrap_err(),
        client
            .test("x")
            .update(&AssessmentTestInput::new("other", "T", []))
            .await
            .unwrap_err(),
        client.test("t").part("x").update(&part).await.unwrap_err(),
    ];
    for error in errors {
        assert_eq!(
            (error.kind(), error.attempts()),
            (ErrorKind::Input, 0),
            "{error}"
        );
    }
}

#[tokio::test]
async fn a_change_that_awaits_is_written() {
    let (server, client) = holder_in(fixture("AssessmentTest"), fixture("TestPart")).await;
    let part = client.test("geography").part("part-001");
    let (mode, later) = tokio::sync::oneshot::channel();
    let edited = tokio::spawn(part.try_edit(async |part| {
        part.navigation_mode = Some(later.await?);
        Ok::<_, Box<dyn std::error::Error + Send + Sync>>(())
    }));
    mode.send("linear".into()).unwrap();
    edited.await.unwrap().unwrap();
    assert_eq!(written_after(2, &server)["navigationMode"], "linear");
}

#[tokio::test]
async fn a_change_that_fails_writes_nothing_and_gives_its_error_back() {
    #[derive(Debug)]
    enum Mine {
        Rule(&'static str),
        Service(Error),
    }
    impl From<Error> for Mine {
        fn from(error: Error) -> Self {
            Self::Service(error)
        }
    }
    fn not_by_rule(result: Result<impl std::fmt::Debug, Mine>) -> bool {
        matches!(result, Err(Mine::Rule("not today")))
    }
    let refusal = || Err(Mine::Rule("not today"));

    let (server, client) = holder(fixture("AssessmentItem")).await;
    let item = client.item("capital-of-italy");
    let edit = item.try_edit(async |item| {
        item.metadata = None;
        refusal()
    });
    assert!(not_by_rule(edit.await));
    let edit = item.try_edit_xml(async |xml| {
        xml.clear();
        refusal()
    });
    assert!(not_by_rule(edit.await));
    let (other, tests) = holder(fixture("AssessmentTest")).await;
    let test = tests.test("geography");
    let edit = test.try_edit(async |test| {
        test.title.clear();
        refusal()
    });
    assert!(not_by_rule(edit.await));
    assert!(not_by_rule(test.try_edit_xml(async |_| refusal()).await));
    for server in [server, other] {
        assert!(server.was_only_read());
    }

    let nobody = once("http://127.0.0.1:9");
    let unread = nobody.stimulus("s").try_edit(async |_| refusal()).await;
    assert!(matches!(unread, Err(Mine::Service(error)) if error.kind() == ErrorKind::Connect));
}

#[tokio::test]
async fn a_number_beyond_64_bits_is_not_changed_by_an_edit_that_does_not_touch_it() {
    for number in ["123456789012345678901234567890", "-99999999999999999999"] {
        let with_number = |mut entity: serde_json::Value| {
            let fields = entity.as_object_mut().unwrap();
            // What no XML holds is refused in its own way.
            fields.retain(|name, _| {
                matches!(
                    name.as_str(),
                    "identifier" | "title" | "type" | "rawXml" | "qti-test-part"
                )
            });
            fields
                .entry("qti-test-part")
                .and_modify(|parts| *parts = json!([]));
            entity["metadata"] = json!({"ids": [1, {"vendor": "NUMBER"}]});
            let text = entity.to_string().replace("\"NUMBER\"", number);
            let body = text.into_bytes();
            support::server::response(200, &["content-type: application/json"], &body)
        };
        for kind in ["AssessmentTest", "AssessmentItem", "Stimulus", "Section"] {
            let body = with_number(fixture(kind));
            let server = Server::start(move |_, _| body.clone()).await;
            let client = once(&server.url);
            let place = "metadata.ids[1].vendor";
            let in_xml = |xml: &mut String| *xml = xml.replace("</", " </");
            let errors = match kind {
                "AssessmentTest" => vec![
                    client
                        .test("geography")
                        .edit(|test| test.title.push('!'))
                        .await
                        .map(drop),
                    client.test("geography").edit_xml(in_xml).await.map(drop),
                ],
                "AssessmentItem" => vec![
                    client
                        .item("capitals-001")
                        .edit(|item| {
                            item.raw_xml.as_mut().map(in_xml);
                        })
                        .await
                        .map(drop),
                    client.item("capitals-001").edit_xml(in_xml).await.map(drop),
                ],
                "Stimulus" => {
                    vec![
                        client
                            .stimulus("italy")
                            .edit(|it| it.title.push('!'))
                            .await
                            .map(drop),
                    ]
                }
                _ => {
                    let section = client.test("t").part("p").section("section-001");
                    vec![
                        section
                            .edit(|section| section.title.push('!'))
                            .await
                            .map(drop),
                    ]
                }
            };
            for error in errors {
                let error = error.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Input, "{kind}: {error}");
                assert!(error.message().contains(place), "{kind}: {error}");
            }
            assert!(server.was_only_read());
        }
    }
}
