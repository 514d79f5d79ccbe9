//! Checks the sources against the rules that ARCHITECTURE.md states.

mod imports;
mod sources;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use imports::Import;
use sources::{Module, Package, folders, repository, rust_files};

/// A longer file usually holds two concerns.
const MOST_LINES: usize = 400;

fn each_package(check: impl Fn(&Package, &[Import]) -> Vec<String>) {
    let problems: Vec<_> = Package::all()
        .iter()
        .flat_map(|package| check(package, &imports::of(package)))
        .collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn no_files_import_each_other() {
    each_package(|package, imports| {
        let mut reached: BTreeMap<&Module, BTreeSet<&Module>> = BTreeMap::new();
        for import in imports.iter().filter(|import| !import.is_within_family()) {
            reached.entry(&import.from).or_default().insert(&import.to);
        }
        let circle = |start: &Module| {
            let (mut seen, mut open) = (BTreeSet::new(), vec![start]);
            while let Some(module) = open.pop() {
                for next in reached.get(module).into_iter().flatten() {
                    if seen.insert(*next) {
                        open.push(next);
                    }
                }
            }
            seen.contains(start)
        };
        let within: Vec<_> = reached.keys().filter(|module| circle(module)).collect();
        let told = |module: &&&Module| format!("{}: {}", package.name, module.join("::"));
        within.iter().map(told).collect()
    });
}

#[test]
fn arrows_between_folders_point_one_way() {
    each_package(|package, imports| {
        let mut arrows: BTreeMap<_, &Import> = BTreeMap::new();
        for import in imports {
            if let (Some(from), Some(to)) = (import.from.first(), import.to.first())
                && from != to
            {
                arrows.entry((from, to)).or_insert(import);
            }
        }
        let both = arrows.iter().filter_map(|((from, to), there)| {
            let back = arrows.get(&(*to, *from)).filter(|_| from < to)?;
            Some(format!("{}: {there}, and {back}", package.name))
        });
        both.collect()
    });
}

#[test]
fn no_file_is_longer_than_a_reader_can_hold() {
    let long: Vec<_> = rust_files(&repository())
        .into_iter()
        .filter_map(|file| {
            let lines = fs::read_to_string(&file).unwrap().lines().count();
            (lines > MOST_LINES).then(|| format!("{}: {lines} lines", file.display()))
        })
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn every_path_that_the_architecture_names_is_there() {
    let repository = repository();
    let text = fs::read_to_string(repository.join("ARCHITECTURE.md")).unwrap();
    let names: BTreeSet<_> = rust_files(&repository)
        .into_iter()
        .map(|file| file.file_name().unwrap().to_os_string())
        .collect();
    let is_there = |path: &str| match path.contains('/') {
        true => repository.join(path).exists(),
        false => names.contains(std::ffi::OsStr::new(path)),
    };
    let quoted = text.split('`').skip(1).step_by(2);
    let paths: Vec<_> = quoted
        .filter(|name| !name.contains(' ') && (name.ends_with(".rs") || name.contains('/')))
        .collect();
    assert!(paths.len() > 50, "{}", paths.len());
    // The text may name a folder alone, after it has named the folder's parent.
    let folders = folders(&repository);
    let inside = |path: &str| folders.contains(path.trim_end_matches('/')) && path.ends_with('/');
    let missing: Vec<_> = paths
        .into_iter()
        .filter(|path| !is_there(path) && !inside(path))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn a_circle_and_a_second_direction_would_be_found() {
    let source = |text: &str| syn::parse_file(text).unwrap();
    let package = Package {
        name: "example".to_owned(),
        modules: BTreeMap::from([
            (vec![], source("mod a; mod b; pub use b::c::Thing;")),
            (
                vec!["a".to_owned()],
                source("use crate::Thing; fn f() { super::b::g() }"),
            ),
            (
                vec!["b".to_owned()],
                source("pub mod c; #[cfg(test)] mod tests { use crate::a; }"),
            ),
            (
                vec!["b".to_owned(), "c".to_owned()],
                source("use super::super::a::{self, other}; pub struct Thing;"),
            ),
        ]),
    };
    let found: BTreeSet<_> = imports::of(&package)
        .iter()
        .map(|import| (import.from.join("::"), import.to.join("::")))
        .collect();
    let expected = [("", "b::c"), ("a", "b"), ("a", "b::c"), ("b::c", "a")];
    assert_eq!(
        found,
        expected
            .map(|(from, to)| (from.to_owned(), to.to_owned()))
            .into()
    );
}
