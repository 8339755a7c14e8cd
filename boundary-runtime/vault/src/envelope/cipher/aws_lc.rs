//! The primitives by AWS-LC, through `aws-lc-rs`.
//!
//! Keys are wiped on drop by AWS-LC: the cipher's context lies in memory of its own, which `OPENSSL_free` overwrites, and an
//! HMAC context is overwritten by `HMAC_CTX_cleanup`. A context that Rust moved before may leave a copy on the stack,
//! as any moved value does.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::hmac;
use zeroize::{Zeroize, Zeroizing};

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

/// HMAC-SHA256 under the key, expanded once; HKDF-Expand is HMAC over the block before, the info and a counter. The
/// library's own HKDF expands the key anew for each block.
pub(crate) struct Derivation(hmac::Key);

impl Derivation {
    #[inline]
    pub(super) fn new(key: &[u8; 32]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    pub(super) fn expand(&self, info: &[&[u8]], okm: &mut [u8]) {
        assert!(okm.len() <= 255 * 32, "HKDF-Expand gives up to 8,160 bytes");
        let mut before = Zeroizing::new([0; 32]);
        for (counter, block) in (1..=u8::MAX).zip(okm.chunks_mut(32)) {
            let mut mac = hmac::Context::with_key(&self.0);
            if counter > 1 {
                mac.update(&*before);
            }
            for part in info {
                mac.update(part);
            }
            mac.update(&[counter]);
            before.copy_from_slice(mac.sign().as_ref());
            block.copy_from_slice(&before[..block.len()]);
        }
    }
}
