//! Name: inline schemas become named components, equal ones the same.
//!
//! A name comes from `x-schema-name`, which the overlay sets, or else from the property that holds the schema. Schemas
//! to which the overlay gives one name become one type, which has the properties of all and requires what all require.
//! Schemas that share a name only because their properties do must be equal, or one must extend the other, since nobody
//! has said that they are the same thing.

use std::collections::BTreeMap;

use heck::ToUpperCamelCase;
use serde_json::{Map, Value, json};

mod unite;

#[cfg(test)]
mod tests;

use self::unite::{extends, unite};
use super::Document;
use super::error::{Error, Result};
use super::visit::{self, Role, SCHEMAS, remove, subschemas};

/// Set by the overlay on a schema: the name of its type.
pub(crate) const NAME: &str = "x-schema-name";
/// Set by the overlay on a component whose type is written by hand; nothing inside it is a type of its own.
pub(crate) const HAND_WRITTEN: &str = "x-hand-written";
/// Keywords that belong to the use of a type, not to the type.
const OF_THE_USE: [&str; 2] = ["default", "nullable"];

/// Moves every object with properties and every string enum to `components.schemas`, and drops components nobody uses.
pub(crate) fn name(mut document: Document) -> Result<Document> {
    let mut names = Names {
        renamed: renames(&document)?,
        types: BTreeMap::new(),
    };
    for (place, schema) in visit::root_schemas(&mut document) {
        let component = visit::component_of(&place).map(str::to_owned);
        if component.is_some() && alias(schema).is_some() {
            continue;
        }
        let derived = component.clone().or_else(|| suggestion(&place));
        names.visit(&place, schema, derived.as_deref(), component.is_some())?;
    }
    let schemas = names
        .types
        .into_iter()
        .map(|(name, named)| (name, named.schema))
        .collect::<Map<_, _>>();
    document["components"]["schemas"] = Value::Object(schemas);
    drop_unused(&mut document);
    refuse_dangling(&document)?;
    Ok(document)
}

struct Names {
    /// Components of the input that the overlay gave another name, or that are another name of a component.
    renamed: BTreeMap<String, String>,
    types: BTreeMap<String, Named>,
}

struct Named {
    schema: Value,
    place: String,
    explicit: bool,
}

impl Names {
    /// Names inner schemas first, so that outer ones are compared by the names of what they hold.
    fn visit(
        &mut self,
        place: &str,
        schema: &mut Value,
        derived: Option<&str>,
        component: bool,
    ) -> Result<()> {
        if let Some(target) = schema["$ref"]
            .as_str()
            .and_then(|target| target.strip_prefix(SCHEMAS))
        {
            if let Some(new) = self.renamed.get(target) {
                schema["$ref"] = json!(format!("{SCHEMAS}{new}"));
            }
            if !component {
                return Ok(());
            }
        }
        let inner = if schema[HAND_WRITTEN] == true {
            Vec::new()
        } else {
            subschemas(schema)
        };
        for (role, inner) in inner {
            let derived = match role {
                Role::Property(name) => Some(name.to_upper_camel_case()),
                Role::Items | Role::AdditionalProperties => derived.map(singular),
                // A branch is part of the type around it, unless the overlay names it.
                Role::Branch => None,
            };
            self.visit(&role.place(place), inner, derived.as_deref(), false)?;
        }
        let explicit = remove(schema, NAME);
        let name = match (&explicit, derived) {
            (Some(Value::String(name)), _) => name.as_str(),
            (Some(other), _) => {
                let problem = format!("`{NAME}` is {other}, not a string");
                return Err(Error::new(place, problem));
            }
            (None, Some(derived)) if component || deserves_a_name(schema) => derived,
            (None, _) => {
                unwrap_single(schema);
                return Ok(());
            }
        };
        self.hoist(place, schema, name, component || explicit.is_some())
    }

