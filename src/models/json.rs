//! Models as JSON: their fields, and whether one holds all of another.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Number, Value};

use super::json_faults::refuse_repeated_fields;
use super::owner::{WRITER_DEFAULTS, WRITER_OWNED};
use crate::error::{Error, Result};

/// The fields of an entity, by way of its text: `content` may nest deeper than a value can, and is a text then.
pub(crate) fn fields(entity: &impl Serialize) -> Result<Map<String, Value>> {
    let unwritable = |problem: serde_json::Error| {
        Error::input("the entity cannot be written as JSON").with_source(problem)
    };
    let text = serde_json::to_string(entity).map_err(unwritable)?;
    refuse_repeated_fields(&text)?;
    let fields: BTreeMap<String, &RawValue> = serde_json::from_str(&text).map_err(unwritable)?;
    let value = |(name, field): (String, &RawValue)| match serde_json::from_str(field.get()) {
        Ok(value) => Ok((name, value)),
        Err(_) if name == "content" => Ok((name, field.get().into())),
        Err(problem) => Err(unwritable(problem)),
    };
    fields.into_iter().map(value).collect()
}

/// Whether all of what was sent stands in what is stored.
pub(crate) fn holds(stored: &impl Serialize, sent: &impl Serialize) -> bool {
    match (fields(stored), fields(sent)) {
        (Ok(stored), Ok(sent)) => contains(&stored.into(), &sent.into()),
        _ => false,
    }
}

/// Whether `whole` is what was sent as `part`, with what the service adds: objects may have more fields, but none that
/// only a writer fills; everything else is equal.
pub(crate) fn contains(whole: &Value, part: &Value) -> bool {
    match (whole, part) {
        (Value::Object(whole), Value::Object(part)) => {
            let added = |name: &str| WRITER_OWNED.contains(&name) && !part.contains_key(name);
            let only_ours = whole
                .iter()
                .all(|(name, value)| !added(name) || says_nothing(name, value));
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
        (Value::Number(whole), Value::Number(part)) => match (whole.as_i128(), part.as_i128()) {
            // As fractions, large integers that differ are the same.
            (Some(whole), Some(part)) => whole == part,
            _ => whole.as_f64() == part.as_f64(),
        },
        _ => whole == part,
    }
}

/// Whether a field means the same as if it were left out: the service may have filled it in.
fn says_nothing(name: &str, value: &Value) -> bool {
    let is_default = |(of, default): &(&str, &str)| {
        *of == name && serde_json::from_str::<Value>(default).is_ok_and(|default| default == *value)
    };
    is_empty(value) || *value == false || WRITER_DEFAULTS.iter().any(is_default)
}

/// The place of a number beyond 64 bits, and what it was read as: only as a fraction, so without its last digits.
pub(crate) fn rounded(fields: &Map<String, Value>) -> Option<(String, &Number)> {
    fields.iter().find_map(|(name, value)| {
        let (below, number) = rounded_value(value)?;
        Some((format!("{name}{below}"), number))
    })
}

fn rounded_value(value: &Value) -> Option<(String, &Number)> {
    /// 2^64: from here on no whole number is read to its last digit.
    const BEYOND: f64 = 18_446_744_073_709_551_616.0;
    match value {
        Value::Number(number) => {
            let is_rounded = number.is_f64() && number.as_f64()?.abs() >= BEYOND;
            is_rounded.then(|| (String::new(), number))
        }
        Value::Array(list) => list.iter().enumerate().find_map(|(at, value)| {
            let (below, number) = rounded_value(value)?;
            Some((format!("[{at}]{below}"), number))
        }),
        Value::Object(object) => {
            let (below, number) = rounded(object)?;
            Some((format!(".{below}"), number))
        }
        _ => None,
    }
}

/// Whether a value says nothing.
pub(crate) fn is_empty(value: &Value) -> bool {
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
            json!({"fixed": true}),
            json!({"metadata": {"grade": 5}}),
            json!({"timeLimit": 60}),
        ] {
            assert!(!contains(&stored(theirs.clone()), &sent), "{theirs}");
        }
    }

    #[test]
    fn a_default_that_the_service_fills_in_is_no_other_writers_value() {
        let sent = json!({"sections": [{"identifier": "s"}]});
        let stored = json!({"sections": [{"identifier": "s", "required": true, "fixed": false}]});
        assert!(contains(&stored, &sent));
        // What was sent counts, the default or not.
        let optional = json!({"sections": [{"identifier": "s", "required": false}]});
        assert!(!contains(&stored, &optional));
        assert!(!contains(
            &json!({"sections": [{"identifier": "s", "fixed": true}]}),
            &sent
        ));
    }

    #[test]
    fn an_integer_that_was_rounded_is_not_the_one_that_was_sent() {
        let sent = json!({"metadata": {"vendorId": 9_007_199_254_740_993_u64}});
        assert!(contains(&sent, &sent));
        let rounded = json!({"metadata": {"vendorId": 9_007_199_254_740_992_u64}});
        assert!(!contains(&rounded, &sent));
        assert!(contains(&json!(u64::MAX), &json!(u64::MAX)));
        assert!(!contains(&json!(u64::MAX - 1), &json!(u64::MAX)));
        assert!(contains(&json!(2.0), &json!(2)));
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
