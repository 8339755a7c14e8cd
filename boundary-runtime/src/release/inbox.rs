//! The inbox of the central plane: takes what a known region signed for it, once.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use ed25519_dalek::{Signature, VerifyingKey};
use serde::{Deserialize, Serialize};

use super::signed::{CrossesBorder, InboxOnly, Signed, VERSION, Wire};
use crate::files::write_atomically;

/// The largest release that an inbox reads, in bytes.
const LARGEST: usize = 16 * 1024 * 1024;

/// Why a release was not accepted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InboxError {
    /// The bytes are no release.
    #[error("not a release: {0}")]
    Malformed(String),
    /// The region is unknown, or what was signed is not what arrived.
    #[error("the release says it is of region `{region}`, but that region's key did not sign it")]
    NotSigned {
        /// The region that the release names.
        region: String,
    },
    /// The release was made for another inbox.
    #[error("the release is for `{found}`, this is the inbox of `{expected}`")]
    Destination {
        /// The destination of the release.
        found: String,
        /// This inbox.
        expected: String,
    },
    /// The release was accepted before, or is older than one that was.
    #[error("release {sequence} of region `{region}` was accepted before, or a later one was: a replay")]
    Replayed {
        /// The region.
        region: String,
        /// The sequence of the release.
        sequence: u64,
    },
    /// The inbox's own file cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Accepted {
    /// The last sequence accepted from each region.
    sequences: BTreeMap<String, u64>,
}

/// The inbox of a central region.
pub struct Inbox {
    name: String,
    keys: BTreeMap<String, VerifyingKey>,
    path: PathBuf,
    accepted: Accepted,
}

impl Inbox {
    /// Opens the inbox `name` that remembers in the file at `path` what it accepted, and knows these regions' public
    /// keys.
    ///
    /// # Errors
    /// If the file is there but does not read, or a key is no Ed25519 key.
    pub fn open(
        name: impl Into<String>,
        keys: impl IntoIterator<Item = (String, [u8; 32])>,
        path: impl Into<PathBuf>,
    ) -> Result<Self, InboxError> {
        let path = path.into();
        let accepted = match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| InboxError::Io {
                path: path.clone(),
                source: error.into(),
            })?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Accepted::default(),
            Err(source) => return Err(InboxError::Io { path, source }),
        };
        let keys = keys
            .into_iter()
            .map(|(region, key)| match VerifyingKey::from_bytes(&key) {
                Ok(key) => Ok((region, key)),
                Err(_) => Err(InboxError::Malformed(format!(
                    "the public key of region `{region}` is no Ed25519 key"
                ))),
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            name: name.into(),
            keys,
            path,
            accepted,
        })
    }

    /// Verifies a release and takes it, once: before this returns, the inbox remembers it on disk.
    ///
    /// # Errors
    /// If the bytes are not a release that a known region signed for this inbox, or it was accepted before.
    pub fn accept<V: CrossesBorder>(&mut self, bytes: &[u8]) -> Result<Signed<V>, InboxError> {
        if bytes.len() > LARGEST {
            return Err(InboxError::Malformed(format!(
                "{} bytes are more than the {LARGEST} allowed",
                bytes.len()
            )));
        }
        // The message of the parser names a place, not a content.
        let wire: Wire = serde_json::from_slice(bytes).map_err(|error| {
            InboxError::Malformed(format!("line {}, column {}", error.line(), error.column()))
        })?;
        if wire.version != VERSION {
            return Err(InboxError::Malformed(format!(
                "version {} is not {VERSION}",
                wire.version
            )));
        }
        self.check_signature(&wire)?;
        if wire.destination != self.name {
            return Err(InboxError::Destination {
                found: wire.destination,
                expected: self.name.clone(),
            });
        }
        if wire.kind != V::KIND {
            return Err(InboxError::Malformed(format!(
                "expected {}, found {}",
                V::KIND,
                wire.kind
            )));
        }
        if self
            .accepted
            .sequences
            .get(&wire.region)
            .is_some_and(|last| *last >= wire.sequence)
        {
            return Err(InboxError::Replayed {
                region: wire.region,
                sequence: wire.sequence,
            });
        }
        let value = V::read(&wire.body, InboxOnly::after_verification())
            .map_err(|error| InboxError::Malformed(format!("body, column {}", error.column())))?;
        let earlier = self.accepted.sequences.insert(wire.region.clone(), wire.sequence);
        if let Err(error) = self.remember() {
            match earlier {
                Some(earlier) => self.accepted.sequences.insert(wire.region, earlier),
                None => self.accepted.sequences.remove(&wire.region),
            };
            return Err(error);
        }
        Ok(Signed::verified(value, wire))
    }

    fn check_signature(&self, wire: &Wire) -> Result<(), InboxError> {
        let signature = data_encoding::HEXLOWER
            .decode(wire.signature.as_bytes())
            .ok()
            .and_then(|bytes| Signature::from_slice(&bytes).ok());
        self.keys
            .get(&wire.region)
            .zip(signature)
            .filter(|(key, signature)| key.verify_strict(&wire.signed_bytes(), signature).is_ok())
            .map(|_| ())
            .ok_or_else(|| InboxError::NotSigned {
                region: wire.region.clone(),
            })
    }

    fn remember(&self) -> Result<(), InboxError> {
        let io = |source| InboxError::Io {
            path: self.path.clone(),
            source,
        };
        let bytes = serde_json::to_vec_pretty(&self.accepted).map_err(|error| io(error.into()))?;
        write_atomically(&self.path, &bytes).map_err(io)
    }
}
