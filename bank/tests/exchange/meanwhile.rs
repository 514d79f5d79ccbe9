//! What a person does to the bank's files while a pull waits for the service.

use std::sync::Once;

use timeback_qti::Client;
use timeback_qti::observe::Event;
use timeback_qti_bank::pull::{PullOptions, PullReport};
use timeback_qti_bank::{Bank, Entity, Kind, Settings, unobserved};

use crate::support::{Folder, World, item_xml, key};

/// Pulls, and does something to the bank as soon as an item is asked for.
async fn pull_and(
    world: &World,
    folder: &Folder,
    options: &PullOptions,
    change: impl Fn(&Bank) + Send + Sync + 'static,
) -> PullReport {
    let (bank, once) = (folder.bank.clone(), Once::new());
    let client = Client::builder()
        .base_url(world.sandbox.base_url())
        .token_url(world.sandbox.token_url())
        .credentials(world.sandbox.client_id(), world.sandbox.client_secret())
        .observer(move |event: &Event<'_>| {
            if let Event::AttemptStarted { call, .. } = event
                && call.operation == "getAssessmentItem"
            {
                once.call_once(|| change(&bank));
            }
        })
        .build()
        .unwrap();
    let connection = folder.bank.connect(&client).unwrap();
    connection.pull(options, &unobserved).await.unwrap()
}

fn change(bank: &Bank, from: &str, to: &str) {
    let mut entity = bank.read(&key(Kind::Item, "item-0")).unwrap().unwrap();
    assert!(entity.xml.contains(from), "{}", entity.xml);
    entity.xml = entity.xml.replace(from, to);
    bank.write(&entity).unwrap();
}

async fn with_changed_item() -> (World, Folder) {
    let world = World::new(1).await;
    let folder = Folder::pulled(&world).await;
    let theirs = world.client.item("item-0");
    let change = |xml: &mut String| *xml = xml.replace("Milan", "Milano");
    theirs.edit_xml(change).await.unwrap();
    (world, folder)
}

#[tokio::test]
async fn an_edit_that_is_saved_while_a_pull_waits_is_a_conflict() {
    let item = key(Kind::Item, "item-0");
    let edits: [fn(&Bank); 4] = [
        |bank| change(bank, "Rome", "Roma"),
        |bank| {
            let json = bank.path(&key(Kind::Item, "item-0")).with_extension("json");
            std::fs::write(json, "{\"metadata\": {\"DOK\": 3}}").unwrap();
        },
        |bank| assert!(bank.remove(&key(Kind::Item, "item-0")).unwrap()),
        |bank| std::fs::write(bank.path(&key(Kind::Item, "item-0")), b"\xe9").unwrap(),
    ];
    for (number, edit) in edits.into_iter().enumerate() {
        let (world, folder) = with_changed_item().await;
        let other = tempfile::tempdir().unwrap();
        let edited = Bank::init(other.path(), Settings::default()).unwrap();
        edited
            .write(&folder.bank.read(&item).unwrap().unwrap())
            .unwrap();
        edit(&edited);
        let bytes = |bank: &Bank| {
            let path = bank.path(&item);
            (
                std::fs::read(&path).ok(),
                std::fs::read(path.with_extension("json")).ok(),
            )
        };
        let report = pull_and(&world, &folder, &PullOptions::default(), edit).await;
        assert_eq!(report.conflicts.len(), 1, "{number}: {report:?}");
        let message = &report.conflicts[0].message;
        assert_eq!(message, "changed here while it was pulled");
        assert_eq!(bytes(&folder.bank), bytes(&edited), "{number}");

        // Nothing is remembered as seen: the next pull tells of both sides.
        let again = folder.pull(&world).await;
        assert_eq!(
            (again.unchanged, again.replaced),
            (2, 0),
            "{number}: {again:?}"
        );
        assert_eq!(bytes(&folder.bank), bytes(&edited), "{number}");
    }
}

#[tokio::test]
async fn a_file_that_is_made_while_a_pull_waits_is_a_conflict() {
    let world = World::new(1).await;
    let (item, folder) = (key(Kind::Item, "item-0"), Folder::new());
    let mine = Entity::new(item.clone(), item_xml("item-0", None, "Mine"));
    let made = mine.clone();
    let make = move |bank: &Bank| bank.write(&made).unwrap();
    let report = pull_and(&world, &folder, &PullOptions::default(), make).await;
    assert_eq!(
        (report.created, report.conflicts.len()),
        (2, 1),
        "{report:?}"
    );
    assert_eq!(folder.bank.read(&item).unwrap(), Some(mine));
}

#[tokio::test]
async fn an_edit_that_is_saved_while_the_service_is_asked_for_a_deleted_entity_stays() {
    let world = World::new(2).await;
    let (item, folder) = (key(Kind::Item, "item-0"), Folder::pulled(&world).await);
    world.client.item("item-0").delete().await.unwrap();
    let edit = |bank: &Bank| change(bank, "Rome", "Roma");
    let report = pull_and(&world, &folder, &PullOptions::default(), edit).await;
    assert_eq!(
        (report.deleted, report.conflicts.len()),
        (0, 1),
        "{report:?}"
    );
    let held = folder.bank.read(&item).unwrap().unwrap();
    assert!(held.xml.contains("Roma"));
}

/// Whoever gives up a change has not given up the next one.
#[tokio::test]
async fn an_edit_that_is_saved_while_the_services_side_is_fetched_stays() {
    let (world, folder) = with_changed_item().await;
    let item = key(Kind::Item, "item-0");
    change(&folder.bank, "Rome", "Roma");
    let options = PullOptions::default().theirs([item.clone()]);
    let edit = |bank: &Bank| change(bank, "Roma", "Romae");
    let report = pull_and(&world, &folder, &options, edit).await;
    assert_eq!(
        (report.replaced, report.conflicts.len()),
        (0, 1),
        "{report:?}"
    );
    let held = folder.bank.read(&item).unwrap().unwrap();
    assert!(held.xml.contains("Romae"));

    world.client.item("item-0").delete().await.unwrap();
    let edit = |bank: &Bank| change(bank, "Romae", "Romanorum");
    let report = pull_and(&world, &folder, &options, edit).await;
    assert_eq!(
        (report.deleted, report.conflicts.len()),
        (0, 1),
        "{report:?}"
    );
    let held = folder.bank.read(&item).unwrap().unwrap();
    assert!(held.xml.contains("Romanorum"));
}
