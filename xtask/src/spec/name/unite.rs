//! Two schemas of one name become one.

use serde_json::Value;

use super::{Named, OF_THE_USE};
use crate::spec::error::{Error, Result};
use crate::spec::visit::remove;

/// Whether one of the two has all properties or values of the other, as when upstream has added some in one place.
pub(super) fn extends(one: &Value, other: &Value) -> bool {
    let covers = |wide: &Value, narrow: &Value| match (&wide["properties"], &narrow["properties"]) {
        (Value::Object(wide), Value::Object(narrow)) => {
            narrow.keys().all(|name| wide.contains_key(name))
        }
        _ => match (&wide["enum"], &narrow["enum"]) {
            (Value::Array(wide), Value::Array(narrow)) => {
                narrow.iter().all(|value| wide.contains(value))
            }
            _ => false,
        },
    };
    covers(one, other) || covers(other, one)
}

/// Gives `known` the properties and values of both, and requires what both require.
pub(super) fn unite(name: &str, known: &mut Named, place: &str, schema: Value) -> Result<()> {
    let disagree = |what: &str| {
        Error::new(
            place,
            format!("disagrees with {} on {what} of `{name}`", known.place),
        )
    };
    let Value::Object(other) = schema else {
        return Err(disagree("the kind"));
    };
    let Some(own) = known.schema.as_object_mut() else {
        return Err(disagree("the kind"));
    };
    if own.get("type") != other.get("type") {
        return Err(disagree("`type`"));
    }
    for (key, theirs) in other {
        let Some(ours) = own.get_mut(&key) else {
            // What only one of them requires is not required.
            if key != "required" {
                own.insert(key, theirs);
            }
            continue;
        };
        match (key.as_str(), ours, theirs) {
            ("properties", Value::Object(ours), Value::Object(theirs)) => {
                for (property, theirs) in theirs {
                    match ours.get_mut(&property) {
                        None => drop(ours.insert(property, theirs)),
                        Some(ours) if without_default(ours) == without_default(&theirs) => {}
                        Some(_) => return Err(disagree(&format!("property `{property}`"))),
                    }
                }
            }
            ("required", Value::Array(ours), Value::Array(theirs)) => {
                ours.retain(|name| theirs.contains(name))
            }
            ("enum", Value::Array(ours), Value::Array(theirs)) => {
                let new = theirs
                    .into_iter()
                    .filter(|value| !ours.contains(value))
                    .collect::<Vec<_>>();
                ours.extend(new);
            }
            (_, ours, theirs) if *ours == theirs => {}
            (key, ..) => return Err(disagree(&format!("`{key}`"))),
        }
    }
    Ok(())
}

fn without_default(schema: &Value) -> Value {
    let mut schema = schema.clone();
    OF_THE_USE
        .iter()
        .for_each(|key| drop(remove(&mut schema, key)));
    schema
}
