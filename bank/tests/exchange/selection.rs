//! What a pull is narrowed to: by a filter, by a search, by the settings of the bank.

use timeback_qti_bank::compare::Change;
use timeback_qti_bank::pull::{PullOptions, PullReport};
use timeback_qti_bank::{Bank, Kind, Selection, Settings, unobserved};

use crate::support::{Folder, World, item_xml, key, test_xml};

fn filter(filter: &str) -> Selection {
    let mut selection = Selection::default();
    selection.filter = Some(filter.to_owned());
    selection
}

fn search(words: &str) -> Selection {
    let mut selection = Selection::default();
    selection.search = Some(words.to_owned());
    selection
}

async fn pull(folder: &Folder, world: &World, selection: Selection) -> PullReport {
    let options = PullOptions::default().selection(selection);
    let connection = folder.connect(world);
    connection.pull(&options, &unobserved).await.unwrap()
}

/// A world of two tests: one with two items that share a stimulus, one with an item of its own; and a loose item.
async fn world() -> World {
    let world = World::new(2).await;
    for (name, title) in [("river", "Rivers"), ("loose", "Loose")] {
        let xml = item_xml(name, None, title);
        world.client.items().create_xml(&xml, None).await.unwrap();
    }
    let xml = test_xml("test-2", &["river"], "Rivers of Europe");
    world.client.tests().create_xml(&xml).await.unwrap();
    world
}

fn held(folder: &Folder) -> Vec<String> {
    let keys = folder.bank.keys().unwrap().into_iter();
    keys.map(|key| key.identifier.to_string()).collect()
}

#[tokio::test]
async fn a_filter_brings_what_it_lets_through_with_what_that_refers_to() {
    let world = world().await;
    let folder = Folder::new();
    let report = pull(&folder, &world, filter("title='Geography'")).await;
    assert_eq!(report.failed, []);
    assert_eq!(held(&folder), ["Italy", "item-0", "item-1", "test-1"]);
    let folder = Folder::new();
    pull(&folder, &world, filter("title='Capitals'")).await;
    assert_eq!(held(&folder), ["Italy", "item-0", "item-1"]);
    let folder = Folder::new();
    let nothing = pull(&folder, &world, filter("title='Nowhere'")).await;
    assert_eq!((nothing, held(&folder)), (PullReport::default(), vec![]));
}

#[tokio::test]
async fn a_search_brings_what_it_finds_with_what_that_refers_to() {
    let world = world().await;
    let folder = Folder::new();
    let report = pull(&folder, &world, search("Rivers")).await;
    assert_eq!(report.failed, []);
    assert_eq!(held(&folder), ["river", "test-2"]);
}

#[tokio::test]
async fn a_narrowed_pull_leaves_alone_what_it_does_not_ask_for() {
    let world = world().await;
    let folder = Folder::pulled(&world).await;
    let river = key(Kind::Item, "river");
    folder.change(&river, "Rome", "Roma");
    world.client.item("loose").delete().await.unwrap();
    let again = pull(&folder, &world, filter("title='Geography'")).await;
    assert_eq!((again.unchanged, again.deleted), (4, 0), "{again:?}");
    assert_eq!(held(&folder).len(), 7);

    // What the filter lets through no more is no deletion.
    let capitals = filter("title='Capitals'");
    let item = world.client.item("item-0");
    let change = |xml: &mut String| *xml = xml.replace("title=\"Capitals\"", "title=\"Cities\"");
    item.edit_xml(change).await.unwrap();
    let again = pull(&folder, &world, capitals).await;
    assert_eq!((again.unchanged, again.deleted), (2, 0), "{again:?}");
    assert!(folder.path(&key(Kind::Item, "item-0")).exists());
}

#[tokio::test]
async fn a_test_that_is_not_there_is_told_and_the_others_are_pulled() {
    let world = world().await;
    let folder = Folder::new();
    let mut selection = Selection::default();
    selection
        .tests
        .extend(["gone", "test-2"].map(|name| name.parse().unwrap()));
    let report = pull(&folder, &world, selection).await;
    assert_eq!(report.failed.len(), 1, "{report:?}");
    assert_eq!(report.failed[0].key, key(Kind::Test, "gone"));
    assert_eq!(held(&folder), ["river", "test-2"]);
}

#[tokio::test]
async fn a_bank_keeps_to_the_selection_of_its_settings() {
    let world = world().await;
    let place = tempfile::tempdir().unwrap();
    let mut settings = Settings::default();
    settings.pull.tests.push("test-2".parse().unwrap());
    let written = Bank::init(place.path(), settings).unwrap();
    let bank = Bank::open(place.path()).unwrap();
    assert_eq!(bank.settings(), written.settings());
    let folder = Folder {
        folder: place,
        bank,
    };
    folder.pull(&world).await;
    assert_eq!(held(&folder), ["river", "test-2"]);

    // What the service has besides is nothing that came into being there; what it has changed of these is.
    let river = world.client.item("river");
    let change = |xml: &mut String| *xml = xml.replace("Rome", "Roma");
    river.edit_xml(change).await.unwrap();
    let connection = folder.connect(&world);
    let status = connection.status(&unobserved).await.unwrap();
    assert_eq!((status.entries.len(), status.unchanged), (1, 1));
    let entry = &status.entries[0];
    assert_eq!(
        (entry.local, entry.service),
        (Change::Unchanged, Change::Changed)
    );
}
