//! The pipeline of the API document, on documents that upstream has changed: generated in full, or refused in a line.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::SystemTime;

use arbitrary::{Result, Unstructured};
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use xtask::spec::{Folder, diff, read, refresh, verify};

thread_local! {
    static PLACE: TempDir = tempfile::tempdir().expect("a folder");
}

/// Changes of a small document, or a text that may be one.
pub fn check(bytes: &[u8]) {
    let text = match bytes.strip_prefix(b"openapi:") {
        Some(_) => String::from_utf8_lossy(bytes).into_owned(),
        // What has too few bytes is filled up with zeros.
        None => match changed(&mut Unstructured::new(bytes)) {
            Ok(document) => document.to_string(),
            Err(_) => return,
        },
    };
    PLACE.with(|place| is_generated_or_refused(place.path(), &text));
}

fn is_generated_or_refused(place: &Path, text: &str) {
    let from = place.join("input.yaml");
    fs::write(&from, text).expect("a file");
    let from = from.to_str().expect("UTF-8");
    let path = place.join("openapi");
    let _ = fs::remove_dir_all(&path);
    fs::create_dir(&path).expect("a folder");
    fs::write(path.join("overlay.yaml"), CORRECTIONS).expect("a file");
    fs::write(path.join("descriptions.yaml"), TEXTS).expect("a file");
    let folder = Folder::new(&path);
    let before = files(&path);
    match refresh(&folder, from, SystemTime::UNIX_EPOCH) {
        Err(error) => {
            is_a_line(&error);
            assert_eq!(files(&path), before, "{error}");
        }
        Ok(_) => {
            let generated = files(&path);
            assert_eq!(generated.len(), 5);
            let later = SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(60);
            refresh(&folder, from, later).expect("as before");
            assert_eq!(files(&path), generated);
            // There are limits for what is committed.
            if let Err(error) = verify(&folder, None) {
                is_a_line(&error);
                assert!(error.to_string().starts_with("qti-api.yaml: "), "{error}");
            }
            let snapshot = path.join("upstream.yaml");
            let read = read(snapshot.to_str().expect("UTF-8")).expect("what was written");
            assert_eq!(read, folder.snapshot().expect("what was written"));
            assert_eq!(diff(&read, &read).iter().count(), 0);
        }
    }
}

fn is_a_line(error: &impl std::fmt::Display) {
    let shown = error.to_string();
    assert!(!shown.is_empty() && !shown.contains('\n'), "{shown:?}");
}

fn files(folder: &Path) -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder).expect("it lists");
    let file = |entry: std::io::Result<fs::DirEntry>| {
        let path = entry.expect("an entry").path();
        let name = path
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        (name, fs::read_to_string(path).expect("it reads"))
    };
    entries.map(file).collect()
}

const CORRECTIONS: &str = "\
overlay: 1.0.0
info: {title: Corrections, version: 1.0.0}
actions:
  - {target: '$.paths.*[?@.operationId]', x-optional: There may be none., update: {x-repeat: read}}
  - target: '$..[?@.properties.identifier && @.properties.body]'
    x-optional: There may be none.
    update: {x-schema-name: Item, x-owner: {either: [identifier, title, body, kind, parts]}}
";

const TEXTS: &str = "\
overlay: 1.0.0
info: {title: Texts, version: 1.0.0}
actions:
  - {target: $, update: {info: {description: Items.}}}
";

fn document() -> Value {
    let item = json!({
        "type": "object", "required": ["identifier"], "additionalProperties": false,
        "properties": {
            "identifier": {"type": "string", "minLength": 1},
            "title": {"type": ["string", "null"], "description": "Theirs."},
            "body": {"anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": {}}]},
            "kind": {"type": "string", "enum": ["choice", "text-entry"]},
            "parts": {"type": "array", "items": {"$ref": "#/components/schemas/Part"}}
        }
    });
    let an_item = json!({"$ref": "#/components/schemas/Item"});
    let answer = |schema: Value| json!({"description": "", "content": {"application/json": {"schema": schema}}});
    json!({
        "openapi": "3.1.0",
        "info": {"title": "Items", "version": "1"},
        "paths": {
            "/items": {
                "get": {
                    "operationId": "searchItems",
                    "parameters": [{"in": "query", "name": "page", "schema": {"type": "integer", "default": 1}}],
                    "responses": {"200": answer(json!({"type": "array", "items": an_item}))}
                },
                "post": {
                    "operationId": "createItem",
                    "requestBody": {"required": true, "content": {"application/json": {"schema": an_item}}},
                    "responses": {"201": answer(an_item.clone()), "400": answer(json!({"type": "object"}))}
                }
            },
            "/items/{identifier}": {
                "get": {
                    "operationId": "getItem",
                    "parameters": [{"in": "path", "name": "identifier", "required": true, "schema": {"type": "string"}}],
                    "responses": {"200": answer(an_item.clone()), "default": {"description": ""}}
                },
                "delete": {
                    "operationId": "deleteItem",
                    "parameters": [{"in": "path", "name": "identifier", "required": true, "schema": {"type": "string"}}],
                    "responses": {"204": {"description": ""}}
                }
            }
        },
        "components": {"schemas": {
            "Item": item,
            "Part": {
                "x-schema-name": "Part",
                "type": "object",
                "properties": {"number": {"type": "number", "exclusiveMinimum": 0}, "next": {"const": "x"}}
            }
        }}
    })
}

