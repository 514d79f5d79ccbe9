//! The push itself.

use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::PoisonError;

use futures_util::{StreamExt as _, stream};

use super::plan::decide;
use super::{Action, Plan, PushOptions, PushReport, Source, Step};
use crate::compare::{differences, same};
use crate::connection::{AT_ONCE, Connection};
use crate::entity::{Entity, Key, Kind};
use crate::error::{Error, Result};
use crate::progress::{Event, Note, Observer, Outcome};
use crate::remote::{Stored, WriteError, check_writable};
use crate::state::{Changes, Intent, Seen, hash};

/// What came of a step.
struct Done {
    key: Key,
    outcome: Outcome,
    message: Option<String>,
    overtaken: bool,
}

/// A push under way.
struct Run<'c> {
    connection: &'c Connection,
    source: Source,
    options: &'c PushOptions,
    number: u64,
    /// What has failed: what refers to it is not tried.
    failed: Mutex<HashSet<Key>>,
}

impl Connection {
    /// Does what was planned. Each entity is looked at again before it is written: what has changed since is a conflict.
    /// Before each write goes out, it is in the journal, and what it replaces in a snapshot; after it, it is read back
    /// and compared.
    ///
    /// A push that was ended at any point, by a signal or by the power, is taken up by the next one.
    ///
    /// # Errors
    /// [`Error::State`] if the journal cannot be written: nothing more is sent then. What fails for one entity is in the
    /// report.
    pub async fn apply(
        &self,
        plan: &Plan,
        options: &PushOptions,
        observer: Observer<'_>,
    ) -> Result<PushReport> {
        self.apply_from(Source::Bank, plan, options, observer).await
    }

    pub(super) async fn apply_from(
        &self,
        source: Source,
        plan: &Plan,
        options: &PushOptions,
        observer: Observer<'_>,
    ) -> Result<PushReport> {
        let run = Run {
            connection: self,
            source,
            options,
            number: self.store.last_run()? + 1,
            failed: Mutex::default(),
        };
        let mut report = PushReport {
            run: run.number,
            unchanged: plan.unchanged,
            ..PushReport::default()
        };
        let probe = options.probe.then(|| plan.probe()).flatten();
        if let Some(step) = probe {
            let done = run.step(step).await?;
            let went_wrong = done.outcome == Outcome::Failed;
            report.take(done, observer);
            if went_wrong {
                run.put_back(&step.key).await?;
                report.stopped = true;
                return Ok(report);
            }
        }
        let is_left = |step: &&Step| probe.is_none_or(|probe| probe.key != step.key);
        for (kind, deletes) in [
            (Kind::Stimulus, false),
            (Kind::Item, false),
            (Kind::Test, false),
            (Kind::Test, true),
            (Kind::Item, true),
            (Kind::Stimulus, true),
        ] {
            let of_stage =
                |step: &&Step| step.key.kind == kind && (step.action == Action::Delete) == deletes;
            let steps: Vec<_> = plan.steps.iter().filter(of_stage).filter(is_left).collect();
            if steps.is_empty() {
                continue;
            }
            observer(&Event::Stage {
                stage: kind.folder(),
                total: Some(steps.len() as u64),
            });
            run.stage(steps, deletes, &mut report, observer).await?;
        }
        report.stopped |= self.stop.is_stopped();
        Ok(report)
    }
}

