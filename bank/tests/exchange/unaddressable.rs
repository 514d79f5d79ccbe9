//! Entities that the service lists under identifiers which no path of the API can carry: each is told, none left out.

use std::sync::Mutex;

use serde_json::json;
use timeback_qti_bank::audit::{Options, Rule};
use timeback_qti_bank::pull::{PullOptions, PullReport};
use timeback_qti_bank::push::{Action, PushOptions};
use timeback_qti_bank::{Event, Kind, Selection, Service, Unaddressable, unobserved};
use timeback_qti_sandbox::{Effect, FaultRule};

use crate::support::{Folder, World, item_xml, key, test_xml};

const UNFIT: [&str; 5] = ["", ".", "..", "..\\admin", "a\nb"];

/// What the service lists of items: one that all is well with, and those.
fn list_items(world: &World, unfit: &[serde_json::Value]) {
    let item = |identifier: &serde_json::Value| json!({"identifier": identifier, "title": "T", "type": "choice", "rawXml": "<a/>"});
    let mut items: Vec<_> = unfit.iter().map(item).collect();
    items.push(item(&json!("item-0")));
    items.push(json!({"title": "Nameless"}));
    let total = items.len();
    let page = json!({"items": items, "total": total, "page": 1, "pages": 1, "limit": 100});
    let listed = FaultRule::new(Effect::status(200).body(page)).on("searchAssessmentItems");
    world.sandbox.set_faults([listed]).unwrap();
}

fn told(all: &[Unaddressable]) -> Vec<Option<&str>> {
    let message = |one: &Unaddressable| !one.message.is_empty() && one.kind == Kind::Item;
    assert!(all.iter().all(message), "{all:?}");
    all.iter().map(|one| one.identifier.as_deref()).collect()
}

#[tokio::test]
async fn what_no_request_can_name_is_told_and_keeps_nothing_else_from_being_done() {
    let world = World::new(1).await;
    let unfit: Vec<_> = UNFIT.iter().map(|identifier| json!(identifier)).collect();
    list_items(&world, &unfit);
    let mut all: Vec<_> = UNFIT.into_iter().map(Some).collect();
    all.push(None);

    let folder = Folder::new();
    let connection = folder.connect(&world);
    let events = Mutex::new(0);
    let observer = |event: &Event| {
        if matches!(event, Event::Unaddressable(_)) {
            *events.lock().unwrap() += 1;
        }
    };
    let pulled = connection.pull(&PullOptions::default(), &observer).await;
    let pulled = pulled.unwrap();
    assert_eq!(told(&pulled.unaddressable), all);
    assert_eq!(*events.lock().unwrap(), all.len());
    assert_eq!((pulled.created, &pulled.failed), (3, &vec![]));

    let status = connection.status(&unobserved).await;
    let status = status.unwrap();
    assert_eq!(told(&status.unaddressable), all);
    assert_eq!((status.unchanged, status.entries), (3, vec![]));
    let diff = connection.diff(&[], &unobserved).await;
    assert_eq!(told(&diff.unwrap().unaddressable), all);

    let service = Service::new(world.client.clone());
    let report = service.audit(&Options::default(), false, &unobserved).await;
    let findings = report.unwrap().findings;
    let unaddressable = findings
        .iter()
        .filter(|found| found.rule == Rule::IdentifierUnaddressable);
    assert_eq!(unaddressable.count(), all.len());
}

/// A filter of the settings leaves out on purpose what it does not let through.
#[tokio::test]
async fn a_status_of_a_part_does_not_tell_of_the_rest() {
    let world = World::new(1).await;
    let folder = Folder::new();
    let mut settings = timeback_qti_bank::Settings::default();
    settings.pull.tests.push("test-1".parse().unwrap());
    std::fs::remove_file(folder.bank.root().join("qti.toml")).unwrap();
    let bank = timeback_qti_bank::Bank::init(folder.bank.root(), settings).unwrap();
    list_items(&world, &[json!("..")]);
    let connection = bank.connect(&world.client).unwrap();
    let pulled = connection.pull(&PullOptions::default(), &unobserved).await;
    assert_eq!(pulled.unwrap().created, 3);
    let status = connection.status(&unobserved).await;
    assert_eq!(status.unwrap().unaddressable, []);
}

#[tokio::test]
async fn a_prune_leaves_alone_what_an_unnameable_entity_may_refer_to() {
    let world = World::empty().await;
    for name in ["kept", "loose"] {
        let xml = item_xml(name, None, name);
        world.client.items().create_xml(&xml, None).await.unwrap();
    }
    let folder = Folder::pulled(&world).await;
    for name in ["kept", "loose"] {
        folder.bank.remove(&key(Kind::Item, name)).unwrap();
    }
    let list_tests = |xml: Option<String>| {
        let test = json!({"identifier": "..", "title": "T", "rawXml": xml});
        let page = json!({"items": [test], "total": 1, "page": 1, "pages": 1, "limit": 100});
        let listed = FaultRule::new(Effect::status(200).body(page)).on("searchAssessmentTests");
        world.sandbox.set_faults([listed]).unwrap();
    };
    let prune = PushOptions::default().prune();
    let connection = folder.connect(&world);

    list_tests(None);
    let plan = connection.plan_push(&prune, &unobserved).await.unwrap();
    assert_eq!(plan.count(Action::Keep), 2, "{plan:?}");
    let message = plan.steps[0].message.as_deref().unwrap();
    assert_eq!(message, "test \"..\" cannot be read, and may refer to it");

    list_tests(Some(test_xml("..", &["kept"], "T")));
    let report = connection.push(&prune, &unobserved).await.unwrap();
    assert_eq!((report.deleted, report.kept.len()), (1, 1), "{report:?}");
    assert_eq!(report.kept[0].key, key(Kind::Item, "kept"));
    assert!(world.client.item("kept").exists().await.unwrap());
}

