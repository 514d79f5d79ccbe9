use std::pin::pin;

use serde_json::json;
use timeback_qti::MetadataWrite;
use timeback_qti_bank::push::{Action, PushOptions};
use timeback_qti_bank::{Entity, Kind, unobserved};
use timeback_qti_sandbox::{Effect, FaultRule};

use crate::support::{Folder, World, client, item_xml, key, metadata, proceed, sent, test_xml};

#[tokio::test]
async fn a_changed_bank_is_pushed_and_a_second_push_writes_nothing() {
    let world = World::new(3).await;
    let folder = Folder::pulled(&world).await;
    folder.change(&key(Kind::Stimulus, "Italy"), "Rome", "Roma");
    folder.change(&key(Kind::Item, "item-1"), "Milan", "Milano");
    folder.change(&key(Kind::Test, "test-1"), "Geography", "Geography 2");
    let report = folder.push(&world, PushOptions::default()).await;
    assert_eq!(
        (report.replaced, report.failed.len(), report.conflicts.len()),
        (3, 0, 0),
        "{report:?}"
    );
    let test = world.client.test("test-1").get().await.unwrap();
    assert_eq!(test.title, "Geography 2");
    assert_eq!(test.metadata.unwrap()["subject"], "Geography");
    let item = world.client.item("item-1").get().await.unwrap();
    assert_eq!(item.metadata.unwrap()["DOK"], 2);

    let writes = world.writes();
    let again = folder.push(&world, PushOptions::default()).await;
    assert_eq!((again.unchanged, world.writes()), (5, writes), "{again:?}");
    let pulled = folder.pull(&world).await;
    assert_eq!(pulled.unchanged, 5, "{pulled:?}");
}

#[tokio::test]
async fn what_the_service_has_changed_is_not_overwritten_without_force() {
    let world = World::new(1).await;
    let folder = Folder::pulled(&world).await;
    let item = key(Kind::Item, "item-0");
    folder.change(&item, "Rome", "Roma");
    world
        .client
        .item("item-0")
        .edit_xml(|xml| *xml = xml.replace("Milan", "Milano"))
        .await
        .unwrap();
    let report = folder.push(&world, PushOptions::default()).await;
    assert_eq!(
        (report.conflicts.len(), report.replaced),
        (1, 0),
        "{report:?}"
    );
    let report = folder.push(&world, PushOptions::default().force()).await;
    assert_eq!(report.replaced, 1, "{report:?}");

    // What was overwritten is in a snapshot.
    let pushes = folder.connect(&world).pushes().unwrap();
    assert_eq!(
        (pushes.len(), pushes[0].run, pushes[0].entities),
        (1, report.run, 1)
    );
    let restored = folder
        .connect(&world)
        .restore(report.run, &PushOptions::default(), &unobserved)
        .await
        .unwrap();
    assert_eq!(restored.replaced, 1, "{restored:?}");
    assert!(
        world
            .client
            .item("item-0")
            .get()
            .await
            .unwrap()
            .raw_xml
            .unwrap()
            .contains("Milano")
    );
}

/// The permission was for that push.
#[tokio::test]
async fn a_forced_push_that_failed_does_not_let_the_next_one_overwrite() {
    let world = World::new(1).await;
    let folder = Folder::pulled(&world).await;
    let item = key(Kind::Item, "item-0");
    folder.change(&item, "Rome", "Roma");
    let edit = |xml: &mut String| *xml = xml.replace("Milan", "Milano");
    world.client.item("item-0").edit_xml(edit).await.unwrap();
    // The write gets nowhere, which the client cannot tell.
    let away = FaultRule::new(Effect::Reset)
        .on("updateAssessmentItem")
        .times(100);
    world.sandbox.set_faults([away]).unwrap();
    let failed = folder.push(&world, PushOptions::default().force()).await;
    assert_eq!(failed.failed.len(), 1, "{failed:?}");
    world.sandbox.set_faults([]).unwrap();
    let report = folder.push(&world, PushOptions::default()).await;
    let told = (report.conflicts.len(), report.replaced);
    assert_eq!(told, (1, 0), "{report:?}");
    let held = world.client.item("item-0").get().await.unwrap();
    assert!(held.raw_xml.unwrap().contains("Milano"));
}

