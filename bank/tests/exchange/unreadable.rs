//! Files of a bank that cannot be read: every verb tells of each, and goes on with the rest.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::json;
use timeback_qti::Client;
use timeback_qti_bank::audit::{Options, Rule, audit};
use timeback_qti_bank::pull::PullOptions;
use timeback_qti_bank::push::{Action, PushOptions};
use timeback_qti_bank::{Bank, Entity, Key, Kind, Note, unobserved};
use timeback_qti_sandbox::{Effect, FaultRule};

#[cfg(unix)]
use crate::support::Child;
use crate::support::{Folder, World, item_xml, key};

/// What makes an entity's file unreadable: which file it is, and what is done to it.
type Damage = (&'static str, fn(&Path));

fn replace_by_folder(path: &Path) {
    fs::remove_file(path).unwrap();
    fs::create_dir(path).unwrap();
}

fn replace_by_folder_with_files(path: &Path) {
    replace_by_folder(path);
    fs::write(path.join("readme.md"), "mine").unwrap();
}

const DAMAGES: [Damage; 8] = [
    ("json", |path| fs::write(path, "{\"metadata\": ").unwrap()),
    ("json", |path| fs::write(path, "[]").unwrap()),
    ("json", |path| {
        fs::write(path, b"{\"a\": \"\xff\"}").unwrap()
    }),
    ("json", replace_by_folder),
    ("xml", |path| fs::write(path, b"<a>\xe9</a>").unwrap()),
    ("xml", replace_by_folder),
    ("xml", replace_by_folder_with_files),
    ("json", replace_by_folder_with_files),
];

/// A bank in which a stimulus, an item and the test of all items were changed.
async fn changed(items: usize) -> (World, Folder) {
    let world = World::new(items + 1).await;
    let folder = Folder::pulled(&world).await;
    folder.change(&key(Kind::Stimulus, "Italy"), "Rome", "Roma");
    folder.change(&key(Kind::Item, &format!("item-{items}")), "Rome", "Roma");
    folder.change(&key(Kind::Test, "test-1"), "Geography", "Geography 2");
    (world, folder)
}

/// Damages a file of an entity; the entity, and the file.
fn damage(folder: &Folder, number: usize, (extension, damage): &Damage) -> (Key, PathBuf) {
    let key = key(Kind::Item, &format!("item-{number}"));
    let path = folder.path(&key).with_extension(extension);
    damage(&path);
    (key, path)
}

/// What each verb must do with a bank of [`changed`] in which these are unreadable.
async fn tell_and_go_on(bank: &Bank, client: &Client, unreadable: &[(Key, PathBuf)]) {
    let names_each = |notes: &[Note]| {
        let keys = notes.iter().map(|note| &note.key);
        assert!(keys.eq(unreadable.iter().map(|(key, _)| key)), "{notes:?}");
        for (note, (_, path)) in notes.iter().zip(unreadable) {
            let path = path.display().to_string();
            assert!(note.message.starts_with(&path), "{note:?}");
        }
    };
    let report = audit(bank, &Options::default(), &unobserved).unwrap();
    let found = |rule| report.findings.iter().filter(move |one| one.rule == rule);
    assert_eq!(
        found(Rule::EntityUnreadable).count(),
        unreadable.len(),
        "{report}"
    );
    assert_eq!(found(Rule::ReferenceMissing).count(), 0, "{report}");

    let connection = bank.connect(client).unwrap();
    let status = connection.status(&unobserved).await.unwrap();
    assert_eq!(status.entries.len(), 3, "{status:?}");
    names_each(&status.failed);
    drop(connection);
    let offline = bank.offline(client.base_url()).unwrap();
    let status = offline.status(&unobserved).await.unwrap();
    assert_eq!(status.entries.len(), 3, "{status:?}");
    names_each(&status.failed);
    drop(offline);
    let connection = bank.connect(client).unwrap();
    let diff = connection.diff(&[], &unobserved).await.unwrap();
    assert_eq!(diff.entities.len(), 3, "{diff:?}");
    names_each(&diff.failed);

    let pull = PullOptions::default();
    let mut pulled = connection.pull(&pull, &unobserved).await.unwrap();
    assert_eq!((pulled.kept.len(), pulled.deleted), (3, 0), "{pulled:?}");
    pulled.failed.sort_by(|one, other| one.key.cmp(&other.key));
    names_each(&pulled.failed);

    let prune = PushOptions::default().prune();
    let plan = connection.plan_push(&prune, &unobserved).await.unwrap();
    let told = [Action::Refuse, Action::Replace, Action::Delete].map(|action| plan.count(action));
    assert_eq!(told, [unreadable.len(), 3, 0], "{plan:?}");
    let mut pushed = connection.apply(&plan, &prune, &unobserved).await.unwrap();
    pushed.failed.sort_by(|one, other| one.key.cmp(&other.key));
    names_each(&pushed.failed);
    assert_eq!((pushed.replaced, pushed.deleted), (2, 0), "{pushed:?}");
    // The test refers to what could not be read.
    let skipped: Vec<_> = pushed.skipped.iter().map(|note| &note.key).collect();
    assert_eq!(skipped, [&key(Kind::Test, "test-1")], "{pushed:?}");
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_told_and_keeps_nothing_else_from_being_done() {
    let (world, folder) = changed(DAMAGES.len()).await;
    let unreadable = DAMAGES.iter().enumerate();
    let unreadable = unreadable.map(|(number, how)| damage(&folder, number, how));
    let unreadable: Vec<_> = unreadable.collect();
    tell_and_go_on(&folder.bank, &world.client, &unreadable).await;
}

/// Somebody has removed the XML and not what stands beside it, or copied the one without the other.
#[tokio::test]
async fn what_stands_beside_an_xml_that_is_missing_is_told_and_keeps_nothing_else_from_being_done()
{
    let (world, folder) = changed(2).await;
    let orphan = |number| {
        let key = key(Kind::Item, &format!("item-{number}"));
        let path = folder.path(&key);
        fs::remove_file(&path).unwrap();
        (key, path.with_extension("json"))
    };
    let orphans = [orphan(0), orphan(1)];
    tell_and_go_on(&folder.bank, &world.client, &orphans).await;
    let told = folder.bank.read(&orphans[0].0).unwrap_err().to_string();
    assert!(
        told.ends_with("items/item-0.json: its XML, item-0.xml, is missing: put that file back, or remove this one"),
        "{told}"
    );
    // One of the two ways: then it is an entity that was deleted.
    fs::remove_file(&orphans[0].1).unwrap();
    assert_eq!(folder.bank.read(&orphans[0].0).unwrap(), None);
    let pulled = folder.pull(&world).await;
    let told = (pulled.kept.len(), pulled.failed.len());
    assert_eq!(told, (2, 1), "{pulled:?}");
    assert_eq!(pulled.kept[0].key, orphans[0].0);
}

/// A pull writes what stands beside the XML first, and may be killed then: the next one goes on. What a person has made
/// stays.
#[tokio::test]
async fn what_a_killed_pull_has_left_is_completed_and_what_a_person_has_made_stays() {
    let world = World::new(2).await;
    let (pulled, folder) = (Folder::pulled(&world).await, Folder::new());
    let items = [0, 1].map(|number| key(Kind::Item, &format!("item-{number}")));
    let [left, made] = items.each_ref().map(|item| {
        let path = folder.path(item).with_extension("json");
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        path
    });
    fs::copy(pulled.path(&items[0]).with_extension("json"), left).unwrap();
    fs::write(&made, "{\"metadata\": {\"DOK\": 9}}").unwrap();
    let report = folder.pull(&world).await;
    assert_eq!((report.created, report.failed.len()), (3, 1), "{report:?}");
    assert_eq!(report.failed[0].key, items[1]);
    assert_eq!(
        folder.bank.read(&items[0]).unwrap(),
        pulled.bank.read(&items[0]).unwrap()
    );
    assert!(fs::read_to_string(made).unwrap().contains('9'));
    assert!(!folder.path(&items[1]).exists());
}

/// A link to a file that is gone is not an entity that was deleted.
#[cfg(unix)]
#[tokio::test]
async fn a_link_that_leads_nowhere_is_no_deletion() {
    let (world, folder) = changed(2).await;
    let replace_by_link = |path: &Path| {
        fs::remove_file(path).unwrap();
        std::os::unix::fs::symlink("nowhere", path).unwrap();
    };
    let unreadable = [
        ("xml", replace_by_link as fn(&Path)),
        ("json", replace_by_link),
    ];
    let unreadable = [0, 1].map(|number| damage(&folder, number, &unreadable[number]));
    tell_and_go_on(&folder.bank, &world.client, &unreadable).await;
}

#[cfg(unix)]
#[tokio::test]
async fn a_file_without_permission_is_told_and_keeps_nothing_else_from_being_done() {
    use std::os::unix::fs::PermissionsExt as _;

    let (world, folder) = changed(1).await;
    crate::read_only::permit(folder.bank.root(), 0o777);
    let hide = |path: &Path| fs::set_permissions(path, fs::Permissions::from_mode(0o000)).unwrap();
    damage(&folder, 0, &("xml", hide as fn(&Path)));
    let child = Child::of("unreadable::child_without_permission").unprivileged();
    let child = child
        .with(crate::read_only::FOLDER, folder.bank.root())
        .knowing(&world);
    child.succeeds().await;
}

#[cfg(unix)]
#[tokio::test]
async fn child_without_permission() {
    let Some(folder) = std::env::var_os(crate::read_only::FOLDER) else {
        return;
    };
    let bank = Bank::open(folder).unwrap();
    let item = key(Kind::Item, "item-0");
    let unreadable = [(item.clone(), bank.path(&item))];
    tell_and_go_on(&bank, &Client::from_env().unwrap(), &unreadable).await;
}

#[tokio::test]
async fn an_answer_that_cannot_be_read_is_told_and_keeps_nothing_else_from_being_done() {
    let (world, folder) = changed(1).await;
    let alone = Entity::new(key(Kind::Item, "alone"), item_xml("alone", None, "Alone"));
    folder.bank.write(&alone).unwrap();
    let theirs = world.client.stimulus("Italy");
    theirs
        .edit(|it| "Italia".clone_into(&mut it.title))
        .await
        .unwrap();
    let broken = Effect::status(200).body(json!({"identifier": 7}));
    let broken = FaultRule::new(broken).on("getStimulus");
    world.sandbox.set_faults([broken]).unwrap();

    let stimulus = [&key(Kind::Stimulus, "Italy")];
    let keys = |notes: &[Note]| -> Vec<_> { notes.iter().map(|note| note.key.clone()).collect() };
    let connection = folder.connect(&world);
    let status = connection.status(&unobserved).await.unwrap();
    assert_eq!(status.entries.len(), 3, "{status:?}");
    assert_eq!(keys(&status.failed).iter().collect::<Vec<_>>(), stimulus);
    let diff = connection.diff(&[], &unobserved).await.unwrap();
    assert_eq!(diff.entities.len(), 3, "{diff:?}");
    assert_eq!(keys(&diff.failed).iter().collect::<Vec<_>>(), stimulus);
    let options = PushOptions::default();
    let pushed = connection.push(&options, &unobserved).await.unwrap();
    assert_eq!(keys(&pushed.failed).iter().collect::<Vec<_>>(), stimulus);
    assert_eq!((pushed.created, pushed.replaced), (1, 0), "{pushed:?}");
    let skipped = [key(Kind::Item, "item-1"), key(Kind::Test, "test-1")];
    assert_eq!(keys(&pushed.skipped), skipped);
}
