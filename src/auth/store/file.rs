//! Tokens in files of the user's own.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy as _;

use super::{StoreFuture, StoredToken, TokenKey, TokenLock, TokenStore, record};
use crate::error::{Error, Result};

/// A token file has some KB.
const MAX_BYTES: u64 = 1024 * 1024;

/// Keeps tokens in files that only their owner can read, so that all processes of one user share them: a loop of short
/// programs, or a machine full of workers, pays for one token an hour.
///
/// A file is replaced as a whole, and renewed under a lock that ends with the process that has it. What cannot be a
/// token file of this client is set aside as `*.unreadable`, and never overwritten; what others can read is not used.
/// On Windows the user's own folder is what protects it.
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use timeback_qti::{Client, FileTokenStore};
///
/// # let folder = tempfile::tempdir()?;
/// # let store = FileTokenStore::at(folder.path());
/// # #[cfg(any())]
/// let store = FileTokenStore::new()?;
/// let client = Client::builder()
///     .credentials("client-id", "client-secret")
///     .token_store(store)
///     .build()?;
/// # drop(client); Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct FileTokenStore {
    folder: PathBuf,
}

impl FileTokenStore {
    /// Keeps tokens in the user's folder for the state of programs: `timeback-qti/tokens` below `$XDG_STATE_HOME` or
    /// `~/.local/state`; on Windows below the local application data.
    ///
    /// # Errors
    /// [`Config`](crate::ErrorKind::Config) if the user has no home folder.
    pub fn new() -> Result<Self> {
        let base = etcetera::choose_base_strategy()
            .map_err(|error| Error::config("the home folder cannot be found").with_source(error))?;
        let state = base.state_dir().unwrap_or_else(|| base.cache_dir());
        Ok(Self::at(state.join("timeback-qti").join("tokens")))
    }

    /// Keeps tokens in this folder, which is made when it is needed.
    pub fn at(folder: impl Into<PathBuf>) -> Self {
        Self {
            folder: folder.into(),
        }
    }

    /// The file of a key's token.
    pub fn path(&self, key: &TokenKey) -> PathBuf {
        self.folder.join(format!("{}.json", key.name()))
    }

    fn read(&self, key: &TokenKey) -> Result<Option<StoredToken>> {
        let path = self.path(key);
        let Some(bytes) = read(&path)? else {
            return Ok(None);
        };
        record::decode(key, &bytes)
            .map(Some)
            .map_err(|reason| unusable(&path, reason))
    }

    fn write(&self, key: &TokenKey, token: &StoredToken) -> Result<()> {
        let path = self.path(key);
        self.prepare()?;
        set_aside(&path, key).map_err(|error| failed("cannot be set aside", &path, error))?;
        let write = || -> io::Result<()> {
            // Made for the owner alone, and in the same folder, so that the rename is one step.
            let mut file = tempfile::Builder::new()
                .prefix(".new-")
                .tempfile_in(&self.folder)?;
            file.write_all(&record::encode(key, token))?;
            file.as_file().sync_all()?;
            file.persist(&path)?;
            Ok(())
        };
        write().map_err(|error| failed("cannot be written", &path, error))
    }

    fn delete(&self, key: &TokenKey) -> Result<()> {
        let path = self.path(key);
        match fs::remove_file(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(failed("cannot be removed", &path, error))
            }
            _ => Ok(()),
        }
    }

    fn lock(&self, key: &TokenKey) -> Result<Option<TokenLock>> {
        self.prepare()?;
        let path = self.folder.join(format!("{}.lock", key.name()));
        let mut options = OpenOptions::new();
        options.create(true).truncate(false).write(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options
            .open(&path)
            .map_err(|error| failed("cannot be opened", &path, error))?;
        match fs4::FileExt::try_lock(&file) {
            // Closing the file unlocks it, and so does the end of the process.
            Ok(()) => Ok(Some(TokenLock::new(file))),
            Err(fs4::TryLockError::WouldBlock) => Ok(None),
            Err(fs4::TryLockError::Error(error)) => Err(failed("cannot be locked", &path, error)),
        }
    }

    /// Makes the folder, for its owner alone, and refuses one in which others could put their own files.
    fn prepare(&self) -> Result<()> {
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder
            .create(&self.folder)
            .map_err(|error| failed("cannot be made", &self.folder, error))?;
        let metadata = fs::metadata(&self.folder)
            .map_err(|error| failed("cannot be read", &self.folder, error))?;
        refuse_mode(&self.folder, &metadata, 0o022, "be written")
    }
}

