//! Write: YAML text, and files that change all together or not at all.

use std::io::Write as _;
use std::path::Path;

use serde_json::Value;

use super::error::{Error, Result};
use super::parse;

/// `value` as YAML under a comment, in a form that reads back as the same value.
pub(crate) fn yaml(place: &str, header: &str, value: &Value) -> Result<String> {
    let options =
        serde_saphyr::ser_options! { compact_list_indent: true, prefer_block_scalars: false };
    let body =
        serde_saphyr::to_string_with_options(value, options).map_err(|e| Error::new(place, e))?;
    if &parse::yaml(place, &body)? != value {
        return Err(Error::new(place, "would not read back as what was written"));
    }
    let header: String = header
        .lines()
        .map(|line| format!("# {line}").trim_end().to_owned() + "\n")
        .collect();
    Ok(header + &body)
}

/// Replaces the files, after all of them are written beside their places.
pub(crate) fn replace(files: &[(&Path, &str)]) -> Result<()> {
    let failed = |path: &Path, e: &dyn std::fmt::Display| Error::new(path.display(), e);
    let mut written = Vec::new();
    for (path, text) in files {
        let folder = path.parent().unwrap_or(Path::new("."));
        let mut file = tempfile::NamedTempFile::new_in(folder).map_err(|e| failed(path, &e))?;
        file.write_all(text.as_bytes())
            .map_err(|e| failed(path, &e))?;
        written.push((path, file));
    }
    for (path, file) in written {
        file.persist(path).map_err(|e| failed(path, &e.error))?;
    }
    Ok(())
}