/// A field that somebody adds right after our write is not taken for one that the service has added to it.
#[tokio::test]
async fn what_somebody_adds_before_the_read_back_is_not_removed_by_the_next_push() {
    let mut added_before_the_read_back = 0;
    for point in 0..6 {
        let world = World::new(1).await;
        let (item, theirs) = (key(Kind::Item, "item-0"), client(&world.sandbox));
        let xml = item_xml("item-0", Some("Italy"), "Capitals");
        let (clear, handle) = (MetadataWrite::Clear, theirs.item("item-0"));
        handle.update_xml(&xml, clear).await.unwrap();
        let folder = Folder::pulled(&world).await;
        folder.change(&item, "Rome", "Roma");
        let options = PushOptions::default();
        let report = {
            let connection = folder.connect(&world);
            let mut push = pin!(connection.push(&options, &unobserved));
            let early = proceed(&world, point, push.as_mut()).await;
            if early.is_some() || sent(&world, "updateAssessmentItem") != 2 {
                continue;
            }
            let theirs = metadata(json!({"reviewed": true}));
            let theirs = MetadataWrite::Replace(&theirs);
            let held = handle.get().await.unwrap().raw_xml.unwrap();
            handle.update_xml(&held, theirs).await.unwrap();
            push.await.unwrap()
        };
        folder.change(&item, "Roma", "Romae");
        let again = folder.push(&world, options).await;
        let held = handle.get().await.unwrap();
        let held = held.metadata.unwrap_or_default();
        let case = format!("at {point}: {report:?}, {again:?}");
        assert_eq!(held.get("reviewed"), Some(&json!(true)), "{case}");
        added_before_the_read_back += 1;
    }
    assert!(added_before_the_read_back > 0);
}

#[tokio::test]
async fn a_failure_stops_what_depends_on_it_and_nothing_else() {
    let world = World::empty().await;
    let folder = Folder::new();
    let bad = "<qti-assessment-item identifier=\"bad\">";
    folder
        .bank
        .write(&Entity::new(key(Kind::Item, "bad"), bad))
        .unwrap();
    folder
        .bank
        .write(&Entity::new(
            key(Kind::Item, "good"),
            item_xml("good", None, "Good"),
        ))
        .unwrap();
    folder
        .bank
        .write(&Entity::new(
            key(Kind::Test, "t-bad"),
            test_xml("t-bad", &["bad"], "T"),
        ))
        .unwrap();
    folder
        .bank
        .write(&Entity::new(
            key(Kind::Test, "t-good"),
            test_xml("t-good", &["good"], "T"),
        ))
        .unwrap();
    let report = folder.push(&world, PushOptions::default()).await;
    assert_eq!(
        (report.created, report.failed.len(), report.skipped.len()),
        (2, 1, 1),
        "{report:?}"
    );
}

#[tokio::test]
async fn a_dry_run_writes_nothing_and_names_each_step() {
    let world = World::new(1).await;
    let folder = Folder::pulled(&world).await;
    folder.change(&key(Kind::Item, "item-0"), "Rome", "Roma");
    let new = Entity::new(key(Kind::Item, "new"), item_xml("new", None, "New"));
    folder.bank.write(&new).unwrap();
    let writes = world.writes();
    let plan = folder
        .connect(&world)
        .plan_push(&PushOptions::default(), &unobserved)
        .await
        .unwrap();
    assert_eq!(
        (
            plan.count(Action::Create),
            plan.count(Action::Replace),
            plan.unchanged
        ),
        (1, 1, 2)
    );
    assert_eq!(world.writes(), writes);
}

#[tokio::test]
async fn a_prune_deletes_what_nothing_refers_to() {
    let world = World::new(2).await;
    let folder = Folder::pulled(&world).await;
    let loose = item_xml("loose", None, "Loose");
    world.client.items().create_xml(&loose, None).await.unwrap();
    folder.pull(&world).await;
    folder.bank.remove(&key(Kind::Item, "loose")).unwrap();
    folder.bank.remove(&key(Kind::Item, "item-0")).unwrap();
    let kept = folder.push(&world, PushOptions::default()).await;
    assert_eq!((kept.deleted, kept.kept.len()), (0, 2), "{kept:?}");
    let report = folder.push(&world, PushOptions::default().prune()).await;
    assert_eq!((report.deleted, report.kept.len()), (1, 1), "{report:?}");
    assert!(world.client.item("item-0").exists().await.unwrap());
    assert!(!world.client.item("loose").exists().await.unwrap());
}

/// What no write carries would be gone for good.
#[tokio::test]
async fn a_prune_keeps_what_no_restore_could_put_back_unless_forced() {
    let world = World::new(1).await;
    world.client.test("test-1").delete().await.unwrap();
    let held = world.client.item("item-0").get().await.unwrap();
    let mut answer = serde_json::to_value(&held).unwrap();
    answer["novelty"] = json!({"a": 1});
    let found = FaultRule::new(Effect::status(200).body(answer)).on("getAssessmentItem");
    world.sandbox.set_faults([found]).unwrap();
    let folder = Folder::pulled(&world).await;
    folder.bank.remove(&key(Kind::Item, "item-0")).unwrap();

    let connection = folder.connect(&world);
    let options = PushOptions::default().prune();
    let plan = connection.plan_push(&options, &unobserved).await.unwrap();
    assert_eq!(plan.count(Action::Keep), 1, "{plan:#?}");
    let told = plan.steps[0].message.as_ref().unwrap();
    assert!(
        told.contains("novelty") && told.contains("--force"),
        "{told}"
    );
    let mut forgot = plan.clone();
    forgot.steps[0].action = Action::Delete;
    let report = connection.apply(&forgot, &options, &unobserved).await;
    assert_eq!(report.unwrap().kept.len(), 1);
    drop(connection);

    let report = folder.push(&world, options.force()).await;
    assert_eq!(report.deleted, 1, "{report:#?}");
}

