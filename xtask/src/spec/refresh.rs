//! Refresh: the whole pipeline, from a URL or a file to the files in `openapi/`.

use std::path::Path;

use super::check::{Counts, check};
use super::error::{Error, Result};
use super::overlay::Overlay;
use super::{fetch, normalize, transform, write};

/// Fetches the document at `from` and replaces the generated files in `folder`.
pub fn refresh(folder: &Path, from: &str) -> Result<Counts> {
    let upstream = normalize(from, &fetch::fetch(from)?)?;
    let read = |name: &str| {
        let path = folder.join(name);
        std::fs::read_to_string(&path).map_err(|e| Error::new(path.display(), e))
    };
    let corrections = Overlay::parse("overlay.yaml", &read("overlay.yaml")?)?;
    let texts = Overlay::parse("descriptions.yaml", &read("descriptions.yaml")?)?;
    let document = transform(upstream.clone(), &corrections, &texts)?;
    let counts = check(&document)?;
    let vendored = write::yaml("qti-api.yaml", "Generated", &document)?;
    let snapshot = write::yaml("upstream.yaml", "Generated", &upstream)?;
    write::replace(&[
        (&folder.join("qti-api.yaml"), &vendored),
        (&folder.join("upstream.yaml"), &snapshot),
    ])?;
    Ok(counts)
}
