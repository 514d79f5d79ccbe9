//! What `cargo xtask spec` promises, on the committed document and its overlays.
#![allow(clippy::unwrap_used, reason = "this is a test")]

mod command;
mod committed;
mod failures;
mod growth;
mod refresh;
mod silence;
mod support;
mod versions;
