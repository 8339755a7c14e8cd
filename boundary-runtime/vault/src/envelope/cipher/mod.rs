//! The one place where AES-256-GCM and HKDF-SHA256 are computed: everything else asks here.
//!
//! Each backend is a file with the same two types. What is decided here is only which of them is asked.

#[cfg(feature = "aws-lc-rs")]
mod aws_lc;
mod rust_crypto;

#[cfg(test)]
mod differential;

use super::{Backend, Undecryptable};

/// Length of an AES-GCM tag.
pub(crate) const TAG_LEN: usize = 16;

/// Length of an AES-GCM nonce.
pub(crate) const NONCE_LEN: usize = 12;

/// AES-256-GCM (NIST SP 800-38D) under one key. The key is wiped when it is dropped.
#[cfg_attr(
    feature = "aws-lc-rs",
    expect(
        clippy::large_enum_variant,
        reason = "a cipher that wraps is used once and lives on the stack; a record's has a box of its own"
    )
)]
pub(crate) enum Cipher {
    RustCrypto(rust_crypto::Cipher),
    #[cfg(feature = "aws-lc-rs")]
    AwsLc(aws_lc::Cipher),
}

impl Cipher {
    #[inline]
    pub(crate) fn new(backend: Backend, key: &[u8; 32]) -> Self {
        match backend {
            Backend::RustCrypto => Self::RustCrypto(rust_crypto::Cipher::new(key)),
            #[cfg(feature = "aws-lc-rs")]
            Backend::AwsLc | Backend::AwsLcFips => Self::AwsLc(aws_lc::Cipher::new(key)),
        }
    }

    /// Seals `content` in place and gives the tag; nothing for content of more than 2^36 bytes.
    #[inline(always)]
    pub(crate) fn seal(
        &self,
        nonce: &[u8; NONCE_LEN],
        bound: &[u8],
        content: &mut [u8],
    ) -> Option<[u8; TAG_LEN]> {
        match self {
            Self::RustCrypto(cipher) => cipher.seal(nonce, bound, content),
            #[cfg(feature = "aws-lc-rs")]
            Self::AwsLc(cipher) => cipher.seal(nonce, bound, content),
        }
    }

    /// Opens `content` in place; what does not open is not to be used, and none of its plaintext is in `content`.
    #[inline(always)]
    pub(crate) fn open(
        &self,
        nonce: &[u8; NONCE_LEN],
        bound: &[u8],
        content: &mut [u8],
        tag: &[u8; TAG_LEN],
    ) -> Result<(), Undecryptable> {
        match self {
            Self::RustCrypto(cipher) => cipher.open(nonce, bound, content, tag),
            #[cfg(feature = "aws-lc-rs")]
            Self::AwsLc(cipher) => cipher.open(nonce, bound, content, tag),
        }
    }
}

/// HKDF-Expand with SHA-256 (RFC 5869 §2.3) under one key. The key is wiped when it is dropped.
///
/// The key is uniformly random already, and RFC 5869 §3.3 lets such a key skip the extract step.
pub(crate) enum Derivation {
    RustCrypto(rust_crypto::Derivation),
    #[cfg(feature = "aws-lc-rs")]
    AwsLc(aws_lc::Derivation),
}

impl Derivation {
    #[inline]
    pub(crate) fn new(backend: Backend, key: &[u8; 32]) -> Self {
        match backend {
            Backend::RustCrypto => Self::RustCrypto(rust_crypto::Derivation::new(key)),
            #[cfg(feature = "aws-lc-rs")]
            Backend::AwsLc | Backend::AwsLcFips => Self::AwsLc(aws_lc::Derivation::new(key)),
        }
    }

    /// Fills `okm`, of at most 8,160 bytes: each 32 of them are a block.
    #[inline]
    pub(crate) fn expand(&self, info: &[&[u8]], okm: &mut [u8]) {
        match self {
            Self::RustCrypto(derivation) => derivation.expand(info, okm),
            #[cfg(feature = "aws-lc-rs")]
            Self::AwsLc(derivation) => derivation.expand(info, okm),
        }
    }
}
