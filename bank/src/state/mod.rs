//! What is remembered between two runs, in an embedded database: what the service was last seen to hold, the journal of
//! a push, snapshots. A service has a database of its own.

#![expect(
    clippy::result_large_err,
    reason = "redb's own error, shared as soon as it leaves this module"
)]

mod format;
mod record;
mod runs;
mod writer;

use std::fs;
use std::panic;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use redb::{Database, DatabaseError, StorageError, TableDefinition, TableError};

use crate::entity::{Entity, Identifier, Key, Kind};
use crate::error::{Error, Result};

pub(crate) use record::{Intent, Seen, Stamp, hash};
use record::{pack, pack_entity, pack_intent, unpack, unpack_entity, unpack_intent};
pub use runs::Pushed;
use writer::{Put, Writer};

type EntityTable = TableDefinition<'static, (u8, &'static str), &'static [u8]>;
type RunTable = TableDefinition<'static, (u64, u8, &'static str), &'static [u8]>;

/// What an entity has a row in.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Table {
    Seen,
    Base,
    Journal,
}

fn entity_table(table: Table) -> EntityTable {
    TableDefinition::new(match table {
        Table::Seen => "seen",
        Table::Base => "base",
        Table::Journal => "journal",
    })
}

/// What a push has a row in for each entity that it was about to write.
#[derive(Debug, Clone, Copy)]
pub(crate) enum OfRun {
    /// What the service held before.
    Snapshot,
    /// What the push has left there.
    Left,
}

fn run_table(table: OfRun) -> RunTable {
    TableDefinition::new(match table {
        OfRun::Snapshot => "snapshots",
        OfRun::Left => "left",
    })
}

/// For each push that was a restore, the push that it restored.
fn restores_table() -> TableDefinition<'static, u64, u64> {
    TableDefinition::new("restores")
}

/// How much of the database is held in memory.
const CACHE: usize = 8 * 1024 * 1024;

/// The database. It is locked against other processes as long as it is open.
#[derive(Debug)]
pub(crate) struct Store {
    path: PathBuf,
    /// Dropped first, so that it has written all before the database closes.
    writer: Writer,
    database: Arc<Database>,
}

/// What goes to disk together.
#[derive(Debug, Default)]
pub(crate) struct Changes(Vec<Put>);

impl Changes {
    /// The service holds this.
    pub(crate) fn seen(mut self, seen: &Seen, entity: &Entity) -> Self {
        let row = row(&entity.key);
        let base = pack_entity(Some(entity));
        self.0
            .push(Put::Entity(Table::Seen, row.clone(), Some(pack(seen))));
        self.0.push(Put::Entity(Table::Base, row, Some(base)));
        self
    }

    /// The service holds nothing of this key.
    pub(crate) fn forgotten(mut self, key: &Key) -> Self {
        for table in [Table::Seen, Table::Base] {
            self.0.push(Put::Entity(table, row(key), None));
        }
        self
    }

    /// A write is about to be sent, in place of `before`.
    pub(crate) fn intended(mut self, key: &Key, intent: &Intent, before: Option<&Entity>) -> Self {
        let (kind, identifier) = row(key);
        let row_of_run = (intent.run, kind, identifier);
        let before = pack_entity(before);
        self.0.push(Put::OfRun(OfRun::Snapshot, row_of_run, before));
        self.0.push(Put::Entity(
            Table::Journal,
            row(key),
            Some(pack_intent(intent)),
        ));
        self
    }

    /// A push has left this in the service; `None` if it has deleted what was there.
    pub(crate) fn left(mut self, run: u64, key: &Key, left: Option<&Entity>) -> Self {
        let (kind, identifier) = row(key);
        let left = pack(&left.map(hash));
        let row_of_run = (run, kind, identifier);
        self.0.push(Put::OfRun(OfRun::Left, row_of_run, left));
        self
    }

    /// A push is a restore of another one.
    pub(crate) fn restores(mut self, run: u64, restored: u64) -> Self {
        self.0.push(Put::Restores(run, restored));
        self
    }

    /// What came of a write is known.
    pub(crate) fn settled(mut self, key: &Key) -> Self {
        self.0.push(Put::Entity(Table::Journal, row(key), None));
        self
    }
}

fn row(key: &Key) -> (u8, String) {
    (key.kind as u8, key.identifier.as_str().to_owned())
}

