//! The committed files are what they should be, and `check` notices when they are not.

use std::fs;

use xtask::spec::{self, Folder};

use crate::support::{Copy, committed, error, upstream, yaml};

#[test]
fn the_committed_document_is_what_refresh_writes_and_keeps_to_the_limits() {
    let counts = spec::verify(&Folder::new(committed()), None).unwrap();
    assert_eq!(counts.operations, 38);
    assert!(counts.types.len() <= 100, "{counts}");
    assert!(
        counts
            .types
            .iter()
            .all(|name| name.len() <= 32 && !name.ends_with(|c: char| c.is_ascii_digit()))
    );
    assert!(counts.lines <= 6_000, "{counts}");
    assert_eq!(counts.undocumented, [""; 0]);
}

#[test]
fn every_correction_says_why() {
    let overlay = yaml(&fs::read_to_string(committed().join("overlay.yaml")).unwrap());
    for action in overlay["actions"].as_array().unwrap() {
        assert!(
            action["description"]
                .as_str()
                .is_some_and(|why| !why.is_empty()),
            "{action}"
        );
    }
}

#[test]
fn a_change_by_hand_is_found() {
    for (name, from, to, problem) in [
        (
            "qti-api.yaml",
            "type: string",
            "type: integer",
            "qti-api.yaml: is not what `spec refresh` would write",
        ),
        (
            "upstream.yaml",
            "type: string",
            "type: integer",
            "upstream.yaml: was changed since it was written",
        ),
        (
            "overlay.yaml",
            "@.name == 'order'",
            "@.name == 'gone'",
            "overlay.yaml action ",
        ),
        (
            "descriptions.yaml",
            "The stimulus.",
            "A stimulus.",
            "qti-api.yaml: is not what `spec refresh` would write",
        ),
    ] {
        let copy = Copy::new();
        copy.edit(name, from, to);
        let error = error(copy.verify());
        assert!(error.starts_with(problem), "{error}");
    }
}

#[test]
fn check_against_another_input_than_the_recorded_one_says_so() {
    let copy = Copy::new();
    let input = copy.write_input(&upstream().to_string());
    let error = error(spec::verify(&Folder::new(copy.folder()), Some(&input)));
    assert!(
        error.ends_with("is not the document that source.toml records"),
        "{error}"
    );
}
