//! The bindings that `build/` generates from `openapi/qti-api.yaml`: one function an operation, in the order of the
//! path's parameters, the query's after them and the body last.
//!
//! [`Client::raw`](crate::Client::raw) gives them authenticated. Everything else that the facade adds (retries, limits,
//! this crate's errors) is absent, and what is in here changes with the document: semver covers the facade only.
//!
//! Requests go to the address of the client that the bindings are from, whatever [`Client::new`] is told: its token is
//! for no other.

#![allow(
    missing_docs,
    clippy::all,
    clippy::unwrap_used,
    rustdoc::all,
    unused_imports,
    unused_mut,
    unreachable_pub
)]

pub use super::Call;
/// The types of the document, which [`models`](crate::models) has too.
pub use crate::models::types;

/// The HTTP client is left out: the headers that every request of it has may hold a secret.
impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client")
            .field("baseurl", &self.baseurl)
            .field("inner", &self.inner)
            .finish_non_exhaustive()
    }
}

include!(concat!(env!("OUT_DIR"), "/raw.rs"));
