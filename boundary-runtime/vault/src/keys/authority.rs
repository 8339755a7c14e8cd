//! Whose key it is.

use std::fmt;
use std::sync::Arc;

use boundary_runtime::{KeyError, TenantId};

/// The authority over one tenant's data in one region: what a custody keeps a key for.
///
/// ```
/// use boundary_vault::Authority;
///
/// let authority = Authority::new("acme", "in");
/// assert_eq!((authority.tenant().as_str(), authority.region()), ("acme", "in"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Authority {
    tenant: TenantId,
    region: Arc<str>,
}

impl Authority {
    /// The authority of this tenant in this region.
    pub fn new(tenant: impl Into<TenantId>, region: impl Into<Arc<str>>) -> Self {
        Self {
            tenant: tenant.into(),
            region: region.into(),
        }
    }

    /// The tenant.
    #[must_use]
    pub fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// The region's name in the policy.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The error of whoever has no key of this authority.
    #[must_use]
    pub fn unknown(&self) -> KeyError {
        KeyError::Unknown {
            tenant: self.tenant.to_string(),
            region: self.region.to_string(),
        }
    }
}

impl fmt::Display for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} in {}", self.tenant, self.region)
    }
}
