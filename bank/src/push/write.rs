//! One write: in the journal before it goes out, read back and compared after it.

use timeback_qti::ErrorKind;

use super::apply::Run;
use super::done::Done;
use super::prune::no_way_back;
use super::verdict::{Verdict, seen_of};
use super::{Action, Source, Step};
use crate::compare::{Difference, first_difference, is_addition, same};
use crate::connection::Connection;
use crate::entity::{Entity, Key};
use crate::error::{Error, Result};
use crate::progress::Outcome;
use crate::remote::{Stored, WriteError, check_writable, writes};
use crate::state::{Changes, Intent, Seen, Stamp};

/// What the journal keeps of a write until it is known what came of it.
const FINDS_OUT: &str = "it may have been written, the next push finds out";
const NOT_SHOWN: &str = "written, but the service does not show it yet: the next push finds out";

impl Run<'_> {
    pub(super) async fn write(&self, step: &Step) -> Result<Done> {
        let (connection, key) = (self.connection, &step.key);
        let Some(entity) = connection.source(self.source, key).await? else {
            return Ok(Done::new(key, Outcome::Kept).saying("gone since it was planned"));
        };
        // The file may be another one than when it was planned.
        if let Err(problem) = check_writable(&entity) {
            return Ok(Done::new(key, Outcome::Failed).saying(problem));
        }
        let references = entity.references().unwrap_or_default();
        let failed = references
            .into_iter()
            .find(|reference| self.failed().contains(reference));
        if let Some(failed) = failed {
            return Ok(Done::new(key, Outcome::Skipped).saying(format!("{failed} has failed")));
        }
        // A create finds out by itself whether there is one.
        if step.action == Action::Create && connection.store.base(key)?.is_none() {
            return self.create(&entity).await;
        }
        let found = connection.service.get(key).await?;
        let holds = found.as_ref().map(|found| &found.entity);
        let now = connection.decide(self.source, &entity, holds, self.options.force)?;
        match (now.action, found) {
            (Action::Adopt, Some(found)) => {
                connection.remember_alike(&found, &entity).await?;
                Ok(Done::new(key, Outcome::Unchanged))
            }
            (Action::Replace, Some(found)) => self.replace(&entity, &found).await,
            (Action::Create, None) => self.create(&entity).await,
            _ => Ok(Done::new(key, Outcome::Conflict).saying(now.message.unwrap_or_default())),
        }
    }

    async fn create(&self, entity: &Entity) -> Result<Done> {
        self.intend(&entity.key, Some(entity), None).await?;
        match self.connection.service.create(entity).await {
            Err(WriteError::Sent(exists)) if exists.is_conflict() => {
                // Whoever created it: the same is the same, and another one is a conflict.
                let key = &entity.key;
                let done = match self.connection.settle_at_once(key).await? {
                    Verdict::Written => return Ok(Done::new(key, Outcome::Unchanged)),
                    Verdict::HalfDone => Done::new(key, Outcome::Failed)
                        .saying("the service has a part of it; the next push completes it"),
                    _ => Done::new(key, Outcome::Conflict)
                        .saying("the service has another one of this identifier"),
                };
                Ok(done)
            }
            written => self.confirm(entity, None, written, Outcome::Created).await,
        }
    }

    pub(super) async fn replace(&self, entity: &Entity, before: &Stored) -> Result<Done> {
        self.intend(&entity.key, Some(entity), Some(&before.entity))
            .await?;
        let written = self.connection.service.replace(entity).await;
        self.confirm(entity, Some(before), written, Outcome::Replaced)
            .await
    }

    async fn intend(
        &self,
        key: &Key,
        entity: Option<&Entity>,
        before: Option<&Entity>,
    ) -> Result<()> {
        let intent = Intent {
            run: self.number,
            intended: entity.cloned(),
        };
        let mut changes = Changes::default().intended(key, &intent, before);
        if let Source::Snapshot(restored) = self.source {
            changes = changes.restores(self.number, restored);
        }
        self.connection.store.commit(changes).await
    }

    /// Reads back what was written, and compares it. What a failed write has done is settled now, if that can be told.
    async fn confirm(
        &self,
        entity: &Entity,
        before: Option<&Stored>,
        written: Result<Stamp, WriteError>,
        outcome: Outcome,
    ) -> Result<Done> {
        let (connection, key) = (self.connection, &entity.key);
        let written = match written {
            Ok(written) => written,
            Err(error) => {
                let message = self.settle_failure(key, error).await?;
                return Ok(Done::new(key, Outcome::Failed).saying(message));
            }
        };
        let Some(found) = connection.service.get(key).await? else {
            return Ok(Done::new(key, Outcome::Failed).saying(NOT_SHOWN));
        };
        let (before_it, is_that) = (before.map(|before| &before.entity), &found.stamp);
        // What nobody else has added, the service has added to our write.
        let is_excused =
            |place: &Difference| !written.contradicts(is_that) && is_addition(place, before_it);
        let changes = Changes::default().settled(key);
        if let Some(problem) = first_difference(entity, &found.entity, is_excused) {
            if written.is_that_of(is_that) {
                // What is stored is ours, altered: the next push starts from it.
                let stored = found.entity.clone();
                let changes = changes.left(self.number, key, Some(&stored));
                connection.remember(&stored, &found, changes).await?;
                let message = format!("written, but stored otherwise: {problem}");
                return Ok(Done::new(key, Outcome::Failed).saying(message));
            }
            if before_it.is_some_and(|before| same(before, &found.entity)) {
                return Ok(Done::new(key, Outcome::Failed).saying(NOT_SHOWN));
            }
            // What was seen stays as it was, so that the next push does not write over somebody else's change.
            connection.store.commit(changes).await?;
            let message = format!("written, and changed before it was read back: {problem}");
            return Ok(Done::new(key, Outcome::Conflict).saying(message));
        }
        let changes = changes.left(self.number, key, Some(&found.entity));
        connection.remember(entity, &found, changes).await?;
        let mut done = Done::new(key, outcome);
        let is_overtaken = before.is_some_and(|before| {
            let ours = writes(entity, &before.entity);
            let versions = before.stamp.version.zip(found.stamp.version);
            versions.is_some_and(|(before, after)| after > before + ours)
        });
        if is_overtaken {
            done.overtaken = true;
            done = done.saying(
                "more writes were counted than ours: somebody else may have written meanwhile",
            );
        }
        Ok(done)
    }

    /// Finds out what a write that went wrong has done, and tells it.
    async fn settle_failure(&self, key: &Key, error: WriteError) -> Result<String> {
        let connection = self.connection;
        let is_altered =
            matches!(&error, WriteError::Sent(error) if error.kind() == ErrorKind::Altered);
        let was_applied = match &error {
            WriteError::Refused(_) => false,
            WriteError::Partly(_) => true,
            WriteError::Sent(error) => error.may_have_been_applied(),
        };
        let message = match error {
            WriteError::Refused(problem) => problem,
            WriteError::Partly(error) => {
                let error = Error::service(key)(error).beside(key);
                format!("it was created, but without its metadata: {error}")
            }
            WriteError::Sent(error) => Error::service(key)(error).beside(key),
        };
        if !was_applied {
            let settled = Changes::default().settled(key);
            connection.store.commit(settled).await?;
            return Ok(message);
        }
        let is_open = match connection.settle_at_once(key).await {
            Ok(verdict) => matches!(verdict, Verdict::AsBefore | Verdict::NotThere),
            Err(Error::Service { .. } | Error::NoXml { .. }) => true,
            Err(error) => return Err(error),
        };
        if is_open {
            return Ok(format!("{message}; {FINDS_OUT}"));
        }
        if is_altered {
            connection.note_stale(key).await?;
        }
        Ok(message)
    }

    pub(super) async fn delete(&self, key: &Key) -> Result<Done> {
        let connection = self.connection;
        let base = connection.store.base(key)?;
        let Some(found) = connection.service.get(key).await? else {
            connection
                .store
                .commit(Changes::default().forgotten(key))
                .await?;
            return Ok(Done::new(key, Outcome::Unchanged).saying("gone already"));
        };
        let as_seen = base.is_some_and(|base| same(&base, &found.entity));
        if !as_seen && !self.options.force {
            let message = "deleted here, changed on the service";
            return Ok(Done::new(key, Outcome::Conflict).saying(message));
        }
        if let Some(reason) = no_way_back(&found.entity, self.options) {
            return Ok(Done::new(key, Outcome::Kept).saying(reason));
        }
        self.remove(key, &found).await
    }

    /// Deletes what the service was found to hold.
    pub(super) async fn remove(&self, key: &Key, found: &Stored) -> Result<Done> {
        let connection = self.connection;
        self.intend(key, None, Some(&found.entity)).await?;
        // The journal takes its time: what goes must be what the snapshot keeps.
        let settled = Changes::default().settled(key);
        match connection.service.get(key).await? {
            None => {
                connection.store.commit(settled.forgotten(key)).await?;
                return Ok(Done::new(key, Outcome::Unchanged).saying("gone already"));
            }
            Some(now) if now.entity != found.entity => {
                connection.store.commit(settled).await?;
                let message = "changed on the service when it was to be deleted";
                return Ok(Done::new(key, Outcome::Conflict).saying(message));
            }
            Some(_) => {}
        }
        match connection.service.delete(key).await {
            Ok(_) => {
                let changes = settled.forgotten(key).left(self.number, key, None);
                connection.store.commit(changes).await?;
                Ok(Done::new(key, Outcome::Deleted))
            }
            Err(error) => {
                let message = self.settle_failure(key, WriteError::Sent(error)).await?;
                Ok(Done::new(key, Outcome::Failed).saying(message))
            }
        }
    }
}

impl Connection {
    /// Remembers that the service holds what was written from this.
    async fn remember(&self, entity: &Entity, found: &Stored, changes: Changes) -> Result<()> {
        let seen = seen_of(entity, found);
        self.store.commit(changes.seen(&seen, &found.entity)).await
    }

    /// Remembers that the service holds an entity, but not all that follows from it: the next push writes it again.
    async fn note_stale(&self, key: &Key) -> Result<()> {
        let (Some(seen), Some(base)) = (self.store.seen(key)?, self.store.base(key)?) else {
            return Ok(());
        };
        let seen = Seen {
            stale: true,
            ..seen
        };
        self.store
            .commit(Changes::default().seen(&seen, &base))
            .await
    }
}
