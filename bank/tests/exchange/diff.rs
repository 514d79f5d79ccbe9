use serde_json::json;
use timeback_qti_bank::compare::{Change, Edit};
use timeback_qti_bank::{Kind, unobserved};

use crate::support::{Folder, World, key};

fn places(edit: &Edit) -> Vec<&str> {
    let places = edit.differences.iter();
    places.map(|difference| difference.place.as_str()).collect()
}

#[tokio::test]
async fn a_diff_tells_what_each_side_has_changed_with_the_place_of_each_difference() {
    let world = World::new(3).await;
    let folder = Folder::pulled(&world).await;
    let (both, ours, theirs) = (
        key(Kind::Item, "item-0"),
        key(Kind::Item, "item-1"),
        key(Kind::Item, "item-2"),
    );
    folder.change(&both, "Rome", "Roma");
    folder.change(&both, "Milan", "Milano");
    folder.change(&ours, "title=\"Capitals\"", "title=\"Cities\"");
    for item in [&both, &theirs] {
        let item = world.client.item(&item.identifier);
        item.edit(|item| {
            let metadata = item.metadata.get_or_insert_default();
            metadata.insert("DOK".to_owned(), json!(3));
        })
        .await
        .unwrap();
    }
    let connection = folder.connect(&world);
    let diffs = connection.diff(&[], &unobserved).await.unwrap().entities;
    let told: Vec<_> = diffs.iter().map(|diff| diff.key.clone()).collect();
    assert_eq!(told, [both.clone(), ours.clone(), theirs]);

    let (local, service) = (
        diffs[0].local.as_ref().unwrap(),
        diffs[0].service.as_ref().unwrap(),
    );
    let choice = "/qti-assessment-item/qti-item-body/qti-choice-interaction/qti-simple-choice";
    assert_eq!(
        places(local),
        [format!("{choice}[1]/text()"), format!("{choice}[2]/text()")]
    );
    assert_eq!(places(service), ["metadata.DOK"]);
    assert!(
        local
            .text
            .starts_with("--- items/item-0.xml (last seen)\n+++ items/item-0.xml (here)\n")
    );
    let lines: Vec<_> = service
        .text
        .lines()
        .filter(|line| line.contains("DOK"))
        .collect();
    assert_eq!(lines, ["-    \"DOK\": 2,", "+    \"DOK\": 3,"]);
    assert_eq!((&diffs[1].service, &diffs[2].local), (&None, &None));

    drop(connection);
    let before = world.sandbox.requests().len();
    let offline = folder.bank.offline(world.client.base_url()).unwrap();
    let diffs = offline.diff(&[ours.clone(), both], &unobserved).await;
    let diffs = diffs.unwrap().entities;
    assert_eq!((diffs.len(), world.sandbox.requests().len()), (2, before));
    assert!(diffs.iter().all(|diff| diff.service.is_none()));
}

#[tokio::test]
async fn what_was_created_and_deleted_is_told_as_such() {
    let world = World::new(2).await;
    let folder = Folder::pulled(&world).await;
    let (gone, kept) = (key(Kind::Item, "item-0"), key(Kind::Item, "item-1"));
    folder.bank.remove(&gone).unwrap();
    let copy = folder.bank.read(&kept).unwrap().unwrap();
    let new = key(Kind::Item, "item-9");
    let xml = copy.xml.replace("item-1", "item-9");
    folder
        .bank
        .write(&timeback_qti_bank::Entity::new(new.clone(), xml))
        .unwrap();
    world.client.item("item-1").delete().await.unwrap();

    let connection = folder.connect(&world);
    let diffs = connection.diff(&[], &unobserved).await.unwrap().entities;
    let change = |edit: &Option<Edit>| edit.as_ref().map(|edit| edit.change);
    let told: Vec<_> = diffs
        .iter()
        .map(|diff| (diff.key.clone(), change(&diff.local), change(&diff.service)))
        .collect();
    assert_eq!(
        told,
        [
            (gone, Some(Change::Deleted), None),
            (kept, None, Some(Change::Deleted)),
            (new, Some(Change::Created), None),
        ]
    );
    assert!(
        diffs[0]
            .local
            .as_ref()
            .unwrap()
            .text
            .contains("+++ /dev/null")
    );
    assert!(
        diffs[2]
            .local
            .as_ref()
            .unwrap()
            .text
            .starts_with("--- /dev/null\n")
    );
}

#[tokio::test]
async fn a_change_of_layout_alone_is_no_difference() {
    let world = World::new(1).await;
    let folder = Folder::pulled(&world).await;
    let item = key(Kind::Item, "item-0");
    folder.change(&item, "<qti-item-body>", "\n  <qti-item-body>\n");
    let diffs = folder
        .connect(&world)
        .diff(&[], &unobserved)
        .await
        .unwrap()
        .entities;
    assert_eq!(diffs, []);
}
