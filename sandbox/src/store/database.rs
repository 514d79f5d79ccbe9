//! The data file: one redb table. After a failed write, redb refuses all work, so the file is opened again.

use std::io;
use std::panic::{self, AssertUnwindSafe};

use redb::{Database, DatabaseError, ReadableTable, TableDefinition, TableError, TableHandle};

/// Maps kind and identifier to the entity's JSON.
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

/// Any error of the database, which has a type for each step.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Opens or creates the database, as often as it is needed.
pub(super) type Opener = Box<dyn Fn() -> Result<Database, DatabaseError> + Send>;

/// The open database, and what is needed to recover from a failed write.
pub(super) struct File {
    opener: Opener,
    database: Option<Database>,
    /// Changes that undo failed commits, in the order in which they must be written. A failed commit can still have
    /// reached the disk.
    owed: Vec<Change>,
}

impl File {
    /// Opens or creates the database; returns what it holds.
    pub(super) fn open(opener: Opener) -> io::Result<(File, Vec<Entry>)> {
        let opened = caught(|| {
            let database = opener()?;
            let entries = load(&database)?;
            Ok((database, entries))
        });
        let (database, entries) = opened.map_err(io::Error::other)?;
        let file = File {
            opener,
            database: Some(database),
            owed: Vec::new(),
        };
        Ok((file, entries))
    }

    /// Writes the changes in one transaction, after what is owed.
    pub(super) fn commit(&mut self, changes: &[&Change]) -> Result<(), Failure> {
        let mut changes = self.owed.iter().chain(changes.iter().copied()).peekable();
        if changes.peek().is_none() {
            return Ok(());
        }
        let database = self.database.take();
        // The database is put back only after success. After a failure it is closed, and the next commit opens it again.
        let database = caught(|| {
            let database = database.map_or_else(&self.opener, Ok)?;
            write(&database, changes)?;
            Ok(database)
        })?;
        self.database = Some(database);
        self.owed.clear();
        Ok(())
    }

    /// Adds changes that must be written before all others, and tries to write them now.
    pub(super) fn owe(&mut self, undone: Vec<Change>) {
        self.owed.extend(undone);
        // If this fails, the next commit tries again.
        let _ = self.commit(&[]);
    }
}

/// Turns panics into errors: redb panics on some damage, such as a file that was cut off.
fn caught<T>(work: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| Err("it is damaged".into()))
}

fn load(database: &Database) -> Result<Vec<Entry>, Failure> {
    let transaction = database.begin_read()?;
    let table = match transaction.open_table(ENTITIES) {
        Ok(table) => table,
        // The table is not created before the first write, so that another program's database stays as it is.
        Err(TableError::TableDoesNotExist(_)) => {
            let tables = transaction
                .list_tables()?
                .map(|table| table.name().to_owned());
            let multimaps = transaction.list_multimap_tables()?;
            let multimaps =
                multimaps.map(|table| redb::MultimapTableHandle::name(&table).to_owned());
            return match tables.chain(multimaps).next() {
                Some(name) => {
                    Err(format!("it is another program's database, with a table {name:?}").into())
                }
                None => Ok(Vec::new()),
            };
        }
        Err(error) => return Err(error.into()),
    };
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

fn write<'a>(
    database: &Database,
    changes: impl Iterator<Item = &'a Change>,
) -> Result<(), Failure> {
    let transaction = database.begin_write()?;
    {
        let mut table = transaction.open_table(ENTITIES)?;
        for change in changes {
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
