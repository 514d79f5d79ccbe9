//! The project's own tooling, run as `cargo xtask`.

pub mod judge;
mod process;
pub mod release;
pub mod spec;

// The client's build script, so that the code that is counted and checked here is the code that the client is built
// from.
#[path = "../../build/main.rs"]
#[allow(dead_code)]
mod build;
