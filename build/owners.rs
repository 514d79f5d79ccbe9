//! Who owns a field of an entity: lists made of what the document says by `x-owner` and `x-in-xml`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use heck::ToShoutySnakeCase;
use serde_json::Value;

use super::Result;
use super::document::components;

/// Says of an entity which of its fields are the service's, which the writer's, and which may be either's.
const OWNER: &str = "x-owner";
/// What a field that is left out means: upstream's `default`, which the types do not have.
const DEFAULT: &str = "x-default";
/// Names the fields of an entity that its XML holds.
const IN_XML: &str = "x-in-xml";

/// The fields of all entities by their owner, the defaults of those that a writer owns, and for each entity with XML the
/// fields that the XML holds.
pub(super) fn lists(document: &Value) -> Result<String> {
    let mut owners: BTreeMap<&str, &str> = BTreeMap::new();
    let mut defaults: BTreeMap<&str, &Value> = BTreeMap::new();
    let mut source = String::new();
    for (name, schema) in components(document) {
        for (owner, fields) in schema[OWNER].as_object().into_iter().flatten() {
            for field in strings(fields) {
                // One name has one owner in all entities, because comparing goes by the names of fields alone, at any
                // depth.
                if let Some(other) = owners.insert(field, owner).filter(|other| other != owner) {
                    let problem =
                        format!("schema `{name}`.{field}: is of owner {owner}, elsewhere {other}");
                    return Err(problem.into());
                }
                let default = &schema["properties"][field][DEFAULT];
                if owner == "writer" && !default.is_null() {
                    let other = defaults.insert(field, default);
                    if let Some(other) = other.filter(|other| *other != default) {
                        let problem = format!(
                            "schema `{name}`.{field}: is {default} by default, elsewhere {other}"
                        );
                        return Err(problem.into());
                    }
                }
            }
        }
        if schema[IN_XML].is_array() {
            let constant = format!("{}_IN_XML", name.to_shouty_snake_case());
            let what = format!("The fields of `{name}` that its XML holds.");
            list(
                &mut source,
                &what,
                &constant,
                &strings(&schema[IN_XML]).collect(),
            );
        }
    }
    let of = |owner: &str| {
        let owned = owners.iter().filter(|(_, of)| **of == owner);
        owned.map(|(field, _)| *field).collect()
    };
    list(
        &mut source,
        "Fields of a whole entity that the service sets: they are not sent back, and an edit cannot change them.",
        "SERVICE_OWNED",
        &of("service"),
    );
    list(
        &mut source,
        "Fields that only a writer sets: a value that was not sent comes from another writer.",
        "WRITER_OWNED",
        &of("writer"),
    );
    let pairs: String = defaults
        .iter()
        .map(|(field, default)| format!("    ({field:?}, {:?}),\n", default.to_string()))
        .collect();
    let _ = writeln!(
        source,
        "/// The defaults of those, as JSON: what the service fills in where nothing was sent.\n\
         pub(crate) const WRITER_DEFAULTS: &[(&str, &str)] = &[\n{pairs}];"
    );
    Ok(source)
}

fn strings(list: &Value) -> impl Iterator<Item = &str> {
    list.as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
}

fn list(source: &mut String, what: &str, name: &str, fields: &BTreeSet<&str>) {
    // Writing to a string cannot fail.
    let fields: String = fields
        .iter()
        .map(|field| format!("    {field:?},\n"))
        .collect();
    let _ = writeln!(
        source,
        "/// {what}\npub(crate) const {name}: &[&str] = &[\n{fields}];"
    );
}
