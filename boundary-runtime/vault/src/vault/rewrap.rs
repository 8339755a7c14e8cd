//! After a rotation: data keys wrapped anew under the newest lease key, and the older lease keys retired.
//!
//! A rotation touches no data key. Those that exist open under the older lease keys, which the keyring keeps; a store
//! goes through its key table with a [`VaultRewrapper`], and once nothing is wrapped under the older ones they can go.

use std::sync::Arc;

use boundary_runtime::audit::{Act, AuditRecord, Outcome};
use boundary_runtime::seam::{RecordAddress, Rewrapper};
use boundary_runtime::{AccessError, Clock, DataKey, KeyError, Misuse, Principal, Region, TenantId};

use super::Vault;
use super::opener::names;
use super::registry::Registry;
use crate::envelope::{self, AdditionalData, RecordKeys, Wrap};
use crate::lease::Lease;
use crate::random;

/// Wraps the data keys of one tenant's records anew, for as long as the lease on its authority holds.
pub struct VaultRewrapper {
    region: Arc<str>,
    tenant: TenantId,
    newest: u32,
    lease: Arc<Lease>,
    registry: Arc<Registry>,
    clock: Arc<dyn Clock>,
}

impl<R: Region> Vault<R> {
    /// What wraps the data keys of a tenant's records under the newest lease key of its authority. Recorded like every
    /// act on an authority; the custody is asked for the keys afresh, so a rotation by another process counts.
    ///
    /// # Errors
    /// [`AccessError::Key`] if the authority's key cannot be used, [`AccessError::Audit`] if the act cannot be recorded.
    pub async fn rewrapper(
        &self,
        principal: &Principal,
        tenant: &TenantId,
    ) -> Result<VaultRewrapper, AccessError> {
        self.leases.refresh(tenant);
        let opened = self.lease_all(std::slice::from_ref(tenant)).await;
        self.record_act(principal, tenant, "re-wrap", opened.as_ref().err())?;
        let (_, lease) = opened?.pop().ok_or(Misuse::TenantNotInSession)?;
        let (newest, _) = lease.keys(self.clock.now())?.newest().ok_or(KeyError::Disabled)?;
        Ok(VaultRewrapper {
            region: Arc::clone(&self.region),
            tenant: tenant.clone(),
            newest,
            lease,
            registry: Arc::clone(&self.registry),
            clock: Arc::clone(&self.clock),
        })
    }

    /// Drops the lease keys of a tenant's authority that are older than generation `oldest`, and gives how many. What
    /// is still wrapped under one of them never opens again, wherever it lies: `oldest` is the oldest generation that
    /// any store, queue and backup of the tenant's data keys still needs.
    ///
    /// # Errors
    /// [`KeyError::Denied`] if `oldest` is newer than the newest generation; what the custody answers;
    /// [`AccessError::Audit`] if the act cannot be recorded.
    pub async fn retire_generations(
        &self,
        principal: &Principal,
        tenant: &TenantId,
        oldest: u32,
    ) -> Result<usize, AccessError> {
        let _one_at_a_time = self.administration.lock().await;
        self.record_act(principal, tenant, "retire generations: begun", None)?;
        let retired = self.retire(tenant, oldest).await.map_err(AccessError::from);
        self.record_act(principal, tenant, "retire generations", retired.as_ref().err())?;
        retired
    }

    async fn retire(&self, tenant: &TenantId, oldest: u32) -> Result<usize, KeyError> {
        let authority = self.authority(tenant);
        let _lock = self.authorities.folder.lock()?;
        let mut keyring = self.load_keyring(&authority).await?;
        let retired = keyring.retire_before(oldest)?;
        if retired > 0 {
            self.store_keyring(&authority, &keyring).await?;
            self.leases.refresh(tenant);
        }
        Ok(retired)
    }

    /// Records an act on an authority, on disk before it goes on.
    fn record_act(
        &self,
        principal: &Principal,
        tenant: &TenantId,
        act: &'static str,
        refusal: Option<&AccessError>,
    ) -> Result<(), AccessError> {
        let mut record = AuditRecord::new(self.clock.now(), Act::Authority, principal.clone());
        record.tenant = Some(tenant.clone());
        record.note = Some(act.into());
        if let Some(refusal) = refusal {
            record.outcome = Outcome::Refused;
            record.note = Some(format!("{act}: {refusal}").into());
        }
        self.audit.record(record)?;
        self.audit.flush()?;
        Ok(())
    }
}

impl Rewrapper for VaultRewrapper {
    fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    fn newest(&self) -> u32 {
        self.newest
    }

    fn generation(&self, key: &DataKey) -> Option<u32> {
        envelope::generation_of(key.wrapped()).ok()
    }

    fn rewrap(&self, record: &RecordAddress<'_>, key: &DataKey) -> Result<DataKey, AccessError> {
        self.registry.check(record.declaration)?;
        if *record.tenant != self.tenant {
            return Err(Misuse::TenantNotInSession.into());
        }
        let keys = self.lease.keys(self.clock.now())?;
        if key.tenant() != self.tenant.as_str() || key.region() != &*self.region {
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
        let rewrapped = DataKey::from_parts(key.id(), &self.tenant, &self.region, &wrapped);
        rewrapped.map_err(|_| Misuse::TooLong.into())
    }
}