/// A pull of one test, and of what it refers to.
async fn pull_of_test(world: &World) -> PullReport {
    let mut selection = Selection::default();
    selection.tests.push("test-1".parse().unwrap());
    let options = PullOptions::default().selection(selection);
    let folder = Folder::new();
    let pulled = folder.connect(world).pull(&options, &unobserved).await;
    pulled.unwrap()
}

#[tokio::test]
async fn a_reference_that_no_request_can_follow_is_told() {
    let world = World::empty().await;
    let xml = test_xml("test-1", &["..", "item-0"], "T");
    world.client.tests().create_xml(&xml).await.unwrap();
    let xml = item_xml("item-0", None, "T");
    world.client.items().create_xml(&xml, None).await.unwrap();
    let pulled = pull_of_test(&world).await;
    assert_eq!(told(&pulled.unaddressable), [Some("..")]);
    assert!(
        pulled.unaddressable[0]
            .message
            .contains("test test-1 refers to it")
    );
    assert_eq!((pulled.created, &pulled.failed), (2, &vec![]));
}

#[tokio::test]
async fn a_test_whose_references_cannot_be_read_is_told() {
    let world = World::new(1).await;
    let test = json!({"identifier": "test-1", "title": "T", "rawXml": "<qti-assessment-test"});
    let broken = FaultRule::new(Effect::status(200).body(test)).on("getAssessmentTest");
    world.sandbox.set_faults([broken]).unwrap();
    let pulled = pull_of_test(&world).await;
    assert_eq!((pulled.created, pulled.failed.len()), (1, 1), "{pulled:?}");
    assert!(
        pulled.failed[0]
            .message
            .starts_with("nobody can tell what it refers to")
    );
}

/// One entry of a list that is not what the API documents does not hide the others.
#[tokio::test]
async fn an_entry_of_a_list_that_cannot_be_read_is_told_by_its_identifier() {
    let world = World::new(2).await;
    let folder = Folder::pulled(&world).await;
    let items =
        json!([{"identifier": "item-0", "title": 7}, {"identifier": "item-1", "title": "T"}]);
    let page = json!({"items": items, "total": 2, "page": 1, "pages": 1, "limit": 100});
    let listed = FaultRule::new(Effect::status(200).body(page)).on("searchAssessmentItems");
    let item = json!({"identifier": "item-0", "title": 7});
    let broken = FaultRule::new(Effect::status(200).body(item))
        .on("getAssessmentItem")
        .times(1);
    world.sandbox.set_faults([listed, broken]).unwrap();
    let pulled = folder.pull(&world).await;
    assert_eq!(pulled.failed.len(), 1, "{pulled:?}");
    assert_eq!((pulled.unchanged, pulled.deleted), (3, 0), "{pulled:?}");
}

/// As where somebody deletes an entity while the list is paged, or several were created in one moment.
#[tokio::test]
async fn a_list_that_leaves_an_entity_out_is_told_and_deletes_nothing() {
    let world = World::new(2).await;
    let extra = test_xml("other", &["item-1"], "Other");
    world.client.tests().create_xml(&extra).await.unwrap();
    let folder = Folder::pulled(&world).await;
    let first = world.client.test("test-1").get().await.unwrap();
    let page = json!({"items": [first], "total": 2, "page": 1, "pages": 1, "limit": 100});
    let short = FaultRule::new(Effect::status(200).body(page)).on("searchAssessmentTests");
    world.sandbox.set_faults([short]).unwrap();

    let connection = folder.connect(&world);
    let status = connection.status(&unobserved).await.unwrap();
    assert_eq!(status.entries, [], "{status:#?}");
    let told = &status.unaddressable[0];
    assert!(told.message.contains("counts 2 and lists 1"), "{told}");
    drop(connection);

    let pulled = folder.pull(&world).await;
    assert_eq!(
        (pulled.deleted, pulled.unaddressable.len()),
        (0, 1),
        "{pulled:#?}"
    );

    folder.bank.remove(&key(Kind::Item, "item-1")).unwrap();
    folder.bank.remove(&key(Kind::Test, "other")).unwrap();
    let report = folder.push(&world, PushOptions::default().prune()).await;
    let kept: Vec<_> = report.kept.iter().map(|note| &note.key).collect();
    assert_eq!(kept, [&key(Kind::Item, "item-1")], "{report:#?}");
    let told = &report.kept[0].message;
    assert!(told.starts_with("a test may refer to it: "), "{told}");
}
