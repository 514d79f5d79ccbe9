//! Reads what a package holds: its entities, what stands beside them, and its manifest.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde_json::{Map, Value};
use timeback_qti::xml::{TestView, check_qti_3};

use super::archive::Archive;
use super::manifest::{Manifest, Resource};
use super::record::{Kept, Record};
use super::{BESIDE, name, resource_type};
use crate::entity::{Entity, Identifier, Key, Kind};
use crate::error::PackageProblem;
use crate::layout::file_name;
use crate::progress::Note;

/// An entity of the package, before it is written.
pub(super) struct Found {
    pub(super) key: Key,
    pub(super) href: String,
    has_beside: bool,
}

impl Found {
    /// The names of its files in the package.
    pub(super) fn files(&self) -> impl Iterator<Item = String> {
        let beside = self.has_beside.then(|| self.href.clone() + BESIDE);
        [self.href.clone()].into_iter().chain(beside)
    }
}

/// Finds all entities; and the files that the manifest calls entities but that are none, with the reason.
pub(super) fn look_at(
    archive: &mut Archive,
    manifest: &Manifest,
) -> Result<(Vec<Found>, Vec<String>), PackageProblem> {
    let (mut found, mut unreadable): (Vec<Found>, _) = (Vec::new(), Vec::new());
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
                unreadable.push(format!("{href}: {problem}"));
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
    Ok((found, unreadable))
}

/// Reads all other files, so that a damaged file, or too many bytes, are found before anything is written.
pub(super) fn read_all(archive: &mut Archive, found: &[Found]) -> Result<(), PackageProblem> {
    let read: HashSet<&str> = found.iter().map(|found| found.href.as_str()).collect();
    for file in archive.names().to_vec() {
        if !read.contains(file.as_str()) {
            archive.copy(&file, &mut std::io::sink())?;
        }
    }
    Ok(())
}

/// Refuses a manifest that names files which are not in the package.
pub(super) fn check_files(archive: &Archive, manifest: &Manifest) -> Result<(), PackageProblem> {
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

/// The kind and identifier of a document.
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

/// Reads an entity. The inner error tells that its JSON file is no object.
pub(super) fn read(
    archive: &mut Archive,
    found: &Found,
) -> Result<Result<Entity, Note>, PackageProblem> {
    let mut entity = Entity::new(found.key.clone(), archive.text(&found.href)?);
    if found.has_beside {
        let file = found.href.clone() + BESIDE;
        // By now, other entities are written: a file that is no text fails alone, and not the whole package.
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

/// The references of a test whose `href` leads to another entity than their identifier names.
pub(super) fn misled(
    read: &Result<Entity, Note>,
    href: &str,
    by_href: &HashMap<&str, &Key>,
) -> Option<Note> {
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

/// The record that a bank keeps of a manifest.
pub(super) fn kept(manifest: Manifest, by_href: &HashMap<&str, &Key>) -> Record {
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
