//! Envelope format v1: how the fields of a record are sealed, and how the record's data key is wrapped.
//!
//! `docs/envelope.md` specifies the format for implementers in other languages; the golden bytes of both are the same
//! and freeze it. Nothing here does I/O, reads a clock or knows what a lease is. Everything that can go wrong while
//! opening is one value, [`Undecryptable`].

mod additional;
mod backend;
mod cipher;
mod field;
mod record_keys;
mod wrapping;

#[cfg(test)]
mod golden;
#[cfg(test)]
mod tampering;

pub(crate) use additional::{AdditionalData, RecordNames};
pub use backend::Backend;
pub(crate) use cipher::TAG_LEN;
pub(crate) use field::{open, seal};
pub(crate) use record_keys::{RecordKeys, Wrap, generation_of};
pub(crate) use wrapping::WrappingRoot;

use boundary_runtime::AccessError;

/// The version of the format: the first byte of every sealed field.
pub(crate) const VERSION: u8 = 1;

/// AES-256-GCM with HKDF-SHA256: the second byte of every sealed field, the first of every wrapped data key.
pub(crate) const SUITE: u8 = 1;

/// It did not open. There is no further detail, on purpose.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Undecryptable;

impl From<Undecryptable> for AccessError {
    fn from(_: Undecryptable) -> Self {
        AccessError::Undecryptable
    }
}
