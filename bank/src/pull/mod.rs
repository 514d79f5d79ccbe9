//! From the service into the bank: what has changed, and never over a change of one's own.

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
    /// These entities alone, over what the bank has of them; empty for a pull that overwrites no local change.
    pub theirs: Vec<Key>,
    /// Whether a kind of which the service lists nothing leaves nothing in the bank.
    pub prune: bool,
}

impl PullOptions {
    /// Pulls these in place of what `qti.toml` says.
    #[must_use]
    pub fn selection(mut self, selection: Selection) -> Self {
        self.selection = Some(selection);
        self
    }

    /// Pulls these entities alone, whatever the selection, and takes what the service has of each. **What the bank has
    /// changed of them is lost**: this settles a conflict, takes back a change, and brings back a file that was deleted or
    /// cannot be read. One that the service has deleted leaves the bank; one that the service never had stays, and is told
    /// as failed.
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

    /// Empties the bank of a kind of which the service lists nothing at all. Without this, such entities stay in the bank,
    /// and each is told as a conflict: a service that was emptied, or is the wrong one, would otherwise take the whole bank
    /// with it. Single entities that the service has deleted, while it lists others of their kind, leave the bank either
    /// way; what the bank has changed stays either way.
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
    /// How many took the place of what the bank had.
    pub replaced: u64,
    /// How many were as they should be.
    pub unchanged: u64,
    /// How many were taken out of the bank, as the service has them no more.
    pub deleted: u64,
    /// What was left alone, as both sides have changed it, it was changed here while it was pulled, or its kind is one of
    /// the [`emptied`](Self::emptied) ones.
    pub conflicts: Vec<Note>,
    /// What the bank has changed, and the service has not: it was left alone.
    pub kept: Vec<Note>,
    /// What went wrong.
    pub failed: Vec<Note>,
    /// What the service lists, or a pulled entity refers to, and no request can name: it did not come.
    pub unaddressable: Vec<Unaddressable>,
    /// The kinds of which the service lists nothing, while the bank holds some that it has seen there: they were left
    /// alone, as [`PullOptions::prune`] tells.
    pub emptied: Vec<Kind>,
    /// Whether it was ended early; another pull goes on.
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

    /// Tests first, as they say which items are needed, and these which stimuli.
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
            // The list of stimuli takes no filter.
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
