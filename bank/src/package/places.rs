//! Where entities stand in a package: where they came from, or else where the references to them lead.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::links::{Links, Reference};
use super::names::Names;
use super::record::{Kept, Record};
use super::{BESIDE, MANIFEST, media, name, resource_type};
use crate::bank::Bank;
use crate::entity::{Entity, Identifier, Key, Kind};
use crate::error::{Error, Result};
use crate::layout::file_name;
use crate::progress::Note;

/// What is to be packed.
pub(super) type Wanted = BTreeMap<Key, About>;

/// What decides where an entity is put.
pub(super) struct About {
    has_beside: bool,
    pub(super) links: Links,
}

impl About {
    pub(super) fn of(entity: &Entity) -> Self {
        Self {
            has_beside: !entity.beside.is_empty(),
            links: Links::of(&entity.xml),
        }
    }
}

/// The resource of each entity of a package: its identifier and its file.
pub(super) struct Places {
    kept: BTreeMap<Key, Kept>,
    hrefs: HashSet<String>,
    identifiers: HashSet<String>,
    /// All files of the package.
    names: Names,
    /// All files below `media/`.
    media: Names,
}

impl Places {
    /// Finds a place for each entity. Media keep theirs, because documents lead to them.
    pub(super) fn of(bank: &Bank, record: &Record, wanted: &Wanted) -> Result<Self> {
        let (mut names, mut media) = (Names::default(), Names::default());
        let refused = |name: &str, problem: String| Error::Refused {
            what: media::path(bank, name).display().to_string(),
            problem: format!("a package cannot have it, as {problem}: rename it"),
        };
        names
            .add(MANIFEST)
            .map_err(|problem| refused(MANIFEST, problem))?;
        for name in media::names(bank)? {
            let fault = name::fault(&name).map(str::to_owned);
            match fault.or_else(|| names.add(&name).err()) {
                Some(problem) => return Err(refused(&name, problem)),
                None => drop(media.add(&name)),
            }
        }
        let mut places = Self {
            kept: BTreeMap::new(),
            hrefs: HashSet::new(),
            identifiers: HashSet::new(),
            names,
            media,
        };
        let known = record.resources.iter().filter_map(|kept| {
            let key = kept.entity.as_ref()?;
            Some((key, wanted.get(key)?, kept.href.as_deref()?, kept))
        });
        for (key, about, href, kept) in known {
            if !places.kept.contains_key(key) {
                let href = Some(places.free(href, key, about));
                let kept = Kept {
                    href,
                    ..kept.clone()
                };
                places.insert(key, kept);
            }
        }
        let all = record.resources.iter();
        let mut identifiers: HashSet<String> = all.map(|kept| kept.identifier.clone()).collect();
        // Referring kinds come first, because their references decide where the others are put.
        for kind in Kind::ALL.into_iter().rev() {
            places.add_new(kind, wanted, &mut identifiers);
        }
        Ok(places)
    }

    /// Places the entities of one kind that have no place yet.
    fn add_new(&mut self, kind: Kind, wanted: &Wanted, identifiers: &mut HashSet<String>) {
        let mut led = self.led(wanted);
        for (key, about) in wanted.iter().filter(|(key, _)| key.kind == kind) {
            if self.kept.contains_key(key) {
                continue;
            }
            let default = default_place(key);
            let led = led.remove(key).unwrap_or_default();
            let held = |href: &str| self.shown(about, href);
            let is_fit = |href: &String| {
                self.is_free(href, about) && name::fault(href).is_none() && !name::is_noise(href)
                    // From there, its addresses must lead to the same media.
                    && held(&default).iter().all(|file| held(href).contains(file))
            };
            let href = led.into_iter().find(is_fit);
            let kept = Kept {
                identifier: fresh(key, identifiers),
                of_type: resource_type::of_kind(kind).to_owned(),
                entity: Some(key.clone()),
                href: Some(self.free(&href.unwrap_or(default), key, about)),
                ..Kept::default()
            };
            self.insert(key, kept);
        }
    }

    fn insert(&mut self, key: &Key, kept: Kept) {
        self.hrefs.extend(kept.href.clone());
        self.identifiers.insert(kept.identifier.clone());
        self.kept.insert(key.clone(), kept);
    }

    /// For each entity, where the references to it lead; where most of them lead comes first.
    fn led(&self, wanted: &Wanted) -> HashMap<Key, Vec<String>> {
        let mut votes: HashMap<Key, BTreeMap<String, usize>> = HashMap::new();
        for (key, kept) in &self.kept {
            let references = wanted.get(key).map(|about| &about.links.references);
            for reference in references.into_iter().flatten() {
                if let Some((target, name)) = led_to(reference, kept)
                    && wanted.contains_key(&target)
                {
                    *votes.entry(target).or_default().entry(name).or_default() += 1;
                }
            }
        }
        let sorted = votes.into_iter().map(|(key, names)| {
            let mut names: Vec<(String, usize)> = names.into_iter().collect();
            names.sort_by(|(one, fewer), (other, more)| more.cmp(fewer).then(one.cmp(other)));
            (key, names.into_iter().map(|(name, _)| name).collect())
        });
        sorted.collect()
    }

