//! What keeps a push that goes wrong from going wrong everywhere: a probe first, and an end after so many failures.

use std::pin::pin;

use timeback_qti_bank::push::PushOptions;
use timeback_qti_bank::{Entity, Kind, unobserved};
use timeback_qti_sandbox::{Effect, FaultRule};

use crate::support::{Folder, World, answered, client, item_xml, key, proceed, sent};

/// A folder with so many items that were changed.
async fn changed(world: &World, items: usize) -> Folder {
    let folder = Folder::pulled(world).await;
    for number in 0..items {
        folder.change(&key(Kind::Item, &format!("item-{number}")), "Rome", "Roma");
    }
    folder
}

/// Whether the service holds what was there at first.
async fn is_as_before(world: &World, item: &str) -> bool {
    let item = world.client.item(item).get().await.unwrap();
    item.raw_xml.unwrap().contains(">Rome<")
}

#[tokio::test]
async fn nothing_more_is_begun_after_so_many_failures() {
    let world = World::new(60).await;
    let folder = changed(&world, 60).await;
    let refused = FaultRule::new(Effect::status(422)).on("updateAssessmentItem");
    world.sandbox.set_faults([refused]).unwrap();
    let report = folder
        .push(&world, PushOptions::default().max_failures(3))
        .await;
    // What was under way when the third failed may fail too.
    let failed = report.failed.len();
    assert!((3..30).contains(&failed) && report.stopped, "{report:?}");
    assert_eq!(sent(&world, "updateAssessmentItem"), failed);

    let all = folder.push(&world, PushOptions::default()).await;
    assert_eq!((all.failed.len(), all.stopped), (60, false), "{all:?}");

    world.sandbox.set_faults([]).unwrap();
    let report = folder
        .push(&world, PushOptions::default().max_failures(1))
        .await;
    let told = (report.replaced, report.failed.len(), report.stopped);
    assert_eq!(told, (60, 0, false), "{report:?}");
}

#[tokio::test]
async fn a_probe_that_goes_wrong_is_put_back_and_nothing_else_is_written() {
    let world = World::new(3).await;
    let folder = changed(&world, 3).await;
    // The service takes the XML, and leaves the fields that players read as they were.
    let stale = FaultRule::new(Effect::StaleFields)
        .on("updateAssessmentItem")
        .times(1);
    for number in 0..3 {
        let item = key(Kind::Item, &format!("item-{number}"));
        folder.change(
            &item,
            "max-choices=\"1\"",
            "max-choices=\"1\" shuffle=\"true\"",
        );
    }
    world.sandbox.set_faults([stale]).unwrap();
    let report = folder.push(&world, PushOptions::default().probe()).await;
    assert_eq!((report.failed.len(), report.replaced), (1, 0), "{report:?}");
    assert!(report.stopped, "{report:?}");
    let told = &report.failed[0].message;
    assert!(told.ends_with("; it was put back"), "{told}");
    assert_eq!(sent(&world, "updateAssessmentItem"), 2);
    for number in 0..3 {
        assert!(is_as_before(&world, &format!("item-{number}")).await);
    }

    let report = folder.push(&world, PushOptions::default().probe()).await;
    assert_eq!((report.replaced, report.stopped), (3, false), "{report:?}");
}

#[tokio::test]
async fn a_probe_that_was_refused_leaves_the_service_as_it_was() {
    let world = World::new(2).await;
    let folder = changed(&world, 2).await;
    let refused = FaultRule::new(Effect::status(422)).on("updateAssessmentItem");
    world.sandbox.set_faults([refused]).unwrap();
    let report = folder.push(&world, PushOptions::default().probe()).await;
    let told = &report.failed[0].message;
    assert!(told.contains("422"), "{told}");
    assert!(
        told.ends_with("; the service holds what it held before"),
        "{told}"
    );
    assert_eq!(sent(&world, "updateAssessmentItem"), 1);
}

