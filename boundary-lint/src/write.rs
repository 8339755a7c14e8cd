//! Files are written under another name first and then take the place of what was there, so that nobody reads half of one.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::error::Error;

/// Puts a file with this content in its place.
///
/// # Errors
///
/// [`Error::Replace`] where it cannot be written; what was there is there still.
pub fn replace(path: &Path, content: &[u8]) -> Result<(), Error> {
    let failed = |source| Error::Replace {
        path: path.to_owned(),
        source,
    };
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    };
    let mut file = tempfile::Builder::new()
        .prefix(".boundary-")
        .tempfile_in(folder)
        .map_err(failed)?;
    file.write_all(content).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    readable(file.path(), path).map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}

/// A temporary file is its owner's alone; the new one is readable as the old one was, or as new files are.
#[cfg(unix)]
fn readable(new: &Path, old: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    let permissions = match std::fs::metadata(old) {
        Ok(metadata) => metadata.permissions(),
        Err(_) => std::fs::Permissions::from_mode(0o644),
    };
    std::fs::set_permissions(new, permissions)
}

#[cfg(not(unix))]
fn readable(_: &Path, _: &Path) -> std::io::Result<()> {
    Ok(())
}
