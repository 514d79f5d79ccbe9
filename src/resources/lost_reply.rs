//! What happened to a write whose first reply was lost, told from the answer to its repeat.

use crate::error::Result;

/// Settles a create: where an earlier attempt may have been applied, a conflict may be with that attempt. The entity is
/// read back, and taken for the one created if it holds all that was sent.
pub(super) async fn create<T>(
    created: Result<T>,
    read: impl Future<Output = Result<T>>,
    holds: impl FnOnce(&T) -> bool,
) -> Result<T> {
    match created {
        Err(conflict) if conflict.is_conflict() && conflict.may_have_been_applied() => {
            match read.await {
                Ok(stored) if holds(&stored) => Ok(stored),
                // Another writer created it, or has changed it since: the conflict stands, marked as uncertain.
                _ => Err(conflict),
            }
        }
        settled => settled,
    }
}

/// Settles a delete: where an earlier attempt may have been applied, an entity of which the service
/// says "not found" was deleted by it.
pub(super) fn delete(deleted: Result<()>) -> Result<()> {
    match deleted {
        Err(gone) if gone.says_not_found() && gone.may_have_been_applied() => Ok(()),
        settled => settled,
    }
}
