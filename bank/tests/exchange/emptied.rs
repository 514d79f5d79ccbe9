//! A service that lists nothing: emptied, or the wrong one.

use timeback_qti_bank::pull::{PullOptions, PullReport};
use timeback_qti_bank::{Kind, unobserved};

use crate::support::{Folder, World, answered, key};

async fn pull(folder: &Folder, world: &World, options: PullOptions) -> PullReport {
    let connection = folder.connect(world);
    connection.pull(&options, &unobserved).await.unwrap()
}

async fn empty(world: &World, items: usize) {
    world.client.test("test-1").delete().await.unwrap();
    for number in 0..items {
        let name = format!("item-{number}");
        world.client.item(&name).delete().await.unwrap();
    }
    world.client.stimulus("Italy").delete().await.unwrap();
}

#[tokio::test]
async fn a_service_that_lists_nothing_does_not_empty_the_bank_unless_asked() {
    let world = World::new(3).await;
    let folder = Folder::pulled(&world).await;
    let before: Vec<_> = folder
        .bank
        .entities()
        .unwrap()
        .map(Result::unwrap)
        .collect();
    assert_eq!(before.len(), 5);
    empty(&world, 3).await;
    for _ in 0..2 {
        let report = pull(&folder, &world, PullOptions::default()).await;
        assert_eq!(
            (report.deleted, report.conflicts.len()),
            (0, 5),
            "{report:?}"
        );
        assert_eq!(report.emptied, Kind::ALL);
        let message = &report.conflicts[0].message;
        assert!(message.contains("lists none of this kind"), "{message}");
        let now: Vec<_> = folder
            .bank
            .entities()
            .unwrap()
            .map(Result::unwrap)
            .collect();
        assert_eq!(now, before);
    }

    // What was changed here stays whatever is asked.
    let changed = key(Kind::Item, "item-1");
    folder.change(&changed, "Rome", "Roma");
    let report = pull(&folder, &world, PullOptions::default().prune()).await;
    assert_eq!(
        (report.deleted, report.conflicts.len()),
        (4, 1),
        "{report:?}"
    );
    assert_eq!(
        (report.emptied, folder.bank.keys().unwrap()),
        (vec![], vec![changed])
    );
}

#[tokio::test]
async fn only_the_kind_that_is_empty_is_left_alone() {
    let world = World::new(2).await;
    let folder = Folder::pulled(&world).await;
    world.client.test("test-1").delete().await.unwrap();
    world.client.item("item-0").delete().await.unwrap();
    let report = pull(&folder, &world, PullOptions::default()).await;
    assert_eq!(
        (report.deleted, report.conflicts.len()),
        (1, 1),
        "{report:?}"
    );
    assert_eq!(report.emptied, [Kind::Test]);
    assert_eq!(report.conflicts[0].key, key(Kind::Test, "test-1"));
    assert!(!folder.path(&key(Kind::Item, "item-0")).exists());
}

#[tokio::test]
async fn what_is_deleted_on_both_sides_is_forgotten() {
    let world = World::new(1).await;
    let folder = Folder::pulled(&world).await;
    world.client.test("test-1").delete().await.unwrap();
    folder.bank.remove(&key(Kind::Test, "test-1")).unwrap();
    let report = pull(&folder, &world, PullOptions::default()).await;
    assert_eq!((report.conflicts.len(), report.emptied), (0, vec![]));
    pull(&folder, &world, PullOptions::default()).await;
    assert_eq!(answered(&world, "getAssessmentTest", 404), 1);
}
