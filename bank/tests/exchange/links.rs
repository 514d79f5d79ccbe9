//! Folders and files of a bank that are links, as people who share a bank between places make them.

use std::fs;
use std::os::unix::fs::{MetadataExt as _, symlink};

use timeback_qti_bank::Kind;
use timeback_qti_bank::push::PushOptions;

use crate::support::{Folder, World, key};

#[tokio::test]
async fn a_folder_that_is_a_link_leading_nowhere_is_no_empty_folder() {
    let world = World::new(1).await;
    let folder = Folder::pulled(&world).await;
    let tests = folder.bank.root().join("tests");
    fs::remove_dir_all(&tests).unwrap();
    symlink("/nowhere/at/all", &tests).unwrap();
    assert!(folder.bank.keys().is_err());
    let connection = folder.connect(&world);
    let options = PushOptions::default().prune();
    let pushed = connection
        .push(&options, &timeback_qti_bank::unobserved)
        .await;
    assert!(pushed.unwrap_err().to_string().contains("tests"));
    assert!(world.client.test("test-1").exists().await.unwrap());
}

#[tokio::test]
async fn a_pull_writes_through_links_also_to_another_disk() {
    let world = World::new(1).await;
    let item = key(Kind::Item, "item-0");
    // Where there is memory as a disk, that is another one.
    let elsewhere = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir());
    let elsewhere = elsewhere.unwrap();
    let folder = Folder::new();
    symlink(elsewhere.path(), folder.bank.root().join("items")).unwrap();
    assert_eq!(folder.pull(&world).await.failed, []);
    assert!(elsewhere.path().join("item-0.xml").exists());

    // A file, too, stays the link that it is.
    let path = folder.path(&item);
    let own = elsewhere.path().join("shared");
    fs::rename(&path, &own).unwrap();
    symlink(&own, &path).unwrap();
    let inode = fs::symlink_metadata(&path).unwrap().ino();
    let edit = |xml: &mut String| *xml = xml.replace("Milan", "Milano");
    world.client.item("item-0").edit_xml(edit).await.unwrap();
    assert_eq!(folder.pull(&world).await.replaced, 1);
    assert_eq!(fs::symlink_metadata(&path).unwrap().ino(), inode);
    assert!(fs::read_to_string(&own).unwrap().contains("Milano"));
}
