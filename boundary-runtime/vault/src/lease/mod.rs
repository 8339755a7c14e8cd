//! Opened authorities, held in memory for a bounded time.
//!
//! The bound counts from before the custody was asked, never from the last use: it is the time after which a tenant's
//! kill switch is felt at the latest, however busy the tenant is.

mod leases;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use boundary_runtime::{KeyError, Timestamp};

use crate::keys::OpenedKeys;

pub(crate) use leases::Leases;

/// How long a session holds its keys when the policy's lease is zero: until it is dropped, and no longer than this.
///
/// With a lease of zero every session asks the custody afresh and shares the answer with nobody. A session that held
/// its keys for no time at all could open nothing, because opening is synchronous and does not ask the custody.
pub const ZERO_LEASE_HOLD: Duration = Duration::from_secs(1);

/// An opened authority. Its keys are wiped when the last holder drops it.
pub(crate) struct Lease {
    keys: OpenedKeys,
    opened: Timestamp,
    expires: Timestamp,
    bound: Duration,
    /// Counts the revocations of the authority; a lease holds as long as there was none since it was asked for.
    revocations: Arc<AtomicU64>,
    revocations_before: u64,
}

impl Lease {
    /// The keys, if the lease still holds at `now`.
    pub(crate) fn keys(&self, now: Timestamp) -> Result<&OpenedKeys, KeyError> {
        if self.is_revoked() {
            return Err(KeyError::Disabled);
        }
        if self.is_over(now) {
            return Err(self.expired());
        }
        Ok(&self.keys)
    }

    pub(crate) fn expired(&self) -> KeyError {
        KeyError::LeaseExpired { bound: self.bound }
    }

    fn is_revoked(&self) -> bool {
        self.revocations.load(Ordering::Acquire) != self.revocations_before
    }

    /// A clock that went back to before the opening counts as over: it can no longer tell the age.
    fn is_over(&self, now: Timestamp) -> bool {
        now < self.opened || now >= self.expires
    }
}
