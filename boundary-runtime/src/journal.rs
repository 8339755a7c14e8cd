//! A file that can only grow: each line is chained to the one before, each batch is signed by the region.
//!
//! The consent ledger and the audit log are kept in this form. What it stops: a line altered, removed, inserted or
//! reordered; a batch appended without the region's signing key; a tail cut off, as long as the head file beside it
//! was not set back as well. Setting back both files together is found only where a later head is known elsewhere,
//! which is why every release carries the head of the audit log to the other plane.
//!
//! Format, version 1, one record a line, fields parted by one space, hashes in lowercase hexadecimal:
//!
//! - `<sequence> <hash> <entry as JSON>`, where `hash` is SHA-256 over the hash before, the sequence (8 bytes,
//!   big-endian) and the entry's bytes; the first hash before is that of the journal's label, name and region;
//! - `= <sequence> <signature>` after each batch: Ed25519 over the label, the sequence and the hash of the line before.
//!   The signature goes into the chain as well: the next hash before is SHA-256 over the last one and the signature.
//!
//! A journal that ends in lines without a signature was being written when its process died. It is refused, not
//! repaired: the lines were never acknowledged, and an operator decides.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ed25519_dalek::{Signature, VerifyingKey};
use sha2::{Digest, Sha256};

use crate::files::write_atomically;
pub use crate::head::Head;
use crate::head::unhex;
use crate::seam::Signer;

const LABEL: &[u8] = b"boundary journal v1";

/// Why a journal was not opened or not written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JournalError {
    /// The file cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Another process holds the journal.
    #[error("{}: another process has this journal open; a region has one writer", path.display())]
    Busy {
        /// The file.
        path: PathBuf,
    },
    /// The content is not what was written.
    #[error("{}:{line}: {problem}; the journal is refused as it is, restore it from a copy", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Line of the first problem, counted from 1.
        line: usize,
        /// What is wrong there.
        problem: &'static str,
    },
    /// The journal is shorter than its head says.
    #[error(
        "{}: ends at entry {found}, but its head file tells of entry {expected}: the tail was cut off",
        path.display()
    )]
    TailCut {
        /// The file.
        path: PathBuf,
        /// The last entry that is there.
        found: u64,
        /// The last entry that the head tells of.
        expected: u64,
    },
    /// An entry cannot be written as JSON.
    #[error("an entry cannot be written as JSON: {0}")]
    Entry(#[from] serde_json::Error),
}

/// An open journal. One process at a time holds it.
pub struct Journal {
    path: PathBuf,
    file: File,
    head: Head,
    signer: Arc<dyn Signer>,
}

impl Journal {
    /// Opens or creates the journal `name` of the signer's region at `path`, and hands every entry to `each`.
    ///
    /// # Errors
    /// If another process has it open, or if anything in it is not as it was written.
    pub fn open(
        path: impl Into<PathBuf>,
        name: &str,
        signer: Arc<dyn Signer>,
        each: impl FnMut(&str) -> Result<(), serde_json::Error>,
    ) -> Result<Self, JournalError> {
        let path = path.into();
        let io = |source| JournalError::Io {
            path: path.clone(),
            source,
        };
        let mut file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(&path)
            .map_err(io)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => return Err(JournalError::Busy { path }),
            Err(std::fs::TryLockError::Error(source)) => return Err(JournalError::Io { path, source }),
        }
        let mut text = String::new();
        file.read_to_string(&mut text).map_err(io)?;
        let head = replay(&path, &text, name, signer.region(), &signer.verifying_key(), each)?;
        let journal = Self {
            path,
            file,
            head,
            signer,
        };
        journal.write_head()?;
        Ok(journal)
    }

    /// Appends a batch of entries, all or none, and returns when they are on disk.
    ///
    /// # Errors
    /// If an entry is no JSON, or the disk does not take the batch.
    pub fn append<E: serde::Serialize>(&mut self, entries: &[E]) -> Result<Head, JournalError> {
        if entries.is_empty() {
            return Ok(self.head);
        }
        let mut head = self.head;
        let mut batch = String::new();
        for entry in entries {
            let entry = serde_json::to_string(entry)?;
            head = next(head, &entry);
            batch.push_str(&format!(
                "{} {} {entry}\n",
                head.sequence,
                data_encoding::HEXLOWER.encode(&head.hash)
            ));
        }
        let signature = self.signer.sign(&signed_part(head));
        let head = sealed(head, &signature);
        batch.push_str(&format!(
            "= {} {}\n",
            head.sequence,
            data_encoding::HEXLOWER.encode(&signature)
        ));
        let io = |source| JournalError::Io {
            path: self.path.clone(),
            source,
        };
        self.file.write_all(batch.as_bytes()).map_err(io)?;
        self.file.sync_data().map_err(io)?;
        self.head = head;
        self.write_head()?;
        Ok(head)
    }

    /// Where the journal ends.
    #[must_use]
    pub fn head(&self) -> Head {
        self.head
    }

    fn write_head(&self) -> Result<(), JournalError> {
        let path = head_path(&self.path);
        let text = format!(
            "{} {}\n",
            self.head.sequence,
            data_encoding::HEXLOWER.encode(&self.head.hash)
        );
        write_atomically(&path, text.as_bytes()).map_err(|source| JournalError::Io { path, source })
    }
}

