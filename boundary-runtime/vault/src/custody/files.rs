//! A folder of the vault's small files: written whole or not at all, and closed to everybody but their owner.

use std::fs::{self, DirBuilder, File, Metadata, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use boundary_runtime::KeyError;
use data_encoding::HEXLOWER;
use zeroize::Zeroizing;

use crate::random;

/// The largest file that is read: far above what is ever written.
const MAX_LEN: u64 = 64 * 1024;

/// How often, and after which pauses, a lock is tried that another process holds: two seconds together.
const LOCK_TRIES: u32 = 400;
const LOCK_PAUSE: Duration = Duration::from_millis(5);

/// A folder that only its owner may enter, or has made and holds so.
pub(crate) struct Folder {
    path: PathBuf,
}

impl Folder {
    /// Opens a folder, or makes it with mode 0700.
    pub(crate) fn open(path: &Path) -> Result<Self, KeyError> {
        let metadata = match fs::symlink_metadata(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                let mut builder = DirBuilder::new();
                builder.recursive(true);
                #[cfg(unix)]
                std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
                builder
                    .create(path)
                    .map_err(|error| failed("make", path, &error))?;
                fs::symlink_metadata(path)
            }
            found => found,
        };
        let metadata = metadata.map_err(|error| failed("look at", path, &error))?;
        if !metadata.is_dir() {
            return Err(KeyError::Denied(format!(
                "{} is no folder, or a link to one",
                path.display()
            )));
        }
        check_private(path, &metadata)?;
        Ok(Self {
            path: path.to_owned(),
        })
    }

    /// The content of a file, or nothing if there is no such file.
    pub(crate) fn read(&self, name: &str) -> Result<Option<Zeroizing<Vec<u8>>>, KeyError> {
        let path = self.path.join(name);
        let before = match fs::symlink_metadata(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed("look at", &path, &error)),
            Ok(metadata) => metadata,
        };
        if !before.is_file() {
            return Err(KeyError::Denied(format!("{} is no plain file", path.display())));
        }
        let file = File::open(&path).map_err(|error| failed("open", &path, &error))?;
        // What was opened is what is checked: the name may have been given to something else in between.
        let metadata = file
            .metadata()
            .map_err(|error| failed("look at", &path, &error))?;
        if !metadata.is_file() || !is_same(&before, &metadata) {
            return Err(KeyError::Denied(format!(
                "{} was exchanged while it was opened",
                path.display()
            )));
        }
        check_private(&path, &metadata)?;
        if metadata.len() > MAX_LEN {
            return Err(KeyError::Damaged(format!("{} is too long", path.display())));
        }
        let mut bytes = Zeroizing::new(Vec::with_capacity(MAX_LEN as usize));
        file.take(MAX_LEN)
            .read_to_end(&mut bytes)
            .map_err(|error| failed("read", &path, &error))?;
        Ok(Some(bytes))
    }

    /// Replaces the content of a file, or makes it: under a temporary name, synced, then renamed.
    pub(crate) fn write(&self, name: &str, content: &[u8]) -> Result<(), KeyError> {
        let path = self.path.join(name);
        let suffix = HEXLOWER.encode(&random::bytes::<8>()?);
        let temporary = self.path.join(format!("{name}.{suffix}.tmp"));
        let written = write_new(&temporary, content)
            .and_then(|()| fs::rename(&temporary, &path))
            .and_then(|()| self.sync());
        written.map_err(|error| {
            let _ = fs::remove_file(&temporary);
            failed("write", &path, &error)
        })
    }

    /// Overwrites a file with zeros and removes it, with what interrupted writes and removals left of it. That there is none is
    /// no error.
    ///
    /// The file goes by another name first, so that an interruption leaves it whole or gone, and never half-overwritten.
    pub(crate) fn destroy(&self, name: &str) -> Result<(), KeyError> {
        let path = self.path.join(name);
        let doomed = self.path.join(format!("{name}.doomed.tmp"));
        match fs::rename(&path, &doomed).and_then(|()| self.sync()) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(failed("destroy", &path, &error));
            }
            _ => {}
        }
        let of_it = format!("{name}.");
        for found in self
            .names()?
            .into_iter()
            .filter(|found| found.starts_with(&of_it))
        {
            let path = self.path.join(found);
            let overwritten = OpenOptions::new().write(true).open(&path).and_then(|mut file| {
                let length = usize::try_from(file.metadata()?.len().min(MAX_LEN)).unwrap_or_default();
                file.write_all(&vec![0; length])?;
                file.sync_all()
            });
            overwritten
                .and_then(|()| fs::remove_file(&path))
                .and_then(|()| self.sync())
                .map_err(|error| failed("destroy", &path, &error))?;
        }
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        File::open(&self.path)?.sync_all()
    }

    /// The names of the folder's files.
    pub(crate) fn names(&self) -> Result<Vec<String>, KeyError> {
        let entries = fs::read_dir(&self.path).and_then(Iterator::collect::<io::Result<Vec<_>>>);
        let entries = entries.map_err(|error| failed("list", &self.path, &error))?;
        Ok(entries
            .into_iter()
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .collect())
    }

    /// Keeps every other process from changing the folder's files until the lock is dropped. Waits for a short while for
    /// another process to end what it does, which is writing a few small files.
    pub(crate) fn lock(&self) -> Result<FolderLock, KeyError> {
        let path = self.path.join("lock");
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options
            .open(&path)
            .map_err(|error| failed("open", &path, &error))?;
        let mut tries = LOCK_TRIES;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(FolderLock { _file: file }),
                Err(fs::TryLockError::WouldBlock) if tries > 0 => {
                    tries -= 1;
                    std::thread::sleep(LOCK_PAUSE);
                }
                Err(fs::TryLockError::WouldBlock) => {
                    return Err(KeyError::Denied(
                        "another process is changing an authority; try again".to_owned(),
                    ));
                }
                Err(fs::TryLockError::Error(error)) => return Err(failed("lock", &path, &error)),
            }
        }
    }
}

/// A lock on a folder, held until it is dropped.
pub(crate) struct FolderLock {
    _file: File,
}

fn write_new(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(content)?;
    file.sync_all()
}

/// Refuses what its group or the world may read, write or enter.
#[cfg(unix)]
fn check_private(path: &Path, metadata: &Metadata) -> Result<(), KeyError> {
    let mode = std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(KeyError::Denied(format!(
        "{} has mode {mode:04o}; nobody but its owner may have access",
        path.display()
    )))
}

/// Where permissions cannot be read, files of keys cannot be trusted.
#[cfg(not(unix))]
fn check_private(path: &Path, _metadata: &Metadata) -> Result<(), KeyError> {
    Err(KeyError::Denied(format!(
        "the permissions of {} cannot be checked on this system",
        path.display()
    )))
}

#[cfg(unix)]
fn is_same(a: &Metadata, b: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

#[cfg(not(unix))]
fn is_same(_: &Metadata, _: &Metadata) -> bool {
    false
}

fn failed(verb: &str, path: &Path, error: &io::Error) -> KeyError {
    let message = format!("cannot {verb} {}: {error}", path.display());
    if error.kind() == ErrorKind::PermissionDenied {
        KeyError::Denied(message)
    } else {
        KeyError::Unreachable(message)
    }
}
