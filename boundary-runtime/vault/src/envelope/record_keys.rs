//! The data key of one record or object: wrapped in its `DataKey`, and split into what it seals with.
//!
//! The commitment ties the wrapped part to one key: AES-GCM alone lets somebody who knows two keys build one
//! ciphertext that opens under both.

mod rewrap;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::cipher::{Cipher, Derivation, TAG_LEN};
use super::wrapping::{SALT_LEN, WrappingRoot};
use super::{Backend, SUITE, Undecryptable};

pub(crate) use rewrap::Wrap;

/// Length of a data key's wrapped part: suite, generation, salt, wrapped key with its tag, commitment.
pub(crate) const WRAPPED_LEN: usize = COMMITMENT_AT + COMMITMENT_LEN;

const GENERATION_AT: usize = 1;
const SALT_AT: usize = GENERATION_AT + 4;
const KEY_AT: usize = SALT_AT + SALT_LEN;
const TAG_AT: usize = KEY_AT + 32;
const COMMITMENT_AT: usize = TAG_AT + TAG_LEN;
const COMMITMENT_LEN: usize = 32;

/// Short enough that the second block of the expansion is one compression too.
const RECORD_LABEL: &[u8] = b"boundary/record-keys";

/// Objects have a key of their own label: no data key seals fields and chunks with the same one.
const OBJECT_LABEL: &[u8] = b"boundary/object-key";

/// What a record's data key is split into.
pub(crate) struct RecordKeys {
    /// Seals and opens the record's fields. Wiped when dropped, and in one place until then: a key schedule that is moved
    /// leaves a copy where it was.
    pub(super) cipher: Box<Cipher>,
}

impl RecordKeys {
    /// Splits a data key into its encryption key and its commitment.
    fn split(backend: Backend, data_key: &[u8; 32]) -> (Self, [u8; COMMITMENT_LEN]) {
        let mut okm = Zeroizing::new([0; 64]);
        Derivation::new(backend, data_key).expand(&[RECORD_LABEL], &mut *okm);
        let (encryption_key, commitment) = okm.split_at(32);
        let mut committed = [0; COMMITMENT_LEN];
        committed.copy_from_slice(commitment);
        let mut key = Zeroizing::new([0; 32]);
        key.copy_from_slice(encryption_key);
        (
            Self {
                cipher: Box::new(Cipher::new(backend, &key)),
            },
            committed,
        )
    }

    /// Wraps a new data key under the lease key of `generation`. `bound` is its additional data.
    pub(crate) fn wrap(
        data_key: &[u8; 32],
        salt: &[u8; SALT_LEN],
        root: &WrappingRoot,
        generation: u32,
        bound: &[u8],
    ) -> (Self, [u8; WRAPPED_LEN]) {
        let (keys, commitment) = Self::split(root.backend(), data_key);
        let mut wrapped = [0; WRAPPED_LEN];
        wrapped[0] = SUITE;
        wrapped[GENERATION_AT..SALT_AT].copy_from_slice(&generation.to_be_bytes());
        wrapped[SALT_AT..KEY_AT].copy_from_slice(salt);
        let mut key = Zeroizing::new(*data_key);
        let tag = root.wrap(salt, bound, &mut *key);
        wrapped[KEY_AT..TAG_AT].copy_from_slice(&*key);
        wrapped[TAG_AT..COMMITMENT_AT].copy_from_slice(&tag);
        wrapped[COMMITMENT_AT..].copy_from_slice(&commitment);
        (keys, wrapped)
    }

    /// Unwraps a data key and checks its commitment, in constant time, before anything is opened with it.
    pub(crate) fn unwrap(wrapped: &[u8], root: &WrappingRoot, bound: &[u8]) -> Result<Self, Undecryptable> {
        Self::unwrap_with_key(wrapped, root, bound).map(|(keys, _)| keys)
    }

    /// The data key itself besides, once its commitment was checked.
    fn unwrap_with_key(
        wrapped: &[u8],
        root: &WrappingRoot,
        bound: &[u8],
    ) -> Result<(Self, Zeroizing<[u8; 32]>), Undecryptable> {
        let wrapped: &[u8; WRAPPED_LEN] = wrapped.try_into().map_err(|_| Undecryptable)?;
        if wrapped[0] != SUITE {
            return Err(Undecryptable);
        }
        let mut data_key = Zeroizing::new(part::<32>(wrapped, KEY_AT));
        let (salt, tag) = (part(wrapped, SALT_AT), part(wrapped, TAG_AT));
        root.unwrap(&salt, bound, &mut *data_key, &tag)?;
        let (keys, commitment) = Self::split(root.backend(), &data_key);
        if !bool::from(commitment.ct_eq(&wrapped[COMMITMENT_AT..])) {
            return Err(Undecryptable);
        }
        Ok((keys, data_key))
    }
}

/// What an object's data key gives besides its commitment. The wrapped part is that of a record.
pub(crate) struct ObjectKeys {
    /// Seals and opens the object's chunks. Wiped when dropped.
    pub(super) cipher: Cipher,
}

impl ObjectKeys {
    fn of(backend: Backend, data_key: &[u8; 32]) -> Self {
        let mut key = Zeroizing::new([0; 32]);
        Derivation::new(backend, data_key).expand(&[OBJECT_LABEL], &mut *key);
        Self {
            cipher: Cipher::new(backend, &key),
        }
    }

    /// As [`RecordKeys::wrap`].
    pub(crate) fn wrap(
        data_key: &[u8; 32],
        salt: &[u8; SALT_LEN],
        root: &WrappingRoot,
        generation: u32,
        bound: &[u8],
    ) -> (Self, [u8; WRAPPED_LEN]) {
        let (_, wrapped) = RecordKeys::wrap(data_key, salt, root, generation, bound);
        (Self::of(root.backend(), data_key), wrapped)
    }

    /// As [`RecordKeys::unwrap`].
    pub(crate) fn unwrap(wrapped: &[u8], root: &WrappingRoot, bound: &[u8]) -> Result<Self, Undecryptable> {
        let (_, data_key) = RecordKeys::unwrap_with_key(wrapped, root, bound)?;
        Ok(Self::of(root.backend(), &data_key))
    }
}

/// The generation of the lease key that wrapped a data key.
pub(crate) fn generation_of(wrapped: &[u8]) -> Result<u32, Undecryptable> {
    let wrapped: &[u8; WRAPPED_LEN] = wrapped.try_into().map_err(|_| Undecryptable)?;
    Ok(u32::from_be_bytes(part(wrapped, GENERATION_AT)))
}

fn part<const N: usize>(wrapped: &[u8; WRAPPED_LEN], at: usize) -> [u8; N] {
    let mut part = [0; N];
    part.copy_from_slice(&wrapped[at..at + N]);
    part
}
