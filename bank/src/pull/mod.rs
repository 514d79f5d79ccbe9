//! From the service into the bank: what has changed, and never over a change of one's own.

mod pulled;

use std::collections::HashSet;

use futures_util::{Stream, StreamExt as _, TryStreamExt as _, stream};
use serde::Serialize;

use crate::compare::same;
use crate::connection::{AT_ONCE, Connection};
use crate::entity::{Entity, Key, Kind};
use crate::error::Result;
use crate::layout::render;
use crate::progress::{Event, Note, Observer, Outcome};
use crate::remote::{Entry, Listed, Query, Unaddressable};
use crate::settings::Selection;
use crate::state::{Changes, Seen, hash};

use pulled::Pulled;

/// What is pulled.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct PullOptions {
    /// Which entities; what `qti.toml` says if absent.
    pub selection: Option<Selection>,
}

impl PullOptions {
    /// Pulls these in place of what `qti.toml` says.
    #[must_use]
    pub fn selection(mut self, selection: Selection) -> Self {
        self.selection = Some(selection);
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
    /// What both sides have changed: it was left alone.
    pub conflicts: Vec<Note>,
    /// What the bank has changed, and the service has not: it was left alone.
    pub kept: Vec<Note>,
    /// What went wrong.
    pub failed: Vec<Note>,
    /// What the service lists, or a pulled entity refers to, and no request can name: it did not come.
    pub unaddressable: Vec<Unaddressable>,
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
        if selection.is_all() {
            for kind in Kind::ALL {
                begin(kind, observer);
                let listed = self.service.list(kind, &Query::default());
                let mut there = HashSet::new();
                self.pull_each(listed, Some(&mut there), false, &mut report, observer)
                    .await?;
                if !self.stop.is_stopped() {
                    self.pull_deletions(kind, &there, &mut report, observer)
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

    async fn pull_one(&self, listed: Listed, with_references: bool) -> Result<Pulled> {
        let key = listed.key.clone();
        let seen = self.store.seen(&key)?;
        let read = key.clone();
        let local = match self.on_disk(move |bank| bank.read(&read)).await {
            Ok(local) => local,
            Err(error) => return Ok(Pulled::error(key, &error)),
        };
        let ours_is_as_seen = match (&local, &seen) {
            (Some(local), Some(seen)) => hash(local) == seen.local,
            (None, None) => true,
            _ => false,
        };
        if seen
            .as_ref()
            .is_some_and(|seen| listed.stamp.is_that_of(&seen.stamp))
        {
            let unchanged = ours_is_as_seen
                || match (&local, self.store.base(&key)?) {
                    (Some(local), Some(base)) => same(&base, local),
                    _ => false,
                };
            return Ok(match (unchanged, &local) {
                (true, Some(local)) => {
                    Pulled::done(key, Outcome::Unchanged, Some(local), with_references)
                }
                (_, Some(local)) => Pulled::done(key, Outcome::Kept, Some(local), with_references)
                    .saying("changed here"),
                (_, None) => Pulled::done(key, Outcome::Kept, None, false).saying("deleted here"),
            });
        }
        let found = match self.service.get(&key).await {
            Ok(Some(found)) => found,
            Ok(None) => {
                return Ok(Pulled::failed(
                    key,
                    "the service has none of this identifier".to_owned(),
                ));
            }
            Err(error) => return Ok(Pulled::error(key, &error)),
        };
        let entity = found.entity;
        let base = self.store.base(&key)?;
        let local_hash = match &local {
            Some(local) if *local == entity || same(&entity, local) => hash(local),
            _ => hash(&entity),
        };
        let is_new = seen.is_none();
        let now = Seen::new(found.stamp, local_hash);
        let changes = Changes::default().seen(&now, &entity);
        let outcome = match &local {
            Some(local) if now.local == hash(local) => Outcome::Unchanged,
            _ if ours_is_as_seen || is_ours(local.as_ref(), base.as_ref(), &entity) => {
                let write = entity.clone();
                self.on_disk(move |bank| bank.write(&write)).await?;
                if is_new {
                    Outcome::Created
                } else {
                    Outcome::Replaced
                }
            }
            // What a pull was ended before it remembered stands here.
            local => {
                let (outcome, message) = match (local, &base) {
                    (Some(_), Some(base)) if same(base, &entity) => (Outcome::Kept, "changed here"),
                    (None, Some(base)) if same(base, &entity) => (Outcome::Kept, "deleted here"),
                    (None, _) => (Outcome::Conflict, "deleted here, changed on the service"),
                    (Some(_), Some(_)) => (Outcome::Conflict, "changed here and on the service"),
                    (Some(_), None) => (Outcome::Conflict, "created here and on the service"),
                };
                return Ok(
                    Pulled::done(key, outcome, Some(&entity), with_references).saying(message)
                );
            }
        };
        self.store.commit(changes).await?;
        Ok(Pulled::done(key, outcome, Some(&entity), with_references))
    }

    /// Takes out of the bank what the service has no more. That a list leaves something out is not enough.
    async fn pull_deletions(
        &self,
        kind: Kind,
        there: &HashSet<Key>,
        report: &mut PullReport,
        observer: Observer<'_>,
    ) -> Result<()> {
        let mut gone = self.store.seen_keys(kind)?;
        gone.retain(|key| !there.contains(key));
        for key in gone {
            if self.stop.is_stopped() {
                break;
            }
            let found = match self.service.get(&key).await {
                Ok(found) => found,
                Err(error) => {
                    report.take(Pulled::error(key, &error), observer);
                    continue;
                }
            };
            if found.is_some() {
                let pulled = self.pull_one(Listed::asked_for(key), false).await?;
                report.take(pulled, observer);
                continue;
            }
            let read = key.clone();
            let local = match self.on_disk(move |bank| bank.read(&read)).await {
                Ok(local) => local,
                Err(error) => {
                    report.take(Pulled::error(key, &error), observer);
                    continue;
                }
            };
            let seen = self.store.seen(&key)?;
            let pulled = match (local, seen) {
                (Some(local), Some(seen)) if hash(&local) != seen.local => {
                    Pulled::done(key, Outcome::Conflict, None, false)
                        .saying("changed here, deleted on the service")
                }
                _ => {
                    let remove = key.clone();
                    self.on_disk(move |bank| bank.remove(&remove)).await?;
                    self.store
                        .commit(Changes::default().forgotten(&key))
                        .await?;
                    Pulled::done(key, Outcome::Deleted, None, false)
                }
            };
            report.take(pulled, observer);
        }
        Ok(())
    }
}

/// Whether the files are what a pull has left there: each as last seen, or as the service has it now.
fn is_ours(local: Option<&Entity>, base: Option<&Entity>, entity: &Entity) -> bool {
    let (Some(local), Some(base)) = (local, base) else {
        return false;
    };
    let beside = render(&local.beside);
    (local.xml == base.xml || local.xml == entity.xml)
        && (beside == render(&base.beside) || beside == render(&entity.beside))
}

fn begin(kind: Kind, observer: Observer<'_>) {
    observer(&Event::Stage {
        stage: kind.folder(),
        total: None,
    });
}
