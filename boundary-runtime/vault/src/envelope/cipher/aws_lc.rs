//! The primitives by AWS-LC, through `aws-lc-rs`.
//!
//! Keys are wiped on drop: the cipher's context lies in memory of AWS-LC's own, which its `OPENSSL_free` overwrites, and `Prk`
//! overwrites its key. A key that Rust moved before may leave a copy on the stack, as any moved value does.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Prk};
use zeroize::Zeroize;

use super::{NONCE_LEN, TAG_LEN, Undecryptable};

/// `LessSafeKey` is the library's name for a key to which the caller brings the nonce: here the envelope draws it.
pub(crate) struct Cipher(LessSafeKey);

impl Cipher {
    #[inline]
    pub(super) fn new(key: &[u8; 32]) -> Self {
        #[expect(
            clippy::expect_used,
            reason = "only a key of another length than 32 bytes is refused"
        )]
        let key = UnboundKey::new(&AES_256_GCM, key).expect("32 bytes are a key of AES-256");
        Self(LessSafeKey::new(key))
    }

    #[inline]
    pub(super) fn seal(
        &self,
        nonce: &[u8; NONCE_LEN],
        bound: &[u8],
        content: &mut [u8],
    ) -> Option<[u8; TAG_LEN]> {
        let tag = self
            .0
            .seal_in_place_separate_tag(Nonce::from(nonce), Aad::from(bound), content);
        tag.ok()?.as_ref().try_into().ok()
    }

    #[inline]
    pub(super) fn open(
        &self,
        nonce: &[u8; NONCE_LEN],
        bound: &[u8],
        content: &mut [u8],
        tag: &[u8; TAG_LEN],
    ) -> Result<(), Undecryptable> {
        let opened = self
            .0
            .open_in_place_separate_tag(Nonce::from(nonce), Aad::from(bound), tag, content)
            .is_ok();
        if opened {
            return Ok(());
        }
        // The library says that the content may have been overwritten in any way.
        content.zeroize();
        Err(Undecryptable)
    }
}

pub(crate) struct Derivation(Prk);

/// How many bytes are asked for: the library takes lengths as a trait.
struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

impl Derivation {
    #[inline]
    pub(super) fn new(key: &[u8; 32]) -> Self {
        Self(Prk::new_less_safe(HKDF_SHA256, key))
    }

    #[inline]
    pub(super) fn expand(&self, info: &[&[u8]], okm: &mut [u8]) {
        let filled = self
            .0
            .expand(info, Length(okm.len()))
            .and_then(|out| out.fill(okm));
        #[expect(
            clippy::expect_used,
            reason = "expand gives up to 8,160 bytes; 32 or 64 are asked for"
        )]
        filled.expect("8,160 bytes are the most");
    }
}
