//! The one place where AES-256-GCM and HKDF-SHA256 are computed: everything else asks here.

use aes_gcm::aead::KeyInit;
use aes_gcm::{AeadInOut, Aes256Gcm};
use hkdf::Hkdf;
use sha2::Sha256;

use super::Undecryptable;

/// Length of an AES-GCM tag.
pub(crate) const TAG_LEN: usize = 16;

/// Length of an AES-GCM nonce.
pub(crate) const NONCE_LEN: usize = 12;

/// AES-256-GCM (NIST SP 800-38D) under one key. The key is wiped when it is dropped.
pub(crate) struct Cipher(Aes256Gcm);

impl Cipher {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        Self(Aes256Gcm::new(key.into()))
    }

    /// Seals `content` in place and gives the tag; nothing for content of more than 2^36 bytes.
    pub(crate) fn seal(
        &self,
        nonce: &[u8; NONCE_LEN],
        bound: &[u8],
        content: &mut [u8],
    ) -> Option<[u8; TAG_LEN]> {
        let tag = self.0.encrypt_inout_detached(nonce.into(), bound, content.into());
        tag.ok().map(Into::into)
    }

    /// Opens `content` in place, or leaves it as it is.
    pub(crate) fn open(
        &self,
        nonce: &[u8; NONCE_LEN],
        bound: &[u8],
        content: &mut [u8],
        tag: &[u8; TAG_LEN],
    ) -> Result<(), Undecryptable> {
        self.0
            .decrypt_inout_detached(nonce.into(), bound, content.into(), tag.into())
            .map_err(|_| Undecryptable)
    }
}

/// HKDF-Expand with SHA-256 (RFC 5869 §2.3) under one key. The key is wiped when it is dropped.
///
/// The key is uniformly random already, and RFC 5869 §3.3 lets such a key skip the extract step.
pub(crate) struct Derivation(Hkdf<Sha256>);

impl Derivation {
    pub(crate) fn new(key: &[u8; 32]) -> Self {
        #[expect(
            clippy::expect_used,
            reason = "from_prk asks for at least the 32 bytes of SHA-256's output"
        )]
        Self(Hkdf::from_prk(key).expect("32 bytes are enough"))
    }

    /// Fills `okm`, of at most 8,160 bytes: each 32 of them are a block.
    pub(crate) fn expand(&self, info: &[&[u8]], okm: &mut [u8]) {
        #[expect(
            clippy::expect_used,
            reason = "expand gives up to 8,160 bytes; 32 or 64 are asked for"
        )]
        self.0
            .expand_multi_info(info, okm)
            .expect("8,160 bytes are the most");
    }
}
