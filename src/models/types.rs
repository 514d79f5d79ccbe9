//! The types that `build/` generates from the API document: what is sent and received.

#![allow(
    missing_docs,
    clippy::all,
    clippy::unwrap_used,
    rustdoc::all,
    unused_imports,
    unreachable_pub
)]

include!(concat!(env!("OUT_DIR"), "/types.rs"));
