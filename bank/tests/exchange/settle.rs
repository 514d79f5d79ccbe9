//! What came of a write is found out, be it later, and never guessed.

use std::pin::pin;

use serde_json::json;
use timeback_qti::MetadataWrite;
use timeback_qti_bank::push::{PushOptions, PushReport};
use timeback_qti_bank::{Entity, Kind, unobserved};
use timeback_qti_sandbox::{Effect, FaultRule};

use crate::support::{Folder, World, client, item_xml, key, metadata, proceed, sent, test_xml};

fn new_item(folder: &Folder) {
    let mut entity = Entity::new(key(Kind::Item, "new"), item_xml("new", None, "New"));
    entity
        .beside
        .insert("metadata".to_owned(), json!({"DOK": 2}));
    folder.bank.write(&entity).unwrap();
}

fn new_test(folder: &Folder) {
    let mut entity = Entity::new(key(Kind::Test, "new"), test_xml("new", &[], "New"));
    entity
        .beside
        .insert("metadata".to_owned(), json!({"subject": "Geography"}));
    folder.bank.write(&entity).unwrap();
}

/// Nothing but what is told: so many were written, and none was a conflict or failed.
fn assert_written(report: &PushReport, written: u64) {
    let told = (
        report.created + report.replaced,
        report.conflicts.len(),
        report.failed.len(),
    );
    assert_eq!(told, (written, 0, 0), "{report:#?}");
}

#[tokio::test]
async fn a_test_that_was_created_without_its_metadata_is_told_and_completed_by_the_next_push() {
    let world = World::empty().await;
    let folder = Folder::new();
    new_test(&folder);
    let refused = FaultRule::new(Effect::status(400)).on("updateAssessmentTestMetadata");
    world.sandbox.set_faults([refused.times(1)]).unwrap();
    let report = folder.push(&world, PushOptions::default()).await;
    let told = &report.failed[0].message;
    assert!(
        told.starts_with("it was created, but without its metadata: "),
        "{told}"
    );
    assert_written(&folder.push(&world, PushOptions::default()).await, 1);
    let test = world.client.test("new").get().await.unwrap();
    assert_eq!(test.metadata.unwrap()["subject"], "Geography");
}

#[tokio::test]
async fn a_probe_takes_back_a_test_that_was_created_without_its_metadata() {
    let world = World::empty().await;
    let folder = Folder::new();
    new_test(&folder);
    let refused = FaultRule::new(Effect::status(400)).on("updateAssessmentTestMetadata");
    world.sandbox.set_faults([refused.times(1)]).unwrap();
    let report = folder.push(&world, PushOptions::default().probe()).await;
    let told = &report.failed[0].message;
    assert!(told.ends_with("; it was put back"), "{told}");
    assert!(!world.client.test("new").exists().await.unwrap());
}

/// As a service does whose reads come from a copy that lags behind.
#[tokio::test]
async fn an_entity_that_is_not_shown_right_after_its_create_is_no_conflict_later() {
    let world = World::empty().await;
    let folder = Folder::new();
    new_item(&folder);
    let hidden = FaultRule::new(Effect::status(404)).on("getAssessmentItem");
    world.sandbox.set_faults([hidden.nth(2)]).unwrap();
    let report = folder.push(&world, PushOptions::default()).await;
    assert!(
        report.failed[0].message.contains("the next push finds out"),
        "{report:#?}"
    );
    assert!(world.client.item("new").exists().await.unwrap());
    world.sandbox.set_faults([]).unwrap();
    folder.change(&key(Kind::Item, "new"), "Milan", "Milano");
    assert_written(&folder.push(&world, PushOptions::default()).await, 1);
}

#[tokio::test]
async fn a_state_from_before_the_write_that_is_read_back_is_no_conflict_later() {
    let mut shown_late = 0;
    for point in 0..7 {
        let world = World::new(1).await;
        let folder = Folder::pulled(&world).await;
        let item = key(Kind::Item, "item-0");
        let theirs = client(&world.sandbox);
        let theirs = theirs.item("item-0");
        let before = theirs.get_xml().await.unwrap();
        let given = metadata(json!({"DOK": 2, "tags": ["a", "b"]}));
        folder.change(&item, "Rome", "Roma");
        let report = {
            let connection = folder.connect(&world);
            let options = PushOptions::default();
            let mut push = pin!(connection.push(&options, &unobserved));
            let early = proceed(&world, point, push.as_mut()).await;
            if early.is_some() || sent(&world, "updateAssessmentItem") == 0 {
                continue;
            }
            // What a lagging copy shows, for as long as the push looks.
            let keep = MetadataWrite::Replace(&given);
            theirs.update_xml(&before, keep).await.unwrap();
            push.await.unwrap()
        };
        let keep = MetadataWrite::Replace(&given);
        let written = before.replace("Rome", "Roma");
        theirs.update_xml(&written, keep).await.unwrap();
        if !report
            .failed
            .iter()
            .any(|note| note.message.contains("the next push finds out"))
        {
            continue;
        }
        shown_late += 1;
        folder.change(&item, "Milan", "Milano");
        assert_written(&folder.push(&world, PushOptions::default()).await, 1);
    }
    assert!(shown_late > 0);
}

/// What the service adds by itself does not make our create somebody else's, and the next pull brings it.
#[tokio::test]
async fn a_create_that_was_killed_is_ours_although_something_was_added_to_it() {
    let mut added = 0;
    for point in 0..6 {
        let world = World::empty().await;
        let folder = Folder::new();
        new_item(&folder);
        {
            let connection = folder.connect(&world);
            let options = PushOptions::default();
            let mut push = pin!(connection.push(&options, &unobserved));
            proceed(&world, point, push.as_mut()).await;
        }
        let theirs = client(&world.sandbox);
        let theirs = theirs.item("new");
        let Some(held) = theirs.get_opt().await.unwrap() else {
            continue;
        };
        let more = metadata(json!({"DOK": 2, "indexedAt": "today"}));
        let keep = MetadataWrite::Replace(&more);
        theirs
            .update_xml(&held.raw_xml.unwrap(), keep)
            .await
            .unwrap();
        let report = folder.push(&world, PushOptions::default()).await;
        assert_written(&report, 0);
        assert_eq!(folder.pull(&world).await.replaced, 1, "at {point}");
        let pulled = folder.bank.read(&key(Kind::Item, "new")).unwrap().unwrap();
        assert_eq!(pulled.beside["metadata"]["indexedAt"], "today");
        added += 1;
    }
    assert!(added > 0);
}
