//! What is remembered of each push: what it has replaced, what it has left in its place, and which push it restores.

use redb::ReadableTable as _;
use serde::Serialize;

use super::record::{unpack, unpack_entity};
use super::{OfRun, Store, existing, key, restores_table, row, row_of, run_table};
use crate::entity::{Entity, Key};
use crate::error::Result;

/// A push that has created, replaced or deleted something. A restore puts back what it has replaced or deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Pushed {
    /// Its number.
    pub run: u64,
    /// How many entities it created, replaced or deleted, or was about to.
    pub entities: u64,
    /// How many of them the service did not have before: a restore leaves them.
    pub created: u64,
    /// The push that it restored, if it was a restore.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restores: Option<u64>,
}

impl Store {
    /// What stood in the place of an entity before a push: nothing is `Some(None)`.
    pub(crate) fn snapshot(&self, run: u64, key: &Key) -> Result<Option<Option<Entity>>> {
        self.of_run(OfRun::Snapshot, run, key, |bytes| unpack_entity(key, bytes))
    }

    /// The hash of what a push has left in the service: `Some(None)` if it has deleted what was there, `None` if what came
    /// of its write is not known.
    pub(crate) fn left(&self, run: u64, key: &Key) -> Result<Option<Option<String>>> {
        self.of_run(OfRun::Left, run, key, unpack)
    }

    /// The keys of a push's snapshots.
    pub(crate) fn snapshot_keys(&self, run: u64) -> Result<Vec<Key>> {
        self.read(|transaction| {
            let Some(table) = existing(transaction.open_table(run_table(OfRun::Snapshot)))? else {
                return Ok(Vec::new());
            };
            let mut keys = Vec::new();
            for row in table.range((run, 0, "")..(run + 1, 0, ""))? {
                let (row, _) = row?;
                let (_, kind, identifier) = row.value();
                keys.extend(key(kind, identifier));
            }
            Ok(keys)
        })
    }

    /// The number of the newest push that has snapshots; 0 if there was none.
    pub(crate) fn last_run(&self) -> Result<u64> {
        self.read(|transaction| {
            let Some(table) = existing(transaction.open_table(run_table(OfRun::Snapshot)))? else {
                return Ok(0);
            };
            let last = table.last()?;
            Ok(last.map_or(0, |(row, _)| row.value().0))
        })
    }

    /// The pushes that have snapshots, oldest first.
    pub(crate) fn runs(&self) -> Result<Vec<Pushed>> {
        self.read(|transaction| {
            let mut runs: Vec<Pushed> = Vec::new();
            let Some(table) = existing(transaction.open_table(run_table(OfRun::Snapshot)))? else {
                return Ok(runs);
            };
            let restores = existing(transaction.open_table(restores_table()))?;
            for row in table.iter()? {
                let (row, before) = row?;
                let (run, _, _) = row.value();
                if runs.last().is_none_or(|last| last.run != run) {
                    let restores = restores.as_ref().map(|table| table.get(run)).transpose()?;
                    runs.push(Pushed {
                        run,
                        entities: 0,
                        created: 0,
                        restores: restores.flatten().map(|restored| restored.value()),
                    });
                }
                if let Some(last) = runs.last_mut() {
                    last.entities += 1;
                    last.created += u64::from(unpack::<()>(before.value()).is_some());
                }
            }
            Ok(runs)
        })
    }

    /// The restores of a push.
    pub(crate) fn restores_of(&self, run: u64) -> Result<Vec<u64>> {
        self.read(|transaction| {
            let Some(table) = existing(transaction.open_table(restores_table()))? else {
                return Ok(Vec::new());
            };
            let mut restores = Vec::new();
            for row in table.iter()? {
                let (by, restored) = row?;
                if restored.value() == run {
                    restores.push(by.value());
                }
            }
            Ok(restores)
        })
    }

    fn of_run<T>(
        &self,
        table: OfRun,
        run: u64,
        key: &Key,
        read: impl FnOnce(&[u8]) -> Option<T>,
    ) -> Result<Option<T>> {
        self.read(|transaction| {
            let Some(table) = existing(transaction.open_table(run_table(table)))? else {
                return Ok(None);
            };
            let (kind, identifier) = row(key);
            let found = table.get((run, kind, identifier.as_str()))?;
            found
                .map(|bytes| row_of(key, read(bytes.value())))
                .transpose()
        })
    }
}
