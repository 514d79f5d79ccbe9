//! From a package into a bank.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::path::Path;

use serde::Serialize;

use super::archive::{Archive, Limits};
use super::contents::{Found, kept, look_at, misled, read, read_all};
use super::manifest::Manifest;
use super::names::Names;
use super::record::{Kept, Record};
use super::{MANIFEST, at, media};
use crate::bank::Bank;
use crate::entity::{Entity, Key};
use crate::error::{Error, PackageProblem, Result};
use crate::layout::{NewFile, Over};
use crate::progress::{Event, Note, Observer, Outcome};

/// How a package is unpacked.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct UnpackOptions {
    /// Overwrites what differs in the bank; otherwise that is a conflict, and stays.
    pub force: bool,
    /// How many bytes are unpacked at most, of all files together; 2 GiB unless told.
    pub max_bytes: u64,
    /// How many entries the package may have at most; 200,000 unless told.
    pub max_entries: usize,
}

impl Default for UnpackOptions {
    fn default() -> Self {
        Self {
            force: false,
            max_bytes: 2 << 30,
            max_entries: 200_000,
        }
    }
}

impl UnpackOptions {
    /// Overwrites what differs in the bank.
    #[must_use]
    pub fn force(mut self) -> Self {
        self.force = true;
        self
    }

    /// Unpacks so many bytes at most.
    #[must_use]
    pub fn max_bytes(mut self, bytes: u64) -> Self {
        self.max_bytes = bytes;
        self
    }
}

/// What became of a package.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct UnpackReport {
    /// How many entities came into the bank.
    pub created: u64,
    /// How many replaced what the bank had; only with `force`.
    pub replaced: u64,
    /// How many the bank had already, exactly like this.
    pub unchanged: u64,
    /// Entities that differ in the bank: these were left alone.
    pub conflicts: Vec<Note>,
    /// Entities that were not unpacked, and why: a bank cannot hold them, or their files in the bank cannot be read.
    pub failed: Vec<Note>,
    /// Files that the manifest calls QTI, but that no bank can hold as an entity, and why; they are in `media/`.
    pub unreadable: Vec<String>,
    /// Files that the manifest names, but that are not in the package, each with its resource.
    pub missing: Vec<String>,
    /// Files that the service has no place for; they are in `media/`.
    pub media: Vec<String>,
    /// Files that differ in the bank's `media/`, or whose names some disks take for one that is there: these were left alone.
    pub media_conflicts: Vec<String>,
    /// References whose `href` leads to another entity than their identifier names: the service follows the identifier. And
    /// references to sections in files of their own: the service has no place for these.
    pub misled: Vec<Note>,
}

impl Bank {
    /// Unpacks a QTI 3.0 content package. Nothing is written before all of the package was looked at, and each file is
    /// written whole.
    ///
    /// # Errors
    /// [`Error::Package`] with the entry's name if the package is none of QTI 3.0 or could do harm, [`Error::Record`] and
    /// [`Error::Newer`] if the bank's `qti-package.json` is not what this version writes there, and [`Error::Refused`] if there
    /// is a link in the bank's `media/`: then nothing is written. [`Error::File`] if the package cannot be opened, or a file
    /// cannot be written. What fails for one entity, and what the package lacks, is in the report.
    pub fn unpack(
        &self,
        package: &Path,
        options: &UnpackOptions,
        observer: Observer<'_>,
    ) -> Result<UnpackReport> {
        let limits = Limits {
            entries: options.max_entries,
            text: 64 << 20,
            total: options.max_bytes,
        };
        let open = || File::open(package).map_err(Error::file(package));
        let mut archive = at(package, Archive::new(open()?, limits))?;
        let Some(manifest_name) = archive.find("", MANIFEST).map(str::to_owned) else {
            return at(package, Err(PackageProblem::NoManifest));
        };
        let manifest = at(package, read_manifest(&mut archive, &manifest_name))?;
        let (found, unreadable) = at(package, look_at(&mut archive, &manifest))?;
        let mut report = UnpackReport {
            unreadable,
            missing: manifest.missing.clone(),
            ..UnpackReport::default()
        };
        at(package, read_all(&mut archive, &found))?;
        let mut record = Record::read(self)?;
        let mut held = Names::default();
        for name in media::names(self)? {
            // Two that some disks take for one are told when the bank is packed.
            drop(held.add(&name));
        }
        observer(&Event::Stage {
            stage: "unpack",
            total: Some(found.len() as u64),
        });
        // A new archive, because each counts the bytes that it has read.
        let mut archive = at(package, Archive::new(open()?, limits))?;
        let by_href: HashMap<&str, &Key> =
            found.iter().map(|f| (f.href.as_str(), &f.key)).collect();
        for entity in &found {
            let read = at(package, read(&mut archive, entity))?;
            self.take(&read, options.force, &mut report, observer)?;
            if let Ok(read) = &read {
                let misled = misled(read, &entity.href, &by_href, &archive);
                report.misled.extend(misled);
            }
        }
        let ours: HashSet<String> = found.iter().flat_map(Found::files).collect();
        for file in archive.names().to_vec() {
            if file == manifest_name || ours.contains(&file) {
                continue;
            }
            let is_in_the_way = !held.has(&file) && held.clash(&file).is_some();
            if is_in_the_way || media::path(self, &file).is_dir() {
                report.media_conflicts.push(file);
                continue;
            }
            self.take_media(package, &mut archive, &file, options.force, &mut report)?;
        }
        // What was left alone keeps the record that it has: the package's names and metadata are not about it.
        let left = report.conflicts.iter().chain(&report.failed);
        let left: HashSet<&Key> = left.map(|note| &note.key).collect();
        let left_files: HashSet<&String> = report.media_conflicts.iter().collect();
        let is_left = |kept: &Kept| match &kept.entity {
            Some(key) => left.contains(key),
            None => {
                let mut own = kept.href.iter().chain(&kept.files);
                own.any(|file| left_files.contains(file))
            }
        };
        if record.absorb(kept(manifest, &by_href), is_left) {
            record.write(self)?;
        }
        Ok(report)
    }

