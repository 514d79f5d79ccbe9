//! How entities lie on disk: which files, under which names, read and written whole.

mod name;
mod write;

use std::path::{Path, PathBuf};
use std::{fs, io};

use serde_json::{Map, Value};

use crate::entity::{Entity, Key, Kind};
use crate::error::{Error, Result};

pub(crate) use name::encode as file_name;
use write::remove;
pub use write::write_file;
pub(crate) use write::{NewFile, Over, write_atomically};

/// The extension of an entity's XML.
const XML: &str = ".xml";
/// The extension of what its XML does not hold.
const BESIDE: &str = ".json";

/// Where the files of a bank are.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    root: PathBuf,
    staging: PathBuf,
}

impl Layout {
    /// The layout of a folder. New files are written in `staging`, on the same disk, and then moved to their place.
    pub(crate) fn new(root: &Path, staging: PathBuf) -> Self {
        Self {
            root: root.to_owned(),
            staging,
        }
    }

    pub(crate) fn staging(&self) -> PathBuf {
        self.staging.clone()
    }

    pub(crate) fn xml(&self, key: &Key) -> PathBuf {
        self.file(key, XML)
    }

    pub(crate) fn beside(&self, key: &Key) -> PathBuf {
        self.file(key, BESIDE)
    }

    fn file(&self, key: &Key, extension: &str) -> PathBuf {
        let name = name::encode(key.identifier.as_str()) + extension;
        self.root.join(key.kind.folder()).join(name)
    }

    /// The entities of a kind of which at least one file exists.
    pub(crate) fn keys(&self, kind: Kind) -> Result<Vec<Key>> {
        let mut files = Vec::new();
        let folder = self.root.join(kind.folder());
        list(&folder, &mut files)?;
        files.sort_unstable();
        let mut keys = Vec::with_capacity(files.len());
        for file in &files {
            let path = folder.join(file);
            let (name, extension) = match file.strip_suffix(XML) {
                Some(name) => (name, XML),
                None => (file.strip_suffix(BESIDE).unwrap_or(file), BESIDE),
            };
            let is_entity = file != name;
            let expected = match name::decode(name) {
                Ok(identifier) if is_entity => {
                    // An entity with both files is counted at its XML; one whose XML is missing, at its JSON.
                    let xml = || name.to_owned() + XML;
                    if extension == XML || files.binary_search(&xml()).is_err() {
                        keys.push(Key::new(kind, identifier));
                    }
                    continue;
                }
                Err(expected) if is_entity => expected.map(|name| folder.join(name + extension)),
                _ => None,
            };
            return Err(Error::Stray { path, expected });
        }
        Ok(keys)
    }

    /// Reads an entity; `None` if it has no file. A JSON file without its XML is an error.
    pub(crate) fn read(&self, key: &Key) -> Result<Option<Entity>> {
        let xml = read(&self.xml(key))?;
        let beside = self.read_beside(key)?;
        let Some(xml) = xml else {
            return match beside {
                None => Ok(None),
                Some(_) => Err(self.orphan(key)),
            };
        };
        let (key, beside) = (key.clone(), beside.unwrap_or_default());
        Ok(Some(Entity { key, xml, beside }))
    }

    /// Reads what stands beside the XML, whether the XML exists or not.
    pub(crate) fn read_beside(&self, key: &Key) -> Result<Option<Map<String, Value>>> {
        let path = self.beside(key);
        let json = read(&path)?;
        let read = json.as_deref().map(serde_json::from_str).transpose();
        read.map_err(|source| Error::Beside { path, source })
    }

    fn orphan(&self, key: &Key) -> Error {
        let xml = self.xml(key);
        let xml = xml.file_name().unwrap_or_default().to_string_lossy();
        Error::Orphan {
            path: self.beside(key),
            xml: xml.into_owned(),
        }
    }

    /// Writes the XML last, so that an entity whose XML exists has both files.
    pub(crate) fn write(&self, entity: &Entity) -> Result<()> {
        let path = self.beside(&entity.key);
        match render(&entity.beside) {
            None => drop(remove(&path)?),
            Some(json) => write_atomically(&self.staging, &path, json.as_bytes())?,
        }
        write_atomically(&self.staging, &self.xml(&entity.key), entity.xml.as_bytes())
    }

    pub(crate) fn remove(&self, key: &Key) -> Result<bool> {
        let existed = remove(&self.xml(key))?;
        Ok(remove(&self.beside(key))? || existed)
    }
}

/// The text of the JSON file, with its keys sorted, so that a version control system shows only what has changed.
pub(crate) fn render(beside: &Map<String, Value>) -> Option<String> {
    if beside.is_empty() {
        return None;
    }
    let mut sorted = Value::Object(beside.clone());
    sorted.sort_all_objects();
    Some(format!("{sorted:#}\n"))
}

/// Lists the files of a folder, and of its subfolders, which hold the rest of long names; all relative to the folder.
fn list(folder: &Path, files: &mut Vec<String>) -> Result<()> {
    let mut folders = vec![String::new()];
    while let Some(within) = folders.pop() {
        // With a slash at its end, a path is what a link leads to.
        let path = match within.trim_end_matches('/') {
            "" => folder.to_owned(),
            within => folder.join(within),
        };
        let entries = match fs::read_dir(&path) {
            // A broken link exists, and cannot be read.
            Err(missing)
                if missing.kind() == io::ErrorKind::NotFound
                    && fs::symlink_metadata(&path).is_err() =>
            {
                continue;
            }
            entries => entries.map_err(Error::file(&path))?,
        };
        for entry in entries {
            let entry = entry.map_err(Error::file(&path))?;
            let name = entry.file_name();
            let Some(name) = name.to_str() else {
                let (path, expected) = (entry.path(), None);
                return Err(Error::Stray { path, expected });
            };
            let kind = entry.file_type().map_err(Error::file(entry.path()))?;
            // A folder with the name of an entity's file is listed, so that the entity does not count as deleted.
            let has_its_name = name.ends_with(XML) || name.ends_with(BESIDE);
            match name.starts_with('.') || is_noise(name) {
                true => {}
                false if kind.is_dir() && !has_its_name => folders.push(format!("{within}{name}/")),
                false => files.push(format!("{within}{name}")),
            }
        }
    }
    Ok(())
}

/// Whether a file is one that a system puts into folders by itself.
pub(crate) fn is_noise(name: &str) -> bool {
    matches!(name, ".DS_Store" | "Thumbs.db" | "desktop.ini")
}

fn read(path: &Path) -> Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        // A broken link exists, and cannot be read.
        Err(missing)
            if missing.kind() == io::ErrorKind::NotFound && fs::symlink_metadata(path).is_err() =>
        {
            Ok(None)
        }
        Err(problem) => Err(Error::file(path)(problem)),
    }
}

#[cfg(test)]
mod tests;
