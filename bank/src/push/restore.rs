//! The other way round: what a push has replaced or deleted goes back to the service.

use std::pin::pin;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::{Plan, PushOptions, PushReport, Pushed, Source, Step};
use crate::compare::same;
use crate::connection::{AT_ONCE, Connection};
use crate::entity::{Entity, Key};
use crate::error::Result;
use crate::progress::Observer;
use crate::state::hash;

impl Connection {
    /// Puts back on the service what a push has replaced or deleted, and leaves what it has created. The bank's files
    /// stay. What is not as the push left it is a conflict, unless forced: somebody has changed it since. A restore is
    /// itself a push that can be restored.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = timeback_qti_sandbox::Sandbox::start().await?;
    /// # let client = timeback_qti::Client::builder().base_url(sandbox.base_url()).token_url(sandbox.token_url())
    /// #     .credentials(sandbox.client_id(), sandbox.client_secret().to_owned()).build()?;
    /// # client.stimuli().create(&timeback_qti::models::StimulusInput::new("italy", "Italy", "<p>Rome</p>")).await?;
    /// # let folder = tempfile::tempdir()?;
    /// use timeback_qti_bank::{Bank, Settings, pull::PullOptions, push::PushOptions, unobserved};
    ///
    /// let connection = Bank::init(folder.path(), Settings::default())?.connect(&client)?;
    /// connection.pull(&PullOptions::default(), &unobserved).await?;
    /// let file = folder.path().join("stimuli/italy.xml");
    /// std::fs::write(&file, std::fs::read_to_string(&file)?.replace("Rome", "Milan"))?;
    /// let pushed = connection.push(&PushOptions::default(), &unobserved).await?;
    ///
    /// connection.restore(pushed.run, &PushOptions::default(), &unobserved).await?;
    /// assert!(client.stimulus("italy").get().await?.raw_xml.unwrap_or_default().contains("Rome"));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As [`plan_restore`](Self::plan_restore) and [`apply`](Self::apply).
    pub async fn restore(
        &self,
        run: u64,
        options: &PushOptions,
        observer: Observer<'_>,
    ) -> Result<PushReport> {
        let plan = self.plan_restore(run, options, observer).await?;
        self.apply_restore(run, &plan, options, observer).await
    }

    /// Plans a restore. Writes that an earlier push was ended in are settled first; nothing is written to the service.
    ///
    /// # Errors
    /// [`Error::State`](crate::Error::State) if the snapshots cannot be read; [`Error::Service`](crate::Error::Service) if
    /// the service cannot be asked.
    pub async fn plan_restore(
        &self,
        run: u64,
        options: &PushOptions,
        observer: Observer<'_>,
    ) -> Result<Plan> {
        self.settle_all(observer).await?;
        let mut plan = Plan::default();
        let keys = stream::iter(self.store.snapshot_keys(run)?);
        let steps = keys.map(|key| self.plan_put_back(run, key, options));
        let mut steps = pin!(steps.buffered(AT_ONCE));
        while let Some(step) = steps.try_next().await? {
            match step {
                Some(step) => plan.steps.push(step),
                None => plan.unchanged += 1,
            }
        }
        Ok(plan)
    }

    /// What is to be done with one entity of a push; nothing with one that the push has created.
    async fn plan_put_back(
        &self,
        run: u64,
        key: Key,
        options: &PushOptions,
    ) -> Result<Option<Step>> {
        let source = Source::Snapshot(run);
        match self.source(source, &key).await? {
            Some(entity) => self.plan_write(source, &entity, options).await.map(Some),
            None => Ok(None),
        }
    }

    /// Does what was planned by [`plan_restore`](Self::plan_restore) for the same push.
    ///
    /// # Errors
    /// As [`apply`](Self::apply).
    pub async fn apply_restore(
        &self,
        run: u64,
        plan: &Plan,
        options: &PushOptions,
        observer: Observer<'_>,
    ) -> Result<PushReport> {
        let source = Source::Snapshot(run);
        self.apply_from(source, plan, options, observer).await
    }

    /// The pushes that have replaced, created or deleted anything, restores among them, oldest first.
    ///
    /// # Errors
    /// [`Error::State`](crate::Error::State) if that cannot be read.
    pub fn pushes(&self) -> Result<Vec<Pushed>> {
        self.store.runs()
    }

    /// Whether the service still holds what a push, or a restore of it that was ended early, has left there.
    pub(super) fn is_as_left(&self, run: u64, key: &Key, found: Option<&Entity>) -> Result<bool> {
        let base = self.store.base(key)?;
        let is_left = |left: &str, found: &Entity| {
            let is_base = |base: &Entity| hash(base) == left && same(base, found);
            hash(found) == left || base.as_ref().is_some_and(is_base)
        };
        let mut runs = self.store.restores_of(run)?;
        runs.push(run);
        for run in runs {
            let is_as_left = match (self.store.left(run, key)?, found) {
                (Some(None), None) => true,
                (Some(Some(left)), Some(found)) => is_left(&left, found),
                _ => false,
            };
            if is_as_left {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
