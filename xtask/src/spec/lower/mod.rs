//! Lower: OpenAPI 3.1 to 3.0.3, which is what progenitor reads.

use serde_json::{Map, Value, json};

#[cfg(test)]
mod tests;

use super::Document;
use super::error::{Error, Result};
use super::visit::{self, remove};

type Schema = Map<String, Value>;

/// The keywords of an OpenAPI 3.0 schema.
const KEYWORDS: [&str; 36] = [
    "$ref",
    "additionalProperties",
    "allOf",
    "anyOf",
    "default",
    "deprecated",
    "description",
    "discriminator",
    "enum",
    "example",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "externalDocs",
    "format",
    "items",
    "maxItems",
    "maxLength",
    "maxProperties",
    "maximum",
    "minItems",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "not",
    "nullable",
    "oneOf",
    "pattern",
    "properties",
    "readOnly",
    "required",
    "title",
    "type",
    "uniqueItems",
    "writeOnly",
    "xml",
];
/// 3.1 keywords that say nothing about the values, so that dropping them loses nothing.
const NOTES: [&str; 8] = [
    "$anchor",
    "$comment",
    "$defs",
    "$id",
    "$schema",
    "contentMediaType",
    "contentSchema",
    "examples",
];
const DIALECT: &str = "https://spec.openapis.org/oas/3.1/dialect/base";

/// Rewrites a 3.1 document as 3.0.3; what 3.0 cannot say is an error. A 3.0 document passes through.
pub(crate) fn lower(mut document: Document) -> Result<Document> {
    if remove(&mut document, "webhooks").is_some_and(|value| value != json!({})) {
        return Err(Error::new("webhooks", "OpenAPI 3.0 cannot say this"));
    }
    if remove(&mut document, "jsonSchemaDialect").is_some_and(|dialect| dialect != DIALECT) {
        return Err(Error::new(
            "jsonSchemaDialect",
            "a dialect of its own, which OpenAPI 3.0 cannot say",
        ));
    }
    document["openapi"] = json!("3.0.3");
    if let Some(info) = document.get_mut("info") {
        remove(info, "summary");
        if let Some(license) = info.get_mut("license") {
            remove(license, "identifier");
        }
    }
    if document.get("paths").is_none() {
        document["paths"] = json!({});
    }
    for (name, scheme) in visit::object(&document["components"]["securitySchemes"]) {
        if scheme["type"] == "mutualTLS" {
            let place = format!("security scheme `{name}`");
            return Err(Error::new(
                place,
                "`mutualTLS`: OpenAPI 3.0 cannot say this",
            ));
        }
    }
    for (place, schema) in visit::root_schemas(&mut document) {
        lower_schema(&place, schema)?;
    }
    Ok(document)
}

/// Lowers inner schemas first, so that a union with `null` is seen when its branches are in their 3.0 form.
fn lower_schema(place: &str, value: &mut Value) -> Result<()> {
    if let Value::Bool(any) = value {
        *value = if *any { json!({}) } else { json!({"not": {}}) };
    }
    for (role, inner) in visit::subschemas(value) {
        if !is_null(inner) {
            lower_schema(&role.place(place), inner)?;
        }
    }
    let schema = value
        .as_object_mut()
        .ok_or_else(|| Error::new(place, "is no schema"))?;
    lower_content(place, schema)?;
    NOTES.iter().for_each(|key| drop(schema.shift_remove(*key)));
    lower_unevaluated(schema);
    lower_property_names(schema);
    lower_const(place, schema)?;
    lower_type(place, schema)?;
    lower_null_union(place, schema)?;
    lower_null_in_enum(schema);
    lower_bound(schema, "minimum", "exclusiveMinimum", f64::max);
    lower_bound(schema, "maximum", "exclusiveMaximum", f64::min);
    if schema.get("type") == Some(&json!("array")) && !schema.contains_key("items") {
        schema.insert("items".into(), json!({}));
    }
    lower_reference(schema);
    match schema
        .keys()
        .find(|key| !KEYWORDS.contains(&key.as_str()) && !key.starts_with("x-"))
    {
        Some(keyword) => Err(Error::new(
            place,
            format!("`{keyword}`: OpenAPI 3.0 cannot say this"),
        )),
        None => Ok(()),
    }
}

