//! The spec pipeline: from upstream's OpenAPI document to the one the library is generated from.
//!
//! 1. Upstream's document, as the repository keeps it: fetch, parse, resolve, paths, lower, prose.
//! 2. The library's document: correct (`overlay`), narrow, name, composition, relax, policy, describe.
//! 3. What a refresh leaves: generate, check, report, write.
//!
//! Each step has a file of its own with its own tests. A step of the first two groups is a function from document to
//! document, and refuses what it cannot express.

mod check;
mod composition;
mod describe;
mod diff;
mod error;
mod extensions;
mod fetch;
mod folder;
mod generate;
mod limits;
mod lower;
mod name;
mod narrow;
mod overlay;
mod parse;
mod paths;
mod policy;
mod prose;
mod refresh;
mod relax;
mod report;
mod resolve;
mod source;
#[cfg(test)]
mod testing;
mod visit;
mod write;

pub use check::Counts;
pub use diff::{Change, Changes, Kind, diff};
pub use error::{Error, Result};
pub use folder::Folder;
pub use refresh::{refresh, verify};
pub use report::Report;
pub use source::ORIGIN;

use serde::Serialize;

/// An OpenAPI document, its members in the order of the source.
pub type Document = serde_json::Value;

/// Reads the document at `from`, a URL or a file, in the form in which the repository keeps upstream's.
pub fn read(from: &str) -> Result<Document> {
    normalize(from, &fetch::fetch(from)?)
}

/// Upstream's document as 3.0.3 and without its texts, which is what the repository keeps of it.
fn normalize(place: &str, text: &str) -> Result<Document> {
    let document = parse::parse(place, text)?;
    let document = resolve::resolve(document)?;
    let document = paths::settle(document)?;
    let document = lower::lower(document)?;
    prose::drop_prose(document)
}

/// The parts of the overlays that a document has no place for.
#[derive(Debug, Serialize)]
pub struct Unmatched {
    /// Optional corrections, by their names.
    pub corrections: Vec<String>,
    /// Texts, by what they would describe.
    pub texts: Vec<String>,
}

/// The document that the library is generated from.
fn transform(
    upstream: Document,
    corrections: &overlay::Overlay,
    texts: &overlay::Overlay,
) -> Result<(Document, Unmatched)> {
    let (document, corrections) = corrections.apply(upstream)?;
    let document = narrow::narrow(document)?;
    let document = name::name(document)?;
    let document = composition::refuse_composed(document)?;
    let document = relax::relax(document)?;
    let document = policy::require_policy(document)?;
    let (document, texts) = describe::describe(document, texts)?;
    Ok((document, Unmatched { corrections, texts }))
}
