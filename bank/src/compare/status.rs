//! How a bank stands: local, last seen, service.

use std::collections::{BTreeSet, HashMap};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde::Serialize;

use super::same;
use crate::connection::{AT_ONCE, Connection};
use crate::entity::{Entity, Key, Kind};
use crate::error::Result;
use crate::progress::{Event, Observer};
use crate::remote::Query;
use crate::state::hash;

/// What a status looks at.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct StatusOptions {
    /// Only at what the service was last seen to hold: nothing is sent.
    pub offline: bool,
}

impl StatusOptions {
    /// Nothing is sent.
    #[must_use]
    pub fn offline(mut self) -> Self {
        self.offline = true;
        self
    }
}

/// What one side has done since the service was last seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Change {
    /// Nothing that changes the meaning.
    Unchanged,
    /// It is there, and was not.
    Created,
    /// It says something else.
    Changed,
    /// It was there, and is not.
    Deleted,
}

/// How an entity stands that is not the same everywhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StatusEntry {
    /// Which one.
    #[serde(flatten)]
    pub key: Key,
    /// What the bank's files have become.
    pub local: Change,
    /// What the service's entity has become.
    pub service: Change,
}

/// How a bank stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Status {
    /// What is not the same everywhere, by kind and identifier.
    pub entries: Vec<StatusEntry>,
    /// How many entities are.
    pub unchanged: u64,
}

impl Connection {
    /// How the bank and the service stand to each other. Only pages of lists are read, and what has changed.
    ///
    /// # Errors
    /// As [`Bank::keys`](crate::Bank::keys); [`Error::List`](crate::Error::List) if the service cannot be listed.
    pub async fn status(&self, options: StatusOptions, observer: Observer<'_>) -> Result<Status> {
        let mut status = Status::default();
        for kind in Kind::ALL {
            observer(&Event::Stage {
                stage: kind.folder(),
                total: None,
            });
            self.status_of(kind, options, &mut status).await?;
        }
        Ok(status)
    }

    async fn status_of(
        &self,
        kind: Kind,
        options: StatusOptions,
        status: &mut Status,
    ) -> Result<()> {
        let mut listed = HashMap::new();
        if !options.offline {
            let mut entries = self.service.list(kind, &Query::default());
            while let Some(entry) = entries.try_next().await? {
                listed.insert(entry.key, entry.stamp);
            }
        }
        let local = self.on_disk(move |bank| bank.keys_of(kind)).await?;
        let mut keys: BTreeSet<Key> = local.into_iter().collect();
        keys.extend(self.store.seen_keys(kind)?);
        if self.bank.settings().pull.is_all() {
            keys.extend(listed.keys().cloned());
        }
        let listed = &listed;
        let states = keys.into_iter().map(|key| async move {
            let seen = self.store.seen(&key)?;
            let (local, base) = self.local_change(&key).await?;
            let service = match (&seen, listed.get(&key)) {
                _ if options.offline => Change::Unchanged,
                (None, None) => Change::Unchanged,
                (None, Some(_)) => Change::Created,
                (Some(_), None) => Change::Deleted,
                (Some(seen), Some(stamp)) if stamp.is_that_of(&seen.stamp) => Change::Unchanged,
                (Some(_), Some(_)) => match (self.service.get(&key).await?, base) {
                    (None, _) => Change::Deleted,
                    (Some(found), Some(base)) if same(&base, &found.entity) => Change::Unchanged,
                    _ => Change::Changed,
                },
            };
            Ok(StatusEntry {
                key,
                local,
                service,
            })
        });
        let mut states = stream::iter(states).buffered(AT_ONCE);
        while let Some(entry) = states.try_next().await? {
            match (entry.local, entry.service) {
                (Change::Unchanged, Change::Unchanged) => status.unchanged += 1,
                _ => status.entries.push(entry),
            }
        }
        Ok(())
    }

    /// What the bank's files have become since the service was seen, which is told, too.
    async fn local_change(&self, key: &Key) -> Result<(Change, Option<Entity>)> {
        let read = key.clone();
        let local = self.on_disk(move |bank| bank.read(&read)).await?;
        let base = self.store.base(key)?;
        let seen = self.store.seen(key)?;
        let change = match (&local, &base, seen) {
            (None, None, _) => Change::Unchanged,
            (None, Some(_), _) => Change::Deleted,
            (Some(_), None, _) => Change::Created,
            (Some(local), Some(_), Some(seen)) if hash(local) == seen.local => Change::Unchanged,
            (Some(local), Some(base), _) if same(base, local) => Change::Unchanged,
            _ => Change::Changed,
        };
        Ok((change, base))
    }
}