impl Run<'_> {
    async fn stage(
        &self,
        steps: Vec<&Step>,
        deletes: bool,
        report: &mut PushReport,
        observer: Observer<'_>,
    ) -> Result<()> {
        let mut referred = HashSet::new();
        if deletes {
            // Asked again, as time has passed since the plan.
            let keys: Vec<_> = steps.iter().map(|step| step.key.clone()).collect();
            referred = self
                .connection
                .referred_to(&keys)
                .await?
                .into_keys()
                .collect();
        }
        let (run, referred) = (&self, &referred);
        let mut waiting = steps.into_iter();
        let mut under_way = stream::FuturesUnordered::new();
        loop {
            let enough = self
                .options
                .max_failures
                .is_some_and(|most| report.failed.len() as u64 >= most);
            let stops = enough || self.connection.stop.is_stopped();
            report.stopped |= stops && waiting.len() > 0;
            while !stops && under_way.len() < AT_ONCE {
                let Some(step) = waiting.next() else { break };
                under_way.push(async move {
                    if referred.contains(&step.key) {
                        let message = "something on the service refers to it";
                        return Ok(Done::new(&step.key, Outcome::Kept).saying(message));
                    }
                    run.step(step).await
                });
            }
            match under_way.next().await {
                Some(done) => report.take(done?, observer),
                None => return Ok(()),
            }
        }
    }

    /// Does one step. What goes wrong with the entity is an outcome; with the journal, an error.
    async fn step(&self, step: &Step) -> Result<Done> {
        let key = &step.key;
        let told = |outcome| {
            let done = Done::new(key, outcome);
            done.saying(step.message.clone().unwrap_or_default())
        };
        let done = match step.action {
            Action::Conflict => Ok(told(Outcome::Conflict)),
            Action::Keep => Ok(told(Outcome::Kept)),
            Action::Refuse => Ok(told(Outcome::Failed)),
            Action::Delete => self.delete(key).await,
            Action::Create | Action::Replace | Action::Adopt => self.write(step).await,
        };
        let done = match done {
            Err(error @ (Error::Service { .. } | Error::NoXml { .. } | Error::Beside { .. })) => {
                Done::new(key, Outcome::Failed).saying(error.in_full())
            }
            done => done?,
        };
        if matches!(done.outcome, Outcome::Failed | Outcome::Skipped) {
            self.failed().insert(key.clone());
        }
        Ok(done)
    }

    fn failed(&self) -> std::sync::MutexGuard<'_, HashSet<Key>> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn write(&self, step: &Step) -> Result<Done> {
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
        let base = connection.store.base(key)?;
        // A create finds out by itself whether there is one.
        if step.action == Action::Create && base.is_none() {
            return self.create(&entity).await;
        }
        let found = connection.service.get(key).await?;
        let now = decide(
            &entity,
            base.as_ref(),
            found.as_ref().map(|found| &found.entity),
            self.options.force,
        );
        match (now.action, found) {
            (Action::Adopt, Some(found)) => {
                connection
                    .remember(&entity, &found, Changes::default())
                    .await?;
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
                let found = self.connection.service.get(key).await?;
                let changes = Changes::default().settled(key);
                match found {
                    Some(found) if same(entity, &found.entity) => {
                        self.connection.remember(entity, &found, changes).await?;
                        Ok(Done::new(key, Outcome::Unchanged))
                    }
                    _ => {
                        self.connection.store.commit(changes).await?;
                        let message = "the service has another one of this identifier";
                        Ok(Done::new(key, Outcome::Conflict).saying(message))
                    }
                }
            }
            written => self.confirm(entity, None, written, Outcome::Created).await,
        }
    }

    async fn replace(&self, entity: &Entity, before: &Stored) -> Result<Done> {
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
        let changes = Changes::default().intended(key, &intent, before);
        self.connection.store.commit(changes).await
    }

    /// Reads back what was written, and compares it. What a failed write has done is settled now, if that can be told.
    async fn confirm(
        &self,
        entity: &Entity,
        before: Option<&Stored>,
        written: Result<(), WriteError>,
        outcome: Outcome,
    ) -> Result<Done> {
        let (connection, key) = (self.connection, &entity.key);
        if let Err(error) = written {
            let message = self.settle_failure(key, error).await?;
            return Ok(Done::new(key, Outcome::Failed).saying(message));
        }
        let Some(found) = connection.service.get(key).await? else {
            connection.settle(key).await?;
            let message = "written, and gone when it was read back";
            return Ok(Done::new(key, Outcome::Failed).saying(message));
        };
        let different = differences(entity, &found.entity);
        let different =
            different.map(|all| all.into_iter().find(|place| self.counts(place, before)));
        let problem = match different {
            Ok(None) => None,
            Ok(Some(place)) => Some(place.to_string()),
            Err(problem) => Some(problem.to_string()),
        };
        if let Some(problem) = problem {
            // What is stored is ours, altered: the next push starts from it.
            let stored = found.entity.clone();
            let changes = Changes::default().settled(key);
            connection.remember(&stored, &found, changes).await?;
            let message = format!("written, but stored otherwise: {problem}");
            return Ok(Done::new(key, Outcome::Failed).saying(message));
        }
        connection
            .remember(entity, &found, Changes::default().settled(key))
            .await?;
        let mut done = Done::new(key, outcome);
        let versions = before.and_then(|before| before.version).zip(found.version);
        // A test's metadata is a write of its own.
        let ours = if key.kind == Kind::Test { 2 } else { 1 };
        if versions.is_some_and(|(before, after)| after > before + ours) {
            done.overtaken = true;
            done = done.saying(
                "more writes were counted than ours: somebody else may have written meanwhile",
            );
        }
        Ok(done)
    }

    /// What the service adds to metadata of its own is no loss; what was removed must be gone.
    fn counts(&self, place: &crate::compare::Difference, before: Option<&Stored>) -> bool {
        let name = place.place.split('.').next().unwrap_or_default();
        let is_beside = !place.place.starts_with('/');
        let had = before.is_some_and(|before| before.entity.beside.contains_key(name));
        !(is_beside && place.expected.is_none() && !had)
    }

    async fn settle_failure(&self, key: &Key, error: WriteError) -> Result<String> {
        let connection = self.connection;
        let error = match error {
            WriteError::Refused(problem) => {
                connection
                    .store
                    .commit(Changes::default().settled(key))
                    .await?;
                return Ok(problem);
            }
            WriteError::Sent(error) => error,
        };
        let applied = error.may_have_been_applied();
        let message = Error::service(key)(error).in_full();
        if !applied {
            connection
                .store
                .commit(Changes::default().settled(key))
                .await?;
            return Ok(message);
        }
        // Where the service cannot be asked now, the journal keeps the question for the next push.
        match connection.settle(key).await {
            Ok(()) => Ok(message),
            Err(Error::Service { .. } | Error::NoXml { .. }) => Ok(format!(
                "{message}; it may have been written, the next push finds out"
            )),
            Err(error) => Err(error),
        }
    }

    async fn delete(&self, key: &Key) -> Result<Done> {
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
        self.intend(key, None, Some(&found.entity)).await?;
        match connection.service.delete(key).await {
            Ok(_) => {
                let changes = Changes::default().settled(key).forgotten(key);
                connection.store.commit(changes).await?;
                Ok(Done::new(key, Outcome::Deleted))
            }
            Err(error) => {
                let message = self.settle_failure(key, WriteError::Sent(error)).await?;
                Ok(Done::new(key, Outcome::Failed).saying(message))
            }
        }
    }

    /// Undoes the first write of a push that has gone wrong.
    async fn put_back(&self, key: &Key) -> Result<()> {
        let connection = self.connection;
        let Some(before) = connection.store.snapshot(self.number, key)? else {
            return Ok(());
        };
        let Some(found) = connection.service.get(key).await? else {
            return Ok(());
        };
        match before {
            Some(before) if !same(&before, &found.entity) => {
                self.replace(&before, &found).await.map(drop)
            }
            None => self.delete(key).await.map(drop),
            Some(_) => Ok(()),
        }
    }
}