/// Checks a journal without opening it for writing: what an auditor does, with the region's public key alone.
///
/// # Errors
/// If anything in it is not as the region wrote it, or its tail is missing.
pub fn verify(path: &Path, name: &str, region: &str, key: &[u8; 32]) -> Result<Head, JournalError> {
    read(path, name, region, key, |_| Ok(()))
}

/// As [`verify`], and hands every entry to `each`.
///
/// # Errors
/// As [`verify`]; and if `each` cannot read an entry.
pub fn read(
    path: &Path,
    name: &str,
    region: &str,
    key: &[u8; 32],
    each: impl FnMut(&str) -> Result<(), serde_json::Error>,
) -> Result<Head, JournalError> {
    let text = std::fs::read_to_string(path).map_err(|source| JournalError::Io {
        path: path.to_owned(),
        source,
    })?;
    replay(path, &text, name, region, key, each)
}

fn head_path(path: &Path) -> PathBuf {
    path.with_added_extension("head")
}

fn first_hash(name: &str, region: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in [LABEL, name.as_bytes(), region.as_bytes()] {
        hash.update(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

fn next(head: Head, entry: &str) -> Head {
    let sequence = head.sequence + 1;
    let mut hash = Sha256::new();
    hash.update(head.hash);
    hash.update(sequence.to_be_bytes());
    hash.update(entry.as_bytes());
    Head {
        sequence,
        hash: hash.finalize().into(),
    }
}

/// The head after a batch was signed.
fn sealed(head: Head, signature: &[u8]) -> Head {
    let hash = Sha256::new()
        .chain_update(head.hash)
        .chain_update(signature)
        .finalize();
    Head {
        sequence: head.sequence,
        hash: hash.into(),
    }
}

fn signed_part(head: Head) -> Vec<u8> {
    [LABEL, &head.sequence.to_be_bytes()[..], &head.hash[..]].concat()
}

/// Reads the lines of a journal, checks chain and signatures, and returns where it ends.
fn replay(
    path: &Path,
    text: &str,
    name: &str,
    region: &str,
    key: &[u8; 32],
    mut each: impl FnMut(&str) -> Result<(), serde_json::Error>,
) -> Result<Head, JournalError> {
    let damaged = |line: usize, problem| JournalError::Damaged {
        path: path.to_owned(),
        line,
        problem,
    };
    let key =
        VerifyingKey::from_bytes(key).map_err(|_| damaged(1, "the region's public key is no Ed25519 key"))?;
    let mut head = Head {
        sequence: 0,
        hash: first_hash(name, region),
    };
    let known = read_head_file(path)?;
    let mut known_is_here = known == Some(head) || (known.is_none() && text.is_empty());
    let mut signed = 0;
    let mut number = 0;
    for line in text.split_inclusive('\n') {
        number += 1;
        let line = line
            .strip_suffix('\n')
            .ok_or_else(|| damaged(number, "the last line is cut off"))?;
        let mut parts = line.splitn(3, ' ');
        let (Some(first), Some(second), Some(third)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(damaged(number, "the line does not have three parts"));
        };
        if first == "=" {
            let signature: Option<[u8; 64]> = unhex(third);
            let genuine = second == head.sequence.to_string()
                && signature.is_some_and(|signature| {
                    key.verify_strict(&signed_part(head), &Signature::from_bytes(&signature))
                        .is_ok()
                });
            if !genuine {
                return Err(damaged(
                    number,
                    "the signature is not the region's for what stands before it",
                ));
            }
            head = sealed(head, &signature.unwrap_or([0; 64]));
            known_is_here |= known == Some(head);
            signed = head.sequence;
        } else {
            let expected = next(head, third);
            if first != expected.sequence.to_string() || unhex(second) != Some(expected.hash) {
                return Err(damaged(
                    number,
                    "the entry does not follow from what stands before it",
                ));
            }
            each(third).map_err(|_| damaged(number, "the entry is of no known form"))?;
            head = expected;
        }
    }
    if signed != head.sequence {
        return Err(damaged(
            number,
            "the last batch has no signature: it was being written when its process died",
        ));
    }
    match known {
        _ if known_is_here => Ok(head),
        Some(known) if known.sequence > head.sequence => Err(JournalError::TailCut {
            path: path.to_owned(),
            found: head.sequence,
            expected: known.sequence,
        }),
        Some(_) => Err(damaged(
            number,
            "the head file names an end of a batch that the journal does not hold",
        )),
        None => Err(damaged(number, "the head file beside the journal is missing")),
    }
}

/// The head that was last written beside a journal. It may lag behind the journal but never be ahead of it.
fn read_head_file(path: &Path) -> Result<Option<Head>, JournalError> {
    let path = head_path(path);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(JournalError::Io { path, source }),
    };
    let head = text.trim_end().split_once(' ').and_then(|(sequence, hash)| {
        Some(Head {
            sequence: sequence.parse().ok()?,
            hash: unhex(hash)?,
        })
    });
    match head {
        Some(head) => Ok(Some(head)),
        None => Err(JournalError::Damaged {
            path,
            line: 1,
            problem: "the head is no sequence and hash",
        }),
    }
}