/// Not even a push that is forced: that allows to overwrite what stood there before, not what comes afterwards.
#[tokio::test]
async fn a_probe_is_not_put_back_over_what_somebody_else_has_written_since() {
    for options in [PushOptions::default(), PushOptions::default().force()] {
        let mut changed_after_the_write = 0;
        for point in 0..9 {
            let world = World::new(1).await;
            let folder = changed(&world, 1).await;
            let item = key(Kind::Item, "item-0");
            folder.change(
                &item,
                "max-choices=\"1\"",
                "max-choices=\"1\" shuffle=\"true\"",
            );
            let stale = FaultRule::new(Effect::StaleFields)
                .on("updateAssessmentItem")
                .times(1);
            world.sandbox.set_faults([stale]).unwrap();
            let connection = folder.connect(&world);
            let options = options.probe();
            let mut push = pin!(connection.push(&options, &unobserved));
            let early = proceed(&world, point, push.as_mut()).await;
            let is_written = sent(&world, "updateAssessmentItem") == 1;
            if early.is_some() || !is_written {
                continue;
            }
            let theirs = client(&world.sandbox);
            let edit = |xml: &mut String| *xml = xml.replace("Milan", "Theirs");
            theirs.item("item-0").edit_xml(edit).await.unwrap();
            let report = push.await.unwrap();
            let held = theirs.item("item-0").get().await.unwrap();
            let put_back = sent(&world, "updateAssessmentItem") == 3;
            // Between the last look and the write, nothing can tell.
            if put_back
                && held
                    .raw_xml
                    .as_ref()
                    .is_some_and(|xml| xml.contains(">Rome<"))
            {
                continue;
            }
            changed_after_the_write += 1;
            let told = &report.failed.first().or(report.conflicts.first());
            assert!(told.is_some(), "at {point}: {report:?}");
            assert!(
                held.raw_xml.unwrap().contains("Theirs"),
                "at {point}: {report:?}"
            );
        }
        assert!(changed_after_the_write >= 2, "{changed_after_the_write}");
    }
}

#[tokio::test]
async fn a_probe_that_cannot_be_put_back_is_told_and_settled_by_the_next_push() {
    let world = World::empty().await;
    let folder = Folder::new();
    for name in ["one", "two"] {
        let entity = Entity::new(key(Kind::Item, name), item_xml(name, None, "New"));
        folder.bank.write(&entity).unwrap();
    }
    // It is created, and from then on the service answers nothing.
    let lost = FaultRule::new(Effect::LoseReply { status: Some(502) }).on("createAssessmentItem");
    let away = FaultRule::new(Effect::status(503))
        .on("getAssessmentItem")
        .nth(3)
        .times(1_000);
    world.sandbox.set_faults([lost, away]).unwrap();
    let report = folder.push(&world, PushOptions::default().probe()).await;
    assert_eq!((report.failed.len(), report.created), (1, 0), "{report:?}");
    let told = &report.failed[0].message;
    assert!(
        told.contains("; it could not be put back: item one: "),
        "{told}"
    );
    assert_eq!(answered(&world, "createAssessmentItem", 201), 0);

    world.sandbox.set_faults([]).unwrap();
    let report = folder.push(&world, PushOptions::default().probe()).await;
    assert_eq!((report.created, report.unchanged), (1, 1), "{report:?}");
}

/// One that turns out to be there already says nothing of how writes go.
#[tokio::test]
async fn a_probe_is_one_that_is_written() {
    let world = World::empty().await;
    let folder = Folder::new();
    for name in ["one", "three", "two"] {
        let entity = Entity::new(key(Kind::Item, name), item_xml(name, None, "New"));
        folder.bank.write(&entity).unwrap();
    }
    let connection = folder.connect(&world);
    let options = PushOptions::default().probe();
    let plan = connection.plan_push(&options, &unobserved).await.unwrap();
    let created = world.client.items();
    created
        .create_xml(&item_xml("one", None, "New"), None)
        .await
        .unwrap();
    let refused = FaultRule::new(Effect::status(422)).on("createAssessmentItem");
    world.sandbox.set_faults([refused.nth(2)]).unwrap();
    let report = connection
        .apply(&plan, &options, &unobserved)
        .await
        .unwrap();
    let told = (report.unchanged, report.failed.len(), report.created);
    assert_eq!(told, (1, 1, 0), "{report:?}");
    assert_eq!(report.failed[0].key, key(Kind::Item, "three"));
}

#[tokio::test]
async fn what_a_push_has_written_is_told_although_its_deletions_cannot_be_checked() {
    let world = World::new(2).await;
    world.client.test("test-1").delete().await.unwrap();
    let folder = Folder::pulled(&world).await;
    folder.change(&key(Kind::Item, "item-0"), "Rome", "Roma");
    folder.bank.remove(&key(Kind::Item, "item-1")).unwrap();
    let connection = folder.connect(&world);
    let options = PushOptions::default().prune();
    let plan = connection.plan_push(&options, &unobserved).await.unwrap();
    let away = FaultRule::new(Effect::status(422)).on("searchAssessmentTests");
    world.sandbox.set_faults([away]).unwrap();
    let report = connection
        .apply(&plan, &options, &unobserved)
        .await
        .unwrap();
    let told = (report.replaced, report.deleted, report.failed.len());
    assert_eq!(told, (1, 0, 1), "{report:?}");
    let told = &report.failed[0].message;
    assert!(
        told.starts_with("nobody can tell what refers to it: list of tests: "),
        "{told}"
    );
}
