//! `qti-package.json`: what a bank remembers of unpacked manifests, so that `pack` writes the same names and order.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::{fs, io, mem};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::name;
use crate::bank::Bank;
use crate::entity::Key;
use crate::error::{Error, Result};
use crate::layout::write_atomically;

/// The form of the file that this version writes.
const FORMAT: u64 = 1;

/// What is kept of manifests.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Record {
    format: u64,
    pub(super) identifier: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) metadata: Option<String>,
    pub(super) resources: Vec<Kept>,
}

impl Default for Record {
    fn default() -> Self {
        Self::new(String::new(), None, Vec::new())
    }
}

/// A resource, in the order of the manifest.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Kept {
    pub(super) identifier: String,
    /// The identifier that its package gave it, if another resource of the bank had that already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) was: Option<String>,
    #[serde(rename = "type")]
    pub(super) of_type: String,
    /// Its entity; `None` for other files.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) entity: Option<Key>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) href: Option<String>,
    /// An address of the web in place of a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) web: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) files: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) dependencies: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) metadata: Option<String>,
}

fn path(bank: &Bank) -> PathBuf {
    bank.root().join("qti-package.json")
}

impl Record {
    pub(super) fn new(identifier: String, metadata: Option<String>, resources: Vec<Kept>) -> Self {
        Self {
            format: FORMAT,
            identifier,
            metadata,
            resources,
        }
    }

    /// The bank's record, an empty one if it has none.
    pub(super) fn read(bank: &Bank) -> Result<Self> {
        let path = path(bank);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(missing) if missing.kind() == io::ErrorKind::NotFound => {
                return Ok(Self::default());
            }
            Err(problem) => return Err(Error::file(path)(problem)),
        };
        let parsed = serde_json::from_str::<Value>(&text);
        let found = parsed.ok().and_then(|value| value.get("format")?.as_u64());
        match found {
            Some(found) if found > FORMAT => Err(Error::Newer {
                path,
                found,
                known: FORMAT,
            }),
            _ => {
                let read = serde_json::from_str::<Self>(&text);
                let mut record = read.map_err(|source| Error::Record { path, source })?;
                record.make_unique();
                Ok(record)
            }
        }
    }

    /// Gives a new identifier to each resource whose identifier an earlier one has, as where two records were merged by hand.
    fn make_unique(&mut self) {
        let mut taken = HashSet::new();
        for kept in &mut self.resources {
            let own = mem::take(&mut kept.identifier);
            kept.identifier = name::unique(&own, &mut taken);
            if kept.identifier != own {
                kept.was.get_or_insert(own);
            }
        }
    }

    pub(super) fn write(&self, bank: &Bank) -> Result<()> {
        let path = path(bank);
        let text = serde_json::to_string_pretty(self).map_err(|source| Error::Record {
            path: path.clone(),
            source,
        })?;
        write_atomically(&bank.staging(), &path, (text + "\n").as_bytes())
    }

    /// Adds the record of another package without the resources that `is_left` says were left alone; whether any was added.
    /// Its resources replace those of the same entity or file. One whose identifier another resource of this record has gets
    /// a new identifier, also in the dependencies on it.
    pub(super) fn absorb(&mut self, other: Self, is_left: impl Fn(&Kept) -> bool) -> bool {
        let is_taken = other.resources.iter().any(|kept| !is_left(kept));
        if !is_taken && !other.resources.is_empty() {
            return false;
        }
        if self.resources.is_empty() {
            self.identifier = other.identifier;
            self.metadata = other.metadata;
        }
        let places = self.places_of(&other.resources);
        let pairs = || other.resources.iter().zip(&places);
        let replaced = pairs().filter(|(kept, _)| !is_left(kept));
        let replaced: HashSet<usize> = replaced.filter_map(|(_, place)| *place).collect();
        let own = self.resources.iter().enumerate();
        let staying = own.filter(|(at, _)| !replaced.contains(at));
        let mut taken: HashSet<String> = staying.map(|(_, kept)| kept.identifier.clone()).collect();
        // By an identifier of the other package, and by one that is replaced: that of the record from now on.
        let (mut theirs, mut ours) = (HashMap::new(), HashMap::new());
        let mut absorbed = Vec::new();
        for (mut kept, place) in other.resources.clone().into_iter().zip(&places) {
            let own = mem::take(&mut kept.identifier);
            let before = place.map(|at| self.resources[at].identifier.clone());
            if is_left(&kept) {
                if let Some(before) = before {
                    theirs.entry(own).or_insert(before);
                }
                continue;
            }
            kept.identifier = name::unique(&own, &mut taken);
            if let Some(before) = before {
                ours.insert(before, kept.identifier.clone());
            }
            kept.was = (kept.identifier != own).then(|| own.clone());
            theirs.entry(own).or_insert(kept.identifier.clone());
            absorbed.push((kept, *place));
        }
        for dependency in self
            .resources
            .iter_mut()
            .flat_map(|kept| &mut kept.dependencies)
        {
            if let Some(now) = ours.get(dependency) {
                dependency.clone_from(now);
            }
        }
        for (mut kept, place) in absorbed {
            let known = kept.dependencies.iter();
            kept.dependencies = known.filter_map(|name| theirs.get(name).cloned()).collect();
            match place {
                Some(at) => self.resources[at] = kept,
                None => self.resources.push(kept),
            }
        }
        true
    }

    /// The index of the resource that each of these replaces. Several resources can be of one file: each replaces one, if
    /// possible the one with its own identifier.
    fn places_of(&self, others: &[Kept]) -> Vec<Option<usize>> {
        let mut known: HashMap<_, Vec<usize>> = HashMap::new();
        for (at, kept) in self.resources.iter().enumerate() {
            known.entry(kept.place()).or_default().push(at);
        }
        let places = others.iter().map(|kept| {
            let known = known.get_mut(&kept.place())?;
            let has_its_name = |at: &usize| self.resources[*at].name() == kept.name();
            let named = known.iter().position(has_its_name).unwrap_or(0);
            (!known.is_empty()).then(|| known.remove(named))
        });
        places.collect()
    }
}

impl Kept {
    /// The identifier in its package.
    fn name(&self) -> &str {
        self.was.as_deref().unwrap_or(&self.identifier)
    }

    /// What the resource is compared by: its entity, else its file, else its files, else its identifier.
    fn place(&self) -> (Option<&Key>, Option<&str>, &[String], &str) {
        match (&self.entity, self.href.as_deref(), &self.files[..]) {
            (Some(key), ..) => (Some(key), None, &[], ""),
            (None, Some(href), _) => (None, Some(href), &[], ""),
            (None, None, []) => (None, None, &[], self.name()),
            (None, None, files) => (None, None, files, ""),
        }
    }
}
