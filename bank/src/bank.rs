//! A bank: a folder with settings, entities as files, and the state of its exchange with the service.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::entity::{Entity, Key, Kind};
use crate::error::{Error, Result};
use crate::layout::{Layout, file_name, write_atomically};
use crate::settings::Settings;

/// The file that makes a folder a bank.
const SETTINGS: &str = "qti.toml";
/// The folder for what version control is to leave alone.
const STATE: &str = ".qti";

/// A bank of content on disk.
///
/// ```text
/// qti.toml             the service, and what is pulled
/// items/ID.xml         the XML exactly as the service has it
/// items/ID.json        what the XML does not hold, where there is such
/// stimuli/  tests/     the same
/// media/               files of unpacked packages that the service has no place for
/// qti-package.json     what those packages called their resources, and in which order, for the next pack
/// .qti/                last seen, journal, snapshots; kept out of git
/// ```
#[derive(Debug, Clone)]
pub struct Bank {
    root: PathBuf,
    settings: Settings,
    layout: Layout,
}

impl Bank {
    /// Makes a folder, which may have files already, a bank.
    ///
    /// # Errors
    /// [`Error::BankExists`] if it is one; [`Error::Settings`] if the settings cannot be right, such as a URL that holds a
    /// password; [`Error::File`] if it cannot be written.
    pub fn init(root: impl Into<PathBuf>, settings: Settings) -> Result<Self> {
        let root = root.into();
        let path = root.join(SETTINGS);
        if path.exists() {
            return Err(Error::BankExists { path: root });
        }
        let text = settings.render(&path)?;
        let bank = Self::at(root, settings);
        bank.prepare()?;
        write_atomically(&bank.staging(), &path, text.as_bytes())?;
        Ok(bank)
    }

    /// Opens a bank. Where nothing may be written, it can still be read and audited.
    ///
    /// # Errors
    /// [`Error::NoBank`] if the folder is none; [`Error::Settings`] if its `qti.toml` cannot be right.
    pub fn open(root: impl Into<PathBuf>) -> Result<Self> {
        let root = root.into();
        let path = root.join(SETTINGS);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(missing) if missing.kind() == io::ErrorKind::NotFound => {
                return Err(Error::NoBank { path: root });
            }
            Err(problem) => return Err(Error::file(path)(problem)),
        };
        let settings = Settings::parse(&path, &text)?;
        let bank = Self::at(root, settings);
        match bank.prepare() {
            // A bank that may not be written can still be read. What writes fails by itself.
            Err(Error::File { source, .. }) if is_read_only(&source) => Ok(bank),
            prepared => prepared.map(|()| bank),
        }
    }

    /// Opens the bank that a folder belongs to: the folder itself, or the nearest one above it that is a bank.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn find(within: &Path) -> Result<Self> {
        let is_bank = |folder: &&Path| folder.join(SETTINGS).exists();
        let root = within.ancestors().find(is_bank);
        Self::open(root.unwrap_or(within))
    }

    fn at(root: PathBuf, settings: Settings) -> Self {
        let layout = Layout::new(&root, root.join(STATE).join("staging"));
        Self {
            root,
            settings,
            layout,
        }
    }

    /// Makes the folder for what version control is to leave alone.
    fn prepare(&self) -> Result<()> {
        let state = self.root.join(STATE);
        fs::create_dir_all(&state).map_err(Error::file(&state))?;
        let ignore = state.join(".gitignore");
        if !ignore.exists() {
            write_atomically(&self.staging(), &ignore, b"*\n")?;
        }
        Ok(())
    }

    /// The bank's folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn staging(&self) -> PathBuf {
        self.layout.staging()
    }

    /// The database of a service; a slash at the end of its URL makes no other service of it.
    pub(crate) fn state_file(&self, base_url: &str) -> PathBuf {
        let name = file_name(base_url.trim_end_matches('/')) + ".redb";
        self.root.join(STATE).join("state").join(name)
    }

    /// What `qti.toml` says.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The file of an entity's XML, whether it exists or not.
    pub fn path(&self, key: &Key) -> PathBuf {
        self.layout.xml(key)
    }

    /// Which entities the bank holds, each kind before those that refer to it, by file name.
    ///
    /// # Errors
    /// [`Error::Stray`] if there is a file that no entity has; [`Error::File`] if a folder cannot be read.
    pub fn keys(&self) -> Result<Vec<Key>> {
        let kinds = Kind::ALL.into_iter().map(|kind| self.keys_of(kind));
        Ok(kinds.collect::<Result<Vec<_>>>()?.concat())
    }

    /// Which entities of one kind the bank holds, by file name.
    ///
    /// # Errors
    /// As [`keys`](Self::keys).
    pub fn keys_of(&self, kind: Kind) -> Result<Vec<Key>> {
        self.layout.keys(kind)
    }

    /// All entities in the order of [`keys`](Self::keys), read one by one.
    ///
    /// # Errors
    /// As [`keys`](Self::keys); those of single files are yielded.
    pub fn entities(&self) -> Result<impl Iterator<Item = Result<Entity>> + '_> {
        let keys = self.keys()?.into_iter();
        Ok(keys.filter_map(|key| self.read(&key).transpose()))
    }

    /// Reads an entity; `None` if the bank has none of this key.
    ///
    /// # Errors
    /// [`Error::File`] if a file cannot be read or is not UTF-8; [`Error::Beside`] if what stands beside the XML is no
    /// JSON object; [`Error::Orphan`] if it stands there without the XML.
    pub fn read(&self, key: &Key) -> Result<Option<Entity>> {
        self.layout.read(key)
    }

    pub(crate) fn read_beside(&self, key: &Key) -> Result<Option<Map<String, Value>>> {
        self.layout.read_beside(key)
    }

    /// Writes an entity, in place of the one of its key. Each file is written whole or not at all.
    ///
    /// # Errors
    /// [`Error::File`] if it cannot be written.
    pub fn write(&self, entity: &Entity) -> Result<()> {
        self.layout.write(entity)
    }

    /// Removes an entity's files; whether there were any.
    ///
    /// # Errors
    /// [`Error::File`] if they cannot be removed.
    pub fn remove(&self, key: &Key) -> Result<bool> {
        self.layout.remove(key)
    }
}

fn is_read_only(problem: &io::Error) -> bool {
    let kinds = [
        io::ErrorKind::PermissionDenied,
        io::ErrorKind::ReadOnlyFilesystem,
    ];
    kinds.contains(&problem.kind())
}
