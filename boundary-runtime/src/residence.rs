//! Where a subject's records live: what the identity map gives and a session seals by.

use std::sync::Arc;

use crate::{SubjectId, TenantId};

/// Where a subject's records live: tenant, subject and region, as the identity map resolved them.
///
/// It has no public constructor: a residence comes from [`IdentityMap::residence`](crate::control::IdentityMap::residence), never from a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Residence {
    tenant: TenantId,
    subject: SubjectId,
    region: Arc<str>,
}

impl Residence {
    pub(crate) fn new(tenant: TenantId, subject: SubjectId, region: Arc<str>) -> Self {
        Self {
            tenant,
            subject,
            region,
        }
    }

    /// The tenant.
    #[must_use]
    pub fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// The subject.
    #[must_use]
    pub fn subject(&self) -> &SubjectId {
        &self.subject
    }

    /// The region's name in the policy.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }
}
