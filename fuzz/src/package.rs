//! Packages, which are zips from anywhere: read without harm, or refused whole.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Cursor, Write as _};
use std::path::Path;

use serde_json::{Value, json};
use timeback_qti_bank::package::{PackOptions, UnpackOptions};
use timeback_qti_bank::{Bank, Entity, Error, Settings, unobserved};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const MOST: u64 = 100_000;

/// A zip; or the files of one, each below a line of `== ` and its name.
pub fn check(bytes: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder");
    let package = folder.path().join("in.zip");
    let zip = match bytes.starts_with(b"PK") {
        true => bytes.to_vec(),
        false => zipped(bytes),
    };
    fs::write(&package, zip).expect("a file");
    let bank = Bank::init(folder.path().join("one"), Settings::default()).expect("a bank");
    let options = UnpackOptions::default().max_bytes(MOST);
    match bank.unpack(&package, &options, &unobserved) {
        Ok(report) => {
            let files = files(bank.root());
            assert_eq!(report.created, entities(&bank).len() as u64);
            assert_eq!(report.replaced, 0);
            // Documents are bounded, and media is; what a bank writes beside them is of their size.
            let size: usize = files.values().map(Vec::len).sum();
            assert!((size as u64) < 3 * MOST, "{size} bytes");
            unpacks_again_to_the_same(&bank, &package, &files);
            goes_out_and_comes_in_again(&bank, folder.path());
        }
        Err(error) => {
            assert!(matches!(error, Error::Package { .. }), "{error:?}");
            assert_eq!(
                files(bank.root()).into_keys().collect::<Vec<_>>(),
                ["qti.toml"],
                "{error}"
            );
        }
    }
    let mut beside: Vec<_> = fs::read_dir(folder.path()).expect("it lists").collect();
    beside.retain(|entry| {
        let name = entry.as_ref().expect("an entry").file_name();
        !["in.zip", "out.zip", "one", "two"].contains(&&*name.to_string_lossy())
    });
    assert!(beside.is_empty(), "{beside:?}");
}

fn zipped(bytes: &[u8]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let mut is_open = false;
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        let name = line.strip_prefix(b"== ").map(String::from_utf8_lossy);
        if let Some(name) = name {
            let name = name.trim_end_matches('\n');
            // Two of one name cannot be written here.
            is_open = zip.start_file(name, SimpleFileOptions::default()).is_ok();
        } else if is_open {
            zip.write_all(line).expect("in memory");
        }
    }
    zip.finish().expect("in memory").into_inner()
}

/// All files below a folder but a bank's own, by their names.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(within) = open.pop() {
        for entry in fs::read_dir(within).expect("it lists") {
            let path = entry.expect("an entry").path();
            let name = path
                .strip_prefix(folder)
                .expect("below it")
                .to_str()
                .expect("UTF-8");
            match path.is_dir() {
                true if name != ".qti" => open.push(path),
                true => {}
                false => drop(found.insert(name.to_owned(), fs::read(&path).expect("it reads"))),
            }
        }
    }
    found
}

fn entities(bank: &Bank) -> Vec<Entity> {
    let read = bank.entities().expect("they list");
    read.map(|entity| entity.expect("it reads")).collect()
}

fn unpacks_again_to_the_same(bank: &Bank, package: &Path, before: &BTreeMap<String, Vec<u8>>) {
    let options = UnpackOptions::default().max_bytes(MOST);
    let report = bank
        .unpack(package, &options, &unobserved)
        .expect("as before");
    let changed = (
        report.created,
        report.replaced,
        report.conflicts,
        report.media_conflicts,
    );
    assert_eq!(changed, (0, 0, Vec::new(), Vec::new()));
    let after = files(bank.root());
    assert_eq!(
        after.keys().collect::<Vec<_>>(),
        before.keys().collect::<Vec<_>>()
    );
    for (name, bytes) in before {
        assert!(after[name] == *bytes, "{name}");
    }
}

/// Entities, media, and what is kept of the manifest.
fn goes_out_and_comes_in_again(bank: &Bank, folder: &Path) {
    let package = folder.join("out.zip");
    bank.pack(&package, &PackOptions::default(), &unobserved)
        .expect("it packs");
    let other = Bank::init(folder.join("two"), Settings::default()).expect("a bank");
    let options = UnpackOptions::default().max_bytes(10 * MOST);
    other
        .unpack(&package, &options, &unobserved)
        .expect("what was packed");
    assert_eq!(entities(&other), entities(bank));
    let (there, here) = (files(other.root()), files(bank.root()));
    assert_eq!(
        there.keys().collect::<Vec<_>>(),
        here.keys().collect::<Vec<_>>()
    );
    for (name, bytes) in &here {
        if name.starts_with("media/") {
            assert!(there[name] == *bytes, "{name}");
        }
    }
    // What was in no resource has one of its own now, and what a document shows is in its resource.
    let record = |files: &BTreeMap<String, Vec<u8>>| -> Value {
        serde_json::from_slice(&files["qti-package.json"]).expect("JSON")
    };
    let (there, here) = (record(&there), record(&here));
    assert_eq!(there["metadata"], here["metadata"]);
    let resources = |record: &Value| record["resources"].as_array().cloned().unwrap_or_default();
    // One that failed is told in the report.
    let held: Vec<_> = entities(bank)
        .into_iter()
        .map(|entity| json!(entity.key))
        .collect();
    let is_held =
        |resource: &Value| resource["entity"].is_null() || held.contains(&resource["entity"]);
    for resource in resources(&here).into_iter().filter(is_held) {
        let kept = ["identifier", "type", "entity", "href", "metadata"];
        let is_same = |other: &Value| kept.iter().all(|name| other[name] == resource[name]);
        assert!(
            resources(&there).iter().any(is_same),
            "{resource}\n{there:#}"
        );
    }
}
