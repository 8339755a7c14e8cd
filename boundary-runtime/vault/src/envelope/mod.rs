//! Envelope format v1: how the fields of a record and its objects are sealed, and how data keys are wrapped.
//!
//! `docs/envelope.md` specifies the format for implementers in other languages; the golden bytes of both are the same
//! and freeze it. Nothing here does I/O, reads a clock or knows what a lease is. Everything that can go wrong while
//! opening is one value, [`Undecryptable`].

mod additional;
mod backend;
mod blind_index;
mod cipher;
mod field;
mod object;
mod padding;
mod record_keys;
mod wrapping;

#[cfg(test)]
mod golden;
#[cfg(test)]
mod golden_objects;
#[cfg(test)]
mod tampering;
#[cfg(test)]
mod tampering_objects;
#[cfg(test)]
mod wycheproof;

pub(crate) use additional::{AdditionalData, RecordNames};
pub use backend::Backend;
pub(crate) use blind_index::IndexColumn;
pub(crate) use cipher::TAG_LEN;
#[cfg(feature = "pkcs11")]
pub(crate) use cipher::{Cipher, NONCE_LEN};
pub(crate) use field::{open, seal, seal_padded};
pub(crate) use object::{Chunks, NONCE_PREFIX_LEN};
pub(crate) use record_keys::{ObjectKeys, RecordKeys, Wrap, generation_of};
pub(crate) use wrapping::WrappingRoot;

use boundary_runtime::AccessError;
use boundary_runtime::seam::OBJECT_SUITE;

/// The version of the format: the first byte of every sealed field and object.
pub(crate) const VERSION: u8 = 1;

/// AES-256-GCM with HKDF-SHA256: the second byte of a sealed field, the first of every wrapped data key.
pub(crate) const SUITE: u8 = 1;

/// The same over a plaintext that was padded to a bucket: the second byte of such a field.
pub(crate) const PADDED: u8 = 2;

/// The same in chunks: the second byte of every object.
pub(crate) const CHUNKED: u8 = OBJECT_SUITE;

/// It did not open. There is no further detail, on purpose.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Undecryptable;

impl From<Undecryptable> for AccessError {
    fn from(_: Undecryptable) -> Self {
        AccessError::Undecryptable
    }
}
