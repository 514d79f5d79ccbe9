use timeback_qti_bank::compare::Change;
use timeback_qti_bank::pull::PullOptions;
use timeback_qti_bank::push::PushOptions;
use timeback_qti_bank::{Key, Kind, Selection, unobserved};

use crate::support::{Folder, World, key};

#[tokio::test]
async fn a_pull_writes_what_the_service_holds_and_a_second_one_reads_pages_only() {
    let world = World::new(7).await;
    let folder = Folder::new();
    let report = folder.pull(&world).await;
    assert_eq!((report.created, report.failed.len()), (9, 0), "{report:?}");
    let item = folder
        .bank
        .read(&key(Kind::Item, "item-3"))
        .unwrap()
        .unwrap();
    assert_eq!(
        item.xml,
        world
            .client
            .item("item-3")
            .get()
            .await
            .unwrap()
            .raw_xml
            .unwrap()
    );
    assert_eq!(item.metadata().unwrap()["DOK"], 2);
    assert!(folder.folder.path().join("stimuli/Italy~1.xml").exists());

    let before = world.sandbox.requests().len();
    let again = folder.pull(&world).await;
    assert_eq!(
        (again.unchanged, again.created, again.replaced),
        (9, 0, 0),
        "{again:?}"
    );
    let after = world.sandbox.requests().split_off(before);
    let paths: Vec<_> = after
        .iter()
        .map(|request| request.path.as_str())
        .filter(|path| path.contains("/api"))
        .collect();
    assert_eq!(paths.len(), 3, "{paths:?}");
}

/// Otherwise nothing but a page is on its way each time that one is used up.
#[tokio::test]
async fn the_next_page_is_asked_for_while_the_entities_of_the_first_are_read() {
    let world = World::new(101).await;
    let before = world.last_request();
    Folder::pulled(&world).await;
    let requests = world.sandbox.requests().into_iter();
    let requests = requests.filter(|request| request.number > before);
    let operations: Vec<_> = requests.filter_map(|request| request.operation).collect();
    let is_page = |operation: &String| operation == "searchAssessmentItems";
    let second = operations.iter().rposition(is_page).unwrap();
    let reads = operations[..second].iter();
    let reads = reads.filter(|operation| *operation == "getAssessmentItem");
    assert!(reads.count() < 50, "{operations:?}");
}

#[tokio::test]
async fn a_pull_never_overwrites_a_local_change() {
    let world = World::new(2).await;
    let folder = Folder::pulled(&world).await;
    let item = key(Kind::Item, "item-0");
    folder.change(&item, "Rome", "Roma");
    let report = folder.pull(&world).await;
    assert_eq!(
        (report.kept.len(), report.conflicts.len()),
        (1, 0),
        "{report:?}"
    );

    let theirs = world.client.item("item-0");
    theirs
        .edit_xml(|xml| *xml = xml.replace("Milan", "Milano"))
        .await
        .unwrap();
    let report = folder.pull(&world).await;
    assert_eq!(report.conflicts.len(), 1, "{report:?}");
    assert!(
        folder
            .bank
            .read(&item)
            .unwrap()
            .unwrap()
            .xml
            .contains("Roma")
    );
}

#[tokio::test]
async fn what_is_deleted_on_the_service_leaves_the_bank_unless_it_was_changed_here() {
    let world = World::new(3).await;
    let folder = Folder::pulled(&world).await;
    world.client.item("item-0").delete().await.unwrap();
    world.client.item("item-1").delete().await.unwrap();
    folder.change(&key(Kind::Item, "item-1"), "Rome", "Roma");
    let report = folder.pull(&world).await;
    assert_eq!(
        (report.deleted, report.conflicts.len()),
        (1, 1),
        "{report:?}"
    );
    assert!(!folder.path(&key(Kind::Item, "item-0")).exists());
    assert!(folder.path(&key(Kind::Item, "item-1")).exists());
}

