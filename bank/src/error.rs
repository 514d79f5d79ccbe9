//! What can go wrong with a bank.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{io, result};

use timeback_qti::ErrorKind;

use crate::entity::{Key, Kind};

/// The result of what works on a bank.
pub type Result<T, E = Error> = result::Result<T, E>;

/// What went wrong with a bank, and where.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file or a folder cannot be read or written.
    #[error("{}", path.display())]
    File {
        /// Which one.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A folder is no bank.
    #[error("{} is no bank: it has no qti.toml", path.display())]
    NoBank {
        /// Which one.
        path: PathBuf,
    },
    /// A folder is a bank already.
    #[error("{} is a bank already", path.display())]
    BankExists {
        /// Which one.
        path: PathBuf,
    },
    /// The settings cannot be right.
    #[error("{}: {problem}", path.display())]
    Settings {
        /// Where they stand.
        path: PathBuf,
        /// What is wrong.
        problem: String,
    },
    /// A file of a bank's folders has a name that no entity has.
    #[error("{}: not the name of an entity's file{}", path.display(), hint(expected.as_deref()))]
    Stray {
        /// Which one.
        path: PathBuf,
        /// The name that was meant, as far as that can be told.
        expected: Option<PathBuf>,
    },
    /// What stands beside an entity's XML is no JSON object.
    #[error("{}", path.display())]
    Beside {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// The JSON file beside an entity's XML exists, but the XML does not.
    #[error("{}: its XML, {xml}, is missing: put that file back, or remove this one", path.display())]
    Orphan {
        /// The file.
        path: PathBuf,
        /// The name of the XML file that is missing.
        xml: String,
    },
    /// What is remembered between two runs cannot be read or written.
    #[error("{}", path.display())]
    State {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Arc<redb::Error>,
    },
    /// A content package is not read.
    #[error("{}: {problem}", path.display())]
    Package {
        /// Which file.
        path: PathBuf,
        /// Why.
        problem: PackageProblem,
    },
    /// The record of packages is none that `unpack` has written: another program's file may have its name.
    #[error("{} is not the record of packages that is kept there", path.display())]
    Record {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// What is remembered between two runs was written by a later version, which this one would misread.
    #[error(
        "{}: written by a later version, in format {found} (this one knows {known}): use that version",
        path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u64,
        /// The latest format that this version knows.
        known: u64,
    },
    /// Another process works on the bank.
    #[error("{} is in use: another command works on this bank", path.display())]
    Busy {
        /// The file that is locked.
        path: PathBuf,
    },
    /// A task of this process has come to nothing.
    #[error("a task was ended before it was done")]
    Ended,
    /// A write was not sent: it would not do what was meant.
    #[error("{what}: {problem}")]
    Refused {
        /// What was to be written.
        what: String,
        /// Why it was not.
        problem: String,
    },
    /// The service has stored something else than was sent.
    #[error("{key}: written, but stored otherwise: {problem}")]
    Altered {
        /// Which one.
        key: Key,
        /// Where it differs.
        problem: String,
    },
    /// The service has answered an entity without its XML.
    #[error("{key}: the service has answered it without its XML")]
    NoXml {
        /// Which one.
        key: Key,
    },
    /// A list of the service has failed.
    #[error("list of {}", kind.folder())]
    List {
        /// What was listed.
        kind: Kind,
        /// Why.
        source: timeback_qti::Error,
    },
    /// The service, or the way to it, has failed.
    #[error("{key}")]
    Service {
        /// Which entity it was about.
        key: Key,
        /// Why.
        source: timeback_qti::Error,
    },
}

/// Why a content package is not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PackageProblem {
    /// The file is no zip, or a broken one.
    #[error("it is no zip that can be read: {0}")]
    NoZip(String),
    /// It could do harm, or not be kept as it is.
    #[error("{entry:?}: {problem}")]
    Entry {
        /// Which entry of the zip.
        entry: String,
        /// What is wrong with it.
        problem: String,
    },
    /// It has no manifest.
    #[error("it has no imsmanifest.xml at its root, so it is no content package")]
    NoManifest,
    /// The manifest cannot be right.
    #[error("imsmanifest.xml: {0}")]
    Manifest(String),
    /// It is a package of another kind, or of an older version.
    #[error("it is {0}; a package of QTI 3.0 is needed: convert it first")]
    OtherFormat(String),
}

fn hint(expected: Option<&Path>) -> String {
    expected.map_or_else(String::new, |path| {
        format!(", rename it to {}", path.display())
    })
}

impl Error {
    pub(crate) fn state(path: &Path, problem: redb::Error) -> Self {
        let (path, source) = (path.to_owned(), Arc::new(problem));
        Self::State { path, source }
    }

    /// For `map_err`: the service, or the way to it, has failed.
    pub(crate) fn service(key: &Key) -> impl Fn(timeback_qti::Error) -> Self {
        let key = key.clone();
        move |source| Self::Service {
            key: key.clone(),
            source,
        }
    }

    /// What the service, or the way to it, has said.
    pub fn service_error(&self) -> Option<&timeback_qti::Error> {
        match self {
            Self::Service { source, .. } | Self::List { source, .. } => Some(source),
            _ => None,
        }
    }

    /// The operating system's error behind it, if there is one: a full disk, a missing permission.
    pub fn io_error(&self) -> Option<&io::Error> {
        match self {
            Self::File { source, .. } => Some(source),
            Self::State { source, .. } => match &**source {
                redb::Error::Io(problem) => Some(problem),
                _ => None,
            },
            _ => None,
        }
    }

    /// Whether one entity alone is concerned, so that work on the others goes on: its files cannot be read, or what the
    /// service answers for it.
    pub(crate) fn is_of_one_entity(&self) -> bool {
        match self {
            Self::File { .. } | Self::Beside { .. } | Self::Orphan { .. } | Self::NoXml { .. } => {
                true
            }
            Self::Service { source, .. } => source.kind() == ErrorKind::Decode,
            _ => false,
        }
    }

    /// The error and all its causes, in a line.
    pub fn in_full(&self) -> String {
        let mut line = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(next) = cause {
            // An error can say what its causes say.
            let words = next.to_string();
            if !line.contains(&words) {
                line = format!("{line}: {words}");
            }
            cause = next.source();
        }
        line
    }

    /// Its causes alone, where what it is about is named beside them.
    pub(crate) fn cause(&self) -> String {
        let line = self.in_full();
        let own = line.strip_prefix(&format!("{self}: ")).map(str::to_owned);
        own.unwrap_or(line)
    }

    /// The same, where the entity is named beside it.
    pub(crate) fn beside(&self, key: &Key) -> String {
        let line = self.in_full();
        let own = line.strip_prefix(&format!("{key}: ")).map(str::to_owned);
        own.unwrap_or(line)
    }

    /// For `map_err`: a file or a folder cannot be read or written.
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        |source| Self::File { path, source }
    }
}
