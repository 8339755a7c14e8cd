//! Keys in AWS KMS: made there, made there of the customer's material, or the customer's own.
//!
//! A key of KMS never leaves it. It gives data keys of 32 bytes, each once in the clear and once wrapped, and such a data key
//! wraps an authority's keys in the form of [`super::small_wrap`]. The wrapped one is kept beside them, and KMS gives it back
//! only to who names the same key and the same encryption context, which is the authority. No record's key is ever asked for
//! here: KMS is asked once a lease.
//!
//! Nothing but wrapped keys, names and states may come into this module's errors.

mod arn;
mod calls;
mod lifecycle;
mod material;
mod plain_http;
mod provision;
mod refusal;
mod wrapping;

use std::path::Path;
use std::time::Duration;

use aws_sdk_kms::Client;
use aws_sdk_kms::config::retry::RetryConfig;
use boundary_runtime::{KeyError, Timestamp};
use boundary_schema::Name;
use zeroize::Zeroizing;

use super::custodies::check_region;
use super::files::Folder;
use super::{
    Custody, CustodyKey, Destruction, KeyReference, KeyRequest, KeyState, Origin, Pending, Rung, not_ours,
    signing,
};
use crate::keys::Authority;

/// How long KMS has for an answer, its retries included, if nothing else is said.
const BUDGET: Duration = Duration::from_secs(2);

/// How often a request is made that KMS throttled or could not answer, the first time included.
const ATTEMPTS: u32 = 3;

/// The longest pause before the first repetition; the second may be twice as long. All of them fit into the budget, so that a
/// KMS that is down is known to be down and does not look slow.
const BACKOFF: Duration = Duration::from_millis(100);

/// A custody of one region whose keys are in AWS KMS, in one AWS region.
///
/// What is made here is on the rung [`Rung::ProviderManaged`]; imported material and a customer's own key, in whichever
/// account it is, are on [`Rung::CustomerManaged`]. The region's signing key lies in a folder, wrapped by a key that KMS makes
/// for the region. `docs/custody-aws-kms.md` has the permissions that each operation needs.
///
/// The client's configuration is the application's: its credentials, its AWS region, its endpoint. The attempts and the time
/// that a request has are the custody's, which bounds its own time. An endpoint without TLS is refused unless it is this
/// machine's own, because data keys come back over it.
///
/// ```no_run
/// # async fn open(sdk: &aws_sdk_kms::Config) -> Result<(), boundary_runtime::KeyError> {
/// use boundary_vault::{Custody, KmsCustody};
///
/// // Of `aws-config`, for instance: `aws_sdk_kms::Config::from(&aws_config::load_from_env().await)`.
/// let custody = KmsCustody::open(sdk, "eu", "/var/lib/payments/eu-kms")?;
/// assert_eq!(custody.region(), "eu");
/// # Ok(())
/// # }
/// ```
pub struct KmsCustody {
    client: Client,
    region: Name,
    /// The AWS region that the client speaks with: the one where keys may be.
    aws_region: String,
    folder: Folder,
    budget: Duration,
    key_policy: Option<String>,
}

impl KmsCustody {
    /// Opens the custody of `region`. `folder` keeps the region's wrapped signing key, and belongs to this custody alone.
    ///
    /// # Errors
    /// [`KeyError::Denied`] if the configuration names no AWS region, if `region` is no name, or if the folder is open to others.
    pub fn open(sdk: &aws_sdk_kms::Config, region: &str, folder: impl AsRef<Path>) -> Result<Self, KeyError> {
        let region =
            Name::new(region).map_err(|error| KeyError::Denied(format!("no region's name: {error}")))?;
        let aws_region = sdk.region().map(ToString::to_string).ok_or_else(|| {
            KeyError::Denied(
                "the configuration of the client names no AWS region; name the one where the region's keys are to be"
                    .to_owned(),
            )
        })?;
        let retries = RetryConfig::standard()
            .with_max_attempts(ATTEMPTS)
            .with_initial_backoff(BACKOFF);
        let sdk = sdk
            .to_builder()
            .retry_config(retries)
            .interceptor(plain_http::Refused);
        Ok(Self {
            client: Client::from_conf(sdk.build()),
            region,
            aws_region,
            folder: Folder::open(folder.as_ref())?,
            budget: BUDGET,
            key_policy: None,
        })
    }

