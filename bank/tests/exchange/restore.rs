//! What a push has replaced or deleted goes back, and nothing else changes by that.

use std::pin::pin;

use timeback_qti_bank::push::{Action, PushOptions, PushReport};
use timeback_qti_bank::{Entity, Kind, unobserved};
use timeback_qti_sandbox::{Effect, FaultRule};

use crate::support::{Folder, World, client, item_xml, key, proceed};

async fn restore(folder: &Folder, world: &World, run: u64, options: PushOptions) -> PushReport {
    let connection = folder.connect(world);
    connection
        .restore(run, &options, &unobserved)
        .await
        .unwrap()
}

/// Somebody else changes a word of an item.
async fn they_change(world: &World, item: &str, from: &str, to: &str) {
    let theirs = client(&world.sandbox);
    let edit = |xml: &mut String| {
        assert!(xml.contains(from), "{xml}");
        *xml = xml.replace(from, to);
    };
    theirs.item(item).edit_xml(edit).await.unwrap();
}

async fn xml_of(world: &World, item: &str) -> String {
    let item = client(&world.sandbox).item(item).get().await.unwrap();
    item.raw_xml.unwrap()
}

/// A folder that has pushed a change of each of so many items, and the number of that push.
async fn pushed(world: &World, items: usize) -> (Folder, u64) {
    let folder = Folder::pulled(world).await;
    for number in 0..items {
        folder.change(&key(Kind::Item, &format!("item-{number}")), "Rome", "Roma");
    }
    let report = folder.push(world, PushOptions::default()).await;
    assert_eq!(report.replaced, items as u64, "{report:?}");
    (folder, report.run)
}

#[tokio::test]
async fn a_restore_leaves_alone_what_was_changed_since_the_push() {
    for pulls_before in [false, true] {
        let world = World::new(2).await;
        let (folder, run) = pushed(&world, 2).await;
        they_change(&world, "item-0", "Milan", "Theirs").await;
        if pulls_before {
            // Their change is then what was last seen, but still not what the push has left.
            assert_eq!(folder.pull(&world).await.replaced, 1);
        }
        let report = restore(&folder, &world, run, PushOptions::default()).await;
        let told = (report.replaced, report.conflicts.len());
        assert_eq!(told, (1, 1), "{report:?}");
        assert!(report.conflicts[0].message.contains("since the push"));
        assert!(xml_of(&world, "item-0").await.contains("Theirs"));
        assert!(xml_of(&world, "item-1").await.contains("Rome"));

        let forced = restore(&folder, &world, run, PushOptions::default().force()).await;
        let told = (forced.replaced, forced.unchanged);
        assert_eq!(told, (1, 1), "{forced:?}");
        assert!(xml_of(&world, "item-0").await.contains("Rome"));
    }
}

/// A restore decides again right before it writes.
#[tokio::test]
async fn a_restore_leaves_alone_what_is_changed_after_it_was_planned() {
    let world = World::new(1).await;
    let (folder, run) = pushed(&world, 1).await;
    let connection = folder.connect(&world);
    let options = PushOptions::default();
    let plan = connection.plan_restore(run, &options, &unobserved).await;
    let plan = plan.unwrap();
    assert_eq!(plan.count(Action::Replace), 1);
    they_change(&world, "item-0", "Milan", "Theirs").await;
    let applied = connection.apply_restore(run, &plan, &options, &unobserved);
    let report = applied.await.unwrap();
    assert_eq!(report.conflicts.len(), 1, "{report:?}");
    assert!(xml_of(&world, "item-0").await.contains("Theirs"));
}

#[tokio::test]
async fn what_a_push_has_deleted_comes_back_unless_another_one_stands_there() {
    let world = World::new(2).await;
    world.client.test("test-1").delete().await.unwrap();
    let folder = Folder::pulled(&world).await;
    for item in ["item-0", "item-1"] {
        folder.bank.remove(&key(Kind::Item, item)).unwrap();
    }
    let report = folder.push(&world, PushOptions::default().prune()).await;
    assert_eq!(report.deleted, 2, "{report:?}");
    let another = item_xml("item-1", None, "Another");
    let items = world.client.items();
    items.create_xml(&another, None).await.unwrap();

    let restored = restore(&folder, &world, report.run, PushOptions::default()).await;
    let told = (restored.created, restored.conflicts.len());
    assert_eq!(told, (1, 1), "{restored:?}");
    let back = world.client.item("item-0").get().await.unwrap();
    assert_eq!(back.metadata.unwrap()["DOK"], 2);
    assert!(xml_of(&world, "item-1").await.contains("Another"));
}

