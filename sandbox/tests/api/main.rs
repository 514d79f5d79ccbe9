//! The sandbox seen from outside, over HTTP; one module a resource.
#![allow(clippy::unwrap_used)]

mod authoring;
mod export;
mod faults;
mod feedback;
mod item_refs;
mod items;
mod lifecycle;
mod parts;
mod paths;
mod scoring;
mod sections;
mod sign_in;
mod stimuli;
mod support;
mod tests;
#[path = "../token/mod.rs"]
mod token;
mod tokens;
mod validate;
