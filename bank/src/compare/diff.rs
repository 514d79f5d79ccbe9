//! What each side has changed since the service was last seen: the places, and a text for people.

use futures_util::{StreamExt as _, stream};
use serde::Serialize;
use similar::TextDiff;

use super::{Change, Difference, Sides, StatusEntry, differences};
use crate::connection::{AT_ONCE, Connection, Offline, on_disk};
use crate::entity::{Entity, Key};
use crate::error::Result;
use crate::layout::render;
use crate::progress::{Note, Observer};
use crate::remote::Unaddressable;

/// What each side has changed of an entity since the service was last seen.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Diff {
    /// Which one.
    #[serde(flatten)]
    pub key: Key,
    /// What the bank has changed; `None` for nothing that changes the meaning.
    pub local: Option<Edit>,
    /// What the service has changed; `None` for nothing that changes the meaning.
    pub service: Option<Edit>,
}

/// What each side has changed of all entities since the service was last seen.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct DiffReport {
    /// Those that have changed, by kind and identifier.
    pub entities: Vec<Diff>,
    /// Those that could not be compared, as their files or the service's answer cannot be read, and why.
    pub failed: Vec<Note>,
    /// As in a [`Status`](super::Status).
    pub unaddressable: Vec<Unaddressable>,
}

/// What one side has changed of an entity.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Edit {
    /// Whether it was created, changed or deleted.
    pub change: Change,
    /// The places that differ: `expected` is what was last seen. None for what was created or deleted.
    pub differences: Vec<Difference>,
    /// The XML, and what stands beside it, as a unified diff.
    pub text: String,
}

impl Connection {
    /// What the bank and the service have changed since the service was last seen, entity by entity, by kind and
    /// identifier: of these entities alone, or of all if there are none. Only pages of lists are read, and what has changed.
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
    /// let connection = bank.connect(&client)?;
    /// connection.pull(&PullOptions::default(), &unobserved).await?;
    /// let file = folder.path().join("stimuli/italy.xml");
    /// std::fs::write(&file, std::fs::read_to_string(&file)?.replace("Rome", "Roma"))?;
    ///
    /// let diffs = connection.diff(&[], &unobserved).await?;
    /// let local = diffs.entities[0].local.as_ref().unwrap();
    /// assert_eq!(local.differences[0].found.as_deref(), Some("Roma"));
    /// assert!(local.text.contains("+") && local.text.contains("Roma"));
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// As [`status`](Self::status); [`Error::Service`](crate::Error::Service) if an entity that the service has changed
    /// cannot be had.
    pub async fn diff(&self, only: &[Key], observer: Observer<'_>) -> Result<DiffReport> {
        Sides::from(self).diff(only, observer).await
    }
}

impl Offline {
    /// What the bank has changed since the service was last seen: of these entities alone, or of all if there are none.
    ///
    /// # Errors
    /// As [`status`](Self::status).
    pub async fn diff(&self, only: &[Key], observer: Observer<'_>) -> Result<DiffReport> {
        Sides::from(self).diff(only, observer).await
    }
}

impl Sides<'_> {
    async fn diff(&self, only: &[Key], observer: Observer<'_>) -> Result<DiffReport> {
        let status = self.status(only, observer).await?;
        let diffs = status.entries.into_iter().map(|entry| async move {
            let diff = self.diff_of(&entry).await;
            (entry.key, diff)
        });
        let mut diffs = stream::iter(diffs).buffered(AT_ONCE);
        let mut report = DiffReport {
            failed: status.failed,
            unaddressable: status.unaddressable,
            ..DiffReport::default()
        };
        while let Some((key, diff)) = diffs.next().await {
            match diff {
                Ok(diff) => report.entities.push(diff),
                Err(error) if error.is_of_one_entity() => {
                    report.failed.push(Note::failed(key, &error, observer));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(report)
    }

    async fn diff_of(&self, entry: &StatusEntry) -> Result<Diff> {
        let StatusEntry {
            key,
            local,
            service,
        } = entry;
        let base = self.store.base(key)?;
        let edit = |change: Change, side, now: Option<Entity>| {
            Edit::new(change, side, base.as_ref(), now.as_ref())
        };
        let local = match local {
            Change::Unchanged => None,
            change => {
                let read = key.clone();
                let now = on_disk(self.bank, move |bank| bank.read(&read)).await?;
                Some(edit(*change, "here", now))
            }
        };
        let service = match (service, self.service) {
            (Change::Unchanged, _) | (_, None) => None,
            (change, Some(service)) => {
                let now = service.get(key).await?.map(|found| found.entity);
                Some(edit(*change, "on the service", now))
            }
        };
        Ok(Diff {
            key: key.clone(),
            local,
            service,
        })
    }
}

impl Edit {
    fn new(change: Change, side: &str, before: Option<&Entity>, now: Option<&Entity>) -> Self {
        let places = before
            .zip(now)
            .map(|(before, now)| differences(before, now));
        Self {
            change,
            // XML that cannot be read has no places; the text shows what has changed of it.
            differences: places.and_then(Result::ok).unwrap_or_default(),
            text: text(side, before, now),
        }
    }
}

/// A unified diff of an entity's files.
fn text(side: &str, before: Option<&Entity>, now: Option<&Entity>) -> String {
    let Some(key) = now.or(before).map(|entity| &entity.key) else {
        return String::new();
    };
    let file = |extension: &str| format!("{}/{}.{extension}", key.kind.folder(), key.identifier);
    let xml = |entity: Option<&Entity>| entity.map(|entity| entity.xml.clone());
    let beside = |entity: Option<&Entity>| entity.and_then(|entity| render(&entity.beside));
    let unified = |file: &str, before: Option<String>, now: Option<String>| {
        let name = |text: &Option<String>, side: &str| match text {
            Some(_) => format!("{file} ({side})"),
            None => "/dev/null".to_owned(),
        };
        let headers = (name(&before, "last seen"), name(&now, side));
        let (before, now) = (before.unwrap_or_default(), now.unwrap_or_default());
        let diff = TextDiff::from_lines(&before, &now);
        let mut unified = diff.unified_diff();
        unified.header(&headers.0, &headers.1).to_string()
    };
    unified(&file("xml"), xml(before), xml(now))
        + &unified(&file("json"), beside(before), beside(now))
}