impl Connection {
    /// Remembers that the service holds what was written from this.
    async fn remember(&self, entity: &Entity, found: &Stored, changes: Changes) -> Result<()> {
        let seen = Seen {
            stamp: found.stamp.clone(),
            local: hash(entity),
        };
        self.store.commit(changes.seen(&seen, &found.entity)).await
    }
}

impl Plan {
    /// The step to try first: a create, which a deletion undoes, or a replacement.
    fn probe(&self) -> Option<&Step> {
        let first = |action| self.steps.iter().find(|step| step.action == action);
        first(Action::Create).or_else(|| first(Action::Replace))
    }
}

impl Done {
    fn new(key: &Key, outcome: Outcome) -> Self {
        Self {
            key: key.clone(),
            outcome,
            message: None,
            overtaken: false,
        }
    }

    fn saying(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }
}

impl PushReport {
    fn take(&mut self, done: Done, observer: Observer<'_>) {
        observer(&Event::Entity {
            key: done.key.clone(),
            outcome: done.outcome,
            message: done.message.clone(),
        });
        let note = Note::new(done.key, done.message.unwrap_or_default());
        if done.overtaken {
            self.overtaken.push(note.clone());
        }
        match done.outcome {
            Outcome::Created => self.created += 1,
            Outcome::Replaced => self.replaced += 1,
            Outcome::Deleted => self.deleted += 1,
            Outcome::Conflict => self.conflicts.push(note),
            Outcome::Kept => self.kept.push(note),
            Outcome::Skipped => self.skipped.push(note),
            Outcome::Failed => self.failed.push(note),
            _ => self.unchanged += 1,
        }
    }
}
