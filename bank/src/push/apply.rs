//! The push itself: its stages, and what stops it.

use std::collections::HashSet;
use std::sync::Mutex;
use std::sync::PoisonError;

use futures_util::{StreamExt as _, stream};

use super::done::Done;
use super::{Action, Plan, PushOptions, PushReport, Source, Step};
use crate::connection::{AT_ONCE, Connection};
use crate::entity::{Key, Kind};
use crate::error::Result;
use crate::progress::{Event, Observer, Outcome};

/// A push under way.
pub(super) struct Run<'c> {
    pub(super) connection: &'c Connection,
    pub(super) source: Source,
    pub(super) options: &'c PushOptions,
    pub(super) number: u64,
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
    /// Nothing is sent that the journal does not hold: where it cannot be written, the push ends, and the report has the
    /// [`problem`](PushReport::problem) beside what was done until then.
    ///
    /// # Errors
    /// [`Error::State`](crate::Error::State) if it cannot be begun. What fails later is in the report.
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
        if let Err(error) = run.stages(plan, &mut report, observer).await {
            report.problem = Some(error.in_full());
            report.stopped = true;
        }
        Ok(report)
    }
}

impl Run<'_> {
    async fn stages(
        &self,
        plan: &Plan,
        report: &mut PushReport,
        observer: Observer<'_>,
    ) -> Result<()> {
        let mut probed = Vec::new();
        if self.options.probe {
            let (tried, goes_on) = self.probe(plan, report, observer).await?;
            if !goes_on {
                report.stopped = true;
                return Ok(());
            }
            probed = tried;
        }
        let is_left = |step: &&Step| !probed.contains(&&step.key);
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
            self.stage(steps, deletes, report, observer).await?;
        }
        Ok(())
    }

    async fn stage(
        &self,
        steps: Vec<&Step>,
        deletes: bool,
        report: &mut PushReport,
        observer: Observer<'_>,
    ) -> Result<()> {
        let mut referred = HashSet::new();
        if deletes && !self.is_enough(report) {
            // Asked again, as time has passed since the plan.
            let keys: Vec<_> = steps.iter().map(|step| step.key.clone()).collect();
            match self.connection.referred_to(&keys, observer).await {
                Ok(found) => referred.extend(found.into_keys()),
                // What was done until now is still told.
                Err(error) if error.service_error().is_some() => {
                    let error = error.in_full();
                    for key in keys {
                        let message = format!("nobody can tell what refers to it: {error}");
                        report.take(Done::new(&key, Outcome::Failed).saying(message), observer);
                    }
                    return Ok(());
                }
                Err(error) => return Err(error),
            }
        }
        let (run, referred) = (&self, &referred);
        let mut waiting = steps.into_iter();
        let mut under_way = stream::FuturesUnordered::new();
        let mut problem = None;
        loop {
            let stops = problem.is_some() || self.is_enough(report);
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
                Some(Ok(done)) => report.take(done, observer),
                // What else is on the wire is still finished, and told.
                Some(Err(error)) => problem = problem.or(Some(error)),
                None => return problem.map_or(Ok(()), Err),
            }
        }
    }

    /// Whether nothing more is to be begun.
    fn is_enough(&self, report: &PushReport) -> bool {
        let most = self.options.max_failures;
        most.is_some_and(|most| report.failed.len() as u64 >= most)
            || self.connection.stop.is_stopped()
    }

    /// Does one step. What goes wrong with the entity is an outcome; with the journal, an error.
    pub(super) async fn step(&self, step: &Step) -> Result<Done> {
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
            Err(error) if error.is_of_one_entity() || error.service_error().is_some() => {
                Done::new(key, Outcome::Failed).saying(error.beside(key))
            }
            done => done?,
        };
        if matches!(done.outcome, Outcome::Failed | Outcome::Skipped) {
            self.failed().insert(key.clone());
        }
        Ok(done)
    }

    pub(super) fn failed(&self) -> std::sync::MutexGuard<'_, HashSet<Key>> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
