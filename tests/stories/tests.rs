//! Tests and their parts.

use timeback_qti::filter::field;
use timeback_qti::models::{AssessmentTestInput, ItemRef, Section, TestPart};
use timeback_qti::{ErrorKind, MetadataWrite};

use crate::{many_items, metadata, support};

#[tokio::test]
async fn a_test_is_built_read_as_a_whole_and_changed() {
    let (_sandbox, client) = support::sandbox().await;
    many_items(&client, 2).await;
    let mut section = Section::new("section-001", "Warm-up");
    section.qti_assessment_item_ref = Some(vec![ItemRef::new("item-01"), ItemRef::new("item-00")]);
    let part = TestPart::new("part-001", "linear", "individual", [section]);
    let mut input = AssessmentTestInput::new("geography", "Geography", [part]);
    input.metadata = Some(metadata(5));
    client.tests().create(&input).await.unwrap();

    let test = client.test("geography");
    let view = test.get().await.unwrap().view().unwrap();
    let identifiers: Vec<_> = view
        .item_refs()
        .iter()
        .map(|item| item.identifier.as_str())
        .collect();
    assert_eq!(identifiers, ["item-01", "item-00"]);
    let questions = test.questions().await.unwrap().questions;
    assert_eq!(questions.len(), 2);
    assert_eq!(questions[0].question.as_ref().unwrap().title, "O'Brien 1");

    let edited = test
        .edit(|test| test.title = "World".to_owned())
        .await
        .unwrap();
    assert_eq!(
        (edited.title.as_str(), edited.metadata),
        ("World", Some(metadata(5)))
    );
    let edited = test
        .edit_xml(|xml| *xml = xml.replace("Warm-up", "Opening"))
        .await
        .unwrap();
    assert_eq!(
        edited.metadata,
        Some(metadata(5)),
        "XML has no metadata, and yet it is kept"
    );
    assert!(test.get_xml().await.unwrap().contains("Opening"));
    assert_eq!(
        test.update_metadata(&metadata(7))
            .await
            .unwrap()
            .metadata
            .unwrap()["grade"],
        7
    );

    let found = client
        .tests()
        .list()
        .filter(field("title").eq("World"))
        .navigation_mode("linear")
        .grade(7);
    assert_eq!(found.has_questions(true).collect().await.unwrap().len(), 1);
    test.delete().await.unwrap();
    assert_eq!(test.get_opt().await.unwrap(), None);
}

#[tokio::test]
async fn a_test_is_written_as_xml() {
    let (_sandbox, client) = support::sandbox().await;
    let xml = r#"<qti-assessment-test xmlns="http://www.imsglobal.org/xsd/imsqtiasi_v3p0" identifier="raw" title="Raw">
        <qti-test-part identifier="p" navigation-mode="linear" submission-mode="individual">
          <qti-assessment-section identifier="s" title="S" visible="true"/>
        </qti-test-part>
      </qti-assessment-test>"#;
    client.tests().create_xml(xml).await.unwrap();
    assert_eq!(
        client.tests().create_xml(xml).await.unwrap_err().kind(),
        ErrorKind::Conflict
    );
    let changed = xml.replace("\"S\"", "\"Other\"");
    assert!(
        !client
            .tests()
            .upsert_xml(&changed, MetadataWrite::Keep)
            .await
            .unwrap()
            .is_created()
    );
    let section = client
        .test("raw")
        .part("p")
        .section("s")
        .get()
        .await
        .unwrap();
    assert_eq!(section.title, "Other");
}

#[tokio::test]
async fn parts_are_written_listed_edited_and_deleted() {
    let (_sandbox, client) = support::sandbox().await;
    let parts = client.test(support::TEST).parts();
    let new = |identifier: &str| TestPart::new(identifier, "nonlinear", "simultaneous", []);
    parts.create(&new("part-002")).await.unwrap();
    assert!(parts.upsert(&new("part-003")).await.unwrap().is_created());
    assert!(!parts.upsert(&new("part-003")).await.unwrap().is_created());

    let part = client.test(support::TEST).part("part-002");
    part.sections()
        .create(&Section::new("s", "S"))
        .await
        .unwrap();
    let edited = part
        .edit(|part| part.submission_mode = Some("individual".into()))
        .await
        .unwrap();
    assert_eq!(edited.qti_assessment_section.unwrap().len(), 1);
    let listed = parts
        .list()
        .navigation_mode("nonlinear")
        .submission_mode("individual")
        .collect()
        .await
        .unwrap();
    assert_eq!(listed.len(), 1);
    let filtered = parts
        .list()
        .filter(field("identifier").ne("part-002"))
        .collect()
        .await
        .unwrap();
    assert_eq!(filtered.len(), 2);
    part.delete().await.unwrap();
    assert!(!part.exists().await.unwrap());
    assert_eq!(client.test("none").part("p").get_opt().await.unwrap(), None);
    assert_eq!(
        client
            .test("none")
            .parts()
            .upsert(&new("p"))
            .await
            .unwrap_err()
            .kind(),
        ErrorKind::NotFound
    );
}