#[tokio::test]
async fn what_the_service_has_already_is_adopted() {
    let world = World::new(2).await;
    let pulled = Folder::pulled(&world).await;
    let folder = Folder::new();
    for entity in pulled.bank.entities().unwrap() {
        folder.bank.write(&entity.unwrap()).unwrap();
    }
    let writes = world.writes();
    let report = folder.push(&world, PushOptions::default()).await;
    assert_eq!(
        (report.unchanged, report.conflicts.len()),
        (4, 0),
        "{report:?}"
    );
    assert_eq!(world.writes(), writes);
}

/// The service takes the XML, and leaves the fields that players read as they were: a failure that no look at the XML
/// shows is not forgotten.
#[tokio::test]
async fn what_was_stored_otherwise_is_written_again_until_it_is_right() {
    let world = World::new(1).await;
    let folder = Folder::pulled(&world).await;
    let item = key(Kind::Item, "item-0");
    folder.change(
        &item,
        "max-choices=\"1\"",
        "max-choices=\"1\" shuffle=\"true\"",
    );
    let stale = FaultRule::new(Effect::StaleFields).on("updateAssessmentItem");
    world.sandbox.set_faults([stale]).unwrap();
    for _ in 0..2 {
        let report = folder.push(&world, PushOptions::default()).await;
        let told = (report.failed.len(), report.replaced, report.unchanged);
        assert_eq!(told, (1, 0, 2), "{report:?}");
        assert!(report.failed[0].message.contains("interaction.shuffle"));
        assert_eq!(folder.pull(&world).await.unchanged, 3);
        // The status tells what the next push does.
        let connection = folder.connect(&world);
        let status = connection.status(&unobserved).await.unwrap();
        assert_eq!(status.entries.len(), 1, "{status:?}");
        assert_eq!(status.entries[0].key, item);
    }
    world.sandbox.set_faults([]).unwrap();
    let report = folder.push(&world, PushOptions::default()).await;
    assert_eq!((report.failed.len(), report.replaced), (0, 1), "{report:?}");
    let again = folder.push(&world, PushOptions::default()).await;
    assert_eq!(again.unchanged, 3, "{again:?}");
}

/// Ended at twenty points while a twentieth of the answers is faulty, the push ends where it would have ended.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_push_ended_at_any_point_is_taken_up_and_does_nothing_twice() {
    let world = World::empty().await;
    let faults = [
        FaultRule::new(Effect::LoseReply { status: None }).probability(0.02),
        FaultRule::new(Effect::LoseReply { status: Some(502) }).probability(0.01),
        FaultRule::new(Effect::status(503)).probability(0.01),
        FaultRule::new(Effect::Reset).probability(0.01),
    ];
    let folder = Folder::new();
    let mut model = Vec::new();
    for number in 0..120 {
        let name = format!("Item-{number}");
        let mut entity = Entity::new(key(Kind::Item, &name), item_xml(&name, None, "Capitals"));
        entity
            .beside
            .insert("metadata".to_owned(), json!({"number": number}));
        model.push(entity);
    }
    for number in 0..20 {
        let name = format!("test-{number}");
        let items = [format!("Item-{number}"), format!("Item-{}", number + 50)];
        let items = items.each_ref().map(String::as_str);
        let mut entity = Entity::new(key(Kind::Test, &name), test_xml(&name, &items, "Geography"));
        entity
            .beside
            .insert("metadata".to_owned(), json!({"number": number}));
        model.push(entity);
    }
    for entity in &model {
        folder.bank.write(entity).unwrap();
    }
    world.sandbox.set_faults(faults).unwrap();
    let mut ended = 0;
    let mut random = fastrand::Rng::with_seed(7);
    for _ in 0..20 {
        let connection = folder.connect(&world);
        let options = PushOptions::default();
        let push = connection.push(&options, &unobserved);
        let mut push = std::pin::pin!(push);
        ended += usize::from(
            proceed(&world, random.u64(1..30), push.as_mut())
                .await
                .is_none(),
        );
    }
    world.sandbox.set_faults([]).unwrap();
    let report = folder.push(&world, PushOptions::default()).await;
    assert_eq!(
        (
            report.failed.len(),
            report.conflicts.len(),
            report.skipped.len()
        ),
        (0, 0, 0),
        "{report:?}"
    );
    assert!(
        (1..140).contains(&report.created) && ended == 20,
        "{ended}: {report:?}"
    );
    let service = folder.connect(&world);
    for entity in &model {
        let found = service
            .service()
            .get(&entity.key)
            .await
            .unwrap()
            .unwrap()
            .entity;
        assert_eq!(
            timeback_qti_bank::compare::differences(entity, &found).unwrap(),
            []
        );
    }
    drop(service);
    let last = world.last_request();
    let again = folder.push(&world, PushOptions::default()).await;
    assert_eq!(
        (again.unchanged, world.writes_after(last)),
        (140, 0),
        "{again:?}"
    );
}
