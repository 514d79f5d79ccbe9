//! Refresh writes the same bytes for the same input, in whatever form upstream sends it.

use std::fs;
use std::time::{Duration, SystemTime};

use serde_json::{Value, json};

use crate::support::{Copy, upstream};

#[test]
fn refreshing_twice_changes_no_byte() {
    let copy = Copy::new();
    let text = upstream().to_string();
    copy.refresh(&text).unwrap();
    let first = copy.files();
    copy.refresh_at(&text, SystemTime::UNIX_EPOCH + Duration::from_secs(60))
        .unwrap();
    assert_eq!(copy.files(), first);
}

#[test]
fn refreshing_from_the_snapshot_writes_the_committed_document() {
    let copy = Copy::new();
    let committed = copy.files();
    let report = copy.refresh(&upstream().to_string()).unwrap();
    assert_eq!(report.changes.unwrap().iter().count(), 0);
    for name in ["qti-api.yaml", "upstream.yaml"] {
        assert!(copy.files()[name] == committed[name], "{name}");
    }
}

#[test]
fn upstream_in_3_1_with_texts_examples_and_anchors_gives_the_same_document() {
    let mut document = upstream();
    document["openapi"] = json!("3.1.0");
    document["jsonSchemaDialect"] = json!("https://spec.openapis.org/oas/3.1/dialect/base");
    document["info"]["description"] = json!("long ".repeat(20_000));
    embellish(&mut document);
    // One anchor, used hundreds of times, as a YAML writer does with what it has seen before.
    let text = document.to_string();
    let repeated = "{\"type\":\"string\"}";
    assert!(text.matches(repeated).count() > 500);
    let (before, after) = text.split_once(repeated).unwrap();
    let text = format!("{before} &s {repeated}{}", after.replace(repeated, " *s"));

    let copy = Copy::new();
    let committed = copy.files();
    copy.refresh(&text).unwrap();
    assert!(copy.files()["upstream.yaml"] == committed["upstream.yaml"]);
    assert!(copy.files()["qti-api.yaml"] == committed["qti-api.yaml"]);
}

/// Says in 3.1 what the snapshot says in 3.0, and adds what upstream has and the snapshot has not.
fn embellish(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(embellish),
        Value::Object(map) => {
            map.values_mut().for_each(embellish);
            if map.get("exclusiveMinimum") == Some(&json!(true)) {
                let bound = map.remove("minimum").unwrap();
                map.insert("exclusiveMinimum".into(), bound);
            }
            if map.get("type").is_some_and(|kind| kind == "object")
                && map.contains_key("properties")
            {
                map.insert("description".into(), json!("a text of upstream"));
                map.insert("examples".into(), json!([{ "identifier": "x" }]));
            }
        }
        _ => {}
    }
}

#[test]
fn the_first_refresh_needs_nothing_but_the_overlays() {
    let copy = Copy::new();
    let committed = copy.files();
    for name in ["qti-api.yaml", "upstream.yaml", "source.toml"] {
        fs::remove_file(copy.folder().join(name)).unwrap();
    }
    let report = copy.refresh(&upstream().to_string()).unwrap();
    assert!(
        report
            .to_string()
            .starts_with("no earlier document to compare with\n")
    );
    assert!(copy.files()["qti-api.yaml"] == committed["qti-api.yaml"]);
    copy.verify().unwrap();
}

#[test]
fn refresh_mends_what_a_merge_has_broken() {
    let copy = Copy::new();
    let committed = copy.files();
    for name in ["qti-api.yaml", "upstream.yaml", "source.toml"] {
        copy.edit(name, "\n", "\n<<<<<<< ours\n");
    }
    copy.refresh(&upstream().to_string()).unwrap();
    assert!(copy.files()["qti-api.yaml"] == committed["qti-api.yaml"]);
    copy.verify().unwrap();
}
