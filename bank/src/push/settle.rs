//! What came of writes that a push was ended in, told from what the service holds.

use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use crate::compare::{is_between, same};
use crate::connection::{AT_ONCE, Connection};
use crate::entity::{Entity, Key};
use crate::error::Result;
use crate::progress::{Event, Observer};
use crate::state::{Changes, Seen, hash};

impl Connection {
    /// Settles all that the journal has open.
    pub(super) async fn settle_all(&self, observer: Observer<'_>) -> Result<()> {
        let open = self.store.open_intents()?;
        if open.is_empty() {
            return Ok(());
        }
        observer(&Event::Stage {
            stage: "settle",
            total: Some(open.len() as u64),
        });
        let settled = stream::iter(open).map(|key| async move {
            match self.settle(&key).await {
                // The journal keeps it: what is planned for the entity tells why.
                Err(error) if error.is_of_one_entity() => Ok(()),
                settled => settled,
            }
        });
        settled.buffer_unordered(AT_ONCE).try_collect().await
    }

    /// Settles one write. Somebody else's change is not taken for ours: what was seen stays as it was, so that it is a
    /// conflict.
    pub(super) async fn settle(&self, key: &Key) -> Result<()> {
        let Some(intent) = self.store.intent(key)? else {
            return Ok(());
        };
        let before = self.store.snapshot(intent.run, key)?.flatten();
        let found = self.service.get(key).await?;
        let changes = Changes::default().settled(key);
        let changes = match (&intent.intended, found) {
            (None, None) => changes.forgotten(key).left(intent.run, key, None),
            (Some(intended), Some(found)) => {
                let holds = |entity: &Entity| same(entity, &found.entity);
                let was_before = before.as_ref().is_some_and(holds);
                let local = if holds(intended) {
                    Some(hash(intended))
                } else if !was_before && is_between(before.as_ref(), intended, &found.entity) {
                    // A write in several steps was half done: that is what the next write starts from.
                    Some(hash(&found.entity))
                } else {
                    None
                };
                match local {
                    Some(local) => {
                        let seen = Seen::new(found.stamp, local);
                        let changes = changes.left(intent.run, key, Some(&found.entity));
                        changes.seen(&seen, &found.entity)
                    }
                    // Nothing was written, or somebody else has written: what a forced push was to overwrite, too, stays
                    // a conflict.
                    None => changes,
                }
            }
            _ => changes,
        };
        self.store.commit(changes).await
    }
}
