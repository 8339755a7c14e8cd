//! Pseudonyms of subjects, keyed per tenant and region.

use std::sync::Arc;

use boundary_runtime::{AccessError, Clock, Misuse, Pseudonym, Pseudonyms, SubjectId, TenantId};

use crate::keys::Authority;
use crate::lease::Lease;

/// Makes the pseudonyms of the subjects of some tenants, for as long as the leases on their authorities hold.
pub struct VaultPseudonyms {
    pub(super) region: Arc<str>,
    pub(super) leases: Vec<(TenantId, Arc<Lease>)>,
    pub(super) clock: Arc<dyn Clock>,
}

impl Pseudonyms for VaultPseudonyms {
    fn pseudonym(&self, tenant: &TenantId, subject: &SubjectId) -> Result<Pseudonym, AccessError> {
        let lease = self.leases.iter().find(|(known, _)| known == tenant);
        let (_, lease) = lease.ok_or(Misuse::TenantNotInSession)?;
        let keys = lease.keys(self.clock.now())?;
        Ok(keys.pseudonym(&Authority::new(tenant.clone(), Arc::clone(&self.region)), subject))
    }
}
