//! What came of writes that a push was ended in, told from what the service holds.

use futures_util::{StreamExt as _, TryStreamExt as _, stream};

use super::verdict::{Verdict, seen_of};
use crate::compare::same;
use crate::connection::{AT_ONCE, Connection};
use crate::entity::Key;
use crate::error::Result;
use crate::progress::{Event, Observer};
use crate::remote::Stored;
use crate::state::{Changes, Intent};

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
    async fn settle(&self, key: &Key) -> Result<()> {
        let Some(intent) = self.store.intent(key)? else {
            return Ok(());
        };
        let found = self.service.get(key).await?;
        let (_, changes) = self.judge(key, &intent, found)?;
        self.store.commit(changes).await
    }

    /// Settles a write right after it, as far as that can be told: where the service holds nothing, or what it held
    /// before, it may just not show the write yet. Then the journal keeps it, and the next push finds out.
    pub(super) async fn settle_at_once(&self, key: &Key) -> Result<Verdict> {
        let Some(intent) = self.store.intent(key)? else {
            return Ok(Verdict::AsBefore);
        };
        let found = self.service.get(key).await?;
        let (verdict, changes) = self.judge(key, &intent, found)?;
        let is_told = !matches!(verdict, Verdict::AsBefore | Verdict::NotThere);
        if is_told {
            self.store.commit(changes).await?;
        }
        Ok(verdict)
    }

    /// What became of a write, and what is to be remembered of it.
    fn judge(
        &self,
        key: &Key,
        intent: &Intent,
        found: Option<Stored>,
    ) -> Result<(Verdict, Changes)> {
        let before = self.store.snapshot(intent.run, key)?.flatten();
        let settled = Changes::default().settled(key);
        let Some(intended) = &intent.intended else {
            return Ok(match found {
                None => {
                    let changes = settled.forgotten(key).left(intent.run, key, None);
                    (Verdict::Written, changes)
                }
                Some(found) if before.is_some_and(|before| same(&before, &found.entity)) => {
                    (Verdict::AsBefore, settled)
                }
                Some(_) => (Verdict::Other, settled),
            });
        };
        let holds = found.as_ref().map(|found| &found.entity);
        let verdict = Verdict::of(before.as_ref(), intended, holds);
        let changes = match (verdict, &found) {
            (Verdict::Written | Verdict::HalfDone, Some(found)) => {
                let seen = match verdict {
                    Verdict::Written => seen_of(intended, found),
                    // The next write starts from what is there.
                    _ => seen_of(&found.entity, found),
                };
                let changes = settled.left(intent.run, key, Some(&found.entity));
                changes.seen(&seen, &found.entity)
            }
            // What a forced push was to overwrite, too, stays a conflict.
            _ => settled,
        };
        Ok((verdict, changes))
    }
}
