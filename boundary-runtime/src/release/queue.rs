//! A folder as the queue between a region and the central plane: the embedded default of a border sink.

use std::io;
use std::path::{Path, PathBuf};

use super::signed::SignedRelease;
use crate::files::write_atomically;

/// A queue of releases, one file each, in the order of region and sequence.
#[derive(Clone, Debug)]
pub struct BorderQueue {
    folder: PathBuf,
}

impl BorderQueue {
    /// The queue in this folder, which is made if it is not there.
    ///
    /// # Errors
    /// If the folder cannot be made.
    pub fn open(folder: impl AsRef<Path>) -> io::Result<Self> {
        std::fs::create_dir_all(&folder)?;
        Ok(Self {
            folder: folder.as_ref().to_owned(),
        })
    }

    /// Sends a release. There is no way to send anything else.
    ///
    /// ```compile_fail
    /// # fn send(queue: &boundary_runtime::release::BorderQueue) {
    /// queue.send(&String::from("priya@example.in")).unwrap(); // only signed releases
    /// # }
    /// ```
    ///
    /// # Errors
    /// If the file cannot be written; then there is no file.
    pub fn send<S: SignedRelease>(&self, release: &S) -> io::Result<()> {
        let (region, sequence, bytes) = release.parts()?;
        write_atomically(
            &self.folder.join(format!("{region}-{sequence:020}.release")),
            &bytes,
        )
    }

    /// The releases in the queue, by region and sequence.
    ///
    /// # Errors
    /// If a file cannot be read.
    pub fn receive(&self) -> io::Result<Vec<Vec<u8>>> {
        let mut paths: Vec<PathBuf> = std::fs::read_dir(&self.folder)?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<Result<_, _>>()?;
        paths.retain(|path| path.extension().is_some_and(|extension| extension == "release"));
        paths.sort();
        paths.iter().map(std::fs::read).collect()
    }
}
