//! Pull: brings what the service has changed into the bank, and never overwrites a local change unless asked.

mod deletions;
mod files;
mod one;
mod pulled;
mod theirs;

use std::collections::HashSet;

use futures_util::{Stream, StreamExt as _, TryStreamExt as _, stream};
use serde::Serialize;

use crate::connection::{AT_ONCE, Connection};
use crate::entity::{Key, Kind};
use crate::error::Result;
use crate::progress::{Event, Note, Observer};
use crate::remote::{Entry, Listed, Query, Unaddressable};
use crate::settings::Selection;

/// What is pulled, and how.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct PullOptions {
    /// Which entities; what `qti.toml` says if absent.
    pub selection: Option<Selection>,
    /// The entities whose local changes are overwritten, and which alone are pulled then. Usually empty.
    pub theirs: Vec<Key>,
    /// Whether entities leave the bank even if the service lists nothing of their kind any more.
    pub prune: bool,
}

impl PullOptions {
    /// Pulls these in place of what `qti.toml` says.
    #[must_use]
    pub fn selection(mut self, selection: Selection) -> Self {
        self.selection = Some(selection);
        self
    }

    /// Pulls only these entities, whatever the selection says, and overwrites the bank's files with what the service has.
    /// **Local changes of these entities are lost.** Use it to settle a conflict, to undo a local change, or to bring back a
    /// file that was deleted or cannot be read. An entity that the service has deleted is removed from the bank; one that
    /// was never seen on the service stays, and is reported as failed.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = timeback_qti_sandbox::Sandbox::start().await?;
    /// # let client = timeback_qti::Client::builder().base_url(sandbox.base_url()).token_url(sandbox.token_url())
    /// #     .credentials(sandbox.client_id(), sandbox.client_secret().to_owned()).build()?;
    /// # client.stimuli().create(&timeback_qti::models::StimulusInput::new("italy", "Italy", "<p>Rome</p>")).await?;
    /// # let folder = tempfile::tempdir()?;
    /// use timeback_qti_bank::{Bank, Identifier, Key, Kind, Settings, pull::PullOptions, unobserved};
    ///
    /// let connection = Bank::init(folder.path(), Settings::default())?.connect(&client)?;
    /// connection.pull(&PullOptions::default(), &unobserved).await?;
    /// std::fs::remove_file(folder.path().join("stimuli/italy.xml"))?;
    ///
    /// let italy = Key::new(Kind::Stimulus, Identifier::new("italy")?);
    /// connection.pull(&PullOptions::default().theirs([italy]), &unobserved).await?;
    /// assert!(folder.path().join("stimuli/italy.xml").exists());
    /// # Ok(()) }
    /// ```
    #[must_use]
    pub fn theirs(mut self, keys: impl IntoIterator<Item = Key>) -> Self {
        self.theirs = keys.into_iter().collect();
        self
    }

    /// Removes entities from the bank even if the service lists nothing of their kind any more. Without this, they stay, and
    /// each is reported as a conflict: if the service was emptied by mistake, or is the wrong one, the bank must not be
    /// emptied, too. With or without this, an entity that the service has deleted leaves the bank while others of its kind
    /// are still listed, and one that was changed locally stays.
    #[must_use]
    pub fn prune(mut self) -> Self {
        self.prune = true;
        self
    }
}

/// What a pull has done.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct PullReport {
    /// How many entities came into the bank.
    pub created: u64,
    /// How many replaced what the bank had.
    pub replaced: u64,
    /// How many the bank had already as the service has them.
    pub unchanged: u64,
    /// How many were removed from the bank, because the service has deleted them.
    pub deleted: u64,
    /// Entities that were left alone, because both sides have changed them, because they were changed locally during the
    /// pull, or because the service lists nothing of their kind any more.
    pub conflicts: Vec<Note>,
    /// Entities that only the bank has changed: they were left alone.
    pub kept: Vec<Note>,
    /// Entities that could not be pulled, and why.
    pub failed: Vec<Note>,
    /// Entities that were not pulled, because no request can name them. The service lists them, or a pulled entity refers to
    /// them.
    pub unaddressable: Vec<Unaddressable>,
    /// The kinds of which the service lists nothing any more, although the bank has pulled some. These are among the
    /// conflicts; [`PullOptions::prune`] removes them.
    pub emptied: Vec<Kind>,
    /// Whether the pull was stopped early; another one continues it.
    pub stopped: bool,
}

