//! Upserts, and reads and deletes of what may not be there: they say what happened, and other writers do not break them.

mod support;

use serde_json::json;
use support::once;
use support::server::{Server, json as answer, response};
use timeback_qti::models::{
    AssessmentItemInput, AssessmentTestInput, Section, StimulusInput, TestPart,
};
use timeback_qti::resources::Upserted;
use timeback_qti::{Client, ErrorKind, MetadataWrite, RetryPolicy};

fn stimulus() -> StimulusInput {
    StimulusInput::new("s", "S", "<p>x</p>")
}

fn new_part(identifier: &str) -> TestPart {
    TestPart::new(identifier, "linear", "individual", [])
}

fn found(status: u16) -> Vec<u8> {
    answer(status, &json!({"identifier": "s", "title": "S"}))
}

fn conflict() -> Vec<u8> {
    answer(409, &json!({"error": "Stimulus already exists"}))
}

fn missing() -> Vec<u8> {
    answer(404, &json!({"error": "Stimulus not found"}))
}

async fn methods(server: &Server) -> Vec<String> {
    server
        .received()
        .into_iter()
        .map(|request| request.method)
        .collect()
}

#[tokio::test]
async fn an_upsert_creates_what_is_not_there() {
    let server = Server::script([found(201)]).await;
    let upserted = once(&server.url)
        .stimuli()
        .upsert(&stimulus())
        .await
        .unwrap();
    assert!(upserted.is_created());
    assert_eq!(upserted.into_inner().identifier, "s");
    assert_eq!(methods(&server).await, ["POST"]);
}

#[tokio::test]
async fn an_upsert_updates_what_is_there() {
    let server = Server::script([conflict(), found(200)]).await;
    let upserted = once(&server.url)
        .stimuli()
        .upsert(&stimulus())
        .await
        .unwrap();
    assert!(matches!(upserted, Upserted::Updated(_)));
    assert_eq!(methods(&server).await, ["POST", "PUT"]);
}

#[tokio::test]
async fn an_upsert_survives_a_deletion_between_its_requests() {
    let server = Server::script([conflict(), missing(), found(201)]).await;
    let upserted = once(&server.url)
        .stimuli()
        .upsert(&stimulus())
        .await
        .unwrap();
    assert!(upserted.is_created());
    assert_eq!(methods(&server).await, ["POST", "PUT", "POST"]);
}

#[tokio::test]
async fn an_upsert_that_is_always_overtaken_ends() {
    let server = Server::start(|request, _| match request.method.as_str() {
        "POST" => conflict(),
        _ => missing(),
    })
    .await;
    let error = once(&server.url)
        .stimuli()
        .upsert(&stimulus())
        .await
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
    assert_eq!(server.received().len(), 6);
    // The identifier may be taken in another place: only the conflict's words tell.
    let source = std::error::Error::source(&error).expect("the conflict");
    for told in [error.to_string(), source.to_string()] {
        assert!(told.contains("Stimulus already exists"), "{told}");
    }
}

#[tokio::test]
async fn an_upsert_into_a_missing_parent_is_not_found() {
    let server = Server::script([missing()]).await;
    let client = once(&server.url);
    let part = client.test("t").part("p");
    let section = part
        .sections()
        .upsert(&Section::new("s", "S"))
        .await
        .unwrap_err();
    let part = client
        .test("t")
        .parts()
        .upsert(&new_part("p"))
        .await
        .unwrap_err();
    assert_eq!(
        (section.kind(), part.kind()),
        (ErrorKind::NotFound, ErrorKind::NotFound)
    );
    assert_eq!(methods(&server).await, ["POST", "POST"]);
}

#[tokio::test]
async fn an_upsert_of_what_the_service_refuses_writes_nothing_more() {
    let server = Server::script([answer(400, &json!({"error": "type is unknown"}))]).await;
    let item = AssessmentItemInput::new("i", "I", "unheard-of");
    let error = once(&server.url).items().upsert(&item).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request);
    assert_eq!(server.received().len(), 1);
}

