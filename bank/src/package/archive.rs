//! Reads a zip that nobody vouches for: it refuses names that lead outside, links, doubled names, and too many bytes.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, Read, Write};

use zip::{CompressionMethod, ZipArchive};

use super::name;
use super::names::Names;
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
    /// By what addresses lead to.
    by_address: Names,
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
        let (mut files, mut names) = (HashMap::new(), Vec::new());
        let mut by_address = Names::default();
        for index in 0..zip.len() {
            let found = zip.by_index_raw(index).map_err(broken)?;
            // A name that is not UTF-8 is in the code page of DOS, which all zips were in once.
            let name = found.name().map_err(broken)?.into_owned();
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
            by_address
                .add(&name)
                .map_err(|problem| entry(&*name, problem))?;
            files.insert(name.clone(), index);
            names.push(name);
        }
        Ok(Self {
            zip,
            files,
            names,
            by_address,
            limits,
            read: 0,
        })
    }

    /// All names, in the zip's order.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// The file that an address leads to from a folder.
    pub(super) fn find(&self, folder: &str, address: &str) -> Option<&str> {
        self.by_address.find(folder, address)
    }

    /// A text in UTF-8; otherwise, why it is none.
    pub(super) fn text(
        &mut self,
        name: &str,
    ) -> Result<Result<String, &'static str>, PackageProblem> {
        let mut bytes = Vec::new();
        self.copy_at_most(name, &mut bytes, self.limits.text)?;
        if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
            return Ok(Err("it is in UTF-16; UTF-8 is needed"));
        }
        let text = String::from_utf8(bytes);
        Ok(text.map_err(|_| "it is not in UTF-8; save it in UTF-8, or pack it so"))
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
