//! The two commands that run the whole pipeline: refresh writes the generated files, verify compares them.

use std::time::SystemTime;

use super::check::{Counts, check};
use super::diff::diff;
use super::error::{Error, Result};
use super::folder::Folder;
use super::report::Report;
use super::source::sha256;
use super::{fetch, normalize};

/// Fetches the document at `from`, a URL or a file, and replaces the generated files in `folder`.
pub fn refresh(folder: &Folder, from: &str, now: SystemTime) -> Result<Report> {
    let text = fetch::fetch(from)?;
    let upstream = normalize(from, &text)?;
    let generated = folder.generate(&upstream)?;
    let counts = check(&generated.document)?;
    // The files that are there may be broken, by a merge for example. A refresh mends them, so it must not need them.
    let (before, source) = (folder.snapshot().ok(), folder.source().ok().flatten());
    // Upstream's documents are compared, because the generated one no longer says what a request must have.
    let changes = before.as_ref().map(|before| diff(before, &upstream));
    let is_told = changes
        .as_ref()
        .is_none_or(|changes| changes.iter().next().is_some());
    let untold = !is_told && before.as_ref() != Some(&upstream);
    let source = generated.source(from, &text, now).or_older(source);
    folder.store(&generated, &source)?;
    Ok(Report {
        changes,
        untold,
        unmatched: generated.unmatched,
        counts,
    })
}

/// Checks that the generated files in `folder` are what refresh would write, and that they keep to the limits.
///
/// The input is the committed snapshot of upstream's document, or the document at `from`.
pub fn verify(folder: &Folder, from: Option<&str>) -> Result<Counts> {
    let upstream = match from {
        None => folder.snapshot()?,
        Some(from) => {
            let text = fetch::fetch(from)?;
            if folder
                .source()?
                .is_none_or(|source| source.sha256 != sha256(&text))
            {
                return Err(Error::new(
                    from,
                    "is not the document that source.toml records",
                ));
            }
            normalize(from, &text)?
        }
    };
    let generated = folder.generate(&upstream)?;
    folder.compare(&generated)?;
    if let Some(leftover) = generated.unmatched.texts.first() {
        return Err(Error::new(leftover, "remove it"));
    }
    let counts = check(&generated.document)?;
    match counts.beyond_limits().first() {
        Some(problem) => Err(Error::new("qti-api.yaml", problem)),
        None => Ok(counts),
    }
}