    /// With this time for each request to KMS, repetitions included, in place of two seconds.
    #[must_use]
    pub fn with_budget(mut self, budget: Duration) -> Self {
        self.budget = budget;
        self
    }

    /// With this key policy (JSON) on the keys that it makes, in place of the account's default one.
    #[must_use]
    pub fn with_key_policy(mut self, policy: impl Into<String>) -> Self {
        self.key_policy = Some(policy.into());
        self
    }

    /// The name of a key that may be used in this region.
    fn named<'a>(&self, key: CustodyKey<'a>) -> Result<&'a str, KeyError> {
        check_region(self.region.as_str(), key.authority.region())?;
        let name = key.reference.as_str();
        arn::check_region(name, &self.aws_region)?;
        Ok(name)
    }
}

impl Custody for KmsCustody {
    fn region(&self) -> &str {
        self.region.as_str()
    }

    fn rung(&self, origin: Origin) -> Rung {
        match origin {
            Origin::Made => Rung::ProviderManaged,
            Origin::Imported | Origin::Designated => Rung::CustomerManaged,
        }
    }

    fn provision<'a>(
        &'a self,
        authority: &'a Authority,
        request: &'a KeyRequest,
    ) -> Pending<'a, KeyReference> {
        Box::pin(async move {
            check_region(self.region.as_str(), authority.region())?;
            match request {
                KeyRequest::Make => self.make(authority).await,
                KeyRequest::Import(material) => self.import(authority, material).await,
                KeyRequest::Use(reference) => self.adopt(authority, reference).await,
            }
        })
    }

    fn wrap<'a>(&'a self, key: CustodyKey<'a>, keys: &'a [u8]) -> Pending<'a, Vec<u8>> {
        Box::pin(async move { self.wrap_under(self.named(key)?, key.authority, keys).await })
    }

    fn unwrap<'a>(&'a self, key: CustodyKey<'a>, wrapped: &'a [u8]) -> Pending<'a, Zeroizing<Vec<u8>>> {
        Box::pin(async move { self.unwrap_under(self.named(key)?, key.authority, wrapped).await })
    }

    fn state<'a>(&'a self, key: CustodyKey<'a>) -> Pending<'a, KeyState> {
        Box::pin(async move {
            let found = self.find(self.named(key)?).await?;
            lifecycle::state_of(&found.ok_or_else(|| key.authority.unknown())?)
        })
    }

    fn disable<'a>(&'a self, key: CustodyKey<'a>) -> Pending<'a, ()> {
        match key.origin {
            Origin::Designated => not_ours(key),
            Origin::Made | Origin::Imported => Box::pin(self.disable_own(key)),
        }
    }

    fn enable<'a>(&'a self, key: CustodyKey<'a>) -> Pending<'a, ()> {
        match key.origin {
            Origin::Designated => not_ours(key),
            Origin::Made | Origin::Imported => Box::pin(self.enable_own(key)),
        }
    }

    fn schedule_deletion<'a>(&'a self, key: CustodyKey<'a>, waiting: Duration) -> Pending<'a, Timestamp> {
        match key.origin {
            Origin::Designated => not_ours(key),
            Origin::Made | Origin::Imported => Box::pin(self.schedule_own(key, waiting)),
        }
    }

    fn destroy<'a>(&'a self, key: CustodyKey<'a>) -> Pending<'a, Destruction> {
        match key.origin {
            Origin::Designated => not_ours(key),
            Origin::Made | Origin::Imported => Box::pin(self.destroy_own(key)),
        }
    }

    fn signing_key(&self) -> Pending<'_, Zeroizing<[u8; 32]>> {
        Box::pin(signing::seed(self, &self.folder, &KeyRequest::Make))
    }
}