#[tokio::test]
async fn an_upsert_of_xml_goes_by_the_identifier_in_it() {
    let xml = "<qti-assessment-item xmlns='http://www.imsglobal.org/xsd/imsqtiasi_v3p0' identifier='i/1' title='T'/>";
    let stored = json!({"identifier": "i/1", "title": "T", "rawXml": xml});
    let server = Server::script([conflict(), answer(200, &stored)]).await;
    let client = once(&server.url);
    assert!(
        !client
            .items()
            .upsert_xml(xml, MetadataWrite::Clear)
            .await
            .unwrap()
            .is_created()
    );
    let targets: Vec<_> = server
        .received()
        .into_iter()
        .map(|request| request.target)
        .collect();
    let item = "/assessment-items/i%2F1";
    assert_eq!(targets, ["/assessment-items", item, item]);

    let nameless = client
        .items()
        .upsert_xml(
            "<qti-assessment-item xmlns='http://www.imsglobal.org/xsd/imsqtiasi_v3p0'/>",
            MetadataWrite::Clear,
        )
        .await
        .unwrap_err();
    assert_eq!(
        (nameless.kind(), nameless.attempts()),
        (ErrorKind::Input, 0)
    );
}

#[tokio::test]
async fn what_may_not_be_there_is_an_option() {
    let server = Server::script([missing(), found(200), missing(), found(200)]).await;
    let client = once(&server.url);
    let stimulus = client.stimulus("s");
    assert_eq!(stimulus.get_opt().await.unwrap(), None);
    assert_eq!(stimulus.get_opt().await.unwrap().unwrap().title, "S");
    assert!(!stimulus.exists().await.unwrap());
    assert!(stimulus.exists().await.unwrap());

    let server = Server::script([response(204, &[], b""), missing()]).await;
    let client = once(&server.url);
    assert!(client.stimulus("s").delete_if_exists().await.unwrap());
    assert!(!client.stimulus("s").delete_if_exists().await.unwrap());
}

#[tokio::test]
async fn a_failure_is_not_taken_for_absence() {
    let server = Server::script([answer(503, &json!({"error": "busy"}))]).await;
    let client = once(&server.url);
    let stimulus = client.stimulus("s");
    assert_eq!(
        stimulus.get_opt().await.unwrap_err().kind(),
        ErrorKind::Server
    );
    assert_eq!(
        stimulus.exists().await.unwrap_err().kind(),
        ErrorKind::Server
    );
    assert_eq!(
        stimulus.delete_if_exists().await.unwrap_err().kind(),
        ErrorKind::Server
    );
}

#[tokio::test]
async fn a_gateways_page_is_not_taken_for_absence() {
    let page = || {
        response(
            404,
            &["content-type: text/html"],
            b"\n<html>404 nginx</html>",
        )
    };
    let server = Server::script([page()]).await;
    let client = once(&server.url);
    let (stimulus, section) = (
        client.stimulus("s"),
        client.test("t").part("p").section("s"),
    );
    for error in [
        stimulus.get_opt().await.unwrap_err(),
        stimulus.delete_if_exists().await.unwrap_err(),
        section.exists().await.unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::NotFound);
        assert!(error.to_string().contains("an HTML page"), "{error}");
    }
    let (_server, client) = repeating([lost(), page()]).await;
    let error = client.stimulus("s").delete().await.unwrap_err();
    assert!(error.may_have_been_applied(), "{error}");
    let (_server, client) = repeating([lost(), missing()]).await;
    client.stimulus("s").delete().await.unwrap();
}

#[tokio::test]
async fn a_default_that_the_service_fills_in_makes_no_create_another_writers() {
    let stored = json!({"identifier": "s", "title": "S", "visible": true, "required": true, "fixed": false,
        "sequence": 1});
    let (_server, client) = repeating([lost(), conflict(), answer(200, &stored)]).await;
    let sections = client.test("t").part("p").sections();
    let created = sections.create(&Section::new("s", "S")).await.unwrap();
    assert_eq!(created.required, Some(true));
}

#[tokio::test]
async fn a_create_whose_reply_was_lost_is_told_from_another_writers() {
    let raw_xml = |body: &str| {
        format!(
            "<qti-assessment-stimulus identifier='s' title='S'><qti-stimulus-body>\n  {body}\n</qti-stimulus-body>\
             </qti-assessment-stimulus>"
        )
    };
    for (body, ours) in [("<p>x</p>", true), ("<p>theirs</p>", false)] {
        let stored = json!({"identifier": "s", "title": "S", "rawXml": raw_xml(body), "__v": 0});
        let (_server, client) = repeating([lost(), conflict(), answer(200, &stored)]).await;
        let created = client.stimuli().create(&stimulus()).await;
        match ours {
            true => assert_eq!(created.unwrap().v, Some(0)),
            false => {
                let error = created.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Conflict);
                assert!(error.may_have_been_applied());
            }
        }
    }
}

