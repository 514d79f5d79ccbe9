//! What a push will do, told before it does anything.

use std::collections::{HashMap, HashSet};

use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::{Action, Plan, PushOptions, Source, Step};
use crate::compare::same;
use crate::connection::{AT_ONCE, Connection};
use crate::entity::{Entity, Key, Kind};
use crate::error::{Error, Result};
use crate::progress::{Event, Observer};
use crate::remote::{Entry, Query, check_writable};
use crate::state::{Changes, Stamp, hash};

/// From how many changed entities of a kind on the service is asked for the list of all rather than for each.
const LIST_FROM: usize = 50;

/// What the service's list says of entities; without a list, each is asked for.
type Listed = Option<HashMap<Key, Stamp>>;

impl Connection {
    /// Plans a push. Writes that an earlier push was ended in are settled first; nothing is written to the service.
    ///
    /// # Errors
    /// As [`Bank::keys`](crate::Bank::keys); [`Error::Service`](crate::Error::Service) and
    /// [`Error::List`](crate::Error::List) if the service cannot be asked. What cannot be read of one entity is a
    /// [`Refuse`](Action::Refuse).
    pub async fn plan_push(&self, options: &PushOptions, observer: Observer<'_>) -> Result<Plan> {
        self.settle_all(observer).await?;
        let mut plan = Plan::default();
        let mut deletions = Vec::new();
        for kind in Kind::ALL {
            observer(&Event::Stage {
                stage: "plan",
                total: None,
            });
            let local = self.on_disk(move |bank| bank.keys_of(kind)).await?;
            let there: HashSet<_> = local.iter().cloned().collect();
            let gone = self.store.seen_keys(kind)?.into_iter();
            deletions.push(gone.filter(|key| !there.contains(key)).collect::<Vec<_>>());
            let count = local.len();
            let changed = stream::iter(local)
                .map(|key| self.if_changed(key))
                .buffered(AT_ONCE);
            let changed = changed.try_filter_map(async |key| Ok(key));
            let changed: Vec<Key> = changed.try_collect().await?;
            plan.unchanged += (count - changed.len()) as u64;
            let listed = self.listed(kind, &changed).await?;
            let steps = stream::iter(changed).map(|key| self.plan_step(key, &listed, options));
            let mut steps = steps.buffered(AT_ONCE);
            while let Some(step) = steps.try_next().await? {
                plan.steps.extend(step);
            }
        }
        deletions.reverse();
        self.plan_deletions(deletions.concat(), options, &mut plan, observer)
            .await?;
        Ok(plan)
    }

    /// The key again, if the bank's files say something else than the service was last seen to hold.
    async fn if_changed(&self, key: Key) -> Result<Option<Key>> {
        let read = key.clone();
        let local = self.on_disk(move |bank| bank.read(&read)).await;
        let (Ok(Some(local)), Some(seen)) = (local, self.store.seen(&key)?) else {
            return Ok(Some(key));
        };
        let now = hash(&local);
        if seen.stale {
            return Ok(Some(key));
        }
        if seen.is_said_by(&now) {
            return Ok(None);
        }
        match self.store.base(&key)? {
            Some(base) if same(&base, &local) => {
                let changes = Changes::default().seen(&seen.alike(now), &base);
                self.store.commit(changes).await?;
                Ok(None)
            }
            _ => Ok(Some(key)),
        }
    }

    async fn listed(&self, kind: Kind, changed: &[Key]) -> Result<Listed> {
        if changed.len() < LIST_FROM {
            return Ok(None);
        }
        let wanted: HashSet<_> = changed.iter().collect();
        let mut listed = HashMap::new();
        let mut entries = self.service.list(kind, &Query::default());
        while let Some(entry) = entries.try_next().await? {
            // What no request can name is none of the bank's.
            if let Entry::Listed(entry) = entry
                && wanted.contains(&entry.key)
            {
                listed.insert(entry.key, entry.stamp);
            }
        }
        Ok(Some(listed))
    }

