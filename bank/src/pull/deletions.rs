//! Entities that the service has deleted.

use std::collections::HashSet;

use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use crate::connection::{AT_ONCE, Connection};
use crate::entity::{Entity, Key, Kind};
use crate::error::Result;
use crate::progress::{Observer, Outcome};
use crate::remote::Listed;
use crate::state::hash;

use super::PullReport;
use super::pulled::Pulled;

impl Connection {
    /// Removes from the bank what the service has deleted. Each entity that the list lacks is read first, because a list may
    /// leave out what exists. If the list is empty, nothing is removed without `prune`.
    pub(super) async fn pull_deletions(
        &self,
        kind: Kind,
        there: &HashSet<Key>,
        prune: bool,
        report: &mut PullReport,
        observer: Observer<'_>,
    ) -> Result<()> {
        let is_emptied = there.is_empty() && !prune;
        let mut gone = self.store.seen_keys(kind)?;
        gone.retain(|key| !there.contains(key));
        let gone = stream::iter(gone).take_while(|_| std::future::ready(!self.stop.is_stopped()));
        let pulled = gone.map(|key| self.pull_unlisted(key, is_emptied));
        let mut pulled = Box::pin(pulled.buffer_unordered(AT_ONCE));
        let conflicts = report.conflicts.len();
        while let Some(pulled) = pulled.try_next().await? {
            report.take(pulled, observer);
        }
        if is_emptied && report.conflicts.len() > conflicts {
            report.emptied.push(kind);
        }
        Ok(())
    }

    async fn pull_unlisted(&self, key: Key, is_emptied: bool) -> Result<Pulled> {
        match self.service.get(&key).await {
            Ok(None) => {}
            Ok(Some(_)) => return self.pull_one(Listed::asked_for(key), false).await,
            Err(error) => return Ok(Pulled::error(key, &error)),
        }
        let local = match self.read_files(&key).await {
            Ok(local) => local,
            Err(error) => return Ok(Pulled::error(key, &error)),
        };
        let seen = self.store.seen(&key)?;
        let is_as_seen =
            |local: &Entity| seen.as_ref().is_some_and(|seen| hash(local) == seen.local);
        let kept = match &local {
            Some(local) if !is_as_seen(local) => "changed here, deleted on the service",
            Some(_) if is_emptied => "gone from the service, which lists none of this kind at all",
            _ => return self.take_out(key, Some(local)).await,
        };
        Ok(Pulled::done(key, Outcome::Conflict, None, false).saying(kept))
    }
}
