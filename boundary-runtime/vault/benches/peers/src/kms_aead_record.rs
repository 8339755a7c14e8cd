//! `kms-aead`: a data key for the record, wrapped by a key that is held in memory.

use std::future::Future;
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use kms_aead::ring_encryption::RingAeadEncryption;
use kms_aead::{
    AeadEncryption, CipherText, DataEncryptionKey, EncryptedDataEncryptionKey, KmsAeadEnvelopeEncryption,
    KmsAeadResult, KmsAeadRingEncryptionProvider, KmsAeadRingEnvelopeEncryption,
};
use ring::aead::AES_256_GCM;
use ring::rand::SystemRandom;
use secret_vault_value::SecretValue;

use crate::rounds::Row;
use crate::{FIELD_BOUND, FIELDS, PLAINTEXT};

/// The key that wraps data keys; the library's other providers ask a key service for it.
#[derive(Clone)]
struct Local(DataEncryptionKey);

fn aead() -> RingAeadEncryption {
    RingAeadEncryption::with_algorithm(&AES_256_GCM, SystemRandom::new()).expect("an AEAD")
}

#[async_trait::async_trait]
impl KmsAeadRingEncryptionProvider for Local {
    async fn encrypt_data_encryption_key(
        &self,
        key: &DataEncryptionKey,
    ) -> KmsAeadResult<EncryptedDataEncryptionKey> {
        let wrapped = aead().encrypt_value(&Vec::new(), &key.0, &self.0).await?;
        Ok(EncryptedDataEncryptionKey::new(wrapped.0, None))
    }

    async fn decrypt_data_encryption_key(
        &self,
        key: &EncryptedDataEncryptionKey,
    ) -> KmsAeadResult<DataEncryptionKey> {
        let wrapped = CipherText(key.wrapped().to_vec());
        Ok(DataEncryptionKey(
            aead().decrypt_value(&Vec::new(), &wrapped, &self.0).await?,
        ))
    }

    async fn generate_encryption_key(&self, aead: &RingAeadEncryption) -> KmsAeadResult<DataEncryptionKey> {
        aead.generate_data_encryption_key()
    }
}

/// What a future without waiting gives, at no more than the cost of asking it.
fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => unreachable!("a local key does not wait"),
    }
}

type Vault = KmsAeadRingEnvelopeEncryption<Local>;

fn seal(vault: &Vault, bound: &Vec<u8>) -> (EncryptedDataEncryptionKey, Vec<CipherText>) {
    let (key, wrapped) = now(KmsAeadEnvelopeEncryption::<Vec<u8>>::generate_new_dek(vault)).expect("a key");
    let fields = (0..FIELDS).map(|_| {
        let plaintext = SecretValue::from(black_box(&PLAINTEXT[..]).to_vec());
        now(vault.encrypt_value_with_dek(bound, &plaintext, &key)).expect("sealed")
    });
    let fields = fields.collect();
    (wrapped, fields)
}

pub fn row() -> Row<'static> {
    let local = Local(aead().generate_data_encryption_key().expect("a key"));
    let vault = now(Vault::with_algorithm(local.clone(), &AES_256_GCM)).expect("an envelope");
    let opening = now(Vault::with_algorithm(local.clone(), &AES_256_GCM)).expect("an envelope");
    let bound = FIELD_BOUND.to_vec();
    let sealed = seal(&vault, &bound);
    let same_bound = bound.clone();
    Row::new(
        "kms-aead 0.29, a data key a record",
        move || drop(black_box(seal(&vault, &bound))),
        move || {
            let key = now(local.decrypt_data_encryption_key(&sealed.0)).expect("unwrapped");
            for field in &sealed.1 {
                black_box(now(opening.decrypt_value_with_dek(&same_bound, field, &key)).expect("opened"));
            }
        },
    )
}
