//! The status of a bank: its files against what the service was last seen to hold, and what it holds now.

use std::collections::{BTreeSet, HashMap};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};
use serde::Serialize;

use super::{Sides, same};
use crate::connection::{AT_ONCE, Connection, Offline, on_disk};
use crate::entity::{Entity, Key, Kind};
use crate::error::Result;
use crate::progress::{Event, Note, Observer};
use crate::remote::{Entry, Query, Unaddressable};
use crate::state::{Seen, Stamp, hash};

/// What one side has done since the service was last seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Change {
    /// Nothing that changes the meaning.
    Unchanged,
    /// It exists now, and did not.
    Created,
    /// Its meaning has changed.
    Changed,
    /// It existed, and does not now.
    Deleted,
}

/// An entity that one side has changed, or both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StatusEntry {
    /// Which one.
    #[serde(flatten)]
    pub key: Key,
    /// What the bank has done to it.
    pub local: Change,
    /// What the service has done to it.
    pub service: Change,
}

/// The status of a bank.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Status {
    /// The entities that one side has changed, or both, by kind and identifier.
    pub entries: Vec<StatusEntry>,
    /// How many entities neither side has changed.
    pub unchanged: u64,
    /// Entities that could not be compared, as their files or the service's answer cannot be read, and why.
    pub failed: Vec<Note>,
    /// Entities of the service that no request can name, where the bank holds all that the service does.
    pub unaddressable: Vec<Unaddressable>,
}

impl Connection {
    /// What the bank and the service have changed since the service was last seen. Only pages of lists are read, and the
    /// entities that the service has changed.
    ///
    /// # Errors
    /// As [`Bank::keys`](crate::Bank::keys); [`Error::List`](crate::Error::List) if the service cannot be listed. What
    /// cannot be read of one entity is in the status.
    pub async fn status(&self, observer: Observer<'_>) -> Result<Status> {
        Sides::from(self).status(&[], observer).await
    }
}

impl Offline {
    /// What the bank has changed since the service was last seen. The service counts as unchanged.
    ///
    /// # Errors
    /// As [`Bank::keys`](crate::Bank::keys). What cannot be read of one entity is in the status.
    pub async fn status(&self, observer: Observer<'_>) -> Result<Status> {
        Sides::from(self).status(&[], observer).await
    }
}

impl Sides<'_> {
    /// The status of these entities alone, or of all if there are none.
    pub(super) async fn status(&self, only: &[Key], observer: Observer<'_>) -> Result<Status> {
        let mut status = Status::default();
        let is_of_all = only.is_empty() && self.bank.settings().pull.is_all();
        let is_wanted = |key: &Key| only.is_empty() || only.contains(key);
        for kind in Kind::ALL {
            if !only.is_empty() && only.iter().all(|key| key.kind != kind) {
                continue;
            }
            observer(&Event::Stage {
                stage: kind.folder(),
                total: None,
            });
            let mut listed = HashMap::new();
            if let Some(service) = self.service {
                let mut entries = service.list(kind, &Query::default());
                while let Some(entry) = entries.try_next().await? {
                    match entry {
                        Entry::Listed(entry) => drop(listed.insert(entry.key, entry.stamp)),
                        Entry::Unaddressable(entity, _) if is_of_all => {
                            observer(&Event::Unaddressable(entity.clone()));
                            status.unaddressable.push(entity);
                        }
                        Entry::Unaddressable(..) => {}
                    }
                }
            }
            let listed = &listed;
            let keys = self.known(kind, listed).await?.into_iter();
            let states = keys.filter(is_wanted).map(|key| async move {
                let change = self.change(&key, listed).await;
                (key, change)
            });
            let mut states = stream::iter(states).buffered(AT_ONCE);
            while let Some((key, change)) = states.next().await {
                match change {
                    Ok((Change::Unchanged, Change::Unchanged)) => status.unchanged += 1,
                    Ok((local, service)) => status.entries.push(StatusEntry {
                        key,
                        local,
                        service,
                    }),
                    Err(error) if error.is_of_one_entity() => {
                        status.failed.push(Note::failed(key, &error, observer));
                    }
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(status)
    }

    /// The entities that the bank holds, that were seen on the service, or that a pull would bring.
    async fn known(&self, kind: Kind, listed: &HashMap<Key, Stamp>) -> Result<BTreeSet<Key>> {
        let local = on_disk(self.bank, move |bank| bank.keys_of(kind)).await?;
        let mut keys: BTreeSet<Key> = local.into_iter().collect();
        keys.extend(self.store.seen_keys(kind)?);
        if self.bank.settings().pull.is_all() {
            keys.extend(listed.keys().cloned());
        }
        Ok(keys)
    }

    /// What each side has done with an entity: the bank, then the service, if it is asked.
    async fn change(&self, key: &Key, listed: &HashMap<Key, Stamp>) -> Result<(Change, Change)> {
        let seen = self.store.seen(key)?;
        let (local, base) = self.local_change(key, seen.as_ref()).await?;
        let Some(service) = self.service else {
            return Ok((local, Change::Unchanged));
        };
        let service = match (&seen, listed.get(key)) {
            (None, None) => Change::Unchanged,
            (None, Some(_)) => Change::Created,
            (Some(seen), Some(stamp)) if stamp.is_that_of(&seen.stamp) => Change::Unchanged,
            // That a list leaves an entity out does not say that it is gone.
            (Some(_), _) => match (service.get(key).await?, base) {
                (None, _) => Change::Deleted,
                (Some(found), Some(base)) if same(&base, &found.entity) => Change::Unchanged,
                _ => Change::Changed,
            },
        };
        Ok((local, service))
    }

    /// What the bank has done to an entity since the service was last seen, and what was seen then.
    async fn local_change(
        &self,
        key: &Key,
        seen: Option<&Seen>,
    ) -> Result<(Change, Option<Entity>)> {
        let read = key.clone();
        let local = on_disk(self.bank, move |bank| bank.read(&read)).await?;
        let base = self.store.base(key)?;
        let change = match (&local, &base, seen) {
            (None, None, _) => Change::Unchanged,
            (None, Some(_), _) => Change::Deleted,
            (Some(_), None, _) => Change::Created,
            // The service has stored it otherwise: a push writes it again.
            (Some(_), Some(_), Some(seen)) if seen.stale => Change::Changed,
            (Some(local), Some(_), Some(seen)) if seen.is_said_by(&hash(local)) => {
                Change::Unchanged
            }
            (Some(local), Some(base), _) if same(base, local) => Change::Unchanged,
            _ => Change::Changed,
        };
        Ok((change, base))
    }
}
