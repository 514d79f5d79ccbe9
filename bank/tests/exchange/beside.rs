//! What an entity has besides its XML: it comes with a pull, and no push loses it.

use serde_json::{Map, Value, json};
use timeback_qti::models::{AssessmentTest, AssessmentTestInput, ItemRef, Section, TestPart};
use timeback_qti_bank::push::{Action, PushOptions};
use timeback_qti_bank::{Entity, Kind, Service, unobserved};
use timeback_qti_sandbox::{Effect, FaultRule};

use crate::support::{Folder, World, item_xml, key, sent, test_xml};

fn fields(fields: Value) -> Map<String, Value> {
    fields.as_object().cloned().unwrap_or_default()
}

/// A test with fields of its part and its section that its XML does not have.
async fn with_nested_fields(world: &World) -> AssessmentTest {
    let mut section = Section::new("section-1", "Section");
    section.qti_assessment_item_ref = Some(vec![ItemRef::new("item-0")]);
    (section.required, section.fixed) = (Some(false), Some(true));
    section.extra = fields(json!({"novelty": {"a": 1}}));
    let mut part = TestPart::new("part-1", "linear", "individual", [section]);
    part.extra = fields(json!({"novelty": [1, 2]}));
    let test = AssessmentTestInput::new("nested", "Geography", [part]);
    world.client.tests().create(&test).await.unwrap();
    let test = world.client.test("nested").get().await.unwrap();
    let xml = test.raw_xml.as_deref().unwrap();
    assert!(!xml.contains("required") && !xml.contains("novelty"));
    test
}

fn nested(test: &AssessmentTest) -> Value {
    let part = &test.qti_test_part.as_ref().unwrap()[0];
    let section = &part.qti_assessment_section.as_ref().unwrap()[0];
    json!([part.extra, section.extra, section.required, section.fixed])
}

#[tokio::test]
async fn fields_of_parts_sections_and_references_that_no_xml_holds_survive_a_push() {
    let world = World::new(1).await;
    let before = with_nested_fields(&world).await;
    let given = json!([{"novelty": [1, 2]}, {"novelty": {"a": 1}}, false, true]);
    assert_eq!(nested(&before), given);
    let folder = Folder::pulled(&world).await;
    let test = key(Kind::Test, "nested");
    let pulled = folder.bank.read(&test).unwrap().unwrap();
    let section =
        json!({"identifier": "section-1", "novelty": {"a": 1}, "required": false, "fixed": true});
    let part =
        json!({"identifier": "part-1", "novelty": [1, 2], "qti-assessment-section": [section]});
    let expected = json!([part]);
    assert_eq!(pulled.beside["qti-test-part"], expected);

    folder.change(&test, "Geography", "Rivers");
    let pushed = folder.push(&world, PushOptions::default()).await;
    assert_eq!((pushed.replaced, &pushed.failed), (1, &vec![]));
    let after = world.client.test("nested").get().await.unwrap();
    assert_eq!(after.title, "Rivers");
    assert_eq!(nested(&after), nested(&before));
}

#[tokio::test]
async fn a_write_that_would_lose_a_nested_field_is_refused_and_names_it() {
    let world = World::new(1).await;
    let before = with_nested_fields(&world).await;
    let folder = Folder::pulled(&world).await;
    let test = key(Kind::Test, "nested");
    let section = "<qti-assessment-section identifier=\"section-1\"";
    let writes = world.writes();
    // JSON has no place for a rubric, and the bank's file of the section's fields none for a section that is gone.
    for (from, to, named) in [
        (
            "<qti-assessment-item-ref",
            "<qti-rubric-block use=\"instructions\" view=\"candidate\"><qti-content-body><p>Read.</p></qti-content-body></qti-rubric-block><qti-assessment-item-ref",
            "qti-rubric-block",
        ),
        (
            section,
            "<qti-assessment-section identifier=\"section-2\"",
            "section-1",
        ),
    ] {
        let original = folder.bank.read(&test).unwrap().unwrap();
        folder.change(&test, from, to);
        let connection = folder.connect(&world);
        let options = PushOptions::default();
        let plan = connection.plan_push(&options, &unobserved).await.unwrap();
        assert_eq!(plan.count(Action::Refuse), 1, "{plan:?}");
        let message = plan.steps[0].message.as_deref().unwrap();
        assert!(
            message.contains(named) && message.contains("qti-test-part"),
            "{message}"
        );
        let pushed = connection
            .apply(&plan, &options, &unobserved)
            .await
            .unwrap();
        assert_eq!(pushed.failed.len(), 1);
        folder.bank.write(&original).unwrap();
    }
    assert_eq!(world.writes(), writes);
    let after = world.client.test("nested").get().await.unwrap();
    assert_eq!(nested(&after), nested(&before));
}