    async fn plan_step(
        &self,
        key: Key,
        listed: &Listed,
        options: &PushOptions,
    ) -> Result<Option<Step>> {
        let read = key.clone();
        let entity = match self.on_disk(move |bank| bank.read(&read)).await {
            Ok(Some(entity)) => entity,
            Ok(None) => return Ok(None),
            Err(error) => return Step::refuse(key, error).map(Some),
        };
        if let Some(listed) = listed {
            let seen = self.store.seen(&key)?;
            let action = match (listed.get(&key), seen) {
                (None, None) => Some(Action::Create),
                (Some(stamp), Some(seen)) if stamp.is_that_of(&seen.stamp) => Some(Action::Replace),
                _ => None,
            };
            if let (Some(action), Ok(())) = (action, check_writable(&entity)) {
                return Ok(Some(Step::new(key, action)));
            }
        }
        self.plan_write(Source::Bank, &entity, options)
            .await
            .map(Some)
    }

    /// What is to be done so that the service holds an entity.
    pub(super) async fn plan_write(
        &self,
        source: Source,
        entity: &Entity,
        options: &PushOptions,
    ) -> Result<Step> {
        let key = entity.key.clone();
        let found = match self.service.get(&key).await {
            Ok(found) => found.map(|found| found.entity),
            Err(error) => return Step::refuse(key, error),
        };
        // What the service has already is not written.
        let is_written = !found.as_ref().is_some_and(|found| same(entity, found));
        if is_written && let Err(problem) = check_writable(entity) {
            return Ok(Step::new(key, Action::Refuse).saying(problem));
        }
        self.decide(source, entity, found.as_ref(), options.force)
    }

    /// What is to be done with an entity, in place of which the service holds `found` now.
    pub(super) fn decide(
        &self,
        source: Source,
        entity: &Entity,
        found: Option<&Entity>,
        force: bool,
    ) -> Result<Step> {
        let key = &entity.key;
        let step = |action| Step::new(key.clone(), action);
        if found.is_some_and(|found| same(entity, found)) {
            let is_stale = self.store.seen(key)?.is_some_and(|seen| seen.stale);
            return Ok(match is_stale {
                true => step(Action::Replace).saying("stored otherwise the last time"),
                false => step(Action::Adopt),
            });
        }
        let conflict = self.conflict(source, key, found)?;
        Ok(match (conflict, found) {
            (None, Some(_)) => step(Action::Replace),
            (None, None) => step(Action::Create),
            (Some(_), Some(_)) if force => {
                step(Action::Replace).saying("over what the service has changed")
            }
            (Some(_), None) if force => {
                step(Action::Create).saying("although deleted on the service")
            }
            (Some(conflict), _) => step(Action::Conflict).saying(conflict),
        })
    }

    /// What somebody else has done with the service's entity: since it was last seen, for what comes from the bank, and
    /// since the push, for what is put back.
    fn conflict(
        &self,
        source: Source,
        key: &Key,
        found: Option<&Entity>,
    ) -> Result<Option<&'static str>> {
        Ok(match source {
            Source::Bank => match (self.store.base(key)?, found) {
                (None, None) => None,
                (Some(base), Some(found)) if same(&base, found) => None,
                (Some(_), Some(_)) => Some("changed on the service since it was pulled"),
                (None, Some(_)) => Some("the service has another one of this identifier"),
                (Some(_), None) => Some("deleted on the service since it was pulled"),
            },
            Source::Snapshot(run) if self.is_as_left(run, key, found)? => None,
            Source::Snapshot(_) => Some(match found {
                Some(_) => "changed on the service since the push",
                None => "deleted on the service since the push",
            }),
        })
    }
}

impl Step {
    pub(super) fn new(key: Key, action: Action) -> Self {
        let message = None;
        Self {
            key,
            action,
            message,
        }
    }

    /// The step for an entity that cannot be read; the error again if it concerns more than the entity.
    fn refuse(key: Key, error: Error) -> Result<Self> {
        match error.is_of_one_entity() {
            true => {
                let message = error.beside(&key);
                Ok(Self::new(key, Action::Refuse).saying(message))
            }
            false => Err(error),
        }
    }

    pub(super) fn saying(mut self, message: impl Into<String>) -> Self {
        self.message = Some(message.into());
        self
    }
}
