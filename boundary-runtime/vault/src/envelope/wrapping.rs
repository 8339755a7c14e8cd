//! Wrapping under a key that is used once: a fresh salt gives each wrap a wrapping key of its own.
//!
//! So no nonce of the root key is ever counted or bounded, and the fixed all-zero nonce is safe: AES-GCM's rule is
//! that no nonce repeats under one key, and no wrapping key seals twice. Two equal salts of 32 random bytes do not
//! happen (2^-96 after 2^80 wraps).

use aes_gcm::aead::KeyInit;
use aes_gcm::{AeadInOut, Aes256Gcm, Nonce};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroizing;

use super::Undecryptable;

/// Length of an AES-GCM tag.
pub(crate) const TAG_LEN: usize = 16;

/// Length of the salt of a wrap.
pub(crate) const SALT_LEN: usize = 32;

/// With the salt it fits one block of SHA-256, so a wrapping key costs two compressions.
const WRAPPING_LABEL: &[u8] = b"boundary/wrapping-key";

/// A key that wraps other keys, expanded to the state from which wrapping keys are derived. Wiped when dropped.
pub(crate) struct WrappingRoot(Hkdf<Sha256>);

impl WrappingRoot {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self(pseudo_random_key(key))
    }

    /// Wraps in place under the salt's key and gives the tag.
    pub(crate) fn wrap(&self, salt: &[u8; SALT_LEN], bound: &[u8], secret: &mut [u8]) -> [u8; TAG_LEN] {
        #[expect(
            clippy::expect_used,
            reason = "AES-GCM refuses only inputs of more than 2^36 bytes"
        )]
        let tag = self
            .cipher(salt)
            .encrypt_inout_detached(&Nonce::default(), bound, secret.into())
            .expect("a wrapped secret is short");
        tag.into()
    }

    /// Unwraps in place, or leaves `wrapped` as it is.
    pub(crate) fn unwrap(
        &self,
        salt: &[u8; SALT_LEN],
        bound: &[u8],
        wrapped: &mut [u8],
        tag: &[u8; TAG_LEN],
    ) -> Result<(), Undecryptable> {
        self.cipher(salt)
            .decrypt_inout_detached(&Nonce::default(), bound, wrapped.into(), tag.into())
            .map_err(|_| Undecryptable)
    }

    fn cipher(&self, salt: &[u8; SALT_LEN]) -> Aes256Gcm {
        let mut key = Zeroizing::new([0; 32]);
        expand(&self.0, &[WRAPPING_LABEL, salt], &mut *key);
        Aes256Gcm::new((&*key).into())
    }
}

/// HKDF over a key that is uniformly random already: RFC 5869 §3.3 lets such a key skip the extract step.
pub(super) fn pseudo_random_key(key: &[u8; 32]) -> Hkdf<Sha256> {
    #[expect(
        clippy::expect_used,
        reason = "from_prk asks for at least the 32 bytes of SHA-256's output"
    )]
    Hkdf::from_prk(key).expect("32 bytes are enough")
}

/// HKDF-Expand (RFC 5869 §2.3) of one or two blocks.
pub(super) fn expand(root: &Hkdf<Sha256>, info: &[&[u8]], okm: &mut [u8]) {
    #[expect(
        clippy::expect_used,
        reason = "expand gives up to 8,160 bytes; 32 or 64 are asked for"
    )]
    root.expand_multi_info(info, okm).expect("64 bytes are few");
}
