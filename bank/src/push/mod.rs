//! From the bank to the service: planned first, each write kept in a journal before it is sent and read back after it.

mod apply;
mod done;
mod plan;
mod probe;
mod prune;
mod restore;
mod settle;
mod verdict;
mod write;

use std::fmt;

use serde::Serialize;

use crate::connection::Connection;
use crate::entity::{Entity, Key};
use crate::error::Result;
use crate::progress::{Note, Observer};
pub use crate::state::Pushed;

/// How a push is planned and done.
#[derive(Debug, Clone, Copy, Default)]
#[non_exhaustive]
pub struct PushOptions {
    /// Whether changes of the service are overwritten, too.
    pub force: bool,
    /// Whether entities that are gone from the bank are deleted on the service.
    pub prune: bool,
    /// After how many failures nothing more is begun; if absent, failures end nothing.
    pub max_failures: Option<u64>,
    /// Whether one entity is written first, to try it.
    pub probe: bool,
}

impl PushOptions {
    /// Also overwrites, and with [`prune`](Self::prune) deletes, what the service has changed since it was last seen; of a
    /// restore, what was changed since the push. Also deletes what no restore could put back.
    #[must_use]
    pub fn force(mut self) -> Self {
        self.force = true;
        self
    }

    /// Deletes on the service what is gone from the bank, but nothing that anything refers to. The service has no locks:
    /// what somebody else writes between the last look and the deletion goes with it, and only their next pull tells.
    #[must_use]
    pub fn prune(mut self) -> Self {
        self.prune = true;
        self
    }

    /// After how many failures nothing more is begun.
    #[must_use]
    pub fn max_failures(mut self, failures: u64) -> Self {
        self.max_failures = Some(failures);
        self
    }

    /// Writes one entity first. If that goes wrong, what was there before is put back, unless somebody else has changed it
    /// meanwhile, and the push ends.
    #[must_use]
    pub fn probe(mut self) -> Self {
        self.probe = true;
        self
    }
}

/// What is to be done with an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Action {
    /// The service has none: it is created.
    Create,
    /// The service's is replaced.
    Replace,
    /// The service has the same already: that is remembered.
    Adopt,
    /// It is deleted on the service.
    Delete,
    /// It is left alone: the service's has changed since it was seen.
    Conflict,
    /// It is left alone, for the reason that is told.
    Keep,
    /// It cannot be written, for the reason that is told.
    Refuse,
}

impl Action {
    /// Its word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Replace => "replace",
            Self::Adopt => "adopt",
            Self::Delete => "delete",
            Self::Conflict => "conflict",
            Self::Keep => "keep",
            Self::Refuse => "refuse",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// What is to be done with one entity.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Step {
    /// Which one.
    #[serde(flatten)]
    pub key: Key,
    /// What is to be done.
    pub action: Action,
    /// Why, where that is not plain.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}

/// What a push will do, in its order: stimuli, items, tests, then deletions the other way round.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Plan {
    /// What is to be done with what has changed.
    pub steps: Vec<Step>,
    /// How many entities have not.
    pub unchanged: u64,
}

impl Plan {
    /// Whether anything is written or deleted.
    pub fn writes(&self) -> bool {
        let writes = [Action::Create, Action::Replace, Action::Delete];
        self.steps.iter().any(|step| writes.contains(&step.action))
    }

    /// How many steps do this.
    pub fn count(&self, action: Action) -> usize {
        self.steps
            .iter()
            .filter(|step| step.action == action)
            .count()
    }
}

/// What a push has done.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PushReport {
    /// The number of this push, by which a restore takes it back.
    pub run: u64,
    /// How many entities were created.
    pub created: u64,
    /// How many were replaced.
    pub replaced: u64,
    /// How many were deleted.
    pub deleted: u64,
    /// How many were on the service already as they should be.
    pub unchanged: u64,
    /// What was left alone, as the service's had changed, or was changed again before it was read back.
    pub conflicts: Vec<Note>,
    /// What was left alone for other reasons, such as entities that something still refers to.
    pub kept: Vec<Note>,
    /// What was not tried, as something that it refers to has failed.
    pub skipped: Vec<Note>,
    /// What went wrong, and why.
    pub failed: Vec<Note>,
    /// What another writer may have written between the read and the write, so that its change may be lost. A write of
    /// this push that was repeated looks the same.
    pub overtaken: Vec<Note>,
    /// Whether it was ended early; another push goes on.
    pub stopped: bool,
    /// What ended it early, if that was neither a [`Stop`](crate::Stop) nor failures: the journal could not be written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// Where that which is written comes from.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Source {
    /// The bank's files.
    Bank,
    /// What a push has replaced.
    Snapshot(u64),
}

impl Connection {
    /// Plans a push and does it.
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
    /// let bank = Bank::init(folder.path(), Settings::default())?;
    /// let connection = bank.connect(&client)?;
    /// connection.pull(&PullOptions::default(), &unobserved).await?;
    ///
    /// let file = folder.path().join("stimuli/italy.xml");
    /// std::fs::write(&file, std::fs::read_to_string(&file)?.replace("Rome", "Milan"))?;
    ///
    /// let report = connection.push(&PushOptions::default(), &unobserved).await?;
    /// assert_eq!(report.replaced, 1);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As [`plan_push`](Self::plan_push) and [`apply`](Self::apply).
    pub async fn push(&self, options: &PushOptions, observer: Observer<'_>) -> Result<PushReport> {
        let plan = self.plan_push(options, observer).await?;
        self.apply(&plan, options, observer).await
    }

    /// What is written of an entity; `None` if the source has none.
    pub(crate) async fn source(&self, source: Source, key: &Key) -> Result<Option<Entity>> {
        match source {
            Source::Bank => {
                let key = key.clone();
                self.on_disk(move |bank| bank.read(&key)).await
            }
            Source::Snapshot(run) => Ok(self.store.snapshot(run, key)?.flatten()),
        }
    }
}
