//! A push in a process of its own that is killed, with no chance to say good-bye.

use serde_json::json;
use timeback_qti::Client;
use timeback_qti_bank::compare::differences;
use timeback_qti_bank::push::PushOptions;
use timeback_qti_bank::{Bank, Entity, Kind, Service, unobserved};
use timeback_qti_sandbox::{Effect, FaultRule};

use crate::support::{Child, Folder, World, item_xml, key};

/// Names the folder for the child.
const FOLDER: &str = "QTI_TEST_FOLDER";

#[tokio::test]
async fn child_that_pushes() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let connection = Bank::open(folder).unwrap();
    let connection = connection.connect(&Client::from_env().unwrap()).unwrap();
    let options = PushOptions::default().prune();
    connection.push(&options, &unobserved).await.unwrap();
}

/// How many entities the push has for each one that it has by default: `QTI_TIMES=30` makes some 2,100 of 70.
fn times() -> usize {
    let set = std::env::var("QTI_TIMES").ok();
    set.and_then(|times| times.parse().ok()).unwrap_or(1)
}

/// Items that are to be replaced, created and deleted, and a test that is to be replaced.
async fn changed(world: &World) -> (Folder, Vec<Entity>) {
    for number in 0..10 {
        let xml = item_xml(&format!("loose-{number}"), None, "Loose");
        world.client.items().create_xml(&xml, None).await.unwrap();
    }
    let folder = Folder::pulled(world).await;
    let before: Vec<_> = folder
        .bank
        .entities()
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    for key in before.iter().map(|entity| &entity.key) {
        match key.identifier.as_str() {
            name if name.starts_with("loose") => drop(folder.bank.remove(key).unwrap()),
            "test-1" => folder.change(key, "Geography", "Geografia"),
            _ => folder.change(key, "Rome", "Roma"),
        }
    }
    for number in 0..40 * times() {
        let name = format!("New-{number}");
        let mut entity = Entity::new(key(Kind::Item, &name), item_xml(&name, None, "New"));
        entity
            .beside
            .insert("metadata".to_owned(), json!({ "number": number }));
        folder.bank.write(&entity).unwrap();
    }
    (folder, before)
}

/// Checks that the service holds all of these.
async fn assert_held(world: &World, entities: &[Entity]) {
    let service = Service::new(world.client.clone());
    for entity in entities {
        let found = service.get(&entity.key).await.unwrap();
        let found = found.unwrap_or_else(|| panic!("{} is gone", entity.key));
        assert_eq!(
            differences(entity, &found.entity).unwrap(),
            [],
            "{}",
            entity.key
        );
    }
}

async fn count(world: &World) -> usize {
    let items = world.client.items().list().collect().await.unwrap();
    items.len()
}

/// Killed at twenty points while a twentieth of the answers is faulty, the push ends where it would have ended, and all
/// that it has replaced or deleted can be put back.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_push_that_is_killed_at_any_point_is_taken_up_and_can_be_put_back() {
    let times = times();
    let world = World::new(30 * times).await;
    let (folder, before) = changed(&world).await;
    let faults = [
        FaultRule::new(Effect::LoseReply { status: None }).probability(0.02),
        FaultRule::new(Effect::LoseReply { status: Some(502) }).probability(0.01),
        FaultRule::new(Effect::status(503)).probability(0.01),
        FaultRule::new(Effect::Reset).probability(0.01),
    ];
    world.sandbox.set_faults(faults).unwrap();
    let mut random = fastrand::Rng::with_seed(11);
    let mut killed = 0;
    for _ in 0..20 {
        let until = world.last_request() + random.u64(10..55 + 20 * times as u64);
        let child = Child::of("killed::child_that_pushes");
        let mut child = child
            .with(FOLDER, folder.bank.root())
            .knowing(&world)
            .start();
        while world.last_request() < until && child.try_wait().unwrap().is_none() {
            tokio::task::yield_now().await;
        }
        killed += usize::from(child.try_wait().unwrap().is_none());
        child.kill().await.unwrap();
    }
    world.sandbox.set_faults([]).unwrap();

    let options = PushOptions::default().prune();
    let report = folder.push(&world, options).await;
    assert!(killed >= 10 && report.run > 3, "{killed}: {report:?}");
    let wrong = [&report.failed, &report.conflicts, &report.skipped];
    assert!(wrong.iter().all(|notes| notes.is_empty()), "{report:?}");
    let after: Vec<_> = folder
        .bank
        .entities()
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert_held(&world, &after).await;
    assert_eq!(count(&world).await, 70 * times);
    let last = world.last_request();
    let again = folder.push(&world, options).await;
    assert_eq!(
        (again.unchanged, world.writes_after(last)),
        (70 * times as u64 + 2, 0),
        "{again:?}"
    );

    let connection = folder.connect(&world);
    let options = PushOptions::default().force();
    for push in connection.pushes().unwrap().into_iter().rev() {
        let restored = connection.restore(push.run, &options, &unobserved).await;
        assert_eq!(restored.unwrap().failed, []);
    }
    assert_held(&world, &before).await;
}
