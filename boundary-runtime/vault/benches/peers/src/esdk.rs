//! The AWS Encryption SDK with a raw AES keyring, in its default, committing suite: the record as one message, and a message a field.

use std::collections::HashMap;
use std::hint::black_box;

use aws_esdk::client::Client;
use aws_esdk::material_providers::client as providers;
use aws_esdk::material_providers::types::AesWrappingAlg;
use aws_esdk::material_providers::types::keyring::KeyringRef;
use aws_esdk::material_providers::types::material_providers_config::MaterialProvidersConfig;
use aws_esdk::types::aws_encryption_sdk_config::AwsEncryptionSdkConfig;
use tokio::runtime::Runtime;

use crate::rounds::Row;
use crate::{FIELDS, PLAINTEXT};

struct Esdk {
    runtime: Runtime,
    client: Client,
    keyring: KeyringRef,
}

impl Esdk {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime");
        let config = AwsEncryptionSdkConfig::builder()
            .build()
            .expect("a configuration");
        let client = Client::from_conf(config).expect("a client");
        let config = MaterialProvidersConfig::builder()
            .build()
            .expect("a configuration");
        let keyring = providers::Client::from_conf(config)
            .expect("material providers")
            .create_raw_aes_keyring()
            .key_name("acme")
            .key_namespace("in")
            .wrapping_key(vec![1; 32])
            .wrapping_alg(AesWrappingAlg::AlgAes256GcmIv12Tag16);
        let keyring = runtime.block_on(keyring.send()).expect("a keyring");
        Self {
            runtime,
            client,
            keyring,
        }
    }

    /// Tenant, region, table and record.
    fn context() -> HashMap<String, String> {
        [
            ("tenant", "acme"),
            ("region", "in"),
            ("table", "customers"),
            ("record", "1042"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
    }

    fn seal(&self, plaintext: &[u8]) -> Vec<u8> {
        let request = self
            .client
            .encrypt()
            .plaintext(plaintext)
            .keyring(self.keyring.clone())
            .encryption_context(Self::context());
        let sealed = self.runtime.block_on(request.send()).expect("sealed");
        sealed.ciphertext.expect("a message").into_inner()
    }

    fn open(&self, message: &[u8]) -> Vec<u8> {
        let request = self
            .client
            .decrypt()
            .ciphertext(message)
            .keyring(self.keyring.clone())
            .encryption_context(Self::context());
        let opened = self.runtime.block_on(request.send()).expect("opened");
        opened.plaintext.expect("a plaintext").into_inner()
    }
}

pub fn rows() -> [Row<'static>; 2] {
    let sdk: &'static Esdk = Box::leak(Box::new(Esdk::new()));
    let record = [7; 32 * FIELDS];
    let (whole, field) = (sdk.seal(&record), sdk.seal(&PLAINTEXT));
    [
        Row::new(
            "AWS Encryption SDK, the record as one message",
            move || drop(black_box(sdk.seal(black_box(&record)))),
            move || drop(black_box(sdk.open(&whole))),
        ),
        Row::new(
            "AWS Encryption SDK, a message a field",
            move || (0..FIELDS).for_each(|_| drop(black_box(sdk.seal(black_box(&PLAINTEXT))))),
            move || (0..FIELDS).for_each(|_| drop(black_box(sdk.open(&field)))),
        ),
    ]
}