/// Names and values that stand in such documents somewhere.
fn piece(u: &mut Unstructured<'_>) -> Result<Value> {
    const PIECES: [&str; 30] = [
        "null",
        "true",
        "0",
        "-1.5",
        "\"\"",
        "\"string\"",
        "\"object\"",
        "\"type\"",
        "\"searchItems\"",
        "[]",
        "{}",
        "{\"type\":\"string\"}",
        "{\"type\":[\"integer\",\"null\"]}",
        "{\"type\":\"null\"}",
        "{\"const\":null}",
        "{\"enum\":[]}",
        "{\"enum\":[\"a\",\"A\",\"\",null]}",
        "{\"anyOf\":[]}",
        "{\"oneOf\":[{},{\"type\":\"string\"}]}",
        "{\"allOf\":[{\"type\":\"object\"},{\"$ref\":\"#/components/schemas/Part\"}]}",
        "{\"$ref\":\"#/components/schemas/Part\"}",
        "{\"$ref\":\"#/components/schemas/None\"}",
        "{\"$ref\":\"#/paths\"}",
        "{\"$ref\":\"other.yaml\"}",
        "{\"not\":{}}",
        "{\"type\":\"array\"}",
        "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"}}",
        "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"},\"A\":{},\"$a b\":{\"type\":\"integer\"}}}",
        "{\"in\":\"header\",\"name\":\"X-A\",\"schema\":{\"type\":\"string\"}}",
        "\"#/components/schemas/Part\"",
    ];
    Ok(serde_json::from_str(u.choose(&PIECES)?).expect("JSON"))
}

fn name(u: &mut Unstructured<'_>) -> Result<String> {
    const NAMES: [&str; 28] = [
        "type",
        "properties",
        "items",
        "required",
        "enum",
        "const",
        "anyOf",
        "allOf",
        "oneOf",
        "$ref",
        "nullable",
        "default",
        "format",
        "additionalProperties",
        "get",
        "put",
        "200",
        "404",
        "default",
        "content",
        "text/xml",
        "schema",
        "parameters",
        "requestBody",
        "/items/{identifier}/{other}",
        "Part",
        "Other",
        "x-schema-name",
    ];
    Ok((*u.choose(&NAMES)?).to_owned())
}

fn changed(u: &mut Unstructured<'_>) -> Result<Value> {
    let mut document = document();
    for _ in 0..u.int_in_range(0..=5)? {
        let mut pointers = Vec::new();
        list(&document, String::new(), &mut pointers);
        let at = u.choose(&pointers)?.clone();
        let from = u.choose(&pointers)?;
        let other = document.pointer(from).cloned().unwrap_or_default();
        let Some(value) = document.pointer_mut(&at) else {
            continue;
        };
        match u.int_in_range(0..=5)? {
            0 => *value = piece(u)?,
            1 => *value = other,
            2 => *value = json!({"anyOf": [value.take(), piece(u)?]}),
            3 => add(value, name(u)?, piece(u)?),
            4 => add(value, name(u)?, other),
            _ => take(value, u)?,
        }
    }
    Ok(document)
}

fn add(to: &mut Value, name: String, value: Value) {
    match to {
        Value::Object(fields) => drop(fields.insert(name, value)),
        Value::Array(values) => values.push(value),
        other => *other = Value::Object(Map::from_iter([(name, value)])),
    }
}

fn take(from: &mut Value, u: &mut Unstructured<'_>) -> Result<()> {
    match from {
        Value::Object(fields) if !fields.is_empty() => {
            let names: Vec<_> = fields.keys().cloned().collect();
            fields.shift_remove(u.choose(&names)?);
        }
        Value::Array(values) if !values.is_empty() => {
            drop(values.remove(u.choose_index(values.len())?))
        }
        other => *other = Value::Null,
    }
    Ok(())
}

/// The places of all values but the root.
fn list(value: &Value, at: String, pointers: &mut Vec<String>) {
    let mut below = |step: &str, value: &Value| {
        let pointer = format!("{at}/{}", step.replace('~', "~0").replace('/', "~1"));
        pointers.push(pointer.clone());
        list(value, pointer, pointers);
    };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| below(name, value)),
        Value::Array(values) => values
            .iter()
            .enumerate()
            .for_each(|(at, value)| below(&at.to_string(), value)),
        _ => {}
    }
}
