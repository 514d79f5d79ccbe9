//! Another judge of what is well-formed: libxml2's `xmllint`, on documents that are generated and then broken.
//!
//! `QTI_XML_JUDGED=100000 cargo test -p qti-xml --test second_judge -- --nocapture` judges more of them, and tells how many.

mod documents;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use qti_xml::{XmlErrorKind, check_well_formed};

/// How many documents a process of xmllint reads.
const BATCH: usize = 500;

#[test]
fn a_second_judge_gives_the_same_verdict() {
    if Command::new("xmllint").arg("--version").output().is_err() {
        println!("skipped: xmllint is not installed (Debian: libxml2-utils)");
        return;
    }
    let count = std::env::var("QTI_XML_JUDGED").map_or(3_000, |count| count.parse().unwrap());
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("second_judge");
    fs::create_dir_all(&folder).unwrap();
    let all: Vec<String> = documents::fixed()
        .chain(documents::random(7))
        .take(count)
        .collect();
    let mut figures: BTreeMap<&str, usize> = BTreeMap::new();
    let mut unexplained = Vec::new();
    for batch in all.chunks(BATCH) {
        for (document, theirs) in batch.iter().zip(xmllint(&folder, batch)) {
            let ours = check_well_formed(document);
            let verdict = match (ours.is_ok(), theirs.is_empty()) {
                (true, true) => "well-formed",
                (false, false) => "not well-formed",
                _ => match DIFFERENCES
                    .iter()
                    .find(|(_, explains)| explains(document, &ours, &theirs))
                {
                    Some((why, _)) => why,
                    None => {
                        unexplained.push(format!(
                            "{document:?}\n  we: {ours:?}\n  xmllint: {theirs:?}"
                        ));
                        "unexplained"
                    }
                },
            };
            *figures.entry(verdict).or_default() += 1;
        }
    }
    println!("{} documents: {figures:#?}", all.len());
    let shown = &unexplained[..unexplained.len().min(20)];
    assert!(
        unexplained.is_empty(),
        "{} unexplained:\n{}",
        unexplained.len(),
        shown.join("\n")
    );
    for verdict in ["well-formed", "not well-formed"] {
        assert!(figures[verdict] > count / 5, "{figures:?}");
    }
}

/// A difference that is meant: why, and which verdicts it explains.
type Difference = (
    &'static str,
    fn(&str, &Result<(), qti_xml::XmlError>, &BTreeSet<String>) -> bool,
);

const DIFFERENCES: &[Difference] = &[
    (
        "we do not read what a DOCTYPE declares",
        |document, ours, _| {
            let is_entity = |error: &qti_xml::XmlError| error.message.contains("entities");
            document.contains("<!DOCTYPE") && ours.as_ref().err().is_none_or(is_entity)
        },
    ),
    (
        "the text is decoded already, whatever encoding it declares",
        |document, ours, theirs| {
            let declares = document
                .split("?>")
                .next()
                .is_some_and(|first| first.contains("encoding"));
            ours.is_ok() && declares && theirs.iter().all(|said| said.contains("ncoding"))
        },
    ),
    (
        "we do not look at whether a namespace's name is a URI",
        |_, ours, theirs| {
            ours.is_ok()
                && theirs
                    .iter()
                    .all(|said| said.contains("is not a valid URI"))
        },
    ),
    (
        "libxml2 takes U+0000 after the root for the end of the text",
        |document, ours, theirs| {
            let is_nul = |error: &qti_xml::XmlError| error.message.contains("U+0000");
            document.contains('\0') && theirs.is_empty() && ours.as_ref().is_err_and(is_nul)
        },
    ),
    (
        "libxml2 takes `1.` for a version",
        |document, ours, theirs| {
            let declares = document.contains("'1.'") || document.contains("\"1.\"");
            let is_declaration =
                |error: &qti_xml::XmlError| error.message.contains("XML declaration");
            declares && theirs.is_empty() && ours.as_ref().is_err_and(is_declaration)
        },
    ),
    ("we have limits of our own", |_, ours, _| {
        ours.as_ref()
            .is_err_and(|error| error.kind == XmlErrorKind::Limit)
    }),
];

/// What xmllint says against each document; nothing if it is well-formed.
fn xmllint(folder: &Path, documents: &[String]) -> Vec<BTreeSet<String>> {
    let names: Vec<String> = (0..documents.len())
        .map(|number| format!("d{number}.xml"))
        .collect();
    for (name, document) in names.iter().zip(documents) {
        fs::write(folder.join(name), document).unwrap();
    }
    let output = Command::new("xmllint")
        .args(["--noout", "--nonet"])
        .args(&names)
        .current_dir(folder)
        .output();
    let said = String::from_utf8_lossy(&output.unwrap().stderr).into_owned();
    let mut faults = vec![BTreeSet::new(); documents.len()];
    for line in said.lines() {
        let Some((number, message)) = fault(line) else {
            continue;
        };
        faults[number].insert(message.to_owned());
    }
    faults
}

/// `d7.xml:1: parser error : ...`, or `namespace error`: the number and the words; warnings are none.
fn fault(line: &str) -> Option<(usize, &str)> {
    let (number, rest) = line.strip_prefix('d')?.split_once(".xml:")?;
    let (_, rest) = rest.split_once(": ")?;
    let message = rest
        .strip_prefix("parser error : ")
        .or_else(|| rest.strip_prefix("namespace error : "))?;
    Some((number.parse().ok()?, message))
}