fn is_null(schema: &Value) -> bool {
    schema["type"] == "null" || schema["type"] == json!(["null"])
}

/// `contentEncoding: base64` is 3.0's `format: byte`, `contentMediaType: application/octet-stream` its `format: binary`.
fn lower_content(place: &str, schema: &mut Schema) -> Result<()> {
    for (keyword, value, format) in [
        ("contentEncoding", "base64", "byte"),
        ("contentMediaType", "application/octet-stream", "binary"),
    ] {
        if schema.get(keyword).is_some_and(|found| found == value) {
            schema.shift_remove(keyword);
            let other = schema.insert("format".into(), json!(format));
            if other.is_some_and(|other| other != format) {
                let problem =
                    format!("`{keyword}` beside another `format`: OpenAPI 3.0 cannot say this");
                return Err(Error::new(place, problem));
            }
        }
    }
    Ok(())
}

/// Makes `unevaluatedProperties` `additionalProperties`: both mean the same in a schema without composition.
fn lower_unevaluated(schema: &mut Schema) {
    let composed = ["$ref", "allOf", "anyOf", "oneOf"]
        .iter()
        .any(|key| schema.contains_key(*key));
    let Some(value) = schema.get("unevaluatedProperties").cloned() else {
        return;
    };
    if says_nothing(&value) || !composed {
        schema.shift_remove("unevaluatedProperties");
        if !composed {
            schema.entry("additionalProperties").or_insert(value);
        }
    }
}

/// Drops `propertyNames` that allows every string, as generators write it for maps: every name is a string.
fn lower_property_names(schema: &mut Schema) {
    let names = schema.get("propertyNames");
    if names.is_some_and(|names| says_nothing(names) || *names == json!({ "type": "string" })) {
        schema.shift_remove("propertyNames");
    }
}

fn says_nothing(schema: &Value) -> bool {
    *schema == true || *schema == json!({})
}

fn lower_const(place: &str, schema: &mut Schema) -> Result<()> {
    let Some(value) = schema.shift_remove("const") else {
        return Ok(());
    };
    let name = match &value {
        Value::Bool(_) => "boolean",
        Value::String(_) => "string",
        Value::Number(n) if n.is_f64() => "number",
        Value::Number(_) => "integer",
        _ => {
            return Err(Error::new(
                place,
                format!("`const: {value}`: OpenAPI 3.0 cannot say this"),
            ));
        }
    };
    schema.entry("type").or_insert_with(|| json!(name));
    schema.insert("enum".into(), json!([value]));
    Ok(())
}

const TYPES: [&str; 7] = [
    "array", "boolean", "integer", "null", "number", "object", "string",
];

/// `type: [X, null]` is a nullable X; several other types are a union.
fn lower_type(place: &str, schema: &mut Schema) -> Result<()> {
    let mut types = match schema.get("type") {
        None => return Ok(()),
        Some(Value::Array(types)) => types.clone(),
        Some(one) => vec![one.clone()],
    };
    let is_type = |name: &Value| name.as_str().is_some_and(|name| TYPES.contains(&name));
    if let Some(other) = types.iter().find(|name| !is_type(name)) {
        return Err(Error::new(place, format!("{other} is no `type`")));
    }
    let all = types.len();
    types.retain(|name| name != "null");
    if types.len() < all {
        schema.insert("nullable".into(), json!(true));
    }
    match types.as_slice() {
        [] => {
            return Err(Error::new(
                place,
                "a value that is always null: OpenAPI 3.0 cannot say this",
            ));
        }
        [one] => drop(schema.insert("type".into(), one.clone())),
        several => {
            let branches = several
                .iter()
                .map(|name| branch(schema, name))
                .collect::<Vec<_>>();
            schema.retain(|keyword, _| {
                keyword != "type" && !several.iter().any(|name| belongs(keyword, name))
            });
            if schema
                .insert("anyOf".into(), Value::Array(branches))
                .is_some()
            {
                return Err(Error::new(
                    place,
                    "several types beside `anyOf`: OpenAPI 3.0 cannot say this",
                ));
            }
        }
    }
    Ok(())
}

