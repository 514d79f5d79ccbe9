//! What the project reads from elsewhere, attacked: a file a target, with the properties that hold for any bytes.
//!
//! `fuzz_targets/` hands them to libFuzzer; `xtask/tests/corpora.rs` compiles this file, too, and replays `corpus/`.

mod document;
mod error;
mod service;

pub mod compare;
pub mod error_body;
pub mod filter;
pub mod identifiers;
pub mod package;
pub mod retry_after;
pub mod spec;
pub mod token_answer;
pub mod xml;

/// A target's name and its check.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: &[Target] = &[
    ("compare", compare::check),
    ("error_body", error_body::check),
    ("filter", filter::check),
    ("identifiers", identifiers::check),
    ("package", package::check),
    ("retry_after", retry_after::check),
    ("spec", spec::check),
    ("token_answer", token_answer::check),
    ("xml", xml::check),
];
