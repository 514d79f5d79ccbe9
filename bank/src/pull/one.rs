//! The pull of one entity.

use crate::compare::same;
use crate::connection::Connection;
use crate::entity::Entity;
use crate::error::{Error, Result};
use crate::layout::render;
use crate::progress::Outcome;
use crate::remote::Listed;
use crate::state::hash;

use super::pulled::Pulled;

impl Connection {
    /// Brings an entity into the bank if the service has changed it and the bank has not.
    pub(super) async fn pull_one(&self, listed: Listed, with_references: bool) -> Result<Pulled> {
        let key = listed.key.clone();
        let seen = self.store.seen(&key)?;
        let (local, orphan) = match self.read_files(&key).await {
            Ok(local) => (local, None),
            // If a pull is killed between the two files of a new entity, it leaves the JSON, which it writes first.
            Err(orphan @ Error::Orphan { .. }) if seen.is_none() => (None, Some(orphan)),
            Err(error) => return Ok(Pulled::error(key, &error)),
        };
        let is_as_seen = match (&local, &seen) {
            (Some(local), Some(seen)) => hash(local) == seen.local,
            (None, None) => true,
            _ => false,
        };
        if seen
            .as_ref()
            .is_some_and(|seen| listed.stamp.is_that_of(&seen.stamp))
        {
            let unchanged = is_as_seen
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
            Ok(None) => return Ok(Pulled::none_there(key)),
            Err(error) => return Ok(Pulled::error(key, &error)),
        };
        let (entity, base) = (&found.entity, self.store.base(&key)?);
        if let Some(local) = local.as_ref().filter(|local| same(entity, local)) {
            match is_as_seen {
                true => self.remember_pulled(&found, local).await?,
                false => self.remember_alike(&found, local).await?,
            }
            let outcome = Outcome::Unchanged;
            return Ok(Pulled::done(key, outcome, Some(entity), with_references));
        }
        if let Some(orphan) = orphan {
            let beside = self.on_disk(move |bank| bank.read_beside(&key)).await;
            return match beside {
                Ok(Some(beside)) if beside == entity.beside => {
                    let outcome = Outcome::Created;
                    self.take(found, None, outcome, with_references).await
                }
                _ => Ok(Pulled::error(found.entity.key, &orphan)),
            };
        }
        if is_as_seen || is_of_a_killed_pull(local.as_ref(), base.as_ref(), entity) {
            let outcome = match seen {
                None => Outcome::Created,
                Some(_) => Outcome::Replaced,
            };
            return self
                .take(found, Some(local), outcome, with_references)
                .await;
        }
        let (outcome, message) = match (&local, &base) {
            (Some(_), Some(base)) if same(base, entity) => (Outcome::Kept, "changed here"),
            (None, Some(base)) if same(base, entity) => (Outcome::Kept, "deleted here"),
            (None, _) => (Outcome::Conflict, "deleted here, changed on the service"),
            (Some(_), Some(_)) => (Outcome::Conflict, "changed here and on the service"),
            (Some(_), None) => (Outcome::Conflict, "created here and on the service"),
        };
        let pulled = Pulled::done(key, outcome, Some(entity), with_references);
        Ok(pulled.saying(message))
    }
}

/// Whether the files are what a pull leaves that is killed between writing the two: each is either as it was last seen, or as
/// the service has it now.
fn is_of_a_killed_pull(local: Option<&Entity>, base: Option<&Entity>, entity: &Entity) -> bool {
    let (Some(local), Some(base)) = (local, base) else {
        return false;
    };
    let beside = render(&local.beside);
    (local.xml == base.xml || local.xml == entity.xml)
        && (beside == render(&base.beside) || beside == render(&entity.beside))
}