/// Each kind is written in another way, and none may take metadata that is none for the wish to clear it.
#[tokio::test]
async fn metadata_that_is_no_object_is_refused_and_the_services_stays() {
    let world = World::new(1).await;
    let folder = Folder::pulled(&world).await;
    let service = Service::new(world.client.clone());
    let new = |kind| Entity::new(key(kind, "new"), new_xml(kind));
    let writes = world.writes();
    for (given, told) in [
        (json!("grade 5"), "a string"),
        (json!([{"grade": 5}]), "an array"),
        (json!(5), "a number"),
        (json!(false), "a boolean"),
    ] {
        let expected = format!("its metadata is {told}; an object such as");
        for (kind, name) in EACH_KIND {
            let held = folder.bank.read(&key(kind, name)).unwrap().unwrap();
            for entity in [held.clone(), new(kind)] {
                let mut wrong = entity;
                wrong.beside.insert("metadata".to_owned(), given.clone());
                folder.bank.write(&wrong).unwrap();
                let pushed = folder.push(&world, PushOptions::default()).await;
                assert_eq!(pushed.failed.len(), 1, "{pushed:?}");
                let message = &pushed.failed[0].message;
                assert!(message.starts_with(&expected), "{kind}: {message}");
                folder.bank.remove(&wrong.key).unwrap();
            }
            folder.bank.write(&held).unwrap();
            let found = service.get(&held.key).await.unwrap().unwrap();
            assert_eq!(found.entity.beside, held.beside);
        }
    }
    assert_eq!(world.writes(), writes);
}

#[tokio::test]
async fn metadata_that_is_null_or_gone_is_cleared() {
    for given in [Some(Value::Null), None] {
        let world = World::new(1).await;
        let folder = Folder::pulled(&world).await;
        for (kind, name) in EACH_KIND {
            let mut entity = folder.bank.read(&key(kind, name)).unwrap().unwrap();
            entity.beside.remove("metadata");
            entity
                .beside
                .extend(given.clone().map(|given| ("metadata".to_owned(), given)));
            folder.bank.write(&entity).unwrap();
        }
        let pushed = folder.push(&world, PushOptions::default()).await;
        assert_eq!((pushed.replaced, &pushed.failed), (3, &vec![]));
        let service = Service::new(world.client.clone());
        for (kind, name) in EACH_KIND {
            let found = service.get(&key(kind, name)).await.unwrap().unwrap();
            assert_eq!(found.entity.metadata(), None, "{kind}");
        }
    }
}

#[tokio::test]
async fn a_field_of_an_item_that_no_write_carries_is_refused_and_named() {
    let world = World::new(1).await;
    let folder = Folder::pulled(&world).await;
    let item = key(Kind::Item, "item-0");
    let mut entity = folder.bank.read(&item).unwrap().unwrap();
    for name in ["title", "novelty"] {
        entity.beside.insert(name.to_owned(), json!("mine"));
    }
    folder.bank.write(&entity).unwrap();
    let (writes, writable) = (world.writes(), Entity::new(item.clone(), entity.xml));
    let pushed = folder.push(&world, PushOptions::default()).await;
    let message = &pushed.failed[0].message;
    assert!(
        message.contains("would lose the field \"novelty\""),
        "{message}"
    );
    assert_eq!(world.writes(), writes);

    // The same of a field that the service has, where only the XML is put.
    let mut answer = json!({"identifier": "item-0", "title": "T", "rawXml": writable.xml});
    answer["novelty"] = json!({"a": 1});
    let found = FaultRule::new(Effect::status(200).body(answer)).on("getAssessmentItem");
    world.sandbox.set_faults([found]).unwrap();
    let service = Service::new(world.client.clone());
    let xml = writable.xml.replace("Rome", "Roma");
    let refused = service.put(&xml, None).await.unwrap_err();
    assert!(refused.to_string().contains("novelty"), "{refused}");
    assert_eq!(world.writes(), writes);
}

/// Read, it has lost its last digits.
#[tokio::test]
async fn a_number_beyond_64_bits_is_not_written_back_as_another_one() {
    let world = World::new(1).await;
    let held = world.client.item("item-0").get().await.unwrap();
    let mut answer = serde_json::to_value(&held).unwrap();
    answer["metadata"]["vendor"] = json!({"id": 1.234_567_890_123_456_8e29});
    let found = FaultRule::new(Effect::status(200).body(answer)).on("getAssessmentItem");
    world.sandbox.set_faults([found]).unwrap();
    let folder = Folder::pulled(&world).await;
    folder.change(&key(Kind::Item, "item-0"), "Rome", "Roma");
    let writes = world.writes();
    let pushed = folder.push(&world, PushOptions::default()).await;
    let message = &pushed.failed[0].message;
    assert!(
        message.contains("metadata.vendor.id has more than 64 bits"),
        "{message}"
    );
    assert_eq!(world.writes(), writes);
}

