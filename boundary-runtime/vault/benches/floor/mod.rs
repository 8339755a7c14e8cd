//! The floor of the benches: the primitives of one record of ten fields of 32 bytes, and nothing around them.
//!
//! Two HKDF-Expand, the wrap or unwrap, ten seals or opens, as anybody would call the crate for them: into buffers that are there
//! already, without randomness, allocation or checks.
#![allow(missing_docs, unreachable_pub)]

use std::hint::black_box;

use aes_gcm::aead::KeyInit;
use aes_gcm::{AeadInOut, Aes256Gcm};
use hkdf::Hkdf;
use sha2::Sha256;

pub const WRAPPING_LABEL: &[u8] = b"boundary/wrapping-key";
pub const RECORD_LABEL: &[u8] = b"boundary/record-keys";

/// A wrapped key or a sealed field, with its tag.
type Sealed = ([u8; 32], [u8; 16]);

/// The primitives of `aes-gcm` and `hkdf`.
pub struct RustCrypto {
    lease_key: Hkdf<Sha256>,
    wrap_bound: Vec<u8>,
    field_bound: Vec<u8>,
    wrapped: Sealed,
    fields: Vec<Sealed>,
}

impl RustCrypto {
    /// With the additional data of a wrap and of a field.
    pub fn new(wrap_bound: Vec<u8>, field_bound: Vec<u8>) -> Self {
        let mut made = Self {
            lease_key: Hkdf::from_prk(&[1; 32]).unwrap_or_else(|_| unreachable!()),
            wrap_bound,
            field_bound,
            wrapped: ([0; 32], [0; 16]),
            fields: vec![],
        };
        (made.wrapped, made.fields) = made.seal();
        made
    }

    fn wrapping_cipher(&self) -> Aes256Gcm {
        let mut key = [0; 32];
        let _ = self
            .lease_key
            .expand_multi_info(&[WRAPPING_LABEL, black_box(&[2; 32])], &mut key);
        Aes256Gcm::new((&key).into())
    }

    fn record_cipher(data_key: &[u8; 32]) -> Aes256Gcm {
        let mut okm = [0; 64];
        let root = Hkdf::<Sha256>::from_prk(black_box(data_key)).unwrap_or_else(|_| unreachable!());
        let _ = root.expand(RECORD_LABEL, &mut okm);
        let (key, commitment) = okm.split_at(32);
        black_box(commitment);
        Aes256Gcm::new(key.try_into().unwrap_or_else(|_| unreachable!()))
    }

    pub fn seal(&self) -> (Sealed, Vec<Sealed>) {
        let data_key = [3; 32];
        let mut wrapped = data_key;
        let cipher = self.wrapping_cipher();
        let tag = cipher
            .encrypt_inout_detached((&[0; 12]).into(), &self.wrap_bound, (&mut wrapped[..]).into())
            .map_or([0; 16], Into::into);
        let cipher = Self::record_cipher(&data_key);
        let mut fields = Vec::with_capacity(10);
        for nonce in 0..10 {
            let mut field = black_box([7; 32]);
            let tag = cipher
                .encrypt_inout_detached((&[nonce; 12]).into(), &self.field_bound, (&mut field[..]).into())
                .map_or([0; 16], Into::into);
            fields.push((field, tag));
        }
        ((wrapped, tag), fields)
    }

    pub fn open(&self) {
        let (mut data_key, tag) = black_box(self.wrapped);
        let unwrapped = self.wrapping_cipher().decrypt_inout_detached(
            (&[0; 12]).into(),
            &self.wrap_bound,
            (&mut data_key[..]).into(),
            (&tag).into(),
        );
        assert!(unwrapped.is_ok());
        let cipher = Self::record_cipher(&data_key);
        for (nonce, (field, tag)) in (0..).zip(&self.fields) {
            let mut field = black_box(*field);
            let opened = cipher.decrypt_inout_detached(
                (&[nonce; 12]).into(),
                &self.field_bound,
                (&mut field[..]).into(),
                tag.into(),
            );
            assert!(opened.is_ok());
            black_box(field);
        }
    }
}

