//! Reads and writes of a pull on the bank's files, which a person may change at the same time.

use crate::connection::Connection;
use crate::entity::{Entity, Key};
use crate::error::Result;
use crate::progress::Outcome;
use crate::remote::Stored;
use crate::state::{Changes, Seen, hash};

use super::pulled::Pulled;

/// What an entity's files held when the pull decided to overwrite them; `None` if they could not be read.
pub(super) type Held = Option<Option<Entity>>;

const CHANGED_MEANWHILE: &str = "changed here while it was pulled";

impl Connection {
    pub(super) async fn read_files(&self, key: &Key) -> Result<Option<Entity>> {
        let key = key.clone();
        self.on_disk(move |bank| bank.read(&key)).await
    }

    /// Overwrites the files with what the service holds, and remembers it as seen.
    pub(super) async fn take(
        &self,
        found: Stored,
        held: Held,
        outcome: Outcome,
        with_references: bool,
    ) -> Result<Pulled> {
        let (entity, key) = (&found.entity, found.entity.key.clone());
        let pulled = |outcome| Pulled::done(key.clone(), outcome, Some(entity), with_references);
        if !self.replace_files(&key, held, Some(entity)).await? {
            return Ok(pulled(Outcome::Conflict).saying(CHANGED_MEANWHILE));
        }
        self.remember_pulled(&found, entity).await?;
        Ok(pulled(outcome))
    }

    /// Removes the files of an entity that the service has deleted, and forgets it.
    pub(super) async fn take_out(&self, key: Key, held: Held) -> Result<Pulled> {
        if !self.replace_files(&key, held, None).await? {
            let pulled = Pulled::done(key, Outcome::Conflict, None, false);
            return Ok(pulled.saying(CHANGED_MEANWHILE));
        }
        let changes = Changes::default().forgotten(&key);
        self.store.commit(changes).await?;
        Ok(Pulled::done(key, Outcome::Deleted, None, false))
    }

    /// Remembers what the service holds, and that the files hold the same.
    pub(super) async fn remember_pulled(&self, found: &Stored, local: &Entity) -> Result<()> {
        let seen = Seen::new(found.stamp.clone(), hash(local));
        let changes = Changes::default().seen(&seen, &found.entity);
        self.store.commit(changes).await
    }

    /// Remembers what the service holds, and that a person's files say the same in other words.
    pub(crate) async fn remember_alike(&self, found: &Stored, local: &Entity) -> Result<()> {
        let seen = Seen::new(found.stamp.clone(), hash(&found.entity)).alike(hash(local));
        let changes = Changes::default().seen(&seen, &found.entity);
        self.store.commit(changes).await
    }

    /// Replaces an entity's files by this, or removes them if it is `None`; returns whether it did. It does nothing if the
    /// files have changed since they were `held`: while a request is under way, a person may save a file.
    async fn replace_files(&self, key: &Key, held: Held, by: Option<&Entity>) -> Result<bool> {
        let (key, by) = (key.clone(), by.cloned());
        let work = self.on_disk(move |bank| {
            if bank.read(&key).ok() != held {
                return Ok(false);
            }
            match &by {
                Some(entity) => bank.write(entity)?,
                None => drop(bank.remove(&key)?),
            }
            Ok(true)
        });
        work.await
    }
}
