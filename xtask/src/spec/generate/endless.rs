//! Compositions that hold themselves, which the generator would merge without end.
//!
//! It merges the parts of an `allOf`, and the branches of an `anyOf` or `oneOf` with what stands beside it; and then what
//! properties of these are composed of, too.

use std::collections::HashSet;

use serde_json::Value;

use crate::spec::Document;
use crate::spec::error::{Error, Result};
use crate::spec::visit::{SCHEMAS, object, operations, reference};

/// Refuses a document with such a schema, by its place.
pub(crate) fn refuse_endless(document: &Document) -> Result<()> {
    let schemas = &document["components"]["schemas"];
    let named = object(schemas).map(|(name, schema)| (format!("schema `{name}`"), schema));
    let inline = operations(document).map(|operation| (operation.place(), operation.value));
    let mut walk = Walk {
        schemas,
        open: Vec::new(),
        done: HashSet::new(),
    };
    for (place, value) in named.chain(inline) {
        if walk.finds(value) {
            let problem =
                "is composed of what holds it, which the generator would merge without end";
            return Err(Error::new(place, problem));
        }
    }
    Ok(())
}

/// Values are told apart by where they stand.
struct Walk<'d> {
    schemas: &'d Value,
    open: Vec<*const Value>,
    done: HashSet<*const Value>,
}

impl<'d> Walk<'d> {
    /// Looks at all compositions in a value.
    fn finds(&mut self, value: &'d Value) -> bool {
        if is_merged(value) && self.is_endless(value) {
            return true;
        }
        match value {
            Value::Object(fields) => fields.values().any(|value| self.finds(value)),
            Value::Array(values) => values.iter().any(|value| self.finds(value)),
            _ => false,
        }
    }

    fn is_endless(&mut self, composed: &'d Value) -> bool {
        let place = std::ptr::from_ref(composed);
        if self.open.contains(&place) {
            return true;
        }
        if !self.done.insert(place) {
            return false;
        }
        self.open.push(place);
        let mut merged = Vec::new();
        for part in parts(composed) {
            let part = self.resolved(part);
            if parts(part).next().is_some() {
                merged.push(part);
            }
            for (_, property) in object(&part["properties"]) {
                self.compositions(property, 0, &mut merged);
            }
        }
        let is_endless = merged.into_iter().any(|inner| self.is_endless(inner));
        self.open.pop();
        is_endless
    }

    /// What is merged of a property. A list of a type by its name is left alone.
    fn compositions(&self, value: &'d Value, depth: usize, found: &mut Vec<&'d Value>) {
        const DEEPEST: usize = 64;
        let value = self.resolved(value);
        if is_merged(value) {
            found.push(value);
        }
        if depth < DEEPEST {
            let items = Some(&value["items"]).filter(|items| items["$ref"].is_null());
            for inner in parts(value).chain(items) {
                self.compositions(inner, depth + 1, found);
            }
        }
    }

    /// The schema that a reference leads to, unless it leads to itself.
    fn resolved(&self, value: &'d Value) -> &'d Value {
        let mut value = value;
        for _ in 0..object(self.schemas).count() {
            let name = value.as_object().and_then(reference);
            match name.and_then(|target| target.strip_prefix(SCHEMAS)) {
                Some(name) => value = &self.schemas[name],
                None => break,
            }
        }
        value
    }
}

/// Whether the generator merges a schema from parts.
fn is_merged(schema: &Value) -> bool {
    let has_parts = parts(schema).next().is_some();
    has_parts && (schema["allOf"].is_array() || schema["properties"].is_object())
}

/// What a schema is composed of.
fn parts(schema: &Value) -> impl Iterator<Item = &Value> {
    let lists = ["allOf", "anyOf", "oneOf"].map(|name| &schema[name]);
    lists.into_iter().filter_map(Value::as_array).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::testing::{error, with_schemas};

    fn refusal(schemas: &str) -> Option<String> {
        let outcome = refuse_endless(&with_schemas(schemas));
        outcome.is_err().then(|| error(outcome))
    }

    #[test]
    fn what_is_composed_of_what_holds_it_is_refused_by_its_place() {
        for schemas in [
            "A: {properties: {a: {allOf: [{type: object}, {$ref: '#/components/schemas/A'}]}}}",
            "A: {allOf: [{type: object}, {properties: {a: {$ref: '#/components/schemas/A'}}}]}",
            "A: {properties: {a: {type: array, items: {allOf: [{}, {$ref: '#/components/schemas/A'}]}}}}",
            "{A: {allOf: [{}, {$ref: '#/components/schemas/B'}]}, B: {properties: {b: {$ref: '#/components/schemas/A'}}}}",
            "{A: {allOf: [{}, {$ref: '#/components/schemas/B'}]}, B: {allOf: [{}, {$ref: '#/components/schemas/A'}]}}",
            "A: {anyOf: [{type: string}, {allOf: [{}, {$ref: '#/components/schemas/A'}]}]}",
            "A: {properties: {a: {oneOf: [{}, {$ref: '#/components/schemas/A'}], properties: {b: {}}}}}",
            "A: {properties: {b: {}}, anyOf: [{properties: {a: {$ref: '#/components/schemas/A'}}}, {}]}",
        ] {
            let refusal = refusal(schemas).unwrap_or_default();
            assert!(
                refusal.starts_with("schema `A`: is composed"),
                "{schemas}: {refusal}"
            );
        }
    }

    #[test]
    fn what_refers_to_itself_otherwise_generates() {
        for schemas in [
            "A: {properties: {a: {$ref: '#/components/schemas/A'}}}",
            "A: {$ref: '#/components/schemas/A'}",
            "A: {properties: {a: {anyOf: [{type: string}, {$ref: '#/components/schemas/A'}]}}}",
            "A: {allOf: [{}, {properties: {a: {type: array, items: {$ref: '#/components/schemas/A'}}}}]}",
            "{A: {properties: {a: {allOf: [{}, {$ref: '#/components/schemas/B'}]}}}, B: {properties: {b: {$ref: '#/components/schemas/A'}}}}",
        ] {
            assert_eq!(refusal(schemas), None, "{schemas}");
        }
    }
}
