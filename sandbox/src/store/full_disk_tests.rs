//! A disk that takes nothing for a while, in place of the data file.
#![allow(clippy::unwrap_used)]

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use redb::backends::InMemoryBackend;
use redb::{Builder, DatabaseError, StorageBackend, TableDefinition};

use super::model::{Stamps, Stimulus};
use super::{NotDurable, State, Store};

/// A disk, which is the same one for each database that is opened on it.
#[derive(Clone, Debug, Default)]
struct Disk {
    bytes: Arc<InMemoryBackend>,
    /// How many more writes find room; negative for any number.
    room: Arc<AtomicI64>,
}

impl Disk {
    fn new() -> Disk {
        let disk = Disk::default();
        disk.has_room_for(-1);
        disk
    }

    fn has_room_for(&self, writes: i64) {
        self.room.store(writes, Ordering::SeqCst);
    }

    /// Takes room for one write.
    fn take(&self) -> io::Result<()> {
        let left = |room: i64| match room {
            0 => None,
            room if room < 0 => Some(room),
            room => Some(room - 1),
        };
        let taken = self
            .room
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, left);
        taken
            .map(drop)
            .map_err(|_| io::ErrorKind::StorageFull.into())
    }

    fn store(&self) -> io::Result<Store> {
        let disk = self.clone();
        Store::kept(Box::new(move || {
            Builder::new().create_with_backend(disk.clone())
        }))
    }
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        self.bytes.len()
    }

    fn read(&self, offset: u64, len: usize) -> io::Result<Vec<u8>> {
        self.bytes.read(offset, len)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.take()?;
        self.bytes.set_len(len)
    }

    fn sync_data(&self, eventual: bool) -> io::Result<()> {
        self.take()?;
        self.bytes.sync_data(eventual)
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.take()?;
        self.bytes.write(offset, data)
    }
}

fn stimulus(identifier: &str, title: &str) -> Stimulus {
    Stimulus {
        identifier: identifier.to_owned(),
        title: title.to_owned(),
        raw_xml: "x".repeat(5000),
        stamps: Stamps::default(),
        rest: serde_json::Map::new(),
    }
}

async fn put(store: &Store, identifier: &str, title: &str) -> Result<(), NotDurable> {
    let stimulus = stimulus(identifier, title);
    let put = |state: &mut State| {
        state.stimuli.put(stimulus);
        Ok(())
    };
    store.write(put).await
}

async fn remove(store: &Store, identifier: &str) -> Result<(), NotDurable> {
    let remove = |state: &mut State| {
        state.stimuli.remove(identifier);
        Ok(())
    };
    store.write(remove).await
}

/// What a reader sees.
fn titles(store: &Store) -> Vec<String> {
    let mut titles: Vec<String> = store.read(|state| {
        let titles = state.stimuli.iter().map(|stimulus| stimulus.title.clone());
        titles.collect()
    });
    titles.sort_unstable();
    titles
}

/// A store with two stimuli on a disk.
async fn two() -> (Disk, Store) {
    let disk = Disk::new();
    let store = disk.store().unwrap();
    put(&store, "a", "A").await.unwrap();
    put(&store, "b", "B").await.unwrap();
    (disk, store)
}

#[tokio::test]
async fn a_write_that_the_disk_refuses_is_not_visible_afterwards() {
    let (disk, store) = two().await;
    disk.has_room_for(0);
    put(&store, "c", "C").await.unwrap_err();
    assert_eq!(titles(&store), ["A", "B"]);
    put(&store, "a", "A2").await.unwrap_err();
    assert_eq!(titles(&store), ["A", "B"]);
    remove(&store, "b").await.unwrap_err();
    assert_eq!(titles(&store), ["A", "B"]);
}

#[tokio::test]
async fn a_reset_that_the_disk_refuses_resets_nothing() {
    let (disk, store) = two().await;
    disk.has_room_for(0);
    store.clear().await.unwrap_err();
    assert_eq!(titles(&store), ["A", "B"]);
    disk.has_room_for(-1);
    store.clear().await.unwrap();
    assert!(titles(&store).is_empty());
    drop(store);
    assert!(titles(&disk.store().unwrap()).is_empty());
}

#[tokio::test]
async fn writes_that_build_on_a_refused_one_are_taken_back_with_it() {
    let (disk, store) = two().await;
    disk.has_room_for(0);
    let writes = tokio::join!(
        put(&store, "a", "A2"),
        put(&store, "a", "A3"),
        remove(&store, "a"),
        put(&store, "a", "A4"),
        store.clear(),
        put(&store, "c", "C"),
    );
    assert!(writes.0.is_err() && writes.1.is_err() && writes.2.is_err());
    assert!(writes.3.is_err() && writes.4.is_err() && writes.5.is_err());
    assert_eq!(titles(&store), ["A", "B"]);
}

/// Wherever in a commit the disk fills, also where the commit has come through in part or in full.
#[tokio::test]
async fn with_room_again_it_goes_on_and_keeps_what_was_acknowledged_only() {
    let mut refused = 0;
    for room in 0.. {
        let (disk, store) = two().await;
        disk.has_room_for(room);
        let replaced = put(&store, "a", "A2").await.is_ok();
        let added = put(&store, "c", "C").await.is_ok();
        refused += i32::from(!replaced) + i32::from(!added);
        let mut expected = vec![if replaced { "A2" } else { "A" }, "B"];
        expected.extend(added.then_some("C"));
        assert_eq!(titles(&store), expected, "with room for {room}");

        disk.has_room_for(-1);
        put(&store, "d", "D").await.unwrap();
        expected.push("D");
        assert_eq!(titles(&store), expected, "with room for {room}");
        drop(store);
        let again = disk.store().unwrap();
        assert_eq!(titles(&again), expected, "read again, with room for {room}");
        if replaced && added {
            break;
        }
    }
    assert!(refused > 4, "the disk has hardly been full: {refused}");
}

#[test]
fn the_database_of_another_program_is_refused_and_stays_as_it_is() {
    let disk = Disk::new();
    let open = || -> Result<_, DatabaseError> { Builder::new().create_with_backend(disk.clone()) };
    {
        let database = open().unwrap();
        let transaction = database.begin_write().unwrap();
        transaction
            .open_table(TableDefinition::<u64, u64>::new("theirs"))
            .unwrap();
        transaction.commit().unwrap();
    }
    let error = disk.store().unwrap_err().to_string();
    assert!(error.contains("theirs"), "{error}");
    let transaction = open().unwrap().begin_read().unwrap();
    assert_eq!(transaction.list_tables().unwrap().count(), 1);
}
