//! `media/`: where a bank keeps the files that are no entities.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::name;
use crate::bank::Bank;
use crate::error::{Error, Result};

fn folder(bank: &Bank) -> PathBuf {
    bank.root().join("media")
}

/// The path of such a file.
pub(super) fn path(bank: &Bank, name: &str) -> PathBuf {
    name.split('/')
        .fold(folder(bank), |path, part| path.join(part))
}

/// The names of all such files, sorted, but for those that systems leave there by themselves.
///
/// # Errors
/// [`Error::Refused`] for a link: nothing is read or written where it leads.
pub(super) fn names(bank: &Bank) -> Result<Vec<String>> {
    let mut names = Vec::new();
    list(&folder(bank), "", &mut names)?;
    names.sort_unstable();
    Ok(names)
}

/// Refuses a link: the file that it leads to may be none of the bank's, such as one with a password.
fn refuse_link(path: &Path) -> Result<()> {
    match fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink()) {
        true => Err(Error::Refused {
            what: path.display().to_string(),
            problem: "it is a link, which can lead out of the bank: put the file itself there"
                .into(),
        }),
        false => Ok(()),
    }
}

fn list(folder: &Path, within: &str, names: &mut Vec<String>) -> Result<()> {
    refuse_link(folder)?;
    let entries = match fs::read_dir(folder) {
        Err(missing) if missing.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(Error::file(folder))?,
    };
    for entry in entries {
        let entry = entry.map_err(Error::file(folder))?;
        let path = entry.path();
        refuse_link(&path)?;
        let part = entry.file_name().into_string().map_err(|_| Error::Stray {
            path: path.clone(),
            expected: None,
        })?;
        let name = format!("{within}{part}");
        let kind = entry.file_type().map_err(Error::file(&path))?;
        if kind.is_dir() {
            list(&path, &(name + "/"), names)?;
        } else if !name::is_noise(&name) {
            names.push(name);
        }
    }
    Ok(())
}
