//! Wrapping under a key that is used once: a fresh salt gives each wrap a wrapping key of its own.
//!
//! So no nonce of the root key is ever counted or bounded, and the fixed all-zero nonce is safe: AES-GCM's rule is
//! that no nonce repeats under one key, and no wrapping key seals twice. Two equal salts of 32 random bytes do not
//! happen (2^-96 after 2^80 wraps).

use zeroize::Zeroizing;

use super::cipher::{Cipher, Derivation, NONCE_LEN, TAG_LEN};
use super::{Backend, Undecryptable};
use crate::secret::Secret;

/// Length of the salt of a wrap.
pub(crate) const SALT_LEN: usize = 32;

/// With the salt it fits one block of SHA-256, so a wrapping key costs two compressions.
const WRAPPING_LABEL: &[u8] = b"boundary/wrapping-key";

/// A key that wraps other keys, expanded to the state from which wrapping keys are derived. Wiped when dropped.
pub(crate) struct WrappingRoot {
    derivation: Derivation,
    backend: Backend,
}

impl WrappingRoot {
    /// The root of this key. What is wrapped or unwrapped under it is computed by `backend`, its records' fields included.
    pub(crate) fn new(backend: Backend, key: &[u8; 32]) -> Self {
        Self {
            derivation: Derivation::new(backend, key),
            backend,
        }
    }

    pub(crate) fn backend(&self) -> Backend {
        self.backend
    }

    /// Wraps in place under the salt's key and gives the tag.
    pub(crate) fn wrap(&self, salt: &[u8; SALT_LEN], bound: &[u8], secret: &mut [u8]) -> [u8; TAG_LEN] {
        #[expect(
            clippy::expect_used,
            reason = "AES-GCM refuses only inputs of more than 2^36 bytes"
        )]
        self.cipher(salt)
            .seal(&[0; NONCE_LEN], bound, secret)
            .expect("a wrapped secret is short")
    }

    /// Unwraps in place; what does not unwrap is not to be used.
    pub(crate) fn unwrap(
        &self,
        salt: &[u8; SALT_LEN],
        bound: &[u8],
        wrapped: &mut [u8],
        tag: &[u8; TAG_LEN],
    ) -> Result<(), Undecryptable> {
        self.cipher(salt).open(&[0; NONCE_LEN], bound, wrapped, tag)
    }

    /// A key of another use. Its label is in `info`, which no wrapping key's begins like: version and suite come first.
    pub(crate) fn derive(&self, info: &[u8]) -> Zeroizing<[u8; 32]> {
        let mut key = Zeroizing::new([0; 32]);
        self.derivation.expand(&[info], &mut *key);
        key
    }

    fn cipher(&self, salt: &[u8; SALT_LEN]) -> Cipher {
        let mut key = Secret::<1>::zero();
        self.derivation.expand(&[WRAPPING_LABEL, salt], key.bytes_mut());
        Cipher::new(self.backend, &key[0])
    }
}
