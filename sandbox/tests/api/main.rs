//! The sandbox seen from outside, over HTTP; one module a resource.
mod item_refs;
mod parts;
mod paths;
mod sections;
mod support;
mod tests;
mod tokens;
