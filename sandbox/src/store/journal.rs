//! The database behind the state: one thread that writes batches, so that many writers share one sync to disk.
use std::io;
use std::panic;
use std::path::Path;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};

use redb::{Database, ReadableTable, TableDefinition};
use tokio::sync::oneshot;

/// Kind and identifier to the entity's JSON.
const ENTITIES: TableDefinition<(&str, &str), &[u8]> = TableDefinition::new("entities");

/// One entity put or (without a value) removed.
#[derive(Debug)]
pub(super) struct Change {
    pub(super) kind: &'static str,
    pub(super) key: String,
    pub(super) value: Option<Vec<u8>>,
}

/// One entity as the database has it.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) kind: String,
    pub(super) value: Vec<u8>,
}

/// What the database reports; it has an error type for each step.
type Failure = Box<dyn std::error::Error + Send + Sync>;

struct Batch {
    changes: Vec<Change>,
    done: oneshot::Sender<()>,
}

/// The database did not take a write, which therefore must not be acknowledged.
#[derive(Debug, thiserror::Error)]
#[error("the data file cannot be written")]
pub(crate) struct NotDurable;

/// The handle to the writing thread. Dropping it waits for what was handed over and closes the database.
#[derive(Debug)]
pub(super) struct Journal {
    batches: Option<mpsc::Sender<Batch>>,
    writer: Option<JoinHandle<()>>,
}

impl Journal {
    /// Opens or creates the database; returns what it holds.
    pub(super) fn open(path: &Path) -> io::Result<(Journal, Vec<Entry>)> {
        // redb takes some damage, such as a file that was cut off, for a mistake of its own and panics.
        let opened = panic::catch_unwind(|| -> Result<_, Failure> {
            let database = Database::create(path)?;
            let entries = load(&database)?;
            Ok((database, entries))
        });
        let (database, entries) = opened
            .unwrap_or_else(|_| Err("it is damaged".into()))
            .map_err(io::Error::other)?;
        let (batches, queue) = mpsc::channel();
        let writer = thread::Builder::new()
            .name("sandbox-journal".to_owned())
            .spawn(move || write_all(&database, &queue))?;
        Ok((
            Journal {
                batches: Some(batches),
                writer: Some(writer),
            },
            entries,
        ))
    }

    /// Hands changes over; what is returned completes when they are on disk.
    pub(super) fn append(
        &self,
        changes: Vec<Change>,
    ) -> impl Future<Output = Result<(), NotDurable>> + Send + use<> {
        let (done, durable) = oneshot::channel();
        let nothing_to_do = changes.is_empty();
        if let Some(batches) = &self.batches {
            // A writer that is gone drops `done` with the batch, which is what the caller then learns.
            let _ = batches.send(Batch { changes, done });
        }
        async move {
            if nothing_to_do {
                return Ok(());
            }
            durable.await.map_err(|_| NotDurable)
        }
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        drop(self.batches.take());
        if let Some(writer) = self.writer.take() {
            // A panic of the writer has been reported by itself.
            let _ = writer.join();
        }
    }
}

fn load(database: &Database) -> Result<Vec<Entry>, Failure> {
    let transaction = database.begin_write()?;
    // Created here, so that reading a new file finds it.
    transaction.open_table(ENTITIES)?;
    transaction.commit()?;
    let table = database.begin_read()?.open_table(ENTITIES)?;
    table
        .iter()?
        .map(|row| {
            let (key, value) = row?;
            Ok(Entry {
                kind: key.value().0.to_owned(),
                value: value.value().to_vec(),
            })
        })
        .collect()
}

/// Writes until every sender is gone or the disk fails.
fn write_all(database: &Database, queue: &mpsc::Receiver<Batch>) {
    while let Ok(first) = queue.recv() {
        let batches: Vec<Batch> = std::iter::once(first).chain(queue.try_iter()).collect();
        if commit(database, &batches).is_err() {
            return;
        }
        for batch in batches {
            // The caller may have gone away; its write stands all the same.
            let _ = batch.done.send(());
        }
    }
}

fn commit(database: &Database, batches: &[Batch]) -> Result<(), Failure> {
    let transaction = database.begin_write()?;
    {
        let mut table = transaction.open_table(ENTITIES)?;
        for change in batches.iter().flat_map(|batch| &batch.changes) {
            let key = (change.kind, change.key.as_str());
            match &change.value {
                Some(value) => table.insert(key, value.as_slice())?,
                None => table.remove(key)?,
            };
        }
    }
    transaction.commit()?;
    Ok(())
}
