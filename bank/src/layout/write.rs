//! Files that are written whole or not at all.

use std::fs;
use std::io::Write as _;
use std::path::Path;

use crate::error::{Error, Result};

/// Writes a file under another name, and gives it its own once the disk has it.
pub(crate) fn write_atomically(staging: &Path, path: &Path, bytes: &[u8]) -> Result<()> {
    fs::create_dir_all(staging).map_err(Error::file(staging))?;
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(Error::file(folder))?;
    }
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(staging).map_err(Error::file(staging))?;
    let written = file
        .write_all(bytes)
        .and_then(|()| file.as_file().sync_data());
    written.map_err(Error::file(path))?;
    let persisted = file.persist(path).map_err(|failed| failed.error);
    persisted.map(drop).map_err(Error::file(path))
}