    fn take(
        &self,
        entity: &Result<Entity, Note>,
        force: bool,
        report: &mut UnpackReport,
        observer: Observer<'_>,
    ) -> Result<()> {
        let entity = match entity {
            Ok(entity) => entity,
            Err(note) => {
                observer(&Event::failed(note));
                report.failed.push(note.clone());
                return Ok(());
            }
        };
        let (outcome, message) = match self.read(&entity.key) {
            Ok(Some(before)) if before == *entity => (Outcome::Unchanged, None),
            Ok(None) => (Outcome::Created, None),
            Ok(Some(_)) | Err(_) if force => (Outcome::Replaced, None),
            Ok(Some(_)) => {
                let message = "the bank has another one of this identifier";
                (Outcome::Conflict, Some(message.to_owned()))
            }
            Err(error) => (Outcome::Failed, Some(error.beside(&entity.key))),
        };
        let note = |message: &Option<String>| {
            Note::new(entity.key.clone(), message.clone().unwrap_or_default())
        };
        match outcome {
            Outcome::Unchanged => report.unchanged += 1,
            Outcome::Created => report.created += 1,
            Outcome::Replaced => report.replaced += 1,
            Outcome::Conflict => report.conflicts.push(note(&message)),
            _ => report.failed.push(note(&message)),
        }
        if matches!(outcome, Outcome::Created | Outcome::Replaced) {
            self.write(entity)?;
        }
        observer(&Event::Entity {
            key: entity.key.clone(),
            outcome,
            message,
        });
        Ok(())
    }

    fn take_media(
        &self,
        package: &Path,
        archive: &mut Archive,
        file: &str,
        force: bool,
        report: &mut UnpackReport,
    ) -> Result<()> {
        let path = media::path(self, file);
        let new = NewFile::staged(&self.staging())?;
        at(package, archive.copy(file, &mut new.file()))?;
        if path.exists() && !force && !same_bytes(new.path(), &path)? {
            report.media_conflicts.push(file.to_owned());
            return Ok(());
        }
        new.put(&path, Over::Anything)?;
        report.media.push(file.to_owned());
        Ok(())
    }
}

fn read_manifest(archive: &mut Archive, name: &str) -> Result<Manifest, PackageProblem> {
    let text = archive.text(name)?;
    let text = text.map_err(|problem| PackageProblem::Manifest(problem.to_owned()))?;
    Manifest::parse(&text, |folder, address| archive.find(folder, address))
}

fn same_bytes(one: &Path, other: &Path) -> Result<bool> {
    let read = |path: &Path| fs::read(path).map_err(Error::file(path));
    let length = |path: &Path| fs::metadata(path).map(|found| found.len()).ok();
    Ok(length(one) == length(other) && read(one)? == read(other)?)
}
