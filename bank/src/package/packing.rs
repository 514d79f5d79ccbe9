//! A package while it is written: its files so far, and its manifest.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

use serde::Serialize;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::manifest::{Manifest, Resource};
use super::places::{About, Places, Wanted};
use super::record::{Kept, Record};
use super::{BESIDE, MANIFEST, media, name, resource_type};
use crate::bank::Bank;
use crate::entity::Key;
use crate::error::{Error, Result};
use crate::layout::render;
use crate::progress::Note;

/// What went into a package.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PackReport {
    /// How many entities.
    pub entities: u64,
    /// How many other files.
    pub media: u64,
    /// Entities that were asked for or are referred to, and that the bank does not hold.
    pub missing: Vec<Note>,
    /// Files that a document shows, and that the bank does not hold below `media/`.
    pub missing_media: Vec<Note>,
    /// References whose `href` does not lead to the entity that they name. A bank follows the identifier, most other programs
    /// follow the `href`.
    pub misled: Vec<Note>,
}

/// A package while it is written.
pub(super) struct Packing<'b> {
    bank: &'b Bank,
    wanted: &'b Wanted,
    zip: ZipWriter<&'b File>,
    places: Places,
    resources: Vec<Resource>,
    /// Files below `media/` that belong to a resource.
    used: BTreeSet<String>,
    /// The resources of other files, as they came in.
    others: Vec<Kept>,
}

impl<'b> Packing<'b> {
    pub(super) fn new(
        bank: &'b Bank,
        record: &Record,
        wanted: &'b Wanted,
        file: &'b File,
    ) -> Result<Self> {
        let places = Places::of(bank, record, wanted)?;
        Ok(Self {
            bank,
            wanted,
            zip: ZipWriter::new(file),
            resources: Vec::new(),
            others: others(record, &places),
            places,
            used: BTreeSet::new(),
        })
    }

    /// The entities in the order of the package that they came in; then the others: tests, items, stimuli.
    pub(super) fn order(&self, record: &Record) -> Vec<Key> {
        let known = record
            .resources
            .iter()
            .filter_map(|kept| kept.entity.as_ref());
        let known = known.filter(|key| self.places.get(key).is_some());
        let mut seen = HashSet::new();
        let all = known.chain(self.places.keys().rev());
        all.filter(|key| seen.insert(*key)).cloned().collect()
    }

    pub(super) fn entity(&mut self, key: &Key, report: &mut PackReport) -> Result<()> {
        let Some(entity) = self.bank.read(key)? else {
            return Ok(());
        };
        let Some(kept) = self.places.get(key).cloned() else {
            return Ok(());
        };
        let href = kept.href.clone().unwrap_or_default();
        self.file(&href, entity.xml.as_bytes())?;
        let mut files = Vec::new();
        if let Some(beside) = render(&entity.beside) {
            files.push(href.clone() + BESIDE);
            self.file(&(href.clone() + BESIDE), beside.as_bytes())?;
        }
        if let Some(about) = self.wanted.get(key) {
            for file in self.shown(key, about, &kept, report) {
                self.used.insert(file.clone());
                files.push(file);
            }
            let misled = self.places.misled(key, &about.links.references);
            report.misled.extend(misled);
        }
        let mut dependencies = kept.dependencies;
        dependencies.retain(|identifier| self.is_kept(identifier));
        for reference in entity.references().unwrap_or_default() {
            if let Some(target) = self.places.get(&reference)
                && !dependencies.contains(&target.identifier)
            {
                dependencies.push(target.identifier.clone());
            }
        }
        self.resources.push(Resource {
            identifier: kept.identifier,
            of_type: kept.of_type,
            href: Some(href),
            web: None,
            files,
            dependencies,
            metadata: kept.metadata,
        });
        report.entities += 1;
        Ok(())
    }

    /// The other files of an entity: those that its resource had, and those that its document refers to now.
    fn shown(&self, key: &Key, about: &About, kept: &Kept, report: &mut PackReport) -> Vec<String> {
        let mut files = kept.files.clone();
        files.retain(|file| self.places.has_media(file));
        let folder = name::folder(kept.href.as_deref().unwrap_or_default());
        let mut missing = BTreeSet::new();
        for address in &about.links.files {
            let Some(name) = name::resolve(folder, address) else {
                continue;
            };
            match self.places.media(folder, address) {
                Some(file) if files.iter().any(|known| known == file) => {}
                Some(file) => files.push(file.to_owned()),
                None if self.places.has_entity(&name) => {}
                None if missing.insert(name.clone()) => {
                    report.missing_media.push(Note::new(key.clone(), name));
                }
                None => {}
            }
        }
        files
    }

    /// Whether a resource of this identifier is packed. Those of other files count as packed, although not all may be.
    fn is_kept(&self, identifier: &str) -> bool {
        self.places.has_identifier(identifier)
            || self.others.iter().any(|kept| kept.identifier == identifier)
    }

