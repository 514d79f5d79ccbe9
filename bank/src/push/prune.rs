//! What is gone from the bank, and may go from the service.

use std::collections::{HashMap, HashSet};

use futures_util::{StreamExt as _, TryStreamExt as _};

use super::{Action, Plan, PushOptions, Step};
use crate::connection::{AT_ONCE, Connection};
use crate::entity::{Key, Kind};
use crate::error::Result;
use crate::remote::Query;

impl Connection {
    /// Plans the deletion of what is gone from the bank, tests first.
    pub(super) async fn plan_deletions(
        &self,
        gone: Vec<Key>,
        options: &PushOptions,
        plan: &mut Plan,
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
        let mut referred = self.referred_to(&gone).await?;
        let deleted: HashSet<_> = gone.iter().cloned().collect();
        let local: HashMap<_, _> = self.local_references(&gone).await?;
        for key in gone {
            let others = referred.remove(&key).unwrap_or_default();
            let by = others
                .into_iter()
                .find(|by| !deleted.contains(by) && !local.contains_key(by));
            let by = by.or_else(|| {
                let refers = |(by, references): (&Key, &HashSet<Key>)| {
                    references.contains(&key).then(|| by.clone())
                };
                local.iter().find_map(refers)
            });
            plan.steps.push(match by {
                Some(by) => Step::new(key, Action::Keep).saying(format!("{by} refers to it")),
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
    pub(super) async fn referred_to(&self, keys: &[Key]) -> Result<HashMap<Key, Vec<Key>>> {
        let wanted: HashSet<_> = keys.iter().cloned().collect();
        let mut referred: HashMap<Key, Vec<Key>> = HashMap::new();
        for (kind, by) in [(Kind::Item, Kind::Test), (Kind::Stimulus, Kind::Item)] {
            if !keys.iter().any(|key| key.kind == kind) {
                continue;
            }
            let entries = self.service.list(by, &Query::default());
            let found = entries.map_ok(|entry| async move {
                let references = match self.service.get(&entry.key).await {
                    Ok(None) => Some(Vec::new()),
                    Ok(Some(found)) => found.entity.references().ok(),
                    Err(error) if error.is_of_one_entity() => None,
                    Err(error) => return Err(error),
                };
                Ok((entry.key, references))
            });
            let mut found = found.try_buffer_unordered(AT_ONCE).boxed();
            while let Some((by, references)) = found.try_next().await? {
                // What cannot be read may refer to anything.
                let references = references.unwrap_or_else(|| keys.to_vec());
                for key in references.into_iter().filter(|key| wanted.contains(key)) {
                    referred.entry(key).or_default().push(by.clone());
                }
            }
        }
        Ok(referred)
    }
}
