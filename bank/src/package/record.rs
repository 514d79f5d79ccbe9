//! `package.json`: what a bank remembers of an unpacked manifest, so that `pack` writes the same names and order.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::{fs, io};

use serde::{Deserialize, Serialize};

use crate::bank::Bank;
use crate::entity::Key;
use crate::error::{Error, Result};
use crate::layout::write_atomically;

/// What is kept of a manifest.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Record {
    pub(super) identifier: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) metadata: Option<String>,
    pub(super) resources: Vec<Kept>,
}

/// A resource, in the order of the manifest.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Kept {
    pub(super) identifier: String,
    #[serde(rename = "type")]
    pub(super) of_type: String,
    /// Its entity; `None` for other files.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) entity: Option<Key>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) href: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) files: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) dependencies: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) metadata: Option<String>,
}

fn path(bank: &Bank) -> PathBuf {
    bank.root().join("package.json")
}

impl Record {
    pub(super) fn read(bank: &Bank) -> Result<Self> {
        let path = path(bank);
        match fs::read_to_string(&path) {
            Ok(text) => {
                serde_json::from_str(&text).map_err(|source| Error::Beside { path, source })
            }
            Err(missing) if missing.kind() == io::ErrorKind::NotFound => Ok(Self::default()),
            Err(problem) => Err(Error::file(path)(problem)),
        }
    }

    pub(super) fn write(&self, bank: &Bank) -> Result<()> {
        let path = path(bank);
        let text = serde_json::to_string_pretty(self).map_err(|source| Error::Beside {
            path: path.clone(),
            source,
        })?;
        write_atomically(&bank.staging(), &path, (text + "\n").as_bytes())
    }

    /// Leaves out these entities and files; `None` if nothing remains.
    pub(super) fn without(
        mut self,
        entities: &HashSet<&Key>,
        files: &HashSet<&String>,
    ) -> Option<Self> {
        let was_empty = self.resources.is_empty();
        self.resources.retain(|kept| match &kept.entity {
            Some(key) => !entities.contains(key),
            None => {
                let mut own = kept.href.iter().chain(&kept.files);
                !own.any(|file| files.contains(file))
            }
        });
        (was_empty || !self.resources.is_empty()).then_some(self)
    }

    /// Adds the record of another package. Its resources replace those of the same entity or files.
    pub(super) fn absorb(&mut self, other: Self) {
        if self.resources.is_empty() {
            *self = other;
            return;
        }
        let mut known: HashMap<_, Vec<usize>> = HashMap::new();
        for (at, kept) in self.resources.iter().enumerate() {
            known.entry(kept.place()).or_default().push(at);
        }
        // Several resources can be of one file: each replaces one, if possible the one with its own identifier.
        let places = other.resources.iter().map(|kept| {
            let known = known.get_mut(&kept.place())?;
            let has_its_name = |at: &usize| self.resources[*at].identifier == kept.identifier;
            let named = known.iter().position(has_its_name).unwrap_or(0);
            (!known.is_empty()).then(|| known.remove(named))
        });
        let places: Vec<_> = places.collect();
        for (kept, place) in other.resources.into_iter().zip(places) {
            match place {
                Some(at) => self.resources[at] = kept,
                None => self.resources.push(kept),
            }
        }
    }
}

impl Kept {
    /// What the resource is compared by: its entity, else its files, else its identifier.
    fn place(&self) -> (Option<&Key>, Option<&str>, &[String], &str) {
        match (&self.entity, self.href.as_deref(), &self.files[..]) {
            (Some(key), ..) => (Some(key), None, &[], ""),
            (None, None, []) => (None, None, &[], &self.identifier),
            (None, href, files) => (None, href, files, ""),
        }
    }
}

/// Where a bank keeps the files that are no entities.
pub(super) fn media(bank: &Bank) -> PathBuf {
    bank.root().join("media")
}

/// The path of such a file.
pub(super) fn media_file(bank: &Bank, name: &str) -> PathBuf {
    name.split('/')
        .fold(media(bank), |path, part| path.join(part))
}

/// The names of all such files, sorted.
pub(super) fn media_names(bank: &Bank) -> Result<Vec<String>> {
    let mut names = Vec::new();
    list(&media(bank), "", &mut names)?;
    names.sort_unstable();
    Ok(names)
}

fn list(folder: &Path, within: &str, names: &mut Vec<String>) -> Result<()> {
    let entries = match fs::read_dir(folder) {
        Err(missing) if missing.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(Error::file(folder))?,
    };
    for entry in entries {
        let entry = entry.map_err(Error::file(folder))?;
        let path = entry.path();
        let name = entry.file_name().into_string().map_err(|_| Error::Stray {
            path: path.clone(),
            expected: None,
        })?;
        let kind = entry.file_type().map_err(Error::file(&path))?;
        match kind.is_dir() {
            true => list(&path, &format!("{within}{name}/"), names)?,
            false => names.push(format!("{within}{name}")),
        }
    }
    Ok(())
}
