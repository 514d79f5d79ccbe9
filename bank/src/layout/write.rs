//! Files are written whole or not at all, even if the machine loses power.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;

use tempfile::NamedTempFile;

use crate::error::{Error, Result};

/// Writes a file whole, in place of the one that is there. Where the path is a link, what it leads to is replaced.
pub(crate) fn write_atomically(staging: &Path, path: &Path, bytes: &[u8]) -> Result<()> {
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let put = |new: NewFile| {
        new.file().write_all(bytes).map_err(Error::file(path))?;
        new.put(path, Over::Anything)
    };
    match put(NewFile::staged(staging)?) {
        // A linked folder may be on another disk.
        Err(Error::File { source, .. }) if source.kind() == io::ErrorKind::CrossesDevices => {
            put(NewFile::beside(path)?)
        }
        written => written,
    }
}

/// Writes a file outside of a bank whole, in place of the one that is there: a full disk leaves that one as it was. Where the
/// path is a link, what it leads to is replaced; where it is a device or a pipe, that is written to.
///
/// # Errors
/// [`Error::File`] if it cannot be written.
pub fn write_file(path: &Path, bytes: &[u8]) -> Result<()> {
    let there = fs::metadata(path).ok();
    if there.as_ref().is_some_and(|there| !there.is_file()) {
        return fs::write(path, bytes).map_err(Error::file(path));
    }
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let new = NewFile::beside(path)?;
    if let Some(there) = there {
        // One that may not be written is not replaced, either.
        let writable = File::options().write(true).open(path);
        let kept = writable.and_then(|_| new.file().set_permissions(there.permissions()));
        kept.map_err(Error::file(path))?;
    }
    new.file().write_all(bytes).map_err(Error::file(path))?;
    new.put(path, Over::Anything)
}

/// Whether a new file may replace an existing one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Over {
    Anything,
    Nothing,
}

/// A file that is being written under a temporary name. It is removed if it is dropped before `put`.
#[derive(Debug)]
pub(crate) struct NewFile(NamedTempFile);

impl NewFile {
    /// Begins a file in a staging folder, which is made if it does not exist. It must be on the disk of the file's place.
    pub(crate) fn staged(staging: &Path) -> Result<Self> {
        fs::create_dir_all(staging).map_err(Error::file(staging))?;
        Self::in_folder(staging)
    }

    /// Begins a file in the folder of its place.
    pub(crate) fn beside(path: &Path) -> Result<Self> {
        Self::in_folder(folder_of(path))
    }

    fn in_folder(folder: &Path) -> Result<Self> {
        let mut builder = tempfile::Builder::new();
        // The user's umask takes away from this, as it does for every new file.
        #[cfg(unix)]
        builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
        let file = builder.tempfile_in(folder).map_err(Error::file(folder))?;
        Ok(Self(file))
    }

    pub(crate) fn file(&self) -> &File {
        self.0.as_file()
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }

    /// Moves the file to its place, once its content is on disk. On return, its name is on disk, too.
    pub(crate) fn put(self, path: &Path, over: Over) -> Result<()> {
        self.file().sync_data().map_err(Error::file(path))?;
        let folder = folder_of(path);
        create_folder(folder).map_err(Error::file(folder))?;
        let persisted = match over {
            Over::Anything => self.0.persist(path),
            Over::Nothing => self.0.persist_noclobber(path),
        };
        persisted.map_err(|failed| Error::file(path)(failed.error))?;
        sync_folder(folder).map_err(Error::file(folder))
    }
}

/// Removes a file; returns whether it existed. On return, the removal is on disk.
pub(super) fn remove(path: &Path) -> Result<bool> {
    match fs::remove_file(path) {
        Ok(()) => {}
        Err(missing) if missing.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(problem) => return Err(Error::file(path)(problem)),
    }
    let folder = folder_of(path);
    sync_folder(folder).map_err(Error::file(folder))?;
    Ok(true)
}

/// The folder of a file; that of a bare name is the current one.
fn folder_of(path: &Path) -> &Path {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    folder.unwrap_or(Path::new("."))
}

/// Makes a folder and those above it. On return, their names are on disk.
fn create_folder(folder: &Path) -> io::Result<()> {
    let is_new = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.exists();
    let new: Vec<&Path> = folder.ancestors().take_while(is_new).collect();
    fs::create_dir_all(folder)?;
    new.into_iter()
        .try_for_each(|new| sync_folder(folder_of(new)))
}

/// Puts changed names of a folder's files on disk. Without it, they may be the old ones again after a loss of power.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Windows cannot open a folder as a file; NTFS itself keeps a journal of names.
#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
