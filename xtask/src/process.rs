//! Other programs that tasks run, and the error of what cannot be done with them.

use std::io;
use std::path::Path;
use std::process::Command;

/// What could not be done, and why.
#[derive(Debug, thiserror::Error)]
#[error("{doing}: {source}")]
pub struct Error {
    doing: String,
    source: io::Error,
}

/// Adds to an error what could not be done.
pub(crate) fn doing(what: impl Into<String>) -> impl FnOnce(io::Error) -> Error {
    let doing = what.into();
    move |source| Error { doing, source }
}

/// Runs a program to its end. It is an error if it says that it failed.
pub(crate) fn succeed(command: &mut Command) -> io::Result<()> {
    let status = command.status()?;
    if status.success() {
        Ok(())
    } else {
        Err(io::Error::other(status.to_string()))
    }
}

/// The project's folder.
pub(crate) fn root() -> &'static Path {
    let parent = Path::new(env!("CARGO_MANIFEST_DIR")).parent();
    parent.expect("xtask is in the project's folder")
}
