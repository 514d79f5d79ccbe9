//! A package while it is written: its files so far, and its manifest.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

use serde::Serialize;
use timeback_qti::xml::Element;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

use super::manifest::{Manifest, Resource};
use super::record::{Kept, Record, media_file, media_names};
use super::{BESIDE, MANIFEST, media, name, resource_type};
use crate::bank::Bank;
use crate::entity::{Entity, Key};
use crate::error::{Error, Result};
use crate::layout::{file_name, render};
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
}

/// A package while it is written.
pub(super) struct Packing<'b> {
    bank: &'b Bank,
    zip: ZipWriter<&'b File>,
    /// The resource of each entity: its identifier and its file.
    places: BTreeMap<Key, Kept>,
    resources: Vec<Resource>,
    /// All files below `media/`.
    held: BTreeSet<String>,
    /// Those of them that belong to a resource.
    used: BTreeSet<String>,
    /// The resources of other files, as they came in.
    others: Vec<Kept>,
}

impl<'b> Packing<'b> {
    pub(super) fn new(
        bank: &'b Bank,
        record: &Record,
        keys: &BTreeSet<Key>,
        file: &'b File,
    ) -> Result<Self> {
        let held: BTreeSet<String> = media_names(bank)?.into_iter().collect();
        let known = record.resources.iter().filter(|kept| kept.href.is_some());
        let mut places: BTreeMap<Key, Kept> = known
            .filter_map(|kept| Some((kept.entity.clone()?, kept.clone())))
            .filter(|(key, _)| keys.contains(key))
            .collect();
        let mut identifiers: HashSet<String> = record
            .resources
            .iter()
            .map(|kept| kept.identifier.clone())
            .collect();
        let mut taken: HashSet<String> = places
            .values()
            .filter_map(|kept| kept.href.clone())
            .collect();
        taken.extend(held.iter().cloned());
        taken.insert(MANIFEST.to_owned());
        let mut folded: HashSet<String> = taken.iter().map(|name| name::folded(name)).collect();
        for key in keys {
            if places.contains_key(key) {
                continue;
            }
            let mut number = 0;
            let href = loop {
                let more = if number == 0 {
                    String::new()
                } else {
                    format!("_{number}")
                };
                let name = file_name(key.identifier.as_str());
                let href = format!("{}/{name}{more}.xml", key.kind.folder());
                let both = [name::folded(&href), name::folded(&(href.clone() + BESIDE))];
                if both.iter().all(|name| !folded.contains(name)) {
                    folded.extend(both);
                    break href;
                }
                number += 1;
            };
            let kept = Kept {
                identifier: fresh(key, &mut identifiers),
                of_type: resource_type::of_kind(key.kind).to_owned(),
                entity: Some(key.clone()),
                href: Some(href),
                ..Kept::default()
            };
            places.insert(key.clone(), kept);
        }
        Ok(Self {
            bank,
            zip: ZipWriter::new(file),
            places,
            resources: Vec::new(),
            others: others(record, &held),
            held,
            used: BTreeSet::new(),
        })
    }

