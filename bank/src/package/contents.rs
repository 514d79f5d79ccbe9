//! Reads what a package holds: its entities, what stands beside them, and its manifest.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};
use timeback_qti::xml::check_qti_3;

use super::archive::Archive;
use super::links::{Links, Reference};
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
        // One without a file is told with the manifest.
        let Some(href) = &resource.href else {
            continue;
        };
        let Some(kind) = resource_type::kind(&resource.of_type) else {
            if resource_type::is_homeless(&resource.of_type) {
                let of_type = &resource.of_type;
                let problem = format!("the service has no place for the type {of_type:?}");
                unreadable.push(format!("{href}: {problem}"));
            }
            continue;
        };
        let text = archive.text(href)?.map_err(str::to_owned);
        let key = match text.and_then(|text| key_of(kind, &text)) {
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

/// The kind and identifier of a document.
fn key_of(kind: Kind, xml: &str) -> Result<Key, String> {
    let identifier = check_qti_3(kind.root(), xml).map_err(|problem| problem.to_string())?;
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
    let failed = |message: String| Ok(Err(Note::new(found.key.clone(), message)));
    let mut entity = match archive.text(&found.href)? {
        Ok(xml) => Entity::new(found.key.clone(), xml),
        Err(problem) => return failed(format!("{}: {problem}", found.href)),
    };
    if found.has_beside {
        let file = found.href.clone() + BESIDE;
        // By now, other entities are written: a file that is no text fails alone, and not the whole package.
        let text = match archive.text(&file) {
            Ok(text) => text.map_err(|problem| format!("{file}: {problem}")),
            Err(problem) => Err(problem.to_string()),
        };
        let beside = text.and_then(|text| {
            let read = serde_json::from_str::<Map<String, Value>>(&text);
            read.map_err(|problem| format!("{file}: {problem}"))
        });
        match beside {
            Ok(beside) => entity.beside = beside,
            Err(problem) => return failed(problem),
        }
    }
    Ok(Ok(entity))
}

/// The references of an entity whose `href` leads to another entity than their identifier names, or to a section's file.
pub(super) fn misled(
    entity: &Entity,
    href: &str,
    by_href: &HashMap<&str, &Key>,
    archive: &Archive,
) -> Option<Note> {
    let folder = name::folder(href);
    let problem = |Reference {
                       to,
                       identifier,
                       href,
                   }: Reference| {
        let Some(to) = to else {
            let own = href.unwrap_or_default();
            return Some(format!(
                "{identifier:?} leads to a section in the file {own:?}, which the service has no place for"
            ));
        };
        let target = archive.find(folder, href.as_deref()?)?;
        let meant = by_href.get(target)?;
        let differs = meant.kind != to || meant.identifier.as_str() != identifier;
        differs.then(|| format!("{identifier:?} leads to {meant}"))
    };
    let references = Links::of(&entity.xml).references.into_iter();
    let mut told: Vec<String> = references.filter_map(problem).collect();
    told.sort_unstable();
    told.dedup();
    let message = || format!("reference {}", told.join(", "));
    (!told.is_empty()).then(|| Note::new(entity.key.clone(), message()))
}

/// The record that a bank keeps of a manifest.
pub(super) fn kept(manifest: Manifest, by_href: &HashMap<&str, &Key>) -> Record {
    // An entity that is not there is no resource of the bank's.
    let is_there = |resource: &Resource| {
        resource.href.is_some() || resource_type::kind(&resource.of_type).is_none()
    };
    let resources = manifest.resources.into_iter().filter(is_there);
    let resources = resources.map(|resource| {
        let Resource {
            identifier,
            of_type,
            href,
            web,
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
            was: None,
            of_type,
            entity,
            href,
            web,
            files,
            dependencies,
            metadata,
        }
    });
    Record::new(manifest.identifier, manifest.metadata, resources.collect())
}
