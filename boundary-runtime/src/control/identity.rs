//! The identity map: whose record it is and where it must be, settled before anything is stored (M3, M35).

use std::collections::HashMap;
use std::sync::Arc;

use boundary_schema::Policy;

use crate::residence::Residence;
use crate::{SubjectId, TenantId};

/// Why a residence was not resolved or registered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IdentityError {
    /// The subject is not in the map. Unknown means no: there is no default region.
    #[error("no residence is registered for this subject of tenant `{tenant}`; register it at signup")]
    Unknown {
        /// The tenant that asked.
        tenant: String,
    },
    /// No single in-country region of the policy serves the jurisdiction.
    #[error(
        "no single in-country region serves jurisdiction `{jurisdiction}`; declare one under [regions] in boundary.toml"
    )]
    NoRegion {
        /// The jurisdiction asked for.
        jurisdiction: String,
    },
    /// The subject already resides elsewhere. A move is a managed migration, not an overwrite.
    #[error("the subject already resides in region `{region}`; moving it is a migration of its records")]
    ResidesElsewhere {
        /// Where it resides.
        region: String,
    },
}

/// Which subject of which tenant resides where.
#[derive(Debug, Default)]
pub struct IdentityMap {
    residences: HashMap<(TenantId, SubjectId), Arc<str>>,
}

impl IdentityMap {
    /// An empty map.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Registers a subject of a tenant by the jurisdiction it is a resident of.
    ///
    /// # Errors
    /// If no region serves the jurisdiction, or the subject already resides in another region.
    pub fn register(
        &mut self,
        policy: &Policy,
        tenant: &TenantId,
        subject: &SubjectId,
        jurisdiction: &str,
    ) -> Result<Residence, IdentityError> {
        let region = policy
            .region_of_jurisdiction(jurisdiction)
            .ok_or_else(|| IdentityError::NoRegion {
                jurisdiction: jurisdiction.to_owned(),
            })?;
        let region: Arc<str> = Arc::from(region.name.as_str());
        let key = (tenant.clone(), subject.clone());
        match self.residences.get(&key) {
            Some(known) if *known != region => {
                return Err(IdentityError::ResidesElsewhere {
                    region: known.to_string(),
                });
            }
            Some(_) => {}
            None => {
                self.residences.insert(key, region.clone());
            }
        }
        Ok(Residence::new(tenant.clone(), subject.clone(), region))
    }

    /// Where a subject of a tenant resides.
    ///
    /// # Errors
    /// If the subject is unknown.
    pub fn residence(&self, tenant: &TenantId, subject: &SubjectId) -> Result<Residence, IdentityError> {
        let region = self
            .residences
            .get(&(tenant.clone(), subject.clone()))
            .ok_or_else(|| IdentityError::Unknown {
                tenant: tenant.to_string(),
            })?;
        Ok(Residence::new(tenant.clone(), subject.clone(), region.clone()))
    }

    /// Forgets a subject: the last step of its erasure.
    pub fn forget(&mut self, tenant: &TenantId, subject: &SubjectId) {
        self.residences.remove(&(tenant.clone(), subject.clone()));
    }

    /// Everything in the map, in no particular order.
    pub fn iter(&self) -> impl Iterator<Item = (&TenantId, &SubjectId, &str)> {
        self.residences
            .iter()
            .map(|((tenant, subject), region)| (tenant, subject, &**region))
    }
}
