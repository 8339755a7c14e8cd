//! The region's signature under what crosses the border.

use std::fmt;
use std::sync::Arc;

use boundary_runtime::KeyError;
use boundary_runtime::seam::Signer;
use ed25519_dalek::{Signer as _, SigningKey};

use crate::custody::Custody;

/// Signs in the region's name with the Ed25519 key (RFC 8032) that the region's custody keeps. A clone signs with the
/// same key; the key is wiped when the last one is dropped.
#[derive(Clone)]
pub struct RegionSigner {
    region: Arc<str>,
    key: Arc<SigningKey>,
}

impl RegionSigner {
    /// What signs in the region of this custody, before there is a vault: the logs that a vault writes to are signed.
    ///
    /// # Errors
    /// What the custody answers.
    pub async fn of(custody: &dyn Custody) -> Result<Self, KeyError> {
        let seed = custody.signing_key().await?;
        Ok(Self::new(custody.region().into(), &seed))
    }

    pub(super) fn new(region: Arc<str>, seed: &[u8; 32]) -> Self {
        Self {
            region,
            key: Arc::new(SigningKey::from_bytes(seed)),
        }
    }
}

impl Signer for RegionSigner {
    fn region(&self) -> &str {
        &self.region
    }

    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message).to_bytes()
    }

    fn verifying_key(&self) -> [u8; 32] {
        self.key.verifying_key().to_bytes()
    }
}

impl fmt::Debug for RegionSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RegionSigner({})", self.region)
    }
}
