//! After a rotation: data keys wrapped anew under the newest lease key.
//!
//! A rotation touches no data key. Those that exist open under the older lease keys, which the keyring keeps; a store
//! goes through its key table with a [`VaultRewrapper`], and once nothing is wrapped under the older ones they can go
//! ([`Vault::retire_generations`]).

use std::sync::Arc;

use boundary_runtime::audit::{Act, AuditRecord, Outcome};
use boundary_runtime::seam::{RecordAddress, Rewrapper};
use boundary_runtime::{AccessError, Clock, DataKey, KeyError, Misuse, Principal, Region, TenantId};
use boundary_schema::Policy;

use super::Vault;
use super::opener::names;
use super::registry::Registry;
use crate::envelope::{self, AdditionalData, RecordKeys, Wrap};
use crate::keys::{AuthorityClass, AuthorityName};
use crate::lease::Lease;
use crate::random;

/// Wraps the data keys of one authority's records anew, for as long as the lease on it holds.
pub struct VaultRewrapper {
    region: Arc<str>,
    name: AuthorityName,
    newest: u32,
    lease: Arc<Lease>,
    policy: Arc<Policy>,
    registry: Arc<Registry>,
    clock: Arc<dyn Clock>,
}

impl<R: Region> Vault<R> {
    /// What wraps the data keys of an authority's records under its newest lease key. Recorded like every act on an
    /// authority; the custody is asked for the keys afresh, so a rotation by another process counts.
    ///
    /// # Errors
    /// [`AccessError::Key`] if the authority's key cannot be used, [`AccessError::Audit`] if the act cannot be recorded.
    pub async fn rewrapper(
        &self,
        principal: &Principal,
        name: impl Into<AuthorityName>,
    ) -> Result<VaultRewrapper, AccessError> {
        let name = name.into();
        self.leases.refresh(&name);
        let opened = self.leases.open(&name, || self.open_keys(&name)).await;
        let opened = opened.map_err(AccessError::from);
        self.record_rewrap(principal, &name, opened.as_ref().err())?;
        let lease = opened?;
        let (newest, _) = lease.keys(self.clock.now())?.newest().ok_or(KeyError::Disabled)?;
        Ok(VaultRewrapper {
            region: Arc::clone(&self.region),
            name,
            newest,
            lease,
            policy: Arc::clone(&self.policy),
            registry: Arc::clone(&self.registry),
            clock: Arc::clone(&self.clock),
        })
    }

    /// Records that data keys are going to be wrapped anew, on disk before it goes on.
    fn record_rewrap(
        &self,
        principal: &Principal,
        name: &AuthorityName,
        refusal: Option<&AccessError>,
    ) -> Result<(), AccessError> {
        let mut record = AuditRecord::new(self.clock.now(), Act::Authority, principal.clone());
        record.tenant = Some(name.tenant().clone());
        record.note = Some("re-wrap data keys".into());
        if let Some(refusal) = refusal {
            record.outcome = Outcome::Refused;
            record.note = Some(format!("re-wrap data keys: {refusal}").into());
        }
        self.audit.record(record)?;
        self.audit.flush()?;
        Ok(())
    }
}

impl Rewrapper for VaultRewrapper {
    fn tenant(&self) -> &TenantId {
        self.name.tenant()
    }

    fn is_of(&self, table: &str) -> bool {
        self.name.class() == AuthorityClass::from(self.policy.keys().of_table(table).authority)
    }

    fn newest(&self) -> u32 {
        self.newest
    }

    fn generation(&self, key: &DataKey) -> Option<u32> {
        envelope::generation_of(key.wrapped()).ok()
    }

    fn rewrap(&self, record: &RecordAddress<'_>, key: &DataKey) -> Result<DataKey, AccessError> {
        self.registry.check(record.declaration, self.name.class())?;
        if record.tenant != self.name.tenant() {
            return Err(Misuse::TenantNotInSession.into());
        }
        let keys = self.lease.keys(self.clock.now())?;
        if key.tenant() != self.name.tenant().as_str() || key.region() != &*self.region {
            return Err(AccessError::Undecryptable);
        }
        let generation = envelope::generation_of(key.wrapped())?;
        if generation == self.newest {
            return Ok(key.clone());
        }
        let root_of = |generation| keys.generation(generation).ok_or(AccessError::Undecryptable);
        let names = names(record, &self.region);
        let bound = |generation| AdditionalData::of_data_key(&names, &key.id(), generation);
        let (older, newer) = (bound(generation)?, bound(self.newest)?);
        let wrapped = RecordKeys::rewrap(
            key.wrapped(),
            Wrap {
                root: root_of(generation)?,
                generation,
                bound: older.as_bytes(),
            },
            Wrap {
                root: root_of(self.newest)?,
                generation: self.newest,
                bound: newer.as_bytes(),
            },
            &random::bytes()?,
        )?;
        let rewrapped = DataKey::from_parts(key.id(), self.name.tenant(), &self.region, &wrapped);
        rewrapped.map_err(|_| Misuse::TooLong.into())
    }
}