impl Store {
    pub(crate) fn open(path: &Path) -> Result<Self> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(Error::file(folder))?;
        }
        // redb takes some damage, such as a file that was cut off, for a mistake of its own and panics.
        let create = || Database::builder().set_cache_size(CACHE).create(path);
        let opened = panic::catch_unwind(create).unwrap_or_else(|_| {
            let damaged = StorageError::Corrupted("it is damaged".to_owned());
            Err(damaged.into())
        });
        let database = match opened {
            Err(DatabaseError::DatabaseAlreadyOpen) => {
                let path = path.to_owned();
                return Err(Error::Busy { path });
            }
            opened => opened.map_err(|problem| Error::state(path, problem.into()))?,
        };
        format::check(path, &database)?;
        let database = Arc::new(database);
        Ok(Self {
            path: path.to_owned(),
            writer: Writer::start(Arc::clone(&database)),
            database,
        })
    }

    /// All of it or nothing; it is on disk afterwards.
    pub(crate) async fn commit(&self, changes: Changes) -> Result<()> {
        match self.writer.commit(changes.0).await {
            Ok(committed) => committed.map_err(|source| Error::State {
                path: self.path.clone(),
                source,
            }),
            Err(_) => Err(Error::state(&self.path, redb::Error::PreviousIo)),
        }
    }

    pub(crate) fn seen(&self, key: &Key) -> Result<Option<Seen>> {
        self.get(Table::Seen, key, unpack)
    }

    /// What the service was last seen to hold, in full.
    pub(crate) fn base(&self, key: &Key) -> Result<Option<Entity>> {
        let base = self.get(Table::Base, key, |bytes| unpack_entity(key, bytes))?;
        Ok(base.flatten())
    }

    pub(crate) fn intent(&self, key: &Key) -> Result<Option<Intent>> {
        self.get(Table::Journal, key, |bytes| unpack_intent(key, bytes))
    }

    /// The keys of what the service was seen to hold.
    pub(crate) fn seen_keys(&self, kind: Kind) -> Result<Vec<Key>> {
        self.keys(Table::Seen, kind)
    }

    /// The keys of writes of which it is not known what came of them.
    pub(crate) fn open_intents(&self) -> Result<Vec<Key>> {
        let kinds = Kind::ALL.map(|kind| self.keys(Table::Journal, kind));
        Ok(kinds.into_iter().collect::<Result<Vec<_>>>()?.concat())
    }

    fn get<T>(
        &self,
        table: Table,
        key: &Key,
        read: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Result<Option<T>> {
        self.read(|transaction| {
            let Some(table) = existing(transaction.open_table(entity_table(table)))? else {
                return Ok(None);
            };
            let (kind, identifier) = row(key);
            let found = table.get((kind, identifier.as_str()))?;
            found
                .map(|bytes| row_of(key, read(bytes.value())))
                .transpose()
        })
    }

    fn keys(&self, table: Table, kind: Kind) -> Result<Vec<Key>> {
        self.read(|transaction| {
            let Some(table) = existing(transaction.open_table(entity_table(table)))? else {
                return Ok(Vec::new());
            };
            let mut keys = Vec::new();
            for row in table.range((kind as u8, "")..(kind as u8 + 1, ""))? {
                let (row, _) = row?;
                let (kind, identifier) = row.value();
                keys.extend(key(kind, identifier));
            }
            Ok(keys)
        })
    }

    fn read<T>(
        &self,
        read: impl FnOnce(&redb::ReadTransaction) -> Result<T, redb::Error>,
    ) -> Result<T> {
        let transaction = self.database.begin_read().map_err(redb::Error::from);
        let result = transaction.and_then(|transaction| read(&transaction));
        result.map_err(|problem| Error::state(&self.path, problem))
    }
}

/// A row that cannot be read is not one that is not there: what it says of a write would be forgotten.
fn row_of<T>(key: &Key, read: Option<T>) -> Result<T, redb::Error> {
    read.ok_or_else(|| {
        redb::Error::Corrupted(format!("what is remembered of {key} cannot be read"))
    })
}

fn key(kind: u8, identifier: &str) -> Option<Key> {
    let kind = *Kind::ALL.get(usize::from(kind))?;
    Some(Key::new(kind, Identifier::new(identifier).ok()?))
}

/// A table comes into being with its first row.
fn existing<T>(opened: Result<T, TableError>) -> Result<Option<T>, redb::Error> {
    match opened {
        Err(TableError::TableDoesNotExist(_)) => Ok(None),
        opened => Ok(Some(opened?)),
    }
}