/// The bytes of a file that only its owner can read.
fn read(path: &Path) -> Result<Option<Vec<u8>>> {
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed("cannot be read", path, error)),
    };
    if !metadata.is_file() {
        return Err(unusable(path, "it is no file"));
    }
    refuse_mode(path, &metadata, 0o077, "be read or written")?;
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(MAX_BYTES).read_to_end(&mut bytes))
        .map_err(|error| failed("cannot be read", path, error))?;
    Ok(Some(bytes))
}

#[cfg(unix)]
fn refuse_mode(path: &Path, metadata: &fs::Metadata, refused: u32, what: &str) -> Result<()> {
    let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o777;
    if mode & refused == 0 {
        return Ok(());
    }
    Err(Error::config(format!(
        "{} can {what} by others (mode {mode:o}), so it is not used; take their rights away with chmod go-rwx",
        path.display()
    )))
}

#[cfg(not(unix))]
fn refuse_mode(_: &Path, _: &fs::Metadata, _: u32, _: &str) -> Result<()> {
    Ok(())
}

/// Moves a file that holds no token of this key aside, to a free name.
fn set_aside(path: &Path, key: &TokenKey) -> io::Result<()> {
    let ours = match read(path) {
        Ok(bytes) => bytes.is_none_or(|bytes| record::decode(key, &bytes).is_ok()),
        Err(_) => false,
    };
    if ours {
        return Ok(());
    }
    let free = (0..)
        .map(|number| path.with_extension(format!("{number}.unreadable")))
        .find(|free| fs::symlink_metadata(free).is_err());
    match free {
        Some(free) => fs::rename(path, free),
        None => Ok(()),
    }
}

fn unusable(path: &Path, reason: &str) -> Error {
    Error::config(format!(
        "{} is not used as a stored token: {reason}",
        path.display()
    ))
}

fn failed(what: &str, path: &Path, error: io::Error) -> Error {
    Error::config(format!("{} {what}", path.display())).with_source(error)
}

impl TokenStore for FileTokenStore {
    fn load<'a>(&'a self, key: &'a TokenKey) -> StoreFuture<'a, Option<StoredToken>> {
        let (store, key) = (self.clone(), key.clone());
        Box::pin(apart(move || store.read(&key)))
    }

    fn save<'a>(&'a self, key: &'a TokenKey, token: &'a StoredToken) -> StoreFuture<'a, ()> {
        let (store, key, token) = (self.clone(), key.clone(), token.clone());
        Box::pin(apart(move || store.write(&key, &token)))
    }

    fn remove<'a>(&'a self, key: &'a TokenKey) -> StoreFuture<'a, ()> {
        let (store, key) = (self.clone(), key.clone());
        Box::pin(apart(move || store.delete(&key)))
    }

    fn try_lock<'a>(&'a self, key: &'a TokenKey) -> StoreFuture<'a, Option<TokenLock>> {
        let (store, key) = (self.clone(), key.clone());
        Box::pin(apart(move || store.lock(&key)))
    }
}

/// Runs work that waits for the disk on a thread where it holds up no other task.
async fn apart<T: Send + 'static>(work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|error| {
            Err(Error::token_unavailable("the runtime is shutting down").with_source(error))
        })
}