/// A client that repeats, and a service that answers in turn.
async fn repeating(answers: impl IntoIterator<Item = Vec<u8>>) -> (Server, Client) {
    let server = Server::script(answers).await;
    let client = support::builder(&server.url)
        .retry(RetryPolicy::default())
        .build()
        .unwrap();
    (server, client)
}

fn lost() -> Vec<u8> {
    answer(503, &json!({"error": "gateway"}))
}

#[tokio::test]
async fn a_section_that_holds_more_than_was_sent_is_another_writers() {
    let ours = json!({"identifier": "s", "title": "S", "visible": true, "_id": "1", "sequence": 1,
        "qti-assessment-item-ref": []});
    let mut theirs = ours.clone();
    theirs["qti-assessment-item-ref"] = json!([{"identifier": "i"}]);
    let section = Section::new("s", "S");
    for (stored, is_ours) in [(ours, true), (theirs, false)] {
        let (_server, client) = repeating([lost(), conflict(), answer(200, &stored)]).await;
        let sections = client.test("t").part("p").sections();
        assert_eq!(sections.create(&section).await.is_ok(), is_ours, "{stored}");
    }
}

#[tokio::test]
async fn an_upsert_updates_after_a_conflict_whoever_it_is_with() {
    let (server, client) = repeating([lost(), conflict(), found(200)]).await;
    let upserted = client.stimuli().upsert(&stimulus()).await.unwrap();
    assert!(matches!(upserted, Upserted::Updated(_)));
    assert_eq!(methods(&server).await, ["POST", "POST", "PUT"]);
}

#[tokio::test]
async fn an_upsert_that_fails_after_a_lost_create_may_have_been_applied() {
    let refusal = || answer(400, &json!({"error": "title is too long"}));
    for (first, may_have_been_applied) in [(Some(lost()), true), (None, false)] {
        let (_server, client) = repeating(first.into_iter().chain([conflict(), refusal()])).await;
        let error = client.stimuli().upsert(&stimulus()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request);
        assert_eq!(error.may_have_been_applied(), may_have_been_applied);
    }
}

#[tokio::test]
async fn what_no_handle_could_reach_is_not_created() {
    let client = once("http://127.0.0.1:9");
    let (items, tests, part) = (client.items(), client.tests(), client.test("t").part("p"));
    for id in ["", ".", "..", "a\\b", "a\nb", "\u{7f}"] {
        let stimulus = StimulusInput::new(id, "S", "");
        let item = AssessmentItemInput::new(id, "I", "choice");
        let test = AssessmentTestInput::new(id, "T", []);
        let section = Section::new(id, "S");
        let errors = [
            client.stimuli().create(&stimulus).await.unwrap_err(),
            client.stimuli().upsert(&stimulus).await.unwrap_err(),
            items.create(&item).await.unwrap_err(),
            items.upsert(&item).await.unwrap_err(),
            tests.create(&test).await.unwrap_err(),
            tests.upsert(&test).await.unwrap_err(),
            client
                .test("t")
                .parts()
                .create(&new_part(id))
                .await
                .unwrap_err(),
            client
                .test("t")
                .parts()
                .upsert(&new_part(id))
                .await
                .unwrap_err(),
            part.sections().create(&section).await.unwrap_err(),
            part.sections().upsert(&section).await.unwrap_err(),
        ];
        for error in errors {
            assert_eq!(
                (error.kind(), error.attempts()),
                (ErrorKind::Input, 0),
                "{id:?}"
            );
            assert!(error.message().contains("identifier"), "{error}");
        }
    }
    for xml in ["<x identifier='..'/>", "<x identifier=''/>", "<x/>"] {
        let errors = [
            items.create_xml(xml, None).await.unwrap_err(),
            items
                .upsert_xml(xml, MetadataWrite::Clear)
                .await
                .unwrap_err(),
            tests.create_xml(xml).await.unwrap_err(),
            tests
                .upsert_xml(xml, MetadataWrite::Clear)
                .await
                .unwrap_err(),
        ];
        for error in errors {
            assert_eq!(
                (error.kind(), error.attempts()),
                (ErrorKind::Input, 0),
                "{xml}"
            );
        }
    }
}
