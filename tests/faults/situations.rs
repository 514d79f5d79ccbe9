//! Holds `situations.md` to the tests that it names.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const TABLE: &str = include_str!("situations.md");

/// How many situations there were to think of before the first line of the client was written.
const LEAST: usize = 60;

/// A line of the table.
struct Row<'a> {
    situation: String,
    test: &'a str,
}

/// The lines of all tables under their headings: one situation is another under another heading.
fn rows(table: &str) -> Vec<Row<'_>> {
    let mut heading = "";
    let mut rows = Vec::new();
    for line in table.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            heading = title;
        }
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        let ["", situation, does, test, ""] = cells[..] else {
            assert!(!line.starts_with('|'), "no three cells: {line}");
            continue;
        };
        if matches!(situation, "situation" | "---") {
            continue;
        }
        assert!(!situation.is_empty() && !does.is_empty(), "{line}");
        rows.push(Row {
            situation: format!("{heading}: {situation}"),
            test: test.trim_matches('`'),
        });
    }
    rows
}

/// The test functions of a source.
fn tests(source: &str) -> impl Iterator<Item = &str> {
    let after_attributes = ["#[test]", "#[tokio::test]", "#[tokio::test("];
    let mut lines = source.lines().map(str::trim);
    std::iter::from_fn(move || {
        lines.find(|line| after_attributes.iter().any(|it| line.starts_with(it)))?;
        let function = lines.find_map(|line| line.split_once("fn "))?.1;
        function.split('(').next()
    })
}

/// The Rust sources of this folder and of those in it.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let inside = std::fs::read_dir(folder).unwrap();
    let found = inside.flat_map(|entry| match entry.unwrap().path() {
        path if path.is_dir() => sources(&path),
        path => vec![path],
    });
    found
        .filter(|path| path.extension().is_some_and(|it| it == "rs"))
        .collect()
}

/// All tests below these folders, and the files that they stand in.
fn tests_of(folders: &[&str]) -> BTreeMap<String, Vec<PathBuf>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = BTreeMap::<_, Vec<_>>::new();
    for path in folders.iter().flat_map(|it| sources(&root.join(it))) {
        let source = std::fs::read_to_string(&path).unwrap();
        for test in tests(&source) {
            found.entry(test.to_owned()).or_default().push(path.clone());
        }
    }
    found
}

/// What is wrong with the table.
fn wrong(table: &str, all: &BTreeMap<String, Vec<PathBuf>>) -> Vec<String> {
    let mut situations = BTreeSet::new();
    let mut wrong = Vec::new();
    for Row { situation, test } in rows(table) {
        match all.get(test).map_or(0, Vec::len) {
            0 => wrong.push(format!("{situation}: no test is called {test:?}")),
            1 => {}
            _ => wrong.push(format!("{situation}: {test:?} is {:?}", all[test])),
        }
        if !situations.insert(situation.clone()) {
            wrong.push(format!("{situation}: stands there twice"));
        }
    }
    wrong
}

#[test]
fn every_situation_names_a_test_that_is_there_and_stands_there_once() {
    let wrong = wrong(TABLE, &tests_of(&["src", "tests"]));
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(rows(TABLE).len() > LEAST);
}

#[test]
fn every_test_of_faults_has_its_situation() {
    let listed: BTreeSet<_> = rows(TABLE).into_iter().map(|row| row.test).collect();
    let here = tests_of(&["tests/faults"]);
    let missing: Vec<_> = here
        .iter()
        .filter(|(test, files)| !listed.contains(test.as_str()) && !files[0].ends_with(file!()))
        .collect();
    assert!(here.len() > 20 && missing.is_empty(), "{missing:#?}");
}

#[test]
fn a_table_that_rots_is_noticed() {
    let all = tests_of(&["tests/faults"]);
    let head = "## Links\n| situation | what the client does | test |\n| --- | --- | --- |\n";
    let good = "| loop | ends | `a_redirect_loop_ends` |\n";
    let gone = "| gone | ends | `a_test_that_is_gone` |\n";
    let helper = "| helper | ends | `wrong` |\n";
    assert!(wrong(&format!("{head}{good}"), &all).is_empty());
    for (table, complaint) in [
        (format!("{head}{gone}"), "no test is called"),
        (format!("{head}{helper}"), "no test is called"),
        (format!("{head}{good}{good}"), "stands there twice"),
    ] {
        let wrong = wrong(&table, &all);
        assert!(
            wrong.len() == 1 && wrong[0].contains(complaint),
            "{wrong:?}"
        );
    }
    assert!(wrong(&format!("{head}{good}## Others\n{good}"), &all).is_empty());
}
