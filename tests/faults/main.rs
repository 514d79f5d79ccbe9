//! Servers that break in every way known: each call ends with the expected kind of error within its time, shows no
//! secret, and leaves a client that works.

#[path = "../support/mod.rs"]
mod support;

mod addresses;
mod bodies;
mod clocks;
mod connections;
mod early;
mod harness;
mod headers;
mod protocol;
mod proxies;
mod redirects;
mod situations;
mod statuses;
#[cfg(feature = "rustls")]
mod tls;
mod tokens;
