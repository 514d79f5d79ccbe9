//! The spec pipeline: from upstream's OpenAPI document to the one the library is generated from.
//!
//! Fetch, parse, resolve, lower, drop prose; then correct, narrow, name, relax, describe; then check, report, write. Each
//! step is a function from document to document in a file of its own, and refuses what it cannot express.

mod check;
mod describe;
mod error;
mod fetch;
mod lower;
mod name;
mod narrow;
mod overlay;
mod parse;
mod prose;
pub mod refresh;
mod relax;
mod resolve;
mod visit;
mod write;

pub use error::{Error, Result};

/// An OpenAPI document, its members in the order of the source.
pub type Document = serde_json::Value;

/// Upstream's document as 3.0.3 and without its texts: the form that is kept as `openapi/upstream.yaml`.
pub fn normalize(place: &str, text: &str) -> Result<Document> {
    let document = parse::parse(place, text)?;
    let document = resolve::resolve(document)?;
    let document = lower::lower(document)?;
    prose::drop_prose(document)
}

/// The document that the library is generated from.
pub fn transform(
    upstream: Document,
    corrections: &overlay::Overlay,
    texts: &overlay::Overlay,
) -> Result<Document> {
    let document = corrections.apply(upstream)?;
    let document = narrow::narrow(document)?;
    let document = name::name(document)?;
    let document = relax::relax(document)?;
    describe::describe(document, texts)
}
