//! What a bank remembers, written by another version or damaged.

use redb::{Database, TableDefinition};
use timeback_qti::Client;
use timeback_qti_bank::push::PushOptions;
use timeback_qti_bank::{Bank, Entity, Error, Kind, unobserved};

#[cfg(unix)]
use crate::read_only::FOLDER;
use crate::support::{Child, Folder, World, answered, item_xml, key};

const FORMAT: TableDefinition<'_, &str, u64> = TableDefinition::new("format");

fn database(folder: &Folder) -> Database {
    let state = folder.bank.root().join(".qti/state");
    let mut files = std::fs::read_dir(state).unwrap();
    Database::open(files.next().unwrap().unwrap().path()).unwrap()
}

#[tokio::test]
async fn what_a_later_version_remembers_is_refused_and_stays_as_it_is() {
    let world = World::new(1).await;
    let folder = Folder::pulled(&world).await;
    let set = |number| {
        let database = database(&folder);
        let transaction = database.begin_write().unwrap();
        let mut table = transaction.open_table(FORMAT).unwrap();
        let before = table.insert("number", number).unwrap().unwrap().value();
        drop(table);
        transaction.commit().unwrap();
        before
    };
    let known = set(1_000);
    let requests = world.last_request();
    let refused = folder.bank.connect(&world.client).unwrap_err();
    assert!(
        matches!(&refused, Error::Newer { found: 1_000, .. }),
        "{refused:?}"
    );
    let told = refused.to_string();
    assert!(
        told.ends_with("in format 1000 (this one knows 1): use that version"),
        "{told}"
    );
    assert_eq!(world.last_request(), requests);

    assert_eq!(set(known), 1_000);
    let report = folder.pull(&world).await;
    assert_eq!(report.unchanged, 3, "{report:?}");
}

#[tokio::test]
async fn a_slash_at_the_end_of_the_services_url_makes_no_other_service_of_it() {
    let world = World::new(1).await;
    let folder = Folder::pulled(&world).await;
    let base = world.sandbox.base_url();
    let base = base.trim_end_matches('/');
    for end in ["", "/", "//"] {
        let url = format!("{base}{end}");
        let client = Client::builder()
            .base_url(&url)
            .token_url(world.sandbox.token_url())
            .credentials(world.sandbox.client_id(), world.sandbox.client_secret())
            .build()
            .unwrap();
        let connection = folder.bank.connect(&client).unwrap();
        let busy = folder.bank.connect(&world.client).unwrap_err();
        assert!(matches!(busy, Error::Busy { .. }), "{busy}");
        drop(connection);
        let offline = folder.bank.offline(&url).unwrap();
        let status = offline.status(&unobserved).await.unwrap();
        assert_eq!((status.entries.len(), status.unchanged), (0, 3), "{end:?}");
    }
    let state = folder.bank.root().join(".qti/state");
    assert_eq!(std::fs::read_dir(state).unwrap().count(), 1);
}

/// A row that cannot be read says that something was there: it is no reason to forget a write, or to take a file for new.
#[tokio::test]
async fn what_cannot_be_read_is_told_and_not_taken_for_nothing() {
    let world = World::new(1).await;
    let folder = Folder::pulled(&world).await;
    let item = key(Kind::Item, "item-0");
    folder.change(&item, "Rome", "Roma");
    for name in ["seen", "base", "journal"] {
        let table: TableDefinition<'_, (u8, &str), &[u8]> = TableDefinition::new(name);
        let set = |bytes: Option<&[u8]>| {
            let database = database(&folder);
            let transaction = database.begin_write().unwrap();
            let mut table = transaction.open_table(table).unwrap();
            let row = (Kind::Item as u8, "item-0");
            let before = match bytes {
                Some(bytes) => table.insert(row, bytes).unwrap(),
                None => table.remove(row).unwrap(),
            };
            let before = before.map(|before| before.value().to_vec());
            drop(table);
            transaction.commit().unwrap();
            before
        };
        let before = set(Some(b"a letter to a friend"));
        let writes = world.writes();
        let connection = folder.connect(&world);
        let options = PushOptions::default();
        let told = connection.push(&options, &unobserved).await.unwrap_err();
        let told = told.in_full();
        assert!(
            told.contains("what is remembered of item item-0 cannot be read"),
            "{told}"
        );
        drop(connection);
        assert_eq!(world.writes(), writes);
        set(before.as_deref());
    }
    let report = folder.push(&world, PushOptions::default()).await;
    assert_eq!(report.replaced, 1, "{report:?}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_journal_that_cannot_be_written_ends_the_push_and_what_was_done_is_told() {
    let world = World::empty().await;
    let folder = Folder::new();
    for number in 0..40 {
        let name = format!("item-{number}");
        // Words that no compression makes small.
        let text: String = (0..40_000).map(|_| fastrand::alphanumeric()).collect();
        let entity = Entity::new(key(Kind::Item, &name), item_xml(&name, None, &text));
        folder.bank.write(&entity).unwrap();
    }
    let child = Child::of("memory::child_that_has_no_room_for_its_journal");
    let child = child.with_files_of(3 * 1024 * 1024).knowing(&world);
    child.with(FOLDER, folder.bank.root()).succeeds().await;
    assert_eq!(
        answered(&world, "createAssessmentItem", 201),
        world.writes()
    );

    // The next one, with room, takes up what was open.
    let report = folder.push(&world, PushOptions::default()).await;
    let told = (
        report.problem.as_ref(),
        report.failed.len(),
        report.conflicts.len(),
    );
    assert_eq!(told, (None, 0, 0), "{report:#?}");
    assert_eq!(answered(&world, "createAssessmentItem", 201), 40);
}

#[cfg(unix)]
#[tokio::test]
async fn child_that_has_no_room_for_its_journal() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let bank = Bank::open(folder).unwrap();
    let client = Client::from_env().unwrap();
    let connection = bank.connect(&client).unwrap();
    let options = PushOptions::default();
    let report = connection.push(&options, &unobserved).await.unwrap();
    let problem = report.problem.as_ref().unwrap();
    assert!(problem.contains("/.qti/state/"), "{problem}");
    assert!(
        report.stopped && (1..40).contains(&report.created),
        "{report:?}"
    );
}

#[tokio::test]
async fn what_a_bank_remembers_stays_out_of_version_control() {
    let world = World::new(1).await;
    let folder = Folder::pulled(&world).await;
    let ignore = folder.bank.root().join(".qti/.gitignore");
    assert_eq!(std::fs::read_to_string(ignore).unwrap().trim(), "*");
}