    /// The media that an entity shows from a place.
    fn shown(&self, about: &About, href: &str) -> Vec<&str> {
        let addresses = about.links.files.iter();
        let found = addresses.filter_map(|address| self.media.find(name::folder(href), address));
        found.collect()
    }

    fn is_free(&self, href: &str, about: &About) -> bool {
        let beside = about.has_beside.then(|| href.to_owned() + BESIDE);
        [Some(href.to_owned()), beside]
            .iter()
            .flatten()
            .all(|name| self.names.clash(name).is_none())
    }

    /// Takes a place, or one like it if it is taken, or else one in a folder of its own.
    fn free(&mut self, wanted: &str, key: &Key, about: &About) -> String {
        let dot = wanted
            .rfind('.')
            .filter(|dot| *dot > name::folder(wanted).len());
        let (stem, extension) = wanted.split_at(dot.unwrap_or(wanted.len()));
        let like_it = (1..100).map(|number| format!("{stem}_{number}{extension}"));
        let like_it = [wanted.to_owned()].into_iter().chain(like_it);
        let default = default_place(key);
        let apart = (0..).map(|number| match number {
            0 => default.clone(),
            _ => format!("{}_{number}/{default}", key.kind.folder()),
        });
        let is_fit = |href: &String| name::fault(href).is_none() && self.is_free(href, about);
        let href = like_it.into_iter().find(is_fit);
        let is_free = |href: &String| self.is_free(href, about);
        let href = href.unwrap_or_else(|| apart.into_iter().find(is_free).unwrap_or_default());
        let beside = about.has_beside.then(|| href.clone() + BESIDE);
        for name in [Some(href.clone()), beside].iter().flatten() {
            drop(self.names.add(name));
        }
        href
    }

    pub(super) fn get(&self, key: &Key) -> Option<&Kept> {
        self.kept.get(key)
    }

    /// Whether a file is that of an entity.
    pub(super) fn has_entity(&self, name: &str) -> bool {
        self.hrefs.contains(name)
    }

    /// Whether an entity's resource has this identifier.
    pub(super) fn has_identifier(&self, identifier: &str) -> bool {
        self.identifiers.contains(identifier)
    }

    /// The entities, in the order of dependence.
    pub(super) fn keys(&self) -> impl DoubleEndedIterator<Item = &Key> {
        self.kept.keys()
    }

    /// The file below `media/` that an address leads to from a folder.
    pub(super) fn media(&self, folder: &str, address: &str) -> Option<&str> {
        self.media.find(folder, address)
    }

    pub(super) fn has_media(&self, name: &str) -> bool {
        self.media.has(name)
    }

    /// The references of an entity whose `href` does not lead to the entity that they name.
    pub(super) fn misled(&self, key: &Key, references: &[Reference]) -> Option<Note> {
        let folder = name::folder(self.get(key)?.href.as_deref()?);
        let problem = |reference: &Reference| {
            let target = key_of(reference)?;
            let place = self.get(&target)?.href.as_deref()?;
            let address = reference.href.as_deref().unwrap_or_default();
            let is_right = name::resolve(folder, address).as_deref() == Some(place);
            let identifier = &reference.identifier;
            (!is_right).then(|| format!("{identifier:?} leads to {address:?}, not to {place:?}"))
        };
        let mut told: Vec<String> = references.iter().filter_map(problem).collect();
        told.sort_unstable();
        told.dedup();
        let message = || format!("reference {}", told.join("; "));
        (!told.is_empty()).then(|| Note::new(key.clone(), message()))
    }
}

/// Where an entity stands that nothing leads to.
fn default_place(key: &Key) -> String {
    let name = file_name(key.identifier.as_str());
    format!("{}/{name}.xml", key.kind.folder())
}

/// What a reference of the resource names, and the file that its address leads to.
fn led_to(reference: &Reference, of: &Kept) -> Option<(Key, String)> {
    let address = reference.href.as_deref()?.trim();
    // From a `/`, programs go to different places.
    let address = Some(address).filter(|address| !address.starts_with('/'))?;
    let name = name::resolve(name::folder(of.href.as_deref()?), address)?;
    Some((key_of(reference)?, name))
}

fn key_of(reference: &Reference) -> Option<Key> {
    let identifier = Identifier::new(&*reference.identifier).ok()?;
    Some(Key::new(reference.to?, identifier))
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
    name::unique(&own, taken)
}
