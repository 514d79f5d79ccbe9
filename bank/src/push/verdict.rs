//! What the service's entity tells of a write to it.

use crate::compare::{first_difference, is_addition, is_between, same};
use crate::entity::Entity;
use crate::remote::Stored;
use crate::state::{Seen, Stamp, hash};

/// What became of a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The service holds what was written.
    Written,
    /// A write in several steps was ended between them.
    HalfDone,
    /// The service holds what it held before: nothing was written, or it does not show it yet.
    AsBefore,
    /// The service has no such entity: it was deleted, was not created, or is not shown yet.
    NotThere,
    /// The service holds something else: somebody else has written.
    Other,
}

impl Verdict {
    /// Tells a write of `intended` in place of `before` by what the service holds now.
    pub(super) fn of(before: Option<&Entity>, intended: &Entity, found: Option<&Entity>) -> Self {
        let Some(found) = found else {
            return Self::NotThere;
        };
        if first_loss(intended, found, before).is_none() {
            Self::Written
        } else if before.is_some_and(|before| same(before, found)) {
            Self::AsBefore
        } else if is_between(before, intended, found) {
            Self::HalfDone
        } else {
            Self::Other
        }
    }
}

/// What is remembered of an entity that the service holds as `found` after `written` was sent. What the service has added,
/// the bank's files do not have: without a stamp, the next pull reads the entity and brings it.
pub(super) fn seen_of(written: &Entity, found: &Stored) -> Seen {
    let stamp = match same(written, &found.entity) {
        true => found.stamp.clone(),
        false => Stamp::default(),
    };
    Seen::new(stamp, hash(written))
}

/// The first place where the service does not hold what was written. What the service has added is no loss.
fn first_loss(written: &Entity, found: &Entity, before: Option<&Entity>) -> Option<String> {
    first_difference(written, found, |place| is_addition(place, before))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity::{Identifier, Key, Kind};
    use serde_json::{Value, json};

    fn item(text: &str, metadata: Value) -> Entity {
        let xml = format!(
            "<qti-assessment-item xmlns=\"http://www.imsglobal.org/xsd/imsqtiasi_v3p0\" identifier=\"i\" title=\"{text}\"/>"
        );
        let key = Key::new(Kind::Item, Identifier::new("i").unwrap());
        let mut entity = Entity::new(key, xml);
        entity.beside.insert("metadata".to_owned(), metadata);
        entity
    }

    #[test]
    fn what_the_service_adds_at_any_depth_is_no_loss_and_what_was_to_be_cleared_is() {
        let old = item("Old", json!({"a": 1, "gone": 1, "deep": {"x": 1}}));
        let new = item("New", json!({"a": 1, "deep": {"x": 1}}));
        let with_more = item(
            "New",
            json!({"a": 1, "deep": {"x": 1, "y": 2}, "indexed.at": 3}),
        );
        let not_cleared = item("New", json!({"a": 1, "gone": 1, "deep": {"x": 1}}));
        let verdict = |found: &Entity| Verdict::of(Some(&old), &new, Some(found));
        assert_eq!(verdict(&new), Verdict::Written);
        assert_eq!(verdict(&with_more), Verdict::Written);
        assert_eq!(verdict(&not_cleared), Verdict::HalfDone);
        assert_eq!(verdict(&old), Verdict::AsBefore);
        assert_eq!(verdict(&item("Theirs", json!({"a": 1}))), Verdict::Other);
        assert_eq!(Verdict::of(Some(&old), &new, None), Verdict::NotThere);
        assert_eq!(Verdict::of(None, &new, Some(&with_more)), Verdict::Written);
    }
}
