//! The data key of one record or object: wrapped in its `DataKey`, and split into what it seals with.
//!
//! The commitment ties the wrapped part to one key: AES-GCM alone lets somebody who knows two keys build one
//! ciphertext that opens under both.

mod rewrap;

use subtle::{Choice, ConstantTimeEq};

use super::cipher::{Cipher, Derivation, TAG_LEN};
use super::wrapping::{SALT_LEN, WrappingRoot};
use super::{Backend, SUITE, Undecryptable};
use crate::secret::Secret;

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
        let mut okm = Secret::<2>::zero();
        Derivation::new(backend, data_key).expand(&[RECORD_LABEL], okm.bytes_mut());
        let [encryption_key, commitment] = &*okm;
        let keys = Self {
            cipher: Box::new(Cipher::new(backend, encryption_key)),
        };
        (keys, *commitment)
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
        let key = &mut wrapped[KEY_AT..TAG_AT];
        key.copy_from_slice(data_key);
        let tag = root.wrap(salt, bound, key);
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
    ) -> Result<(Self, Secret<1>), Undecryptable> {
        let wrapped: &[u8; WRAPPED_LEN] = wrapped.try_into().map_err(|_| Undecryptable)?;
        if wrapped[0] != SUITE {
            return Err(Undecryptable);
        }
        let mut data_key = Secret::zero();
        data_key.bytes_mut().copy_from_slice(&wrapped[KEY_AT..TAG_AT]);
        let (salt, tag) = (part(wrapped, SALT_AT), part(wrapped, TAG_AT));
        root.unwrap(&salt, bound, data_key.bytes_mut(), &tag)?;
        let (keys, commitment) = Self::split(root.backend(), &data_key[0]);
        if !bool::from(is_equal(&commitment, &part(wrapped, COMMITMENT_AT))) {
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
        let mut key = Secret::<1>::zero();
        Derivation::new(backend, data_key).expand(&[OBJECT_LABEL], key.bytes_mut());
        Self {
            cipher: Cipher::new(backend, &key[0]),
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
        Ok(Self::of(root.backend(), &data_key[0]))
    }
}

/// The generation of the lease key that wrapped a data key.
pub(crate) fn generation_of(wrapped: &[u8]) -> Result<u32, Undecryptable> {
    let wrapped: &[u8; WRAPPED_LEN] = wrapped.try_into().map_err(|_| Undecryptable)?;
    Ok(u32::from_be_bytes(part(wrapped, GENERATION_AT)))
}

/// Equality in constant time, eight bytes at once: `ct_eq` of slices takes one after another.
fn is_equal(one: &[u8; COMMITMENT_LEN], other: &[u8; COMMITMENT_LEN]) -> Choice {
    let words = |bytes: &[u8; COMMITMENT_LEN]| -> [u64; COMMITMENT_LEN / 8] {
        std::array::from_fn(|word| u64::from_le_bytes(part(bytes, 8 * word)))
    };
    let pairs = words(one).into_iter().zip(words(other));
    pairs.fold(Choice::from(1), |equal, (one, other)| equal & one.ct_eq(&other))
}

fn part<const N: usize>(whole: &[u8], at: usize) -> [u8; N] {
    let mut part = [0; N];
    part.copy_from_slice(&whole[at..at + N]);
    part
}
