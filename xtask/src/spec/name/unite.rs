//! Two schemas of one name become one.

use serde_json::{Map, Value};

use super::{Named, OF_THE_USE};
use crate::spec::error::{Error, Result};
use crate::spec::relax::KEEP_DEFAULT;
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
    let disagree = |what: &str, theirs: &Value, ours: &Value| {
        let problem = format!(
            "disagrees with {} on {what} of `{name}`: {} and {}; an action of overlay.yaml must make them equal",
            known.place,
            shown(theirs),
            shown(ours)
        );
        Error::new(place, problem)
    };
    let (Value::Object(other), Some(own)) = (&schema, known.schema.as_object_mut()) else {
        return Err(disagree("the kind", &schema, &known.schema));
    };
    if own.get("type") != other.get("type") {
        let of = |schema: &Map<String, Value>| schema.get("type").cloned().unwrap_or_default();
        return Err(disagree("`type`", &of(other), &of(own)));
    }
    for (key, theirs) in other {
        let Some(ours) = own.get_mut(key) else {
            // What only one of them requires is not required.
            if key != "required" {
                own.insert(key.clone(), theirs.clone());
            }
            continue;
        };
        match (key.as_str(), ours, theirs) {
            ("properties", Value::Object(ours), Value::Object(theirs)) => {
                for (property, theirs) in theirs {
                    match ours.get_mut(property) {
                        None => drop(ours.insert(property.clone(), theirs.clone())),
                        Some(ours) if without_default(ours) == without_default(theirs) => {
                            let defaults = [&theirs["default"], &ours["default"]];
                            let differ = defaults[0] != defaults[1];
                            let are_both = defaults.iter().all(|default| !default.is_null());
                            if ours[KEEP_DEFAULT] == true && are_both && differ {
                                let what = format!("the default of `{property}`");
                                return Err(disagree(&what, defaults[0], defaults[1]));
                            }
                        }
                        Some(ours) => {
                            return Err(disagree(&format!("property `{property}`"), theirs, ours));
                        }
                    }
                }
            }
            ("required", Value::Array(ours), Value::Array(theirs)) => {
                ours.retain(|name| theirs.contains(name))
            }
            ("enum", Value::Array(ours), Value::Array(theirs)) => {
                for value in theirs {
                    if !ours.contains(value) {
                        ours.push(value.clone());
                    }
                }
            }
            (_, ours, theirs) if ours == theirs => {}
            (key, ours, theirs) => return Err(disagree(&format!("`{key}`"), theirs, ours)),
        }
    }
    Ok(())
}

/// A schema as JSON, cut where it is long.
fn shown(schema: &Value) -> String {
    const LONGEST: usize = 100;
    let text = schema.to_string();
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

fn without_default(schema: &Value) -> Value {
    let mut schema = schema.clone();
    OF_THE_USE
        .iter()
        .for_each(|key| drop(remove(&mut schema, key)));
    schema
}
