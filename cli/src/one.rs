//! What the verbs share that work on single entities: addresses, input, and the question before a write.

use std::convert::Infallible;
use std::fmt;
use std::io::{self, Read as _};
use std::path::PathBuf;
use std::str::FromStr;

use timeback_qti_bank::single::{Address, InvalidAddress};
use timeback_qti_bank::{Key, Service};

use crate::app::App;
use crate::connect::Target;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::note;

/// Reads an argument of the form KIND/ID, for clap.
pub(crate) fn key(text: &str) -> Result<Key, String> {
    of(text.parse())
}

/// The entity that an argument names: KIND/ID, or a full URL of this service.
pub(crate) fn entity(service: &Service, address: &str) -> Result<Key, Failure> {
    of(service.address(address)).map_err(|problem| Failure::new(Exit::Usage, problem))
}

fn of(address: Result<Address, InvalidAddress>) -> Result<Key, String> {
    match address {
        Ok(Address::Entity(key)) => Ok(key),
        Ok(Address::Section(section)) => {
            Err(format!("{section} is no entity by itself; name its test"))
        }
        Err(problem) => Err(problem.to_string()),
    }
}

/// The error for an entity that the service does not have.
pub(crate) fn gone(key: &Key, target: &Target) -> Failure {
    Failure::new(Exit::Failed, format!("{target} has no {key}"))
}

/// Whether the verb may write. Production is asked about; other services are there to be tried.
pub(crate) async fn may_write(
    app: &App,
    target: &Target,
    what: &str,
    yes: bool,
) -> Result<bool, Failure> {
    if !target.is_production() || app.confirm(&format!("{what} on {target}?"), yes).await? {
        return Ok(true);
    }
    note("nothing was written");
    Ok(false)
}

/// A file, or standard input.
#[derive(Debug, Clone)]
pub(crate) enum FileOrStdin {
    File(PathBuf),
    Stdin,
}

impl FromStr for FileOrStdin {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(match text {
            "-" => Self::Stdin,
            path => Self::File(path.into()),
        })
    }
}

impl fmt::Display for FileOrStdin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::File(path) => path.display().fmt(f),
            Self::Stdin => f.write_str("standard input"),
        }
    }
}

impl FileOrStdin {
    pub(crate) fn read(&self) -> io::Result<String> {
        match self {
            Self::File(path) => std::fs::read_to_string(path),
            Self::Stdin => {
                let mut text = String::new();
                io::stdin().lock().read_to_string(&mut text).map(|_| text)
            }
        }
    }
}