/// What the other kinds have besides is written, and so refused by none.
#[tokio::test]
async fn fields_of_stimuli_and_tests_that_are_in_no_model_are_written() {
    let world = World::new(1).await;
    with_nested_fields(&world).await;
    let folder = Folder::pulled(&world).await;
    let service = Service::new(world.client.clone());
    for (kind, name) in [(Kind::Stimulus, "Italy"), (Kind::Test, "nested")] {
        let mut entity = folder.bank.read(&key(kind, name)).unwrap().unwrap();
        entity.beside.insert("novelty".to_owned(), json!({"a": 1}));
        folder.bank.write(&entity).unwrap();
        let pushed = folder.push(&world, PushOptions::default()).await;
        assert_eq!((pushed.replaced, &pushed.failed), (1, &vec![]));
        let found = service.get(&entity.key).await.unwrap().unwrap();
        assert_eq!(found.entity.beside, entity.beside);
    }
}

const EACH_KIND: [(Kind, &str); 3] = [
    (Kind::Stimulus, "Italy"),
    (Kind::Item, "item-0"),
    (Kind::Test, "test-1"),
];

fn new_xml(kind: Kind) -> String {
    match kind {
        Kind::Stimulus => {
            "<qti-assessment-stimulus xmlns=\"http://www.imsglobal.org/xsd/imsqtiasi_v3p0\" \
             identifier=\"new\" title=\"New\"><qti-stimulus-body><p>Rome</p></qti-stimulus-body>\
             </qti-assessment-stimulus>"
                .to_owned()
        }
        Kind::Item => item_xml("new", None, "New"),
        Kind::Test => test_xml("new", &[], "New"),
    }
}

/// The service's copy of the XML as JSON may nest deeper than a parser reads: nothing else of the entity suffers from it.
#[tokio::test]
async fn metadata_comes_however_deep_the_content_nests() {
    let world = World::new(0).await;
    let given = fields(json!({"DOK": 2}));
    let xml = item_xml("deep", None, "Deep");
    world
        .client
        .items()
        .create_xml(&xml, Some(&given))
        .await
        .unwrap();
    let content = (0..300).fold(json!({}), |inner, _| json!({ "p": inner }));
    let answer = json!({"identifier": "deep", "title": "Deep", "rawXml": xml, "metadata": given, "content": content});
    let page = json!({"items": [answer], "total": 1, "page": 1, "pages": 1, "limit": 100});
    let deep = FaultRule::new(Effect::status(200).body(answer)).on("getAssessmentItem");
    let listed = FaultRule::new(Effect::status(200).body(page)).on("searchAssessmentItems");
    world.sandbox.set_faults([deep, listed]).unwrap();
    let folder = Folder::pulled(&world).await;
    let item = folder.bank.read(&key(Kind::Item, "deep")).unwrap().unwrap();
    assert_eq!(item.metadata(), Some(&given));
    let reads = sent(&world, "getAssessmentItem");
    assert_eq!(reads, 1, "the XML is not asked for again");
}

/// The service writes such a test's XML anew from its JSON.
#[tokio::test]
async fn a_test_that_is_written_as_json_is_as_it_was_written_although_the_service_writes_its_xml() {
    let world = World::empty().await;
    let folder = Folder::new();
    let outcome = "<qti-outcome-declaration identifier=\"SCORE\" cardinality=\"single\" \
         base-type=\"float\" normal-maximum=\"3\"/><qti-test-part";
    let xml = test_xml("t", &[], "Geography").replacen("<qti-test-part", outcome, 1);
    let mut entity = Entity::new(key(Kind::Test, "t"), xml);
    let beside = json!({"toolsEnabled": {"calculator": true}, "maxAttempts": 3, "metadata": {"subject": "G"}});
    entity.beside = fields(beside);
    folder.bank.write(&entity).unwrap();
    let report = folder.push(&world, PushOptions::default()).await;
    assert_eq!((report.created, report.failed.len()), (1, 0), "{report:#?}");
    let again = folder.push(&world, PushOptions::default()).await;
    assert_eq!(again.unchanged, 1, "{again:#?}");
    assert_eq!(folder.pull(&world).await.unchanged, 1);

    // One that was pulled has all that the service has written, and is pushed, too.
    let other = Folder::pulled(&world).await;
    other.change(&entity.key, "Geography", "Geography 2");
    let report = other.push(&world, PushOptions::default()).await;
    assert_eq!(
        (report.replaced, report.failed.len()),
        (1, 0),
        "{report:#?}"
    );
    let test = world.client.test("t").get().await.unwrap();
    assert_eq!(
        (test.title.as_str(), test.max_attempts),
        ("Geography 2", Some(3))
    );
}
