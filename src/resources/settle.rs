//! What happened to a write whose first reply was lost, told from the answer to its repeat.

use serde_json::Value;

use super::edit;
use crate::error::Result;
use crate::models::owner::WRITER_OWNED;

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
                // Somebody else's, or changed since: the conflict stands, and says that it is not certain.
                _ => Err(conflict),
            }
        }
        settled => settled,
    }
}

/// Settles a delete: where an earlier attempt may have been applied, what is not there any more was deleted by it.
pub(super) fn delete(deleted: Result<()>) -> Result<()> {
    match deleted {
        Err(gone) if gone.is_not_found() && gone.may_have_been_applied() => Ok(()),
        settled => settled,
    }
}

/// Whether all of what was sent stands in what is stored.
pub(super) fn holds(stored: &impl serde::Serialize, sent: &impl serde::Serialize) -> bool {
    match (edit::fields(stored), edit::fields(sent)) {
        (Ok(stored), Ok(sent)) => contains(&stored.into(), &sent.into()),
        _ => false,
    }
}

/// Whether `whole` is what was sent as `part`, with what the service adds: objects may have more fields, but none that
/// only a writer fills; everything else is equal.
pub(super) fn contains(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            let added = |name: &str| WRITER_OWNED.contains(&name) && !part.contains_key(name);
            let only_ours = whole
                .iter()
                .all(|(name, value)| !added(name) || is_empty(value) || *value == false);
            only_ours
                && part.iter().all(|(name, part)| match whole.get(name) {
                    Some(whole) => contains(whole, part),
                    // What is empty may be left out of an answer.
                    None => is_empty(part),
                })
        }
        (Value::Array(whole), Value::Array(part)) => {
            whole.len() == part.len()
                && whole
                    .iter()
                    .zip(part)
                    .all(|(whole, part)| contains(whole, part))
        }
        (Value::Number(whole), Value::Number(part)) => whole.as_f64() == part.as_f64(),
        _ => whole == part,
    }
}

pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(object) => object.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_only_another_writer_can_have_written_is_not_taken_for_ours() {
        let sent = json!({"identifier": "s", "title": "S", "visible": true});
        let added = json!({"required": false, "fixed": false, "sequence": 2, "_id": "1", "createdAt": "2025",
            "qti-assessment-item-ref": [], "metadata": {}, "catalogInfo": null, "language": "en", "tags": [1]});
        let stored = |more: Value| {
            let mut stored = sent.clone();
            let fields = stored.as_object_mut().unwrap();
            fields.extend(more.as_object().unwrap().clone());
            stored
        };
        assert!(contains(&stored(added), &sent));
        for theirs in [
            json!({"qti-assessment-item-ref": [{"identifier": "i"}]}),
            json!({"qti-branch-rule": [{"target": "x"}]}),
            json!({"required": true}),
            json!({"metadata": {"grade": 5}}),
            json!({"timeLimit": 60}),
        ] {
            assert!(!contains(&stored(theirs.clone()), &sent), "{theirs}");
        }
    }

    #[test]
    fn an_entity_holds_what_was_sent_whatever_the_service_adds() {
        let sent =
            json!({"identifier": "s", "refs": [{"identifier": "i"}], "rules": [], "sequence": 1});
        let stored = json!({"identifier": "s", "refs": [{"identifier": "i", "_id": "1"}], "sequence": 1.0, "__v": 0});
        assert!(contains(&stored, &sent));
        for other in [
            json!({"identifier": "s", "refs": [{"identifier": "i", "metadata": {"a": 1}}], "sequence": 1}),
            json!({"identifier": "s", "refs": [], "sequence": 1}),
            json!({"identifier": "s", "refs": [{"identifier": "j"}], "sequence": 1}),
            json!({"identifier": "s", "refs": [{"identifier": "i"}]}),
        ] {
            assert!(!contains(&other, &sent), "{other}");
        }
    }
}