    fn hoist(&mut self, place: &str, schema: &mut Value, name: &str, explicit: bool) -> Result<()> {
        let nullable = schema["nullable"] == true;
        OF_THE_USE.iter().for_each(|key| drop(remove(schema, key)));
        let reference = json!({ "$ref": format!("{SCHEMAS}{name}") });
        let used = if nullable {
            json!({ "allOf": [reference], "nullable": true })
        } else {
            reference
        };
        let schema = std::mem::replace(schema, used);
        match self.types.get_mut(name) {
            None => {
                self.types.insert(
                    name.to_owned(),
                    Named {
                        schema,
                        place: place.to_owned(),
                        explicit,
                    },
                );
            }
            Some(known) if known.schema == schema => known.explicit |= explicit,
            Some(known) if known.explicit && explicit || extends(&known.schema, &schema) => {
                known.explicit |= explicit;
                unite(name, known, place, schema)?;
            }
            Some(known) => {
                let other = &known.place;
                let problem =
                    format!("is another `{name}` than {other}; set `{NAME}` in overlay.yaml");
                return Err(Error::new(place, problem));
            }
        }
        Ok(())
    }
}

/// Objects with properties and string enums are types; a free-form object is a plain map.
fn deserves_a_name(schema: &Value) -> bool {
    let properties = schema["properties"]
        .as_object()
        .is_some_and(|properties| !properties.is_empty());
    let string_enum = schema["enum"].is_array() && schema["type"] == "string";
    properties || string_enum
}

/// Replaces `allOf` around a single schema by that schema, which says the same.
fn unwrap_single(schema: &mut Value) {
    let Some(map) = schema.as_object() else {
        return;
    };
    if let (1, Some([only])) = (map.len(), schema["allOf"].as_array().map(Vec::as_slice)) {
        *schema = only.clone();
    }
}

/// The names of components that are not called what they are called in the input.
fn renames(document: &Value) -> Result<BTreeMap<String, String>> {
    let schemas = &document["components"]["schemas"];
    let mut renames = BTreeMap::new();
    for (name, _) in visit::object(schemas) {
        let (mut last, mut steps) = (name.as_str(), 0);
        while let Some(other) = alias(&schemas[last]) {
            if steps > visit::object(schemas).count() {
                return Err(Error::new(format!("schema `{name}`"), "refers to itself"));
            }
            (last, steps) = (other, steps + 1);
        }
        let new = schemas[last][NAME].as_str().unwrap_or(last);
        if new != name {
            renames.insert(name.clone(), new.to_owned());
        }
    }
    Ok(renames)
}

/// The component of which a schema is another name and nothing else.
fn alias(schema: &Value) -> Option<&str> {
    let reference = match schema["allOf"].as_array().map(Vec::as_slice) {
        Some([only]) => only,
        _ => schema,
    };
    if visit::object(schema).count() != 1 {
        return None;
    }
    reference["$ref"].as_str()?.strip_prefix(SCHEMAS)
}

/// A parameter's name, or for a body the operation's id and `Body` or `Result`.
fn suggestion(place: &str) -> Option<String> {
    let quoted = place.split('`').nth(1)?;
    let suggestion = match place.split_once("` parameter `") {
        Some((_, parameter)) => parameter.trim_end_matches('`').to_owned(),
        None if place.ends_with(" request") => format!("{quoted} body"),
        None => format!("{quoted} result"),
    };
    Some(suggestion.to_upper_camel_case())
}

fn singular(name: &str) -> String {
    match name.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => name
            .strip_suffix('s')
            .filter(|stem| !stem.ends_with('s'))
            .unwrap_or(name)
            .to_owned(),
    }
}

fn drop_unused(document: &mut Document) {
    let used = visit::reachable(document, std::iter::once(&document["paths"]));
    if let Some(schemas) = document["components"]["schemas"].as_object_mut() {
        schemas.retain(|name, _| used.contains(name));
    }
}

/// Refuses a reference to a type that does not exist, as the overlay can contain one.
fn refuse_dangling(document: &Document) -> Result<()> {
    let schemas = &document["components"]["schemas"];
    let dangling = visit::references(document)
        .into_iter()
        .find(|name| schemas.get(name).is_none());
    dangling.map_or(Ok(()), |name| {
        Err(Error::new(
            format!("schema `{name}`"),
            "is referred to, but nothing has this name",
        ))
    })
}
