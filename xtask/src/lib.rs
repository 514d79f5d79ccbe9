//! The project's own tooling, run as `cargo xtask`.

pub mod judge;
pub mod spec;

// The crate's build script, so that what is counted and checked here is what the library is built from.
#[path = "../../build/main.rs"]
#[allow(dead_code)]
mod build;
