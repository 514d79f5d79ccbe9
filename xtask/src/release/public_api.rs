//! The committed lists of the public API, one line an item, so that a review sees every change of it.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use public_api::Builder;
use serde::Deserialize;

use super::{LIBRARIES, rustdoc};
use crate::process::{Error, doing, root};

/// The version of rustdoc's JSON that the crate `public-api` reads.
const FORMAT: u32 = 57;

/// How many lines of a difference are shown.
const SHOWN: usize = 40;

/// Checks that the committed lists are what the packages have.
///
/// # Errors
/// A list that differs, with the lines in which it does.
pub fn check() -> Result<String, Error> {
    let documented = rustdoc::document()?;
    let mut items = 0;
    for package in LIBRARIES {
        let Some(now) = list(&documented, package)? else {
            return Ok(format!(
                "public API: skipped, as the lists are made from version {FORMAT} of rustdoc's JSON, and this Rust writes another"
            ));
        };
        let file = file(package);
        let committed = fs::read_to_string(&file).map_err(doing(reading(&file)))?;
        let changes = changes(&committed, &now);
        if !changes.is_empty() {
            return Err(doing(format!(
                "the public API of {package} is not as in {}",
                file.display()
            ))(io::Error::other(format!(
                "write it with `cargo xtask release api --write`, and the changes into CHANGELOG.md\n{changes}"
            ))));
        }
        items += now.lines().count();
    }
    Ok(format!("public API: {items} items, as committed"))
}

/// Writes the lists.
///
/// # Errors
/// A list that cannot be made or written.
pub fn write() -> Result<String, Error> {
    let documented = rustdoc::document()?;
    for package in LIBRARIES {
        let list = list(&documented, package)?.ok_or_else(|| {
            let format = format!("this Rust does not write version {FORMAT} of rustdoc's JSON");
            doing("list the public API")(io::Error::other(format))
        })?;
        let file = file(package);
        fs::write(&file, list).map_err(doing(format!("write {}", file.display())))?;
    }
    Ok(format!("public API: {} lists written", LIBRARIES.len()))
}

fn file(package: &str) -> PathBuf {
    root().join(format!("xtask/public-api/{package}.txt"))
}

fn reading(file: &Path) -> String {
    format!("read {}", file.display())
}

/// The items of a package, or nothing if this Rust's rustdoc writes another format. Blanket implementations are those
/// of other packages; automatic ones (`Send`) are watched by the comparison with the last release.
fn list(documented: &Path, package: &str) -> Result<Option<String>, Error> {
    #[derive(Deserialize)]
    struct Format {
        format_version: u32,
    }

    let file = documented.join(format!("{}.json", package.replace('-', "_")));
    let json = fs::read_to_string(&file).map_err(doing(reading(&file)))?;
    let format: Format = serde_json::from_str(&json)
        .map_err(|error| doing(reading(&file))(io::Error::other(error)))?;
    if format.format_version != FORMAT {
        return Ok(None);
    }
    let api = Builder::from_rustdoc_json(&file)
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .build()
        .map_err(|error| doing(reading(&file))(io::Error::other(error)))?;
    Ok(Some(api.items().map(|item| format!("{item}\n")).collect()))
}

/// The lines that one of the texts has and the other has not.
fn changes(committed: &str, now: &str) -> String {
    let lines = |text| str::lines(text).collect::<BTreeSet<_>>();
    let (committed, now) = (lines(committed), lines(now));
    let gone = committed.difference(&now).map(|line| format!("- {line}"));
    let new = now.difference(&committed).map(|line| format!("+ {line}"));
    let mut changes: Vec<_> = gone.chain(new).collect();
    if changes.len() > SHOWN {
        let more = changes.len() - SHOWN;
        changes.truncate(SHOWN);
        changes.push(format!("and {more} more"));
    }
    changes.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_change_of_the_public_api_is_shown() {
        let committed = "pub fn a::gone()\npub fn a::kept()\n";
        let now = "pub fn a::kept()\npub fn a::new()\n";
        assert_eq!(
            changes(committed, now),
            "- pub fn a::gone()\n+ pub fn a::new()"
        );
        assert_eq!(changes(now, now), "");
    }

    #[test]
    fn a_long_difference_is_cut_and_says_how_much_is_left_out() {
        let now: String = (0..100).map(|number| format!("{number}\n")).collect();
        let shown = changes("", &now);
        assert_eq!(shown.lines().count(), SHOWN + 1);
        assert!(shown.ends_with("and 60 more"));
    }
}
