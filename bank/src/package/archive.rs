//! Reads a zip that nobody vouches for: it refuses names that lead outside, links, doubled names, and too many bytes.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Write};

use zip::{CompressionMethod, ZipArchive};

use super::name;
use crate::error::PackageProblem;

/// How much is read of a zip at most, whatever sizes its headers claim.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Entries of the whole zip.
    pub(super) entries: usize,
    /// Bytes of one text, unpacked.
    pub(super) text: u64,
    /// Bytes of all that is read, unpacked.
    pub(super) total: u64,
}

/// The files of a zip, by their names.
pub(super) struct Archive {
    zip: ZipArchive<BufReader<File>>,
    /// The index in the zip by name. Folders and files of operating systems are left out.
    files: HashMap<String, usize>,
    /// In the zip's order.
    names: Vec<String>,
    limits: Limits,
    read: u64,
}

fn entry(name: impl Into<String>, problem: impl Into<String>) -> PackageProblem {
    PackageProblem::Entry {
        entry: name.into(),
        problem: problem.into(),
    }
}

impl Archive {
    pub(super) fn new(file: File, limits: Limits) -> Result<Self, PackageProblem> {
        let broken = |problem: zip::result::ZipError| PackageProblem::NoZip(problem.to_string());
        let mut zip = ZipArchive::new(BufReader::new(file)).map_err(broken)?;
        if zip.len() > limits.entries {
            let problem = format!("it has more than {} entries", limits.entries);
            return Err(PackageProblem::NoZip(problem));
        }
        if zip.has_duplicate_names() {
            return Err(PackageProblem::NoZip(
                "two of its entries have one name".to_owned(),
            ));
        }
        if zip.has_overlapping_files().map_err(broken)? {
            return Err(PackageProblem::NoZip(
                "its entries share bytes, as bombs do".to_owned(),
            ));
        }
        let mut folded: HashMap<String, String> = HashMap::new();
        let (mut files, mut names) = (HashMap::new(), Vec::new());
        for index in 0..zip.len() {
            let found = zip.by_index_raw(index).map_err(broken)?;
            let Ok(name) = String::from_utf8(found.name_raw().to_vec()) else {
                let shown = String::from_utf8_lossy(found.name_raw()).into_owned();
                return Err(entry(shown, "its name is not UTF-8"));
            };
            let path = name.strip_suffix('/').unwrap_or(&name);
            if let Some(problem) = name::fault(path) {
                return Err(entry(name, problem));
            }
            if found.is_symlink() {
                return Err(entry(name, "it is a link"));
            }
            if found.is_dir() || name.ends_with('/') || name::is_noise(&name) {
                continue;
            }
            if found.encrypted() {
                return Err(entry(name, "it is encrypted"));
            }
            let method = found.compression();
            if !matches!(
                method,
                CompressionMethod::Stored | CompressionMethod::Deflated
            ) {
                return Err(entry(
                    name,
                    format!("it is compressed by {method}, not by deflate"),
                ));
            }
            if let Some(other) = folded.insert(name::folded(&name), name.clone()) {
                return Err(entry(name, format!("some disks take it for {other:?}")));
            }
            files.insert(name.clone(), index);
            names.push(name);
        }
        // A file cannot stand where a folder is needed.
        for name in &names {
            let mut above = name::folder(name);
            while let Some(folder) = above.strip_suffix('/') {
                if let Some(file) = folded.get(&name::folded(folder)) {
                    return Err(entry(
                        name.clone(),
                        format!("{file:?} is a file, not a folder"),
                    ));
                }
                above = name::folder(folder);
            }
        }
        Ok(Self {
            zip,
            files,
            names,
            limits,
            read: 0,
        })
    }

    /// All names, in the zip's order.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.files.contains_key(name)
    }

    /// A text, in UTF-8.
    pub(super) fn text(&mut self, name: &str) -> Result<String, PackageProblem> {
        let mut bytes = Vec::new();
        self.copy_at_most(name, &mut bytes, self.limits.text)?;
        if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
            return Err(entry(name, "it is in UTF-16; UTF-8 is needed"));
        }
        String::from_utf8(bytes).map_err(|_| entry(name, "it is not in UTF-8"))
    }

    /// Copies a file's bytes.
    pub(super) fn copy(&mut self, name: &str, to: &mut impl Write) -> Result<(), PackageProblem> {
        self.copy_at_most(name, to, u64::MAX)
    }

    fn copy_at_most(
        &mut self,
        name: &str,
        to: &mut impl Write,
        most: u64,
    ) -> Result<(), PackageProblem> {
        let index = self
            .files
            .get(name)
            .ok_or_else(|| entry(name, "there is no such file"))?;
        let left = self.limits.total.saturating_sub(self.read).min(most);
        let file = self.zip.by_index(*index);
        let file = file.map_err(|problem| entry(name, problem.to_string()))?;
        // Reading one byte more than allowed shows whether the file is too large.
        let mut limited = file.take(left.saturating_add(1));
        let copied = io::copy(&mut limited, to);
        let copied = copied.map_err(|problem| entry(name, problem.to_string()))?;
        self.read += copied;
        match copied > left {
            true => Err(entry(
                name,
                format!("it has more than {left} bytes, unpacked: too many"),
            )),
            false => Ok(()),
        }
    }
}
