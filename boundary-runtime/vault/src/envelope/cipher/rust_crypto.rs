//! The primitives by `aes-gcm`, `hkdf` and `sha2`: the default.
//!
//! Keys are wiped on drop by feature `zeroize` of these crates.

use aes_gcm::aead::KeyInit;
use aes_gcm::aead::consts::U12;
use aes_gcm::aes::Aes256Enc;
use aes_gcm::{AeadInOut, AesGcm};
use hkdf::Hkdf;
use sha2::Sha256;

use super::{NONCE_LEN, TAG_LEN, Undecryptable};

/// `Aes256Gcm` without the key schedule of the block cipher's decryption, which counter mode never uses.
pub(crate) struct Cipher(AesGcm<Aes256Enc, U12>);

impl Cipher {
    #[inline]
    pub(super) fn new(key: &[u8; 32]) -> Self {
        Self(AesGcm::new(key.into()))
    }

    #[inline(always)]
    pub(super) fn seal(
        &self,
        nonce: &[u8; NONCE_LEN],
        bound: &[u8],
        content: &mut [u8],
    ) -> Option<[u8; TAG_LEN]> {
        let tag = self.0.encrypt_inout_detached(nonce.into(), bound, content.into());
        tag.ok().map(Into::into)
    }

    #[inline(always)]
    pub(super) fn open(
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

pub(crate) struct Derivation(Hkdf<Sha256>);

impl Derivation {
    #[inline]
    pub(super) fn new(key: &[u8; 32]) -> Self {
        #[expect(
            clippy::expect_used,
            reason = "from_prk asks for at least the 32 bytes of SHA-256's output"
        )]
        Self(Hkdf::from_prk(key).expect("32 bytes are enough"))
    }

    #[inline]
    pub(super) fn expand(&self, info: &[&[u8]], okm: &mut [u8]) {
        #[expect(
            clippy::expect_used,
            reason = "expand gives up to 8,160 bytes; 32 or 64 are asked for"
        )]
        self.0
            .expand_multi_info(info, okm)
            .expect("8,160 bytes are the most");
    }
}
