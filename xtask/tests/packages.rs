//! What cargo says of the packages that are published: what they hold, what they depend on, and what they say of themselves.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO"))
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .args(arguments)
        .arg("--locked")
        .output()
        .unwrap();
    let problem = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {problem}");
    String::from_utf8(output.stdout).unwrap()
}

/// `cargo metadata`, dependencies included.
static METADATA: LazyLock<Value> = LazyLock::new(|| {
    let text = cargo(&["metadata", "--format-version", "1", "--all-features"]);
    serde_json::from_str(&text).unwrap()
});

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn package(name: &str) -> &'static Value {
    list(&METADATA["packages"])
        .find(|package| package["name"] == name && package["source"].is_null())
        .unwrap()
}

/// The packages of the workspace that are published.
fn published() -> Vec<&'static str> {
    list(&METADATA["packages"])
        .filter(|package| package["source"].is_null() && package["publish"].is_null())
        .map(|package| package["name"].as_str().unwrap())
        .collect()
}

/// What a user of the package compiles: the package, and what it needs to build and to run.
fn compiled_with(name: &str) -> BTreeSet<&'static str> {
    let nodes: BTreeMap<_, _> = list(&METADATA["resolve"]["nodes"])
        .map(|node| (node["id"].as_str().unwrap(), node))
        .collect();
    let (mut found, mut open) = (BTreeSet::new(), vec![package(name)["id"].as_str().unwrap()]);
    while let Some(id) = open.pop() {
        if found.insert(id) {
            let needed = list(&nodes[id]["deps"])
                .filter(|dependency| list(&dependency["dep_kinds"]).any(|it| it["kind"] != "dev"));
            open.extend(needed.map(|dependency| dependency["pkg"].as_str().unwrap()));
        }
    }
    found
}

/// The names of the packages that the library runs on, on every platform.
fn runs_on(features: &[&str]) -> BTreeSet<String> {
    let tree = [
        "tree",
        "--package=timeback-qti",
        "--edges=normal",
        "--target=all",
        "--prefix=none",
        "--no-dedupe",
    ];
    cargo(&[&tree, features].concat())
        .lines()
        .filter_map(|line| line.split(' ').next().map(str::to_owned))
        .collect()
}

#[test]
fn without_default_features_there_is_no_tls_stack() {
    const STACKS: [&str; 8] = [
        "aws-lc-rs",
        "hyper-rustls",
        "hyper-tls",
        "native-tls",
        "openssl",
        "ring",
        "rustls",
        "schannel",
    ];
    let stacks = |features: &[&str]| -> Vec<_> {
        let found = runs_on(features);
        STACKS
            .into_iter()
            .filter(|it| found.contains(*it))
            .collect()
    };
    assert!(stacks(&[]).contains(&"rustls"));
    assert!(stacks(&["--no-default-features", "--features=native-tls"]).contains(&"native-tls"));
    assert_eq!(stacks(&["--no-default-features"]), [""; 0]);
    let others = "--features=schemars,httpmock";
    assert_eq!(stacks(&["--no-default-features", others]), [""; 0]);
}

#[test]
fn the_declared_rust_version_is_enough_for_all_that_is_compiled() {
    let version = |text: &str| -> Vec<u32> {
        let mut parts: Vec<_> = text.split('.').map(|part| part.parse().unwrap()).collect();
        parts.resize(3, 0);
        parts
    };
    for name in published() {
        let declared = version(package(name)["rust_version"].as_str().unwrap());
        let compiled = compiled_with(name);
        assert!(compiled.len() > 2, "{name}: {}", compiled.len());
        for package in list(&METADATA["packages"]) {
            let Some(needed) = package["rust_version"].as_str() else {
                continue;
            };
            let id = package["id"].as_str().unwrap();
            if compiled.contains(id) {
                assert!(version(needed) <= declared, "{name}: {id} needs {needed}");
            }
        }
    }
}

#[test]
fn a_package_says_what_it_is_and_names_no_address() {
    for name in published() {
        let package = package(name);
        for field in ["description", "license", "readme", "rust_version"] {
            assert!(package[field].is_string(), "{name}: {field}");
        }
        for (field, at_most) in [("keywords", 5), ("categories", 5)] {
            let count = list(&package[field]).count();
            assert!((1..=at_most).contains(&count), "{name}: {count} {field}");
        }
        for field in ["homepage", "repository", "documentation"] {
            assert!(package[field].is_null(), "{name}: {field}");
        }
        let docs = &package["metadata"]["docs"]["rs"];
        let has_features = package["features"].as_object().unwrap().len() > 1;
        assert_eq!(docs["all-features"] == true, has_features, "{name}");
    }
    let private = list(&package("xtask")["publish"]).count() == 0;
    assert!(private && package("xtask")["publish"].is_array());
}

#[test]
fn a_package_holds_what_it_needs_and_no_more() {
    let always = ["Cargo.toml", "LICENSE-APACHE", "LICENSE-MIT", "README.md"];
    let own = |name: &str| -> (&[&str], &[&str]) {
        match name {
            "timeback-qti" => (
                &[
                    "build/main.rs",
                    "openapi/qti-api.yaml",
                    "src/lib.rs",
                    "CHANGELOG.md",
                ],
                &["build/", "src/", "examples/"],
            ),
            "qti-xml" => (&["src/lib.rs"], &["src/", "examples/"]),
            "timeback-qti-cli" => (&["src/main.rs"], &["src/"]),
            "timeback-qti-sandbox" => (&["src/lib.rs", "src/main.rs"], &["src/"]),
            _ => (&["src/lib.rs"], &["src/"]),
        }
    };
    // What cargo adds.
    let added = ["Cargo.lock", "Cargo.toml.orig", ".cargo_vcs_info.json"];
    for name in published() {
        let (own, folders) = own(name);
        let files = cargo(&["package", "--list", "--allow-dirty", "--package", name]);
        let files: Vec<_> = files.lines().map(|file| file.replace('\\', "/")).collect();
        for needed in always.iter().chain(own) {
            assert!(files.iter().any(|file| file == needed), "{name}: {needed}");
        }
        for file in &files {
            let file = file.as_str();
            let known = [&always[..], own, &added].concat().contains(&file);
            let inside = folders.iter().any(|folder| file.starts_with(folder));
            assert!(known || inside, "{name}: {file}");
        }
    }
}
