//! The life of an authority: provision, suspend, resume, rotate, destroy. None of it touches a row.

use boundary_runtime::audit::{Act, AuditRecord, Outcome};
use boundary_runtime::{AccessError, KeyError, Principal, Region, TenantId};

use super::Vault;
use crate::keys::{Authority, Keyring};

/// What is done to an authority.
#[derive(Clone, Copy)]
enum Change {
    Provision,
    Suspend,
    Resume,
    Rotate,
    ScheduleDeletion,
    Destroy,
}

impl Change {
    /// Its name in the audit log.
    const fn name(self) -> &'static str {
        match self {
            Change::Provision => "provision",
            Change::Suspend => "suspend",
            Change::Resume => "resume",
            Change::Rotate => "rotate",
            Change::ScheduleDeletion => "schedule deletion",
            Change::Destroy => "destroy",
        }
    }

    /// Whether the authority's sessions end with it.
    const fn closes(self) -> bool {
        matches!(self, Change::Suspend | Change::ScheduleDeletion | Change::Destroy)
    }
}

impl<R: Region> Vault<R> {
    /// Makes the keys of a tenant's authority in this region; for one that exists and works, nothing changes.
    ///
    /// An interrupted call leaves nothing that another call does not complete.
    ///
    /// # Errors
    /// What the custody answers: above all [`KeyError::Disabled`] and [`KeyError::PendingDeletion`] for an authority
    /// that exists and is not enabled. [`AccessError::Audit`] if the act cannot be recorded.
    pub async fn provision(&self, principal: &Principal, tenant: &TenantId) -> Result<(), AccessError> {
        self.administer(
            principal,
            tenant,
            Change::Provision,
            async |authority: &Authority| {
                let _lock = self.authorities.folder.lock()?;
                if self.authorities.load(authority)?.is_some() {
                    // Keys that sealed records must never be replaced, whatever is wrong with their custody.
                    return self.load_keyring(authority).await.map(drop);
                }
                self.custody.provision(authority).await?;
                self.store_keyring(authority, &Keyring::generate()?).await
            },
        )
        .await
    }

    /// Disables a tenant's authority: sessions of this vault end at once, those of other processes when their lease
    /// ends.
    ///
    /// # Errors
    /// What the custody answers; then the key may still be enabled, and other processes may renew their leases.
    /// [`AccessError::Audit`] if the act cannot be recorded.
    pub async fn suspend(&self, principal: &Principal, tenant: &TenantId) -> Result<(), AccessError> {
        self.administer(
            principal,
            tenant,
            Change::Suspend,
            async |authority: &Authority| self.custody.suspend(authority).await,
        )
        .await
    }

    /// Enables a suspended authority again, or takes back its scheduled deletion. Sessions from before stay ended.
    ///
    /// # Errors
    /// What the custody answers; [`AccessError::Audit`] if the act cannot be recorded.
    pub async fn resume(&self, principal: &Principal, tenant: &TenantId) -> Result<(), AccessError> {
        self.administer(
            principal,
            tenant,
            Change::Resume,
            async |authority: &Authority| self.custody.resume(authority).await,
        )
        .await
    }

    /// Gives a tenant's authority a new lease key, under which records are sealed from now on. The older ones still
    /// open.
    ///
    /// A session from before meets [`KeyError::LeaseExpired`] at a record that was sealed after.
    ///
    /// # Errors
    /// What the custody answers; [`AccessError::Audit`] if the act cannot be recorded.
    pub async fn rotate(&self, principal: &Principal, tenant: &TenantId) -> Result<(), AccessError> {
        self.administer(
            principal,
            tenant,
            Change::Rotate,
            async |authority: &Authority| {
                let _lock = self.authorities.folder.lock()?;
                let mut keyring = self.load_keyring(authority).await?;
                keyring.rotate()?;
                self.store_keyring(authority, &keyring).await?;
                self.leases.refresh(tenant);
                Ok(())
            },
        )
        .await
    }

    /// Disables a tenant's authority with a view to destroying it. [`Vault::resume`] takes it back.
    ///
    /// # Errors
    /// What the custody answers; [`AccessError::Audit`] if the act cannot be recorded.
    pub async fn schedule_deletion(
        &self,
        principal: &Principal,
        tenant: &TenantId,
    ) -> Result<(), AccessError> {
        self.administer(
            principal,
            tenant,
            Change::ScheduleDeletion,
            async |authority: &Authority| self.custody.schedule_deletion(authority).await,
        )
        .await
    }

    /// Destroys a tenant's authority for ever: nothing that was sealed under it opens again, wherever copies of it
    /// are.
    ///
    /// # Errors
    /// What the custody answers; another call then completes the destruction. [`AccessError::Audit`] if the act
    /// cannot be recorded.
    pub async fn destroy(&self, principal: &Principal, tenant: &TenantId) -> Result<(), AccessError> {
        self.administer(
            principal,
            tenant,
            Change::Destroy,
            async |authority: &Authority| {
                let _lock = self.authorities.folder.lock()?;
                self.custody.destroy(authority).await?;
                self.authorities.remove(authority)
            },
        )
        .await
    }

    /// Changes an authority: recorded on disk before it begins, because what cannot be recorded must not happen, and again
    /// with its outcome.
    async fn administer(
        &self,
        principal: &Principal,
        tenant: &TenantId,
        change: Change,
        perform: impl AsyncFnOnce(&Authority) -> Result<(), KeyError>,
    ) -> Result<(), AccessError> {
        let _one_at_a_time = self.administration.lock().await;
        let mut record = AuditRecord::new(self.clock.now(), Act::Authority, principal.clone());
        record.tenant = Some(tenant.clone());
        record.note = Some(format!("{}: begun", change.name()).into());
        self.audit.record(record.clone())?;
        self.audit.flush()?;

        if change.closes() {
            self.leases.revoke(tenant);
        }
        let outcome = perform(&self.authority(tenant)).await;
        if change.closes() {
            // Again, for the leases that were asked for before the custody knew.
            self.leases.revoke(tenant);
        }
        record.at = self.clock.now();
        record.note = Some(change.name().into());
        if let Err(error) = &outcome {
            record.outcome = Outcome::Refused;
            record.note = Some(format!("{}: {error}", change.name()).into());
        }
        self.audit.record(record)?;
        self.audit.flush()?;
        Ok(outcome?)
    }

    pub(super) async fn store_keyring(
        &self,
        authority: &Authority,
        keyring: &Keyring,
    ) -> Result<(), KeyError> {
        let wrapped = self
            .custody
            .wrap(authority, &keyring.to_bytes(authority)?)
            .await?;
        self.authorities.store(authority, keyring.generation(), &wrapped)
    }
}
