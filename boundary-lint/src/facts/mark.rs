//! The mark of the vault, and the search for it in text and in binaries.
//!
//! The mark is put together when it is needed: spelt out here, it would be found in this program too.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use memchr::memmem::Finder;

use crate::error::Error;

/// What `boundary-vault` puts into every binary that can open a vault.
const PARTS: [&str; 3] = [
    "boundary-vault",
    "in-country-only",
    "4f1c8e0b9d2a47c6a35e7710b8d96f24",
];

/// How much of a binary is held at a time.
const CHUNK: usize = 1 << 18;

/// Searches for the mark.
pub(super) struct Mark(Finder<'static>);

impl Mark {
    pub(super) fn new() -> Self {
        Mark(Finder::new(&PARTS.join(":")).into_owned())
    }

    /// Where the mark begins in a text.
    pub(super) fn find(&self, text: &[u8]) -> Option<usize> {
        self.0.find(text)
    }

    /// How many bytes it has.
    pub(super) fn len(&self) -> usize {
        self.0.needle().len()
    }

    /// Where the mark begins in a file of any size.
    pub(super) fn find_in(&self, path: &Path) -> Result<Option<u64>, Error> {
        let read = |source| Error::Read {
            path: path.to_owned(),
            source,
        };
        self.stream(File::open(path).map_err(read)?, CHUNK).map_err(read)
    }

    /// The end of a chunk that could begin the mark is kept before the next one.
    fn stream(&self, mut from: impl Read, chunk: usize) -> std::io::Result<Option<u64>> {
        let kept = self.len() - 1;
        let mut buffer = vec![0; kept + chunk];
        let (mut filled, mut gone) = (0, 0u64);
        loop {
            let read = match from.read(&mut buffer[filled..]) {
                Ok(0) => return Ok(None),
                Ok(read) => read,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
                Err(error) => return Err(error),
            };
            filled += read;
            if let Some(at) = self.find(&buffer[..filled]) {
                return Ok(Some(gone + at as u64));
            }
            let drop = filled.saturating_sub(kept);
            buffer.copy_within(drop..filled, 0);
            gone += drop as u64;
            filled -= drop;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use super::{Mark, PARTS};

    /// Gives a few bytes at a time, as a pipe may.
    struct Drips<'a>(&'a [u8], usize);

    impl Read for Drips<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let count = self.1.min(buffer.len()).min(self.0.len());
            buffer[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    #[test]
    fn the_mark_is_found_wherever_the_chunks_end() {
        let mark = PARTS.join(":");
        for before in [0, 1, 7, mark.len() - 1, mark.len(), 300] {
            let text = [&b"b".repeat(before)[..], mark.as_bytes(), b"behind"].concat();
            for chunk in [1, 2, 7, mark.len() - 1, mark.len(), 100, 1000] {
                for drip in [1, 5, 1000] {
                    let found = Mark::new().stream(Drips(&text, drip), chunk).unwrap();
                    assert_eq!(found, Some(before as u64), "{before} {chunk} {drip}");
                }
            }
        }
    }

    #[test]
    fn a_mark_with_any_byte_changed_or_cut_is_none() {
        let mark = PARTS.join(":").into_bytes();
        for at in 0..mark.len() {
            let mut changed = mark.clone();
            changed[at] ^= 1;
            assert_eq!(Mark::new().stream(&changed[..], 16).unwrap(), None);
        }
        assert_eq!(Mark::new().stream(&mark[1..], 16).unwrap(), None);
        assert_eq!(Mark::new().stream(&b""[..], 16).unwrap(), None);
    }
}
