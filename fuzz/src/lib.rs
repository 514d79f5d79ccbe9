//! What the project reads from elsewhere, attacked: a file a target, with the properties that hold for any bytes.
//!
//! `fuzz_targets/` hands them to libFuzzer; `xtask/tests/corpora.rs` compiles this file, too, and replays `corpus/`.

mod document;

pub mod compare;
pub mod xml;

/// A target's name and its check.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: &[Target] = &[("compare", compare::check), ("xml", xml::check)];
