//! The service's side of entities that are named, over the bank's.

use std::fs;

use timeback_qti_bank::pull::{PullOptions, PullReport};
use timeback_qti_bank::push::PushOptions;
use timeback_qti_bank::{Entity, Key, Kind, Service, unobserved};

use crate::support::{Folder, World, item_xml, key};

async fn theirs(folder: &Folder, world: &World, keys: &[Key]) -> PullReport {
    let options = PullOptions::default().theirs(keys.iter().cloned());
    let connection = folder.connect(world);
    connection.pull(&options, &unobserved).await.unwrap()
}

async fn change_there(world: &World, item: &Key) {
    let theirs = world.client.item(item.identifier.as_str());
    let change = |xml: &mut String| *xml = xml.replace("Milan", "Milano");
    theirs.edit_xml(change).await.unwrap();
}

async fn there(world: &World, key: &Key) -> Entity {
    let service = Service::new(world.client.clone());
    service.get(key).await.unwrap().unwrap().entity
}

fn held(folder: &Folder, key: &Key) -> Option<Entity> {
    folder.bank.read(key).unwrap()
}

#[tokio::test]
async fn their_side_of_a_conflict_is_taken_and_nothing_else_is_touched() {
    let world = World::new(3).await;
    let folder = Folder::pulled(&world).await;
    let items = [0, 1, 2].map(|number| key(Kind::Item, &format!("item-{number}")));
    let [changed, deleted, other] = &items;
    for item in &items {
        change_there(&world, item).await;
    }
    folder.change(changed, "Rome", "Roma");
    folder.bank.remove(deleted).unwrap();
    folder.change(other, "Rome", "Roma");
    let ours = held(&folder, other);
    assert_eq!(folder.pull(&world).await.conflicts.len(), 3);

    // Named twice is once.
    let named = [changed.clone(), deleted.clone(), changed.clone()];
    let report = theirs(&folder, &world, &named).await;
    assert_eq!((report.created, report.replaced), (1, 1), "{report:?}");
    assert_eq!(held(&folder, changed), Some(there(&world, changed).await));
    assert_eq!(held(&folder, deleted), Some(there(&world, deleted).await));
    assert_eq!(held(&folder, other), ours);

    let again = folder.pull(&world).await;
    let conflicts: Vec<_> = again.conflicts.iter().map(|note| &note.key).collect();
    assert_eq!((conflicts, again.unchanged), (vec![other], 4), "{again:?}");
    let writes = world.writes();
    folder.push(&world, PushOptions::default()).await;
    assert_eq!(world.writes(), writes);
}

#[tokio::test]
async fn a_change_of_ones_own_is_given_up_where_the_service_has_none() {
    let world = World::new(2).await;
    let folder = Folder::pulled(&world).await;
    let (changed, as_it_was) = (key(Kind::Item, "item-0"), key(Kind::Item, "item-1"));
    folder.change(&changed, "Rome", "Roma");
    let report = theirs(&folder, &world, &[changed.clone(), as_it_was]).await;
    assert_eq!((report.replaced, report.unchanged), (1, 1), "{report:?}");
    assert_eq!(held(&folder, &changed), Some(there(&world, &changed).await));
}

#[tokio::test]
async fn what_the_service_has_deleted_leaves_the_bank_and_what_it_never_had_stays() {
    let world = World::new(2).await;
    let folder = Folder::pulled(&world).await;
    let (deleted, mine) = (key(Kind::Item, "item-0"), key(Kind::Item, "mine"));
    world.client.item("item-0").delete().await.unwrap();
    folder.change(&deleted, "Rome", "Roma");
    let own = Entity::new(mine.clone(), item_xml("mine", None, "Mine"));
    folder.bank.write(&own).unwrap();
    assert_eq!(folder.pull(&world).await.conflicts.len(), 1);
    let report = theirs(&folder, &world, &[deleted.clone(), mine.clone()]).await;
    assert_eq!((report.deleted, report.failed.len()), (1, 1), "{report:?}");
    assert_eq!(report.failed[0].key, mine);
    assert_eq!(held(&folder, &deleted), None);
    assert_eq!(held(&folder, &mine), Some(own));
    let again = folder.pull(&world).await;
    assert_eq!((again.deleted, again.conflicts.len()), (0, 0), "{again:?}");
}

#[tokio::test]
async fn files_that_cannot_be_read_are_given_up() {
    let world = World::new(3).await;
    let folder = Folder::pulled(&world).await;
    let items = [0, 1, 2].map(|number| key(Kind::Item, &format!("item-{number}")));
    let [broken, orphan, latin] = items.each_ref().map(|item| folder.path(item));
    fs::write(broken.with_extension("json"), "{").unwrap();
    fs::remove_file(orphan).unwrap();
    fs::write(latin, b"<a>\xe9</a>").unwrap();
    assert_eq!(folder.pull(&world).await.failed.len(), 3);
    let report = theirs(&folder, &world, &items).await;
    assert_eq!((report.replaced, report.failed.len()), (3, 0), "{report:?}");
    for item in &items {
        assert_eq!(held(&folder, item), Some(there(&world, item).await));
    }
}
