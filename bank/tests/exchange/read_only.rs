//! A folder in which nothing may be written: what can be done is done, and what cannot be is told.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use timeback_qti::Client;
use timeback_qti_bank::audit::{Options, Severity, audit};
use timeback_qti_bank::pull::PullOptions;
use timeback_qti_bank::{Bank, Error, Kind, unobserved};

use crate::support::{Child, Folder, World, key};

/// Names the folder for the child.
pub(crate) const FOLDER: &str = "QTI_TEST_FOLDER";

/// Gives a folder and all in it these permissions, of those that every file and folder has in common.
pub(crate) fn permit(path: &Path, mode: u32) {
    let is_folder = path.is_dir();
    let set = |mode| fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
    // Read while it can be.
    let entries = is_folder.then(|| {
        set(0o755);
        fs::read_dir(path).unwrap()
    });
    for entry in entries.into_iter().flatten() {
        permit(&entry.unwrap().path(), mode);
    }
    set(if is_folder { mode | 0o111 } else { mode });
}

/// Runs a test of this file as a user for whom permissions count.
async fn run_unprivileged(test: &str, folder: &Folder, world: &World) {
    let child = Child::of(test).unprivileged();
    let child = child.with(FOLDER, folder.bank.root()).knowing(world);
    child.succeeds().await;
}

fn is_permission(error: &Error) -> bool {
    error.in_full().contains("Permission denied")
}

#[tokio::test]
async fn a_bank_that_may_not_be_written_can_be_read_and_audited() {
    let world = World::new(1).await;
    let folder = Folder::pulled(&world).await;
    for with_state in [true, false] {
        permit(folder.bank.root(), 0o755);
        if !with_state {
            // As version control has it.
            fs::remove_dir_all(folder.bank.root().join(".qti")).unwrap();
        }
        permit(folder.bank.root(), 0o444);
        run_unprivileged(
            "read_only::child_that_may_not_write_anything",
            &folder,
            &world,
        )
        .await;
    }
    permit(folder.bank.root(), 0o755);
}

#[test]
fn child_that_may_not_write_anything() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let bank = Bank::open(folder).unwrap();
    let entities = bank.entities().unwrap().filter(Result::is_ok).count();
    assert_eq!(entities, 3);
    let report = audit(&bank, &Options::default(), &unobserved).unwrap();
    assert_ne!(report.worst(), Some(Severity::Error), "{report}");
    let refused = bank.connect(&Client::from_env().unwrap()).unwrap_err();
    assert!(is_permission(&refused), "{refused:?}");
    let copy = bank.read(&key(Kind::Item, "item-0")).unwrap().unwrap();
    let refused = bank.write(&copy).unwrap_err();
    assert!(is_permission(&refused), "{refused:?}");
}

/// Only what is remembered may be written, not the content.
#[tokio::test]
async fn a_pull_that_could_not_write_is_told_and_goes_on_once_it_can() {
    let world = World::new(3).await;
    let folder = Folder::pulled(&world).await;
    for number in 0..3 {
        let item = world.client.item(format!("item-{number}"));
        let change = |xml: &mut String| *xml = xml.replace("Rome", "Roma");
        item.edit_xml(change).await.unwrap();
    }
    permit(folder.bank.root(), 0o444);
    permit(&folder.bank.root().join(".qti"), 0o777);
    run_unprivileged(
        "read_only::child_that_may_not_write_content",
        &folder,
        &world,
    )
    .await;
    permit(folder.bank.root(), 0o755);
    let staging = fs::read_dir(folder.bank.root().join(".qti/staging")).unwrap();
    assert_eq!(staging.count(), 0, "a file was left half written");
    for number in 0..3 {
        let item = folder
            .bank
            .read(&key(Kind::Item, &format!("item-{number}")));
        assert!(item.unwrap().unwrap().xml.contains(">Rome<"));
    }
    let report = folder.pull(&world).await;
    assert_eq!(
        (report.replaced, report.conflicts.len()),
        (3, 0),
        "{report:?}"
    );
}

#[tokio::test]
async fn child_that_may_not_write_content() {
    let Some(folder) = std::env::var_os(FOLDER) else {
        return;
    };
    let bank = Bank::open(folder).unwrap();
    let connection = bank.connect(&Client::from_env().unwrap()).unwrap();
    let options = PullOptions::default();
    let refused = connection.pull(&options, &unobserved).await.unwrap_err();
    assert!(is_permission(&refused), "{refused:?}");
    assert!(refused.to_string().contains("items/item-"), "{refused:?}");
}
