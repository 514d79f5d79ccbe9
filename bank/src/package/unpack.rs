//! From a package into a bank.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs;
use std::path::Path;

use serde::Serialize;
use serde_json::{Map, Value};
use timeback_qti::xml::{TestView, check_qti_3};

use super::archive::{Archive, Limits};
use super::manifest::{Manifest, Resource};
use super::record::{Kept, Record, media_file};
use super::{BESIDE, MANIFEST, at, name, resource_type};
use crate::bank::Bank;
use crate::entity::{Entity, Identifier, Key, Kind};
use crate::error::{Error, PackageProblem, Result};
use crate::layout::file_name;
use crate::progress::{Event, Note, Observer, Outcome};

/// How a package is unpacked.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct UnpackOptions {
    /// Also over what the bank has otherwise, which stays as it is if not.
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
    /// Also over what the bank has otherwise.
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
#[non_exhaustive]
pub struct UnpackReport {
    /// How many entities came into the bank.
    pub created: u64,
    /// How many took the place of what the bank had; only if forced.
    pub replaced: u64,
    /// How many the bank had already, as they are.
    pub unchanged: u64,
    /// What the bank has otherwise: it was left alone.
    pub conflicts: Vec<Note>,
    /// What is no entity that a bank can hold, and why.
    pub failed: Vec<Note>,
    /// Files that cannot be told as an entity, and why; they went to `media/`.
    pub unreadable: Vec<String>,
    /// Files that the service has no place for; they went to `media/`.
    pub media: Vec<String>,
    /// Files of `media/` that the bank has otherwise: they were left alone.
    pub media_conflicts: Vec<String>,
    /// References that mean another entity by their address than by their identifier, by which the service goes.
    pub misled: Vec<Note>,
}

/// An entity of the package, before it is written.
struct Found {
    key: Key,
    href: String,
    has_beside: bool,
}

impl Bank {
    /// Unpacks a QTI 3.0 content package. Nothing is written before all of the package was looked at, and each file is
    /// written whole.
    ///
    /// # Errors
    /// [`Error::Package`] with the entry's name if the package is none of QTI 3.0 or could do harm: then nothing is
    /// written. [`Error::File`] if a file cannot be written. What fails for one entity is in the report.
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
        let mut archive = at(package, Archive::open(package, limits))?;
        if !archive.has(MANIFEST) {
            return at(package, Err(PackageProblem::NoManifest));
        }
        let manifest = archive.text(MANIFEST).and_then(|xml| Manifest::parse(&xml));
        let manifest = at(package, manifest)?;
        at(package, check_files(&archive, &manifest))?;
        let mut report = UnpackReport::default();
        let found = at(package, look_at(&mut archive, &manifest, &mut report))?;
        at(package, read_all(&mut archive, &found))?;
        observer(&Event::Stage {
            stage: "unpack",
            total: Some(found.len() as u64),
        });
        // The second reading counts anew.
        let mut archive = at(package, Archive::open(package, limits))?;
        let by_href: HashMap<&str, &Key> =
            found.iter().map(|f| (f.href.as_str(), &f.key)).collect();
        for entity in &found {
            let read = at(package, read(&mut archive, entity))?;
            self.take(&read, options.force, &mut report, observer)?;
            report.misled.extend(misled(&read, &entity.href, &by_href));
        }
        let ours: HashSet<String> = found
            .iter()
            .flat_map(|found| {
                [
                    Some(found.href.clone()),
                    found.has_beside.then(|| found.href.clone() + BESIDE),
                ]
            })
            .flatten()
            .collect();
        for file in archive.names().to_vec() {
            if file != MANIFEST && !ours.contains(&file) {
                self.take_media(package, &mut archive, &file, options.force, &mut report)?;
            }
        }
        let mut record = Record::read(self)?;
        record.absorb(kept(manifest, &by_href));
        record.write(self)?;
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
                observer(&Event::Entity {
                    key: note.key.clone(),
                    outcome: Outcome::Failed,
                    message: Some(note.message.clone()),
                });
                report.failed.push(note.clone());
                return Ok(());
            }
        };
        let before = self.read(&entity.key)?;
        let is_same = before.as_ref() == Some(entity);
        let (outcome, message) = match (&before, is_same) {
            (_, true) => (Outcome::Unchanged, None),
            (None, _) => (Outcome::Created, None),
            (Some(_), _) if force => (Outcome::Replaced, None),
            _ => (
                Outcome::Conflict,
                Some("the bank has another one of this identifier"),
            ),
        };
        match outcome {
            Outcome::Unchanged => report.unchanged += 1,
            Outcome::Created => report.created += 1,
            Outcome::Replaced => report.replaced += 1,
            _ => {
                let message = message.unwrap_or_default();
                report
                    .conflicts
                    .push(Note::new(entity.key.clone(), message));
            }
        }
        if matches!(outcome, Outcome::Created | Outcome::Replaced) {
            self.write(entity)?;
        }
        observer(&Event::Entity {
            key: entity.key.clone(),
            outcome,
            message: message.map(str::to_owned),
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
        let path = media_file(self, file);
        let staging = self.staging();
        fs::create_dir_all(&staging).map_err(Error::file(&staging))?;
        let mut copy = tempfile::NamedTempFile::new_in(&staging).map_err(Error::file(&staging))?;
        at(package, archive.copy(file, &mut copy))?;
        if path.exists() && !force && !same_bytes(copy.path(), &path)? {
            report.media_conflicts.push(file.to_owned());
            return Ok(());
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(Error::file(folder))?;
        }
        let written = copy.as_file().sync_data().map_err(Error::file(&path));
        written?;
        let persisted = copy.persist(&path).map_err(|failed| failed.error);
        persisted.map_err(Error::file(&path))?;
        report.media.push(file.to_owned());
        Ok(())
    }
}

