//! The chunks of an object, each bound to its place, the last one marked as such.
//!
//! This is the STREAM construction (Hoang, Reyhanitabar, Rogaway, Vizár: "Online Authenticated-Encryption and its
//! Nonce-Reuse Misuse-Resistance", CRYPTO 2015) over AES-256-GCM: a nonce is the object's prefix, the number of the
//! chunk, and whether it is the last. A chunk that is missing, repeated, exchanged or of another object meets another
//! nonce, key or additional data, and a cut object ends with a chunk that does not say it is the last.

use boundary_runtime::Misuse;
use zeroize::Zeroize;

use super::cipher::{NONCE_LEN, TAG_LEN};
use super::{ObjectKeys, Undecryptable};

/// Length of the random prefix of an object's nonces.
pub(crate) const NONCE_PREFIX_LEN: usize = NONCE_LEN - 4 - 1;

/// What seals or opens the chunks of one object, in their order.
pub(crate) struct Chunks {
    keys: ObjectKeys,
    prefix: [u8; NONCE_PREFIX_LEN],
    bound: Vec<u8>,
    /// The number of the next chunk; nothing after the last one, or after one that did not open.
    next: Option<u32>,
}

impl Chunks {
    /// The chunks of an object from the first one on. `bound` is their additional data.
    pub(crate) fn new(keys: ObjectKeys, prefix: [u8; NONCE_PREFIX_LEN], bound: Vec<u8>) -> Self {
        Self {
            keys,
            prefix,
            bound,
            next: Some(0),
        }
    }

    /// Seals the next chunk in place and appends its tag.
    pub(crate) fn seal(&mut self, chunk: &mut Vec<u8>, is_last: bool) -> Result<(), Misuse> {
        let sealed = self
            .turn(is_last)
            .and_then(|nonce| self.keys.cipher.seal(&nonce, &self.bound, chunk));
        match sealed {
            Some(tag) => {
                chunk.extend_from_slice(&tag);
                Ok(())
            }
            None => {
                chunk.zeroize();
                Err(Misuse::ObjectOver)
            }
        }
    }

    /// Opens the next chunk in place and takes its tag away; one that does not open is wiped.
    pub(crate) fn open(&mut self, chunk: &mut Vec<u8>, is_last: bool) -> Result<(), Undecryptable> {
        let is_first = self.next == Some(0);
        let opened = self.turn(is_last).ok_or(Undecryptable).and_then(|nonce| {
            let (content, tag) = chunk.split_last_chunk_mut::<TAG_LEN>().ok_or(Undecryptable)?;
            // Only an empty object ends with an empty chunk, so that each plaintext has one way to be cut.
            if content.is_empty() && !is_first {
                return Err(Undecryptable);
            }
            self.keys.cipher.open(&nonce, &self.bound, content, tag)
        });
        match opened {
            Ok(()) => chunk.truncate(chunk.len() - TAG_LEN),
            Err(Undecryptable) => {
                self.next = None;
                chunk.zeroize();
            }
        }
        opened
    }

    /// The nonce of the next chunk: the prefix, four bytes of its number, one that is 1 for the last chunk. No number
    /// comes twice.
    fn turn(&mut self, is_last: bool) -> Option<[u8; NONCE_LEN]> {
        let number = self.next?;
        self.next = number.checked_add(1).filter(|_| !is_last);
        let mut nonce = [0; NONCE_LEN];
        nonce[..NONCE_PREFIX_LEN].copy_from_slice(&self.prefix);
        nonce[NONCE_PREFIX_LEN..NONCE_LEN - 1].copy_from_slice(&number.to_be_bytes());
        nonce[NONCE_LEN - 1] = is_last.into();
        Some(nonce)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chunks() -> Chunks {
        let root = super::super::golden::root(super::super::Backend::default());
        let (keys, _) = ObjectKeys::wrap(&[1; 32], &[2; 32], &root, 1, b"");
        Chunks::new(keys, [3; NONCE_PREFIX_LEN], b"bound".to_vec())
    }

    #[test]
    fn nothing_is_sealed_after_the_last_chunk_nor_past_the_last_number() {
        let mut ended = chunks();
        ended.seal(&mut b"the end".to_vec(), true).unwrap();
        let mut more = b"more".to_vec();
        assert_eq!(ended.seal(&mut more, false), Err(Misuse::ObjectOver));
        assert!(more.is_empty(), "the plaintext does not stay behind");

        let mut long = chunks();
        long.next = Some(u32::MAX);
        long.seal(&mut b"the last number".to_vec(), false).unwrap();
        assert_eq!(long.seal(&mut Vec::new(), true), Err(Misuse::ObjectOver));
    }

    #[test]
    fn no_nonce_comes_twice() {
        let mut chunks = chunks();
        let mut seen = std::collections::HashSet::new();
        for _ in 0..300 {
            assert!(seen.insert(chunks.turn(false)));
        }
        chunks.next = Some(0);
        assert!(
            seen.insert(chunks.turn(true)),
            "the last chunk is told from the first"
        );
    }

    #[test]
    fn after_a_chunk_that_did_not_open_none_does() {
        let (mut sealer, mut opener) = (chunks(), chunks());
        let (mut first, mut second) = (b"first".to_vec(), b"second".to_vec());
        sealer.seal(&mut first, false).unwrap();
        sealer.seal(&mut second, true).unwrap();
        let mut altered = first.clone();
        altered[0] ^= 1;
        assert_eq!(opener.open(&mut altered, false), Err(Undecryptable));
        assert!(altered.is_empty());
        assert_eq!(opener.open(&mut first, false), Err(Undecryptable));
        assert_eq!(opener.open(&mut second, true), Err(Undecryptable));
    }
}