#[tokio::test]
async fn what_somebody_else_has_deleted_since_the_push_stays_deleted() {
    let world = World::new(1).await;
    let (folder, run) = pushed(&world, 1).await;
    world.client.item("item-0").delete().await.unwrap();
    let report = restore(&folder, &world, run, PushOptions::default()).await;
    assert_eq!(report.conflicts.len(), 1, "{report:?}");
    assert!(!world.client.item("item-0").exists().await.unwrap());
}

#[tokio::test]
async fn a_restore_is_told_from_other_pushes_and_can_be_repeated_and_taken_back() {
    let world = World::new(1).await;
    let (folder, run) = pushed(&world, 1).await;
    let first = restore(&folder, &world, run, PushOptions::default()).await;
    assert_eq!(first.replaced, 1, "{first:?}");
    let pushes = folder.connect(&world).pushes().unwrap();
    let told: Vec<_> = pushes
        .iter()
        .map(|push| (push.run, push.restores))
        .collect();
    assert_eq!(told, [(run, None), (first.run, Some(run))]);

    let again = restore(&folder, &world, run, PushOptions::default()).await;
    assert_eq!((again.replaced, again.unchanged), (0, 1), "{again:?}");
    assert!(xml_of(&world, "item-0").await.contains("Rome"));

    let back = restore(&folder, &world, first.run, PushOptions::default()).await;
    assert_eq!(back.replaced, 1, "{back:?}");
    assert!(xml_of(&world, "item-0").await.contains("Roma"));
    let once_more = restore(&folder, &world, run, PushOptions::default()).await;
    assert_eq!(once_more.replaced, 1, "{once_more:?}");
}

#[tokio::test]
async fn pushes_say_how_many_entities_they_have_created() {
    let world = World::new(1).await;
    let folder = Folder::pulled(&world).await;
    folder.change(&key(Kind::Item, "item-0"), "Rome", "Roma");
    let new = Entity::new(key(Kind::Item, "new"), item_xml("new", None, "New"));
    folder.bank.write(&new).unwrap();
    let report = folder.push(&world, PushOptions::default()).await;
    let pushes = folder.connect(&world).pushes().unwrap();
    assert_eq!((pushes[0].entities, pushes[0].created), (2, 1));
    let restored = restore(&folder, &world, report.run, PushOptions::default()).await;
    assert_eq!((restored.replaced, restored.deleted), (1, 0));
    assert!(world.client.item("new").exists().await.unwrap());
}

/// What stands in the service after an end at any point is our own doing, and no conflict.
#[tokio::test]
async fn a_push_and_its_restore_that_were_ended_early_are_restored_without_force() {
    for point in 0..14 {
        let world = World::new(3).await;
        let folder = Folder::pulled(&world).await;
        folder.change(&key(Kind::Item, "item-0"), "Rome", "Roma");
        folder.change(&key(Kind::Test, "test-1"), "Geography", "Italy");
        {
            let connection = folder.connect(&world);
            let options = PushOptions::default();
            let push = connection.push(&options, &unobserved);
            proceed(&world, point, pin!(push).as_mut()).await;
        }
        let pushes = folder.connect(&world).pushes().unwrap();
        let Some(run) = pushes.first().map(|push| push.run) else {
            continue;
        };
        {
            let connection = folder.connect(&world);
            let options = PushOptions::default();
            let restore = connection.restore(run, &options, &unobserved);
            proceed(&world, point, pin!(restore).as_mut()).await;
        }
        let report = restore(&folder, &world, run, PushOptions::default()).await;
        let told = (report.conflicts.len(), report.failed.len());
        assert_eq!(told, (0, 0), "{point}: {report:?}");
        assert!(xml_of(&world, "item-0").await.contains("Rome"));
        let test = world.client.test("test-1").get().await.unwrap();
        assert_eq!(test.title, "Geography");
        assert_eq!(test.metadata.unwrap()["subject"], "Geography");
    }
}

#[tokio::test]
async fn a_write_whose_answer_was_lost_can_be_restored_once_it_is_settled() {
    let world = World::new(1).await;
    let folder = Folder::pulled(&world).await;
    folder.change(&key(Kind::Item, "item-0"), "Rome", "Roma");
    let lost = FaultRule::new(Effect::LoseReply { status: Some(502) }).on("updateAssessmentItem");
    let away = FaultRule::new(Effect::status(503))
        .on("getAssessmentItem")
        .nth(3)
        .times(1_000);
    world.sandbox.set_faults([lost, away]).unwrap();
    let report = folder.push(&world, PushOptions::default()).await;
    assert_eq!(report.failed.len(), 1, "{report:?}");
    world.sandbox.set_faults([]).unwrap();
    assert!(xml_of(&world, "item-0").await.contains("Roma"));
    let restored = restore(&folder, &world, report.run, PushOptions::default()).await;
    assert_eq!(restored.replaced, 1, "{restored:?}");
    assert!(xml_of(&world, "item-0").await.contains("Rome"));
}
