//! AWS KMS, as LocalStack answers for it: made, imported and designated keys. `docs/custody-aws-kms.md` says where the two differ.

mod calls;
mod ends;
mod failures;
mod keys;
mod localstack;
mod meter;

use std::sync::Arc;
use std::time::Duration;

use aws_sdk_kms::Client;
use aws_sdk_kms::config::{BehaviorVersion, Credentials, Region};
use boundary_runtime::KeyError;
use boundary_vault::{Authority, Custody, CustodyKey, KeyReference, KeyRequest, KmsCustody, Origin};
use zeroize::Zeroizing;

use crate::drill;

const AWS_REGION: &str = "ap-south-1";

/// What LocalStack may take on a busy machine. Nothing here is about its speed.
const PATIENCE: Duration = Duration::from_secs(300);

/// A client's configuration for one account. Accounts share nothing, so each test has one of its own.
fn sdk(endpoint: &str, account: &str) -> aws_sdk_kms::Config {
    sdk_in(AWS_REGION, endpoint, account)
}

fn sdk_in(aws_region: &'static str, endpoint: &str, account: &str) -> aws_sdk_kms::Config {
    aws_sdk_kms::Config::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(Region::new(aws_region))
        // LocalStack takes an access key of twelve digits for the account's number.
        .credentials_provider(Credentials::new(account, "a secret", None, None, "tests"))
        .endpoint_url(endpoint)
        .build()
}

/// The provider's side: a custody of region `in`, and a client that looks at what it does.
struct Provider {
    custody: Arc<KmsCustody>,
    client: Client,
    folder: tempfile::TempDir,
    account: String,
}

impl Provider {
    fn new() -> Self {
        Self::of_account(&new_account())
    }

    fn of_account(account: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let sdk = sdk(localstack::endpoint(), account);
        let custody = KmsCustody::open(&sdk, "in", folder.path().join("kms"))
            .unwrap()
            .with_budget(PATIENCE);
        Self {
            custody: Arc::new(custody),
            client: Client::from_conf(sdk),
            folder,
            account: account.to_owned(),
        }
    }

    /// Another custody of the same region and account, as another process would have it, with something changed.
    fn again(
        &self,
        change: impl FnOnce(aws_sdk_kms::config::Builder) -> aws_sdk_kms::config::Builder,
    ) -> KmsCustody {
        let sdk = sdk(localstack::endpoint(), &self.account).to_builder();
        KmsCustody::open(&change(sdk).build(), "in", self.folder.path().join("kms"))
            .unwrap()
            .with_budget(PATIENCE)
    }

    async fn disable(&self, key: &KeyReference) {
        self.client
            .disable_key()
            .key_id(key.as_str())
            .send()
            .await
            .unwrap();
    }

    async fn enable(&self, key: &KeyReference) {
        self.client
            .enable_key()
            .key_id(key.as_str())
            .send()
            .await
            .unwrap();
    }
}

/// The number of an account that nobody has used.
fn new_account() -> String {
    let unique = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_nanos()
        ^ u128::from(std::process::id());
    static COUNT: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    let count = COUNT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    format!("{:010}{:02}", unique % 10_000_000_000, count % 100)
}

/// A key in an account of the customer's, and the client that rules over it.
async fn customers_key() -> (Client, KeyReference) {
    let client = Client::from_conf(sdk(localstack::endpoint(), &new_account()));
    let made = client.create_key().send().await.unwrap().key_metadata.unwrap();
    (client, KeyReference::new(made.arn().unwrap()).unwrap())
}

fn key_of<'a>(authority: &'a Authority, reference: &'a KeyReference, origin: Origin) -> CustodyKey<'a> {
    CustodyKey {
        authority,
        reference,
        origin,
    }
}

fn import(byte: u8) -> KeyRequest {
    KeyRequest::Import(Zeroizing::new([byte; 32]))
}

fn is_disabled(error: &KeyError) -> bool {
    *error == KeyError::Disabled
}

#[tokio::test]
async fn a_key_that_kms_made_and_one_that_was_imported_have_a_kill_switch() {
    for request in [KeyRequest::Make, import(7)] {
        let provider = Provider::new();
        let custody: Arc<dyn Custody> = provider.custody.clone();
        let disable = async |key: &KeyReference| provider.disable(key).await;
        let enable = async |key: &KeyReference| provider.enable(key).await;
        drill::kill_switch(custody, &request, disable, enable, is_disabled).await;
    }
}

#[tokio::test]
async fn a_key_in_the_customers_own_account_has_a_kill_switch_that_is_the_customers_alone() {
    let provider = Provider::new();
    let (customer, key) = customers_key().await;
    let disable = async |key: &KeyReference| {
        customer.disable_key().key_id(key.as_str()).send().await.unwrap();
    };
    let enable = async |key: &KeyReference| {
        customer.enable_key().key_id(key.as_str()).send().await.unwrap();
    };
    drill::kill_switch(
        provider.custody.clone(),
        &KeyRequest::Use(key),
        disable,
        enable,
        is_disabled,
    )
    .await;
}