/// One type of several, with the keywords that apply to it.
fn branch(schema: &Schema, name: &Value) -> Value {
    let mut branch = Schema::from_iter([("type".to_owned(), name.clone())]);
    branch.extend(
        schema
            .iter()
            .filter(|(key, _)| belongs(key, name))
            .map(|(k, v)| (k.clone(), v.clone())),
    );
    if name == "array" {
        branch.entry("items").or_insert_with(|| json!({}));
    }
    Value::Object(branch)
}

fn belongs(keyword: &str, name: &Value) -> bool {
    let keywords: &[&str] = match name.as_str() {
        Some("array") => &["items", "minItems", "maxItems", "uniqueItems"],
        Some("object") => &[
            "properties",
            "required",
            "additionalProperties",
            "minProperties",
            "maxProperties",
        ],
        Some("string") => &["minLength", "maxLength", "pattern", "format"],
        Some("number" | "integer") => &[
            "minimum",
            "maximum",
            "exclusiveMinimum",
            "exclusiveMaximum",
            "multipleOf",
        ],
        _ => &[],
    };
    keywords.contains(&keyword)
}

/// `anyOf: [X, null]` is a nullable X.
fn lower_null_union(place: &str, schema: &mut Schema) -> Result<()> {
    for keyword in ["anyOf", "oneOf"] {
        let Some(Value::Array(branches)) = schema.get_mut(keyword) else {
            continue;
        };
        let all = branches.len();
        branches.retain(|branch| !is_null(branch));
        if branches.len() == all {
            continue;
        }
        match std::mem::take(branches).as_mut_slice() {
            [] => {
                return Err(Error::new(
                    place,
                    "a value that is always null: OpenAPI 3.0 cannot say this",
                ));
            }
            [only] => {
                schema.shift_remove(keyword);
                match only.take() {
                    Value::Object(only)
                        if only
                            .keys()
                            .all(|key| key != "$ref" && !schema.contains_key(key)) =>
                    {
                        schema.extend(only);
                    }
                    only => drop(schema.insert("allOf".into(), json!([only]))),
                }
            }
            several => drop(schema.insert(keyword.into(), Value::Array(several.to_vec()))),
        }
        schema.insert("nullable".into(), json!(true));
    }
    Ok(())
}

fn lower_null_in_enum(schema: &mut Schema) {
    if let Some(Value::Array(values)) = schema.get_mut("enum")
        && values.len() > 1
        && values.contains(&Value::Null)
    {
        values.retain(|value| !value.is_null());
        schema.insert("nullable".into(), json!(true));
    }
}

/// `exclusiveMinimum: 0` is `minimum: 0, exclusiveMinimum: true`; of two bounds the tighter one holds.
fn lower_bound(schema: &mut Schema, bound: &str, exclusive: &str, tighter: fn(f64, f64) -> f64) {
    let Some(limit) = schema
        .get(exclusive)
        .filter(|value| value.is_number())
        .cloned()
    else {
        return;
    };
    schema.shift_remove(exclusive);
    if let (Some(inclusive), Some(limit)) =
        (schema.get(bound).and_then(Value::as_f64), limit.as_f64())
        && inclusive != limit
        && tighter(inclusive, limit) == inclusive
    {
        return;
    }
    schema.insert(bound.into(), limit);
    schema.insert(exclusive.into(), json!(true));
}

/// Moves a `$ref` with other keywords beside it into `allOf`, because 3.0 ignores what stands beside a `$ref`.
pub(crate) fn lower_reference(schema: &mut Schema) {
    if schema.len() > 1 && visit::reference(schema).is_some() {
        let target = schema.shift_remove("$ref");
        let mut parts = vec![json!({ "$ref": target })];
        if let Some(Value::Array(others)) = schema.shift_remove("allOf") {
            parts.extend(others);
        }
        schema.insert("allOf".into(), Value::Array(parts));
    }
}
