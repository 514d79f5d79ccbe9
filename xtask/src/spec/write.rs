//! Write: YAML text, and files that change all together or not at all.

use std::fs::File;
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
        // Created with the usual permissions. Only its owner could read a file that tempfile creates.
        let mut file = tempfile::Builder::new()
            .make_in(folder, |path| File::create_new(path))
            .map_err(|e| failed(path, &e))?;
        file.write_all(text.as_bytes())
            .map_err(|e| failed(path, &e))?;
        written.push((path, file));
    }
    for (path, file) in written {
        file.persist(path).map_err(|e| failed(path, &e.error))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::testing::error;

    #[test]
    fn text_that_looks_like_something_else_reads_back_as_text() {
        let value = serde_json::json!({
            "yes": "no", "1.0": "1.0", "null": "~", "200": "2024-01-01", "a b": "x: y", "#": "- #",
            "lines": "one\n\n  two\n", "long": "word ".repeat(50), "empty": "", "{}": {}, "[]": [], "é": "\u{1f600}\t",
        });
        let text = yaml("test", "A header.", &value).unwrap();
        assert!(text.starts_with("# A header.\n"));
        assert_eq!(parse::yaml("test", &text).unwrap(), value);
    }

    #[test]
    fn files_are_replaced_and_nothing_else_is_left() {
        let folder = tempfile::tempdir().unwrap();
        let (a, b) = (folder.path().join("a"), folder.path().join("b"));
        std::fs::write(&a, "old").unwrap();
        replace(&[(&a, "new"), (&b, "more")]).unwrap();
        assert_eq!(std::fs::read_to_string(&a).unwrap(), "new");
        assert_eq!(std::fs::read_to_string(&b).unwrap(), "more");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
    }

    #[test]
    fn a_new_file_is_as_readable_as_any_other() {
        let folder = tempfile::tempdir().unwrap();
        let (ours, other) = (folder.path().join("ours"), folder.path().join("other"));
        replace(&[(&ours, "text")]).unwrap();
        std::fs::write(&other, "text").unwrap();
        let permissions = |path: &Path| std::fs::metadata(path).unwrap().permissions();
        assert_eq!(permissions(&ours), permissions(&other));
    }

    #[test]
    fn a_file_that_cannot_be_written_leaves_the_others_alone() {
        let folder = tempfile::tempdir().unwrap();
        let a = folder.path().join("a");
        std::fs::write(&a, "old").unwrap();
        let error = error(replace(&[
            (&a, "new"),
            (&folder.path().join("none/b"), "more"),
        ]));
        assert!(error.contains("none/b: "), "{error}");
        assert_eq!(std::fs::read_to_string(&a).unwrap(), "old");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}
