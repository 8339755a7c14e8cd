//! The beginning of a sealed object: everything that is needed to open it but the authority's key.

use std::io::{self, ErrorKind, Read};

use crate::data_key::DataKey;

/// The second byte of every object, after the version: AES-256-GCM and HKDF-SHA256 in chunks.
pub const OBJECT_SUITE: u8 = 3;

/// The plaintext of one chunk in bytes, as objects are written: 64 KiB.
pub const OBJECT_CHUNK_LEN: u32 = 64 * 1024;

const VERSION: u8 = 1;

/// What a reader takes besides: room for experiments, and a bound on the memory that a header can ask for.
const CHUNK_LENS: std::ops::RangeInclusive<u32> = 64..=1024 * 1024;

/// Far above a data key with the longest names.
const MAX_DATA_KEY: usize = 4096;

const FIXED_LEN: usize = 1 + 1 + 4 + 7 + 2;

/// The header of an object, as `docs/envelope.md` specifies it. It is no secret.
///
/// The object's own data key is in it. A key that was wrapped anew takes its place without a change of what follows,
/// because chunks are bound to the key's identifier and not to its wrapping.
pub struct ObjectHeader {
    /// Length of a chunk's plaintext, in bytes.
    pub chunk_len: u32,
    /// The beginning of each chunk's nonce.
    pub nonce_prefix: [u8; 7],
    /// The object's data key, wrapped.
    pub data_key: DataKey,
}

impl ObjectHeader {
    /// The header as bytes, for the beginning of an object.
    ///
    /// # Errors
    /// If the data key is longer than any of version 1.
    pub fn to_bytes(&self) -> io::Result<Vec<u8>> {
        let key = self.data_key.as_bytes();
        let length = u16::try_from(key.len()).ok();
        let length = length.filter(|length| usize::from(*length) <= MAX_DATA_KEY);
        let length =
            length.ok_or_else(|| io::Error::new(ErrorKind::InvalidInput, "a data key of unknown form"))?;
        let mut bytes = Vec::with_capacity(FIXED_LEN + key.len());
        bytes.extend_from_slice(&[VERSION, OBJECT_SUITE]);
        bytes.extend_from_slice(&self.chunk_len.to_be_bytes());
        bytes.extend_from_slice(&self.nonce_prefix);
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(key);
        Ok(bytes)
    }

    /// Reads a header and leaves the reader at the first chunk. Nothing if this is no object, or a cut one.
    ///
    /// # Errors
    /// What the reader answers.
    pub fn read(from: &mut impl Read) -> io::Result<Option<Self>> {
        let mut fixed = [0; FIXED_LEN];
        if !filled(from, &mut fixed)? || fixed[..2] != [VERSION, OBJECT_SUITE] {
            return Ok(None);
        }
        let chunk_len = u32::from_be_bytes([fixed[2], fixed[3], fixed[4], fixed[5]]);
        let mut nonce_prefix = [0; 7];
        nonce_prefix.copy_from_slice(&fixed[6..13]);
        let length = usize::from(u16::from_be_bytes([fixed[13], fixed[14]]));
        if !CHUNK_LENS.contains(&chunk_len) || length > MAX_DATA_KEY {
            return Ok(None);
        }
        let mut key = vec![0; length];
        if !filled(from, &mut key)? {
            return Ok(None);
        }
        Ok(DataKey::from_bytes(&key).ok().map(|data_key| Self {
            chunk_len,
            nonce_prefix,
            data_key,
        }))
    }
}

/// Fills the bytes; says whether there were enough.
fn filled(from: &mut impl Read, bytes: &mut [u8]) -> io::Result<bool> {
    match from.read_exact(bytes) {
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
        outcome => outcome.map(|()| true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TenantId;

    fn header(chunk_len: u32) -> ObjectHeader {
        ObjectHeader {
            chunk_len,
            nonce_prefix: [5; 7],
            data_key: DataKey::from_parts([7; 16], &TenantId::new("acme"), "in", &[9; 117]).unwrap(),
        }
    }

    #[test]
    fn a_header_reads_back_and_is_none_when_cut_at_any_length() {
        let bytes = header(65_536).to_bytes().unwrap();
        let mut rest = &[&bytes[..], b"chunks"].concat()[..];
        let back = ObjectHeader::read(&mut rest).unwrap().unwrap();
        assert_eq!(back.to_bytes().unwrap(), bytes);
        assert_eq!(rest, b"chunks");
        for length in 0..bytes.len() {
            let read = ObjectHeader::read(&mut &bytes[..length]).unwrap();
            assert!(read.is_none(), "cut at {length}");
        }
    }

    #[test]
    fn a_header_cannot_ask_for_more_memory_than_a_mebibyte() {
        for (chunk_len, known) in [
            (63, false),
            (64, true),
            (1_048_576, true),
            (1_048_577, false),
            (u32::MAX, false),
        ] {
            let bytes = header(chunk_len).to_bytes().unwrap();
            assert_eq!(
                ObjectHeader::read(&mut &*bytes).unwrap().is_some(),
                known,
                "{chunk_len}"
            );
        }
        let mut bytes = header(64).to_bytes().unwrap();
        bytes[13..15].copy_from_slice(&u16::MAX.to_be_bytes());
        bytes.resize(70_000, 0);
        assert!(ObjectHeader::read(&mut &*bytes).unwrap().is_none());
    }
}
