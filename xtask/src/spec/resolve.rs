//! Resolve: every reference leads somewhere, and only schemas stay shared.
//!
//! Parameters, responses, request bodies, headers and path items that stand in `components` are put where they are
//! used, so that later steps find each of them in one kind of place.

use serde_json::Value;

use super::Document;
use super::error::{Error, Result};
use super::visit::{self, SCHEMAS, reference};

/// Deeper than any document nests; a reference that leads back to itself is.
const DEPTH: usize = 64;

/// Checks all references and inlines those that do not name a schema.
pub(crate) fn resolve(mut document: Document) -> Result<Document> {
    let source = document.clone();
    for section in ["paths", "webhooks"] {
        if let Some(value) = document.get_mut(section) {
            inline(&source, section, value, 0)?;
        }
    }
    if let Some(components) = document
        .get_mut("components")
        .and_then(Value::as_object_mut)
    {
        components.retain(|section, _| matches!(section.as_str(), "schemas" | "securitySchemes"));
        if let Some(schemas) = components.get_mut("schemas") {
            for (name, schema) in visit::object_mut(schemas) {
                inline(&source, &format!("schema `{name}`"), schema, 0)?;
            }
        }
    }
    Ok(document)
}

fn inline(source: &Value, place: &str, value: &mut Value, depth: usize) -> Result<()> {
    if depth > DEPTH {
        return Err(Error::new(place, "nests too deeply, or refers to itself"));
    }
    if let Some(target) = value.as_object().and_then(reference) {
        let found = lookup(source, target)
            .ok_or_else(|| Error::new(place, format!("`$ref` {target} leads nowhere")))?;
        if target.starts_with(SCHEMAS) {
            if target[SCHEMAS.len()..].contains('/') {
                return Err(Error::new(
                    place,
                    format!("`$ref` {target} leads inside a schema; name the part it means"),
                ));
            }
        } else {
            *value = found.clone();
            return inline(source, place, value, depth + 1);
        }
    }
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                // Only these levels tell a reader where to look; the rest is the schema's own structure.
                let place = match value.get("operationId").and_then(Value::as_str) {
                    Some(id) => format!("operation `{id}`"),
                    None if place == "paths" || place == "webhooks" => format!("path `{key}`"),
                    None => place.to_owned(),
                };
                inline(source, &place, value, depth + 1)?;
            }
            Ok(())
        }
        Value::Array(items) => items
            .iter_mut()
            .try_for_each(|value| inline(source, place, value, depth + 1)),
        _ => Ok(()),
    }
}

fn lookup<'a>(document: &'a Value, target: &str) -> Option<&'a Value> {
    document.pointer(target.strip_prefix('#')?)
}