    /// Packs the other files: in the resources that they came in, else each in a new one.
    pub(super) fn media(&mut self, all: bool, report: &mut PackReport) -> Result<()> {
        let mut others = std::mem::take(&mut self.others);
        if !all {
            let depended = self.depended(&others);
            others.retain(|kept| depended.contains(&kept.identifier));
        }
        let packed: HashSet<String> = others.iter().map(|kept| kept.identifier.clone()).collect();
        for mut kept in others {
            kept.dependencies
                .retain(|on| packed.contains(on) || self.places.has_identifier(on));
            self.used
                .extend(kept.href.iter().chain(&kept.files).cloned());
            self.resources.push(Resource {
                identifier: kept.identifier,
                of_type: kept.of_type,
                href: kept.href,
                web: kept.web,
                files: kept.files,
                dependencies: kept.dependencies,
                metadata: kept.metadata,
            });
        }
        let taken = self
            .resources
            .iter()
            .map(|resource| resource.identifier.clone());
        let mut taken: HashSet<String> = taken.collect();
        let held = media::names(self.bank)?.into_iter();
        let unused: Vec<_> = held.filter(|file| !self.used.contains(file)).collect();
        for file in unused.into_iter().filter(|_| all) {
            let mut number = self.resources.len();
            while !taken.insert(format!("file-{number}")) {
                number += 1;
            }
            self.resources.push(Resource {
                identifier: format!("file-{number}"),
                of_type: resource_type::OTHER.to_owned(),
                href: Some(file.clone()),
                ..Resource::default()
            });
            self.used.insert(file);
        }
        for file in std::mem::take(&mut self.used) {
            let path = media::path(self.bank, &file);
            self.copy(&file, &path)?;
            report.media += 1;
        }
        Ok(())
    }

    /// The resources that an entity's resource depends on, also by way of others.
    fn depended(&self, others: &[Kept]) -> HashSet<String> {
        let by_identifier: HashMap<&str, &Kept> = others
            .iter()
            .map(|kept| (kept.identifier.as_str(), kept))
            .collect();
        let resources = self.resources.iter();
        let mut open: Vec<&String> = resources.flat_map(|of| &of.dependencies).collect();
        let mut depended = HashSet::new();
        while let Some(identifier) = open.pop() {
            if depended.insert(identifier.clone())
                && let Some(kept) = by_identifier.get(identifier.as_str())
            {
                open.extend(&kept.dependencies);
            }
        }
        depended
    }

    pub(super) fn finish(mut self, package: &Path, record: &Record) -> Result<()> {
        let manifest = Manifest {
            identifier: match record.identifier.as_str() {
                "" => "bank".to_owned(),
                known => known.to_owned(),
            },
            metadata: record.metadata.clone(),
            resources: std::mem::take(&mut self.resources),
            ..Manifest::default()
        };
        let bytes = manifest.render().map_err(Error::file(package))?;
        self.file(MANIFEST, &bytes)?;
        let finished = self.zip.finish().map_err(io::Error::other);
        finished.map(drop).map_err(Error::file(package))
    }

    fn copy(&mut self, name: &str, from: &Path) -> Result<()> {
        let mut file = File::open(from).map_err(Error::file(from))?;
        let size = file.metadata().map_err(Error::file(from))?.len();
        self.start(name, size)?;
        io::copy(&mut file, &mut self.zip).map_err(Error::file(from))?;
        Ok(())
    }

    fn start(&mut self, name: &str, size: u64) -> Result<()> {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        let options = options.large_file(is_large(size));
        let started = self.zip.start_file(name, options);
        started.map_err(|problem| Error::file(name)(io::Error::other(problem)))
    }

    fn file(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        self.start(name, bytes.len() as u64)?;
        self.zip.write_all(bytes).map_err(Error::file(name))
    }
}

/// Whether the 32 bits of a zip's first form may not hold the size of a file. Packed, it can be larger by a little.
fn is_large(size: u64) -> bool {
    size.saturating_add(size >> 10) >= u64::from(u32::MAX)
}

/// The resources that are no entities, with those of their files that the bank still holds.
fn others(record: &Record, places: &Places) -> Vec<Kept> {
    let others = record
        .resources
        .iter()
        .filter(|kept| kept.entity.is_none())
        .cloned();
    let with_files = others.filter_map(|mut kept| {
        kept.files.retain(|file| places.has_media(file));
        let mut href = kept.href.iter();
        href.all(|href| places.has_media(href)).then_some(kept)
    });
    with_files.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_large_before_its_size_needs_more_than_32_bits() {
        assert!(!is_large(3 << 30));
        assert!(is_large(u64::from(u32::MAX) - 1));
        assert!(is_large(u64::MAX));
    }
}