/// Looks at all entities, and tells what is none.
fn look_at(
    archive: &mut Archive,
    manifest: &Manifest,
    report: &mut UnpackReport,
) -> Result<Vec<Found>, PackageProblem> {
    let mut found: Vec<Found> = Vec::new();
    let mut hrefs: HashMap<Key, String> = HashMap::new();
    for resource in &manifest.resources {
        let Some(kind) = resource_type::kind(&resource.of_type) else {
            continue;
        };
        let Some(href) = &resource.href else {
            let problem = format!("resource {:?} has no href", resource.identifier);
            return Err(PackageProblem::Manifest(problem));
        };
        let key = match key_of(kind, &archive.text(href)?) {
            Ok(key) => key,
            Err(problem) => {
                report.unreadable.push(format!("{href}: {problem}"));
                continue;
            }
        };
        if let Some(other) = hrefs.insert(key.clone(), href.clone()) {
            if other == *href {
                continue;
            }
            return Err(PackageProblem::Entry {
                entry: href.clone(),
                problem: format!("it is the {key}, and so is {other:?}"),
            });
        }
        let beside = href.clone() + BESIDE;
        let has_beside = resource.files.contains(&beside);
        found.push(Found {
            key,
            href: href.clone(),
            has_beside,
        });
    }
    Ok(found)
}

/// Reads what was not looked at yet: a damaged file, and one file too many, are found before anything is written.
fn read_all(archive: &mut Archive, found: &[Found]) -> Result<(), PackageProblem> {
    let read: HashSet<&str> = found.iter().map(|found| found.href.as_str()).collect();
    for file in archive.names().to_vec() {
        if !read.contains(file.as_str()) {
            archive.copy(&file, &mut std::io::sink())?;
        }
    }
    Ok(())
}

/// Refuses a manifest that tells of files that are not there.
fn check_files(archive: &Archive, manifest: &Manifest) -> Result<(), PackageProblem> {
    for resource in &manifest.resources {
        let mut files = resource.href.iter().chain(&resource.files);
        if let Some(missing) = files.find(|file| !archive.has(file)) {
            let identifier = &resource.identifier;
            return Err(PackageProblem::Manifest(format!(
                "resource {identifier:?} has the file {missing:?}, which is not in the package"
            )));
        }
    }
    Ok(())
}

