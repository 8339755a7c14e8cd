//! How a vault comes by an authority's keys: from a lease that it holds, or from the custody.

use std::sync::Arc;
use std::time::Duration;

use boundary_runtime::{AccessError, KeyError, Region, TenantId};
use tokio::task::JoinSet;

use super::Vault;
use super::authorities::{AuthorityRecord, AuthorityState};
use crate::keys::{Authority, AuthorityClass, AuthorityName, Keyring, OpenedKeys};
use crate::lease::Lease;

/// As many custodies are asked at once when leases are renewed.
const RENEWALS_AT_ONCE: usize = 16;

/// The shortest pause between two looks for leases to renew.
const SHORTEST_PAUSE: Duration = Duration::from_millis(50);

impl<R: Region> Vault<R> {
    /// Renews the leases of authorities in use before they end, for ever, so that no session has to wait for a custody. To be
    /// spawned beside a service; dropping it ends it, and then sessions wait again when a lease has ended.
    ///
    /// It lengthens nothing: a session holds its keys no longer than before, and a key that was disabled is noticed earlier,
    /// after three quarters of the policy's lease. With a lease of zero there is nothing to renew, and it returns.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use boundary_runtime::Region;
    /// # use boundary_vault::Vault;
    /// fn serve<R: Region>(vault: &Arc<Vault<R>>) -> tokio::task::JoinHandle<()> {
    ///     tokio::spawn(Arc::clone(vault).keep_leases_fresh())
    /// }
    /// ```
    pub async fn keep_leases_fresh(self: Arc<Self>) {
        let bound = self.policy.keys().lease;
        if bound.is_zero() {
            return;
        }
        loop {
            tokio::time::sleep((bound / 16).max(SHORTEST_PAUSE)).await;
            self.renew_leases().await;
        }
    }

    /// Renews once the leases in use that have used up three quarters of their time, and says how many it renewed. One that
    /// is not renewed is tried again the next time; whoever needs it meets the custody's answer.
    pub async fn renew_leases(self: &Arc<Self>) -> usize {
        let mut renewed = 0;
        let mut under_way = JoinSet::new();
        for name in self.leases.due() {
            if under_way.len() >= RENEWALS_AT_ONCE {
                renewed += ended(under_way.join_next().await);
            }
            let vault = Arc::clone(self);
            under_way
                .spawn(async move { vault.leases.renew(&name, || vault.open_keys(&name)).await.is_ok() });
        }
        while let Some(outcome) = under_way.join_next().await {
            renewed += ended(Some(outcome));
        }
        renewed
    }

    pub(super) async fn lease_all(
        &self,
        class: AuthorityClass,
        tenants: &[TenantId],
    ) -> Result<Vec<(TenantId, Arc<Lease>)>, AccessError> {
        let mut leases: Vec<(TenantId, Arc<Lease>)> = Vec::with_capacity(tenants.len());
        for tenant in tenants {
            if !leases.iter().any(|(known, _)| known == tenant) {
                let name = AuthorityName::new(tenant, class);
                let lease = self.leases.open(&name, || self.open_keys(&name)).await;
                self.observe(&name, lease.as_ref().map(drop))?;
                let lease = lease?;
                leases.push((tenant.clone(), lease));
            }
        }
        Ok(leases)
    }

    pub(super) async fn open_keys(&self, name: &AuthorityName) -> Result<OpenedKeys, KeyError> {
        let authority = name.within(&self.region);
        let record = self.record_of(&authority)?;
        let keyring = self.unwrap_keyring(&authority, &record).await?;
        Ok(keyring.open(self.backend))
    }

    pub(super) fn record_of(&self, authority: &Authority) -> Result<AuthorityRecord, KeyError> {
        self.authorities
            .load(authority)?
            .ok_or_else(|| authority.unknown())
    }

    /// The authority's keyring, unwrapped by its custody, unless the authority is closed.
    pub(super) async fn unwrap_keyring(
        &self,
        authority: &Authority,
        record: &AuthorityRecord,
    ) -> Result<Keyring, KeyError> {
        match record.state {
            AuthorityState::Active => {}
            AuthorityState::Suspended => return Err(KeyError::Disabled),
            AuthorityState::PendingDeletion(_) => return Err(KeyError::PendingDeletion),
        }
        let custody = self.custodies.get(&record.key.custody)?;
        let keys = custody.unwrap(record.key.of(authority), &record.wrapped).await?;
        Keyring::from_bytes(&keys, authority)
    }
}

fn ended(outcome: Option<Result<bool, tokio::task::JoinError>>) -> usize {
    usize::from(matches!(outcome, Some(Ok(true))))
}
