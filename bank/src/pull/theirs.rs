//! The pull of named entities, which overwrites local changes.

use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use crate::connection::{AT_ONCE, Connection};
use crate::entity::Key;
use crate::error::Result;
use crate::progress::{Event, Observer, Outcome};

use super::PullReport;
use super::pulled::Pulled;

impl Connection {
    /// Overwrites these entities with what the service has of them.
    pub(super) async fn pull_theirs(
        &self,
        keys: &[Key],
        report: &mut PullReport,
        observer: Observer<'_>,
    ) -> Result<()> {
        let mut keys = keys.to_vec();
        keys.sort_unstable();
        keys.dedup();
        observer(&Event::Stage {
            stage: "theirs",
            total: Some(keys.len() as u64),
        });
        let keys = stream::iter(keys).take_while(|_| std::future::ready(!self.stop.is_stopped()));
        let pulled = keys.map(|key| self.pull_their(key));
        let mut pulled = Box::pin(pulled.buffer_unordered(AT_ONCE));
        while let Some(pulled) = pulled.try_next().await? {
            report.take(pulled, observer);
        }
        Ok(())
    }

    async fn pull_their(&self, key: Key) -> Result<Pulled> {
        // Files that cannot be read are overwritten, too.
        let held = self.read_files(&key).await.ok();
        let found = match self.service.get(&key).await {
            Ok(found) => found,
            Err(error) => return Ok(Pulled::error(key, &error)),
        };
        match (found, &held, self.store.seen(&key)?) {
            (None, _, None) => Ok(Pulled::none_there(key)),
            (None, _, Some(_)) => self.take_out(key, held).await,
            (Some(found), Some(Some(local)), _) if *local == found.entity => {
                self.remember_pulled(&found, local).await?;
                Ok(Pulled::done(key, Outcome::Unchanged, None, false))
            }
            (Some(found), Some(None), _) => self.take(found, held, Outcome::Created, false).await,
            (Some(found), ..) => self.take(found, held, Outcome::Replaced, false).await,
        }
    }
}