/// The primitives of `aws-lc-rs`.
#[cfg(feature = "aws-lc-rs")]
pub mod aws_lc {
    use std::hint::black_box;

    use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
    use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Prk};

    use super::{RECORD_LABEL, Sealed, WRAPPING_LABEL};

    pub struct AwsLc {
        lease_key: Prk,
        wrap_bound: Vec<u8>,
        field_bound: Vec<u8>,
        wrapped: Sealed,
        fields: Vec<Sealed>,
    }

    struct Length(usize);

    impl KeyType for Length {
        fn len(&self) -> usize {
            self.0
        }
    }

    fn cipher(key: &[u8]) -> LessSafeKey {
        LessSafeKey::new(UnboundKey::new(&AES_256_GCM, key).unwrap_or_else(|_| unreachable!()))
    }

    fn seal(cipher: &LessSafeKey, nonce: u8, bound: &[u8], content: &mut [u8]) -> [u8; 16] {
        let nonce = Nonce::assume_unique_for_key([nonce; 12]);
        let tag = cipher.seal_in_place_separate_tag(nonce, Aad::from(bound), content);
        tag.ok()
            .and_then(|tag| tag.as_ref().try_into().ok())
            .unwrap_or_default()
    }

    fn open(cipher: &LessSafeKey, nonce: u8, bound: &[u8], content: &mut [u8], tag: &[u8; 16]) {
        let nonce = Nonce::assume_unique_for_key([nonce; 12]);
        let opened = cipher.open_in_place_separate_tag(nonce, Aad::from(bound), tag, content);
        assert!(opened.is_ok());
    }

    impl AwsLc {
        /// With the additional data of a wrap and of a field.
        pub fn new(wrap_bound: Vec<u8>, field_bound: Vec<u8>) -> Self {
            let mut made = Self {
                lease_key: Prk::new_less_safe(HKDF_SHA256, &[1; 32]),
                wrap_bound,
                field_bound,
                wrapped: ([0; 32], [0; 16]),
                fields: vec![],
            };
            (made.wrapped, made.fields) = made.seal();
            made
        }

        fn wrapping_cipher(&self) -> LessSafeKey {
            let mut key = [0; 32];
            let info: [&[u8]; 2] = [WRAPPING_LABEL, black_box(&[2; 32])];
            let okm = self.lease_key.expand(&info, Length(32));
            let _ = okm.and_then(|okm| okm.fill(&mut key));
            cipher(&key)
        }

        fn record_cipher(data_key: &[u8; 32]) -> LessSafeKey {
            let mut okm = [0; 64];
            let root = Prk::new_less_safe(HKDF_SHA256, black_box(data_key));
            let _ = root
                .expand(&[RECORD_LABEL], Length(64))
                .and_then(|filled| filled.fill(&mut okm));
            let (key, commitment) = okm.split_at(32);
            black_box(commitment);
            cipher(key)
        }

        pub fn seal(&self) -> (Sealed, Vec<Sealed>) {
            let data_key = [3; 32];
            let mut wrapped = data_key;
            let tag = seal(&self.wrapping_cipher(), 0, &self.wrap_bound, &mut wrapped);
            let cipher = Self::record_cipher(&data_key);
            let mut fields = Vec::with_capacity(10);
            for nonce in 0..10 {
                let mut field = black_box([7; 32]);
                let tag = seal(&cipher, nonce, &self.field_bound, &mut field);
                fields.push((field, tag));
            }
            ((wrapped, tag), fields)
        }

        pub fn open(&self) {
            let (mut data_key, tag) = black_box(self.wrapped);
            open(&self.wrapping_cipher(), 0, &self.wrap_bound, &mut data_key, &tag);
            let cipher = Self::record_cipher(&data_key);
            for (nonce, (field, tag)) in (0..).zip(&self.fields) {
                let mut field = black_box(*field);
                open(&cipher, nonce, &self.field_bound, &mut field, tag);
                black_box(field);
            }
        }
    }
}
