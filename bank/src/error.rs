//! What can go wrong with a bank.

use std::path::{Path, PathBuf};
use std::{io, result};

use crate::entity::Key;

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
    /// The service, or the way to it, has failed.
    #[error("{key}")]
    Service {
        /// Which entity it was about.
        key: Key,
        /// Why.
        source: timeback_qti::Error,
    },
}

fn hint(expected: Option<&Path>) -> String {
    expected.map_or_else(String::new, |path| {
        format!(", rename it to {}", path.display())
    })
}

impl Error {
    /// For `map_err`: a file or a folder cannot be read or written.
    pub(crate) fn file(path: impl Into<PathBuf>) -> impl FnOnce(io::Error) -> Self {
        let path = path.into();
        |source| Self::File { path, source }
    }
}