/// Which entity a document is.
fn key_of(kind: Kind, xml: &str) -> Result<Key, String> {
    let root = match kind {
        Kind::Stimulus => "qti-assessment-stimulus",
        Kind::Item => "qti-assessment-item",
        Kind::Test => "qti-assessment-test",
    };
    let identifier = check_qti_3(root, xml).map_err(|problem| problem.to_string())?;
    let identifier = identifier.ok_or("its root has no identifier")?;
    let identifier = Identifier::new(identifier).map_err(|problem| problem.to_string())?;
    if file_name(identifier.as_str()).len() > name::LONGEST_PATH {
        return Err("its identifier is too long for the name of a file".to_owned());
    }
    Ok(Key::new(kind, identifier))
}

/// An entity; what stands beside it may be none that a bank can hold.
fn read(archive: &mut Archive, found: &Found) -> Result<Result<Entity, Note>, PackageProblem> {
    let mut entity = Entity::new(found.key.clone(), archive.text(&found.href)?);
    if found.has_beside {
        let file = found.href.clone() + BESIDE;
        // A text that is none is no JSON either: by now, others are written.
        let text = archive.text(&file).map_err(|problem| problem.to_string());
        let beside = text.and_then(|text| {
            let read = serde_json::from_str::<Map<String, Value>>(&text);
            read.map_err(|problem| format!("{file}: {problem}"))
        });
        match beside {
            Ok(beside) => entity.beside = beside,
            Err(message) => return Ok(Err(Note::new(found.key.clone(), message))),
        }
    }
    Ok(Ok(entity))
}

/// References of a test whose address is that of another entity than their identifier's.
fn misled(read: &Result<Entity, Note>, href: &str, by_href: &HashMap<&str, &Key>) -> Option<Note> {
    let test = read
        .as_ref()
        .ok()
        .filter(|entity| entity.key.kind == Kind::Test)?;
    let view = TestView::parse(&test.xml).ok()?;
    let folder = name::folder(href);
    let wrong: BTreeSet<String> = view
        .item_refs()
        .into_iter()
        .filter_map(|reference| {
            let target = name::resolve(folder, reference.href.as_deref()?)?;
            let meant = by_href.get(target.as_str())?;
            let differs = meant.identifier.as_str() != reference.identifier;
            differs.then(|| format!("{:?} leads to {meant}", reference.identifier))
        })
        .collect();
    let told: Vec<_> = wrong.into_iter().collect();
    (!told.is_empty())
        .then(|| Note::new(test.key.clone(), format!("reference {}", told.join(", "))))
}

/// What a bank keeps of a manifest.
fn kept(manifest: Manifest, by_href: &HashMap<&str, &Key>) -> Record {
    let resources = manifest.resources.into_iter().map(|resource| {
        let Resource {
            identifier,
            of_type,
            href,
            mut files,
            dependencies,
            metadata,
        } = resource;
        let entity = href
            .as_deref()
            .and_then(|href| by_href.get(href))
            .map(|key| (*key).clone());
        if let Some(href) = href.as_ref().filter(|_| entity.is_some()) {
            let beside = href.clone() + BESIDE;
            files.retain(|file| *file != beside);
        }
        Kept {
            identifier,
            of_type,
            entity,
            href,
            files,
            dependencies,
            metadata,
        }
    });
    Record {
        identifier: manifest.identifier,
        metadata: manifest.metadata,
        resources: resources.collect(),
    }
}

fn same_bytes(one: &Path, other: &Path) -> Result<bool> {
    let read = |path: &Path| fs::read(path).map_err(Error::file(path));
    let length = |path: &Path| fs::metadata(path).map(|found| found.len()).ok();
    Ok(length(one) == length(other) && read(one)? == read(other)?)
}