impl Connection {
    /// Brings the bank to what the service holds.
    ///
    /// ```
    /// # #[tokio::main]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let sandbox = timeback_qti_sandbox::Sandbox::start().await?;
    /// # let client = timeback_qti::Client::builder().base_url(sandbox.base_url()).token_url(sandbox.token_url())
    /// #     .credentials(sandbox.client_id(), sandbox.client_secret().to_owned()).build()?;
    /// # client.stimuli().create(&timeback_qti::models::StimulusInput::new("italy", "Italy", "<p>Rome</p>")).await?;
    /// # let folder = tempfile::tempdir()?;
    /// use timeback_qti_bank::{Bank, Settings, pull::PullOptions, unobserved};
    ///
    /// let bank = Bank::init(folder.path(), Settings::default())?;
    /// let report = bank.connect(&client)?.pull(&PullOptions::default(), &unobserved).await?;
    /// assert_eq!(report.created, 1);
    /// assert!(folder.path().join("stimuli/italy.xml").exists());
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// [`Error::List`](crate::Error::List) if the service cannot be listed; [`Error::File`](crate::Error::File) and
    /// [`Error::State`](crate::Error::State) if the disk cannot be written. What fails for one entity is in the report.
    pub async fn pull(&self, options: &PullOptions, observer: Observer<'_>) -> Result<PullReport> {
        let selection = options.selection.as_ref();
        let selection = selection.unwrap_or(&self.bank.settings().pull);
        let mut report = PullReport::default();
        if !options.theirs.is_empty() {
            self.pull_theirs(&options.theirs, &mut report, observer)
                .await?;
        } else if selection.is_all() {
            for kind in Kind::ALL {
                begin(kind, observer);
                let listed = self.service.list(kind, &Query::default());
                let mut there = HashSet::new();
                self.pull_each(listed, Some(&mut there), false, &mut report, observer)
                    .await?;
                if !self.stop.is_stopped() {
                    self.pull_deletions(kind, &there, options.prune, &mut report, observer)
                        .await?;
                }
            }
        } else {
            self.pull_selection(selection, &mut report, observer)
                .await?;
        }
        report.stopped = self.stop.is_stopped();
        Ok(report)
    }

    /// Pulls tests first, because they tell which items are needed; then items, which tell the stimuli.
    async fn pull_selection(
        &self,
        selection: &Selection,
        report: &mut PullReport,
        observer: Observer<'_>,
    ) -> Result<()> {
        let query = Query {
            filter: selection.filter.clone(),
            search: selection.search.clone(),
        };
        let is_query = query.filter.is_some() || query.search.is_some();
        let mut wanted: Vec<Key> = Vec::new();
        let named = selection.tests.iter().cloned();
        wanted.extend(named.map(|identifier| Key::new(Kind::Test, identifier)));
        for kind in [Kind::Test, Kind::Item, Kind::Stimulus] {
            begin(kind, observer);
            let mut there = HashSet::new();
            let mut references = Vec::new();
            // The service's list of stimuli has no filter.
            if is_query && (kind != Kind::Stimulus || query.filter.is_none()) {
                let listed = self.service.list(kind, &query);
                references = self
                    .pull_each(listed, Some(&mut there), true, report, observer)
                    .await?;
            }
            wanted.retain(|key| there.insert(key.clone()));
            let unlisted = wanted.drain(..).map(Listed::asked_for);
            let unlisted = unlisted.map(|entry| Ok(Entry::Listed(entry)));
            references.extend(
                self.pull_each(stream::iter(unlisted), None, true, report, observer)
                    .await?,
            );
            references.sort_unstable();
            references.dedup();
            wanted = references;
        }
        Ok(())
    }

    async fn pull_each(
        &self,
        listed: impl Stream<Item = Result<Entry>>,
        mut there: Option<&mut HashSet<Key>>,
        with_references: bool,
        report: &mut PullReport,
        observer: Observer<'_>,
    ) -> Result<Vec<Key>> {
        let going_on = listed.take_while(|_| std::future::ready(!self.stop.is_stopped()));
        let (mut total, mut unaddressable) = (None, Vec::new());
        let noted = going_on.map_ok(|entry| match entry {
            Entry::Listed(entry) => {
                if total.is_none() && entry.total.is_some() {
                    total = entry.total;
                    let stage = entry.key.kind.folder();
                    observer(&Event::Stage { stage, total });
                }
                if let Some(there) = &mut there {
                    there.insert(entry.key.clone());
                }
                Some(entry)
            }
            Entry::Unaddressable(entity, _) => {
                unaddressable.push(entity);
                None
            }
        });
        let noted = noted.try_filter_map(|entry| std::future::ready(Ok(entry)));
        let pulled = noted.map_ok(|entry| self.pull_one(entry, with_references));
        let mut pulled = Box::pin(pulled.try_buffer_unordered(AT_ONCE));
        let mut references = Vec::new();
        while let Some(pulled) = pulled.try_next().await? {
            references.extend(report.take(pulled, observer));
        }
        drop(pulled);
        for entity in unaddressable {
            report.take_unaddressable(entity, observer);
        }
        Ok(references)
    }
}

fn begin(kind: Kind, observer: Observer<'_>) {
    observer(&Event::Stage {
        stage: kind.folder(),
        total: None,
    });
}