    /// The entities in the order of the package that they came in; then the others: tests, items, stimuli.
    pub(super) fn order(&self, record: &Record) -> Vec<Key> {
        let known = record
            .resources
            .iter()
            .filter_map(|kept| kept.entity.as_ref());
        let known = known.filter(|key| self.places.contains_key(key));
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
        for file in self.shown(&entity, &kept, &href, report) {
            self.used.insert(file.clone());
            files.push(file);
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
            files,
            dependencies,
            metadata: kept.metadata,
        });
        report.entities += 1;
        Ok(())
    }

    /// The other files of an entity: those that its resource had, and those that its document refers to now.
    fn shown(
        &self,
        entity: &Entity,
        kept: &Kept,
        href: &str,
        report: &mut PackReport,
    ) -> Vec<String> {
        let mut files: Vec<String> = kept
            .files
            .iter()
            .filter(|file| self.held.contains(*file))
            .cloned()
            .collect();
        let shown = Element::parse(&entity.xml)
            .map(|root| media::of(&root, href))
            .unwrap_or_default();
        let entities: HashSet<&str> = self
            .places
            .values()
            .filter_map(|kept| kept.href.as_deref())
            .collect();
        for file in shown {
            if files.contains(&file) || entities.contains(file.as_str()) {
                continue;
            }
            match self.held.contains(&file) {
                true => files.push(file),
                false => report
                    .missing_media
                    .push(Note::new(entity.key.clone(), file)),
            }
        }
        files
    }

    /// Whether a resource of this identifier is packed. Those of other files count as packed, although not all may be.
    fn is_kept(&self, identifier: &str) -> bool {
        self.places
            .values()
            .any(|kept| kept.identifier == identifier)
            || self.others.iter().any(|kept| kept.identifier == identifier)
    }

    /// Packs the other files: in the resources that they came in, else each in a new one.
    pub(super) fn media(&mut self, all: bool, report: &mut PackReport) -> Result<()> {
        let depended: HashSet<String> = self
            .resources
            .iter()
            .flat_map(|resource| resource.dependencies.clone())
            .collect();
        for kept in std::mem::take(&mut self.others) {
            if all || depended.contains(&kept.identifier) {
                self.used
                    .extend(kept.href.iter().chain(&kept.files).cloned());
                self.resources.push(Resource {
                    identifier: kept.identifier,
                    of_type: kept.of_type,
                    href: kept.href,
                    files: kept.files,
                    dependencies: kept.dependencies,
                    metadata: kept.metadata,
                });
            }
        }
        let taken = self
            .resources
            .iter()
            .map(|resource| resource.identifier.clone());
        let mut taken: HashSet<String> = taken.collect();
        let unused: Vec<_> = self.held.difference(&self.used).cloned().collect();
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
            let path = media_file(self.bank, &file);
            self.copy(&file, &path)?;
            report.media += 1;
        }
        Ok(())
    }

    pub(super) fn finish(mut self, package: &Path, record: &Record) -> Result<()> {
        let manifest = Manifest {
            identifier: match record.identifier.as_str() {
                "" => "bank".to_owned(),
                known => known.to_owned(),
            },
            metadata: record.metadata.clone(),
            resources: std::mem::take(&mut self.resources),
        };
        let bytes = manifest.render().map_err(Error::file(package))?;
        self.file(MANIFEST, &bytes)?;
        let finished = self.zip.finish().map_err(io::Error::other);
        finished.map(drop).map_err(Error::file(package))
    }

    fn copy(&mut self, name: &str, from: &Path) -> Result<()> {
        let mut file = File::open(from).map_err(Error::file(from))?;
        self.start(name)?;
        io::copy(&mut file, &mut self.zip).map_err(Error::file(from))?;
        Ok(())
    }

    fn start(&mut self, name: &str) -> Result<()> {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        let started = self.zip.start_file(name, options.large_file(false));
        started.map_err(|problem| Error::file(name)(io::Error::other(problem)))
    }

    fn file(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        self.start(name)?;
        self.zip.write_all(bytes).map_err(Error::file(name))
    }
}

/// The resources that are no entities, with those of their files that the bank still holds.
fn others(record: &Record, held: &BTreeSet<String>) -> Vec<Kept> {
    let others = record
        .resources
        .iter()
        .filter(|kept| kept.entity.is_none())
        .cloned();
    let with_files = others.filter_map(|mut kept| {
        kept.files.retain(|file| held.contains(file));
        let is_there = kept.href.as_ref().is_none_or(|href| held.contains(href));
        is_there.then_some(kept)
    });
    with_files.collect()
}

/// A new identifier for an entity's resource, made of characters that XML allows in one.
fn fresh(key: &Key, taken: &mut HashSet<String>) -> String {
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let own = key.identifier.as_str();
    let begins = own.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let own = match begins && own.chars().all(is_name) {
        true => own.to_owned(),
        false => format!("{}-{}", key.kind, own.replace(|c: char| !is_name(c), "_")),
    };
    let mut identifier = own.clone();
    let mut number = 1;
    while !taken.insert(identifier.clone()) {
        number += 1;
        identifier = format!("{own}-{number}");
    }
    identifier
}