#[tokio::test]
async fn a_pull_of_a_test_brings_its_items_and_their_stimuli_each_once() {
    let world = World::new(3).await;
    let other = crate::support::item_xml("other", None, "Other");
    world.client.items().create_xml(&other, None).await.unwrap();
    let folder = Folder::new();
    let mut selection = Selection::default();
    selection.tests.push("test-1".parse().unwrap());
    let options = PullOptions::default().selection(selection);
    let report = folder
        .connect(&world)
        .pull(&options, &unobserved)
        .await
        .unwrap();
    assert_eq!((report.created, report.failed.len()), (5, 0), "{report:?}");
    assert!(!folder.path(&key(Kind::Item, "other")).exists());
}

#[tokio::test]
async fn the_status_tells_three_ways_and_by_meaning() {
    let world = World::new(4).await;
    let folder = Folder::pulled(&world).await;
    // Written otherwise, but to say the same.
    folder.change(
        &key(Kind::Item, "item-0"),
        "<qti-item-body>",
        "\n  <qti-item-body>",
    );
    folder.change(&key(Kind::Item, "item-1"), "Rome", "Roma");
    world
        .client
        .item("item-2")
        .edit_xml(|xml| *xml = xml.replace("Milan", "Milano"))
        .await
        .unwrap();
    world.client.item("item-3").delete().await.unwrap();
    let status = folder.connect(&world).status(&unobserved).await.unwrap();
    let told: Vec<_> = status
        .entries
        .iter()
        .map(|entry| (entry.key.identifier.as_str(), entry.local, entry.service))
        .collect();
    assert_eq!(
        told,
        [
            ("item-1", Change::Changed, Change::Unchanged),
            ("item-2", Change::Unchanged, Change::Changed),
            ("item-3", Change::Unchanged, Change::Deleted),
        ]
    );
    assert_eq!(status.unchanged, 3);
}

/// A comment is a person's, too, and the service has never had it.
#[tokio::test]
async fn files_that_say_the_same_in_other_words_are_never_overwritten() {
    let comment = |folder: &Folder, item: &Key| {
        folder.change(item, "<qti-item-body>", "<!-- Ask Ann --><qti-item-body>");
    };
    let has_comment = |folder: &Folder, item: &Key| {
        let text = std::fs::read_to_string(folder.path(item)).unwrap_or_default();
        text.contains("Ask Ann")
    };
    let item = key(Kind::Item, "item-0");
    for is_deleted in [false, true] {
        for looks_first in ["push", "plan", "pull", "first pull", "adopt"] {
            let world = World::new(1).await;
            world.client.test("test-1").delete().await.unwrap();
            let mut folder = Folder::pulled(&world).await;
            comment(&folder, &item);
            let unchanged = match looks_first {
                "push" => folder.push(&world, PushOptions::default()).await.unchanged,
                "plan" => {
                    let connection = folder.connect(&world);
                    let options = PushOptions::default();
                    let plan = connection.plan_push(&options, &unobserved).await;
                    plan.unwrap().unchanged
                }
                "pull" => folder.pull(&world).await.unchanged,
                looks => {
                    let other = Folder::new();
                    for entity in folder.bank.entities().unwrap() {
                        other.bank.write(&entity.unwrap()).unwrap();
                    }
                    folder = other;
                    match looks {
                        "adopt" => folder.push(&world, PushOptions::default()).await.unchanged,
                        _ => folder.pull(&world).await.unchanged,
                    }
                }
            };
            assert_eq!(unchanged, 2, "{looks_first}");
            if is_deleted {
                world.client.item("item-0").delete().await.unwrap();
            } else {
                let edit = |xml: &mut String| *xml = xml.replace("Milan", "Theirs");
                world.client.item("item-0").edit_xml(edit).await.unwrap();
            }
            let pulled = folder.pull(&world).await;
            assert_eq!(pulled.conflicts.len(), 1, "{looks_first}: {pulled:#?}");
            assert!(has_comment(&folder, &item), "{looks_first}");
        }
    }
}
