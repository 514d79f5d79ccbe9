//! What is gone from the bank, and may go from the service.

use std::collections::{HashMap, HashSet};

use futures_util::{StreamExt as _, TryStreamExt as _};

use super::{Action, Plan, PushOptions, Step};
use crate::connection::{AT_ONCE, Connection};
use crate::entity::{Entity, Key, Kind, references};
use crate::error::Result;
use crate::progress::{Event, Observer};
use crate::remote::{Entry, Query, Unaddressable, check_writable};

impl Connection {
    /// Plans the deletion of what is gone from the bank, tests first.
    pub(super) async fn plan_deletions(
        &self,
        gone: Vec<Key>,
        options: &PushOptions,
        plan: &mut Plan,
        observer: Observer<'_>,
    ) -> Result<()> {
        if !options.prune {
            let kept = gone.into_iter().map(|key| {
                let message = "gone from the bank: --prune deletes it on the service";
                Step::new(key, Action::Keep).saying(message)
            });
            plan.steps.extend(kept);
            return Ok(());
        }
        // What is deleted as well refers to nothing any more.
        let mut referred = self.referred_to(&gone, observer).await?;
        let deleted: HashSet<_> = gone.iter().cloned().collect();
        let local: HashMap<_, _> = self.local_references(&gone).await?;
        let stays = |by: &Referrer| {
            let is_replaced = |by| deleted.contains(by) || local.contains_key(by);
            !by.key.as_ref().is_some_and(is_replaced)
        };
        for key in gone {
            let others = referred.remove(&key).unwrap_or_default();
            let by = others.into_iter().find(stays).map(|by| by.message);
            let by = by.or_else(|| {
                let mut local = local.iter();
                let (by, _) = local.find(|(_, references)| references.contains(&key))?;
                Some(format!("{by} refers to it"))
            });
            let base = self.store.base(&key)?;
            let kept = by.or_else(|| base.and_then(|base| no_way_back(&base, options)));
            plan.steps.push(match kept {
                Some(reason) => Step::new(key, Action::Keep).saying(reason),
                None => Step::new(key, Action::Delete),
            });
        }
        Ok(())
    }

    /// What the bank's own tests and items refer to: they are written before anything is deleted.
    async fn local_references(&self, gone: &[Key]) -> Result<HashMap<Key, HashSet<Key>>> {
        let mut all = HashMap::new();
        if gone.iter().all(|key| key.kind == Kind::Test) {
            return Ok(all);
        }
        let wanted: HashSet<_> = gone.iter().cloned().collect();
        for kind in [Kind::Test, Kind::Item] {
            for key in self.on_disk(move |bank| bank.keys_of(kind)).await? {
                let read = key.clone();
                let entity = self.on_disk(move |bank| bank.read(&read)).await;
                // One that cannot be read is not written: what the service's refers to counts.
                let references = entity.ok().flatten().map(|entity| entity.references());
                if let Some(Ok(references)) = references {
                    let references = references.into_iter().filter(|key| wanted.contains(key));
                    all.insert(key, references.collect());
                }
            }
        }
        Ok(all)
    }

    /// Which of these something on the service refers to, and what: all its tests, for items, and all its items, for
    /// stimuli.
    pub(super) async fn referred_to(
        &self,
        keys: &[Key],
        observer: Observer<'_>,
    ) -> Result<HashMap<Key, Vec<Referrer>>> {
        let wanted: HashSet<_> = keys.iter().cloned().collect();
        let mut referred: HashMap<Key, Vec<Referrer>> = HashMap::new();
        for (kind, by) in [(Kind::Item, Kind::Test), (Kind::Stimulus, Kind::Item)] {
            if !keys.iter().any(|key| key.kind == kind) {
                continue;
            }
            let entries = self.service.list(by, &Query::default());
            let found = entries.map_ok(|entry| self.references_of(entry));
            let mut found = found.try_buffer_unordered(AT_ONCE).boxed();
            while let Some((by, references)) = found.try_next().await? {
                let says = if references.is_some() {
                    "refers"
                } else {
                    "cannot be read, and may refer"
                };
                let (by, message) = match by {
                    Ok(key) => (Some(key.clone()), format!("{key} {says} to it")),
                    Err(entity) => {
                        observer(&Event::Unaddressable(entity.clone()));
                        let told = match &entity.identifier {
                            Some(identifier) => {
                                format!("{} {identifier:?} {says} to it", entity.kind)
                            }
                            None => {
                                format!("a {} may refer to it: {}", entity.kind, entity.message)
                            }
                        };
                        (None, told)
                    }
                };
                let of_kind = || {
                    keys.iter()
                        .filter(|key| key.kind == kind)
                        .cloned()
                        .collect()
                };
                let references = references.unwrap_or_else(of_kind);
                for key in references.into_iter().filter(|key| wanted.contains(key)) {
                    let (by, message) = (by.clone(), message.clone());
                    referred
                        .entry(key)
                        .or_default()
                        .push(Referrer { key: by, message });
                }
            }
        }
        Ok(referred)
    }

    /// What an entity of the service refers to; `None` if nobody can tell.
    async fn references_of(
        &self,
        entry: Entry,
    ) -> Result<(Result<Key, Unaddressable>, Option<Vec<Key>>)> {
        let entry = match entry {
            Entry::Listed(entry) => entry,
            Entry::Unaddressable(entity, xml) => {
                let found = xml.and_then(|xml| references(entity.kind, &xml).ok());
                return Ok((Err(entity), found.map(|found| found.keys)));
            }
        };
        let references = match self.service.get(&entry.key).await {
            Ok(None) => Some(Vec::new()),
            Ok(Some(found)) => found.entity.references().ok(),
            Err(error) if error.is_of_one_entity() => None,
            Err(error) => return Err(error),
        };
        Ok((Ok(entry.key), references))
    }
}

/// Why an entity is not deleted that no restore could put back, unless that is forced.
pub(super) fn no_way_back(entity: &Entity, options: &PushOptions) -> Option<String> {
    let problem = check_writable(entity).err().filter(|_| !options.force)?;
    Some(format!(
        "--force deletes it; no restore could put it back: {problem}"
    ))
}

/// An entity of the service that refers to another one, or may.
#[derive(Debug, Clone)]
pub(super) struct Referrer {
    /// `None` for one that no request can name.
    key: Option<Key>,
    message: String,
}
