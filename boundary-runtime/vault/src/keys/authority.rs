//! Whose key it is.

use std::fmt;
use std::sync::Arc;

use boundary_runtime::{KeyError, TenantId};
use boundary_schema::KeyAuthority;
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// What an authority is over. Each class of a tenant has keys of its own, so that one can be destroyed and the other kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum AuthorityClass {
    /// A tenant's data in a region.
    Tenant,
    /// What the law keeps of a tenant after its own authority is destroyed: tables that the policy puts there (R5).
    Retention,
    /// The region itself: the seed of its signing key, where a custody keeps none.
    Region,
}

impl AuthorityClass {
    /// Its name in records and in the encryption context of key services.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tenant => "tenant",
            Self::Retention => "retention",
            Self::Region => "region",
        }
    }
}

impl From<KeyAuthority> for AuthorityClass {
    fn from(declared: KeyAuthority) -> Self {
        match declared {
            KeyAuthority::Tenant => Self::Tenant,
            KeyAuthority::Retention => Self::Retention,
        }
    }
}

/// Which of a tenant's authorities is meant. A tenant's name alone means the one over its data.
///
/// ```
/// use boundary_runtime::TenantId;
/// use boundary_vault::{AuthorityClass, AuthorityName};
///
/// let acme = TenantId::new("acme");
/// assert_eq!(AuthorityName::from(&acme).class(), AuthorityClass::Tenant);
/// assert_eq!(AuthorityName::retention(&acme).class(), AuthorityClass::Retention);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AuthorityName {
    tenant: TenantId,
    class: AuthorityClass,
}

impl AuthorityName {
    /// The authority over what the law keeps of this tenant.
    #[must_use]
    pub fn retention(tenant: &TenantId) -> Self {
        Self::new(tenant, AuthorityClass::Retention)
    }

    pub(crate) fn new(tenant: &TenantId, class: AuthorityClass) -> Self {
        Self {
            tenant: tenant.clone(),
            class,
        }
    }

    /// The tenant.
    #[must_use]
    pub fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// What it is over.
    #[must_use]
    pub fn class(&self) -> AuthorityClass {
        self.class
    }

    /// The authority of this name in a region.
    pub(crate) fn within(&self, region: &Arc<str>) -> Authority {
        Authority {
            tenant: self.tenant.clone(),
            region: Arc::clone(region),
            class: self.class,
        }
    }
}

impl From<&TenantId> for AuthorityName {
    fn from(tenant: &TenantId) -> Self {
        Self::new(tenant, AuthorityClass::Tenant)
    }
}

/// The authority over one tenant's data in one region: what a custody keeps a key for.
///
/// ```
/// use boundary_vault::Authority;
///
/// let authority = Authority::new("acme", "in");
/// assert_eq!((authority.tenant().as_str(), authority.region()), ("acme", "in"));
/// assert_ne!(authority, Authority::retention("acme", "in"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Authority {
    tenant: TenantId,
    region: Arc<str>,
    class: AuthorityClass,
}

impl Authority {
    /// The authority of this tenant in this region.
    pub fn new(tenant: impl Into<TenantId>, region: impl Into<Arc<str>>) -> Self {
        Self {
            tenant: tenant.into(),
            region: region.into(),
            class: AuthorityClass::Tenant,
        }
    }

    /// The authority over what the law keeps of this tenant in this region.
    pub fn retention(tenant: impl Into<TenantId>, region: impl Into<Arc<str>>) -> Self {
        Self {
            class: AuthorityClass::Retention,
            ..Self::new(tenant, region)
        }
    }

    /// The authority of a region over its own signing key.
    pub(crate) fn of_region(region: impl Into<Arc<str>>) -> Self {
        Self {
            class: AuthorityClass::Region,
            ..Self::new("", region)
        }
    }

    /// The tenant; empty for the authority of a region itself.
    #[must_use]
    pub fn tenant(&self) -> &TenantId {
        &self.tenant
    }

    /// The region's name in the policy.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// What it is over.
    #[must_use]
    pub fn class(&self) -> AuthorityClass {
        self.class
    }

    /// What its file is named by under a label: a digest, so that no tenant's name reaches the file system.
    pub(crate) fn digest(&self, label: &[u8]) -> String {
        let mut digest = Sha256::new();
        digest.update(label);
        digest.update(b"\0");
        digest.update(self.tenant.as_str().as_bytes());
        if self.class != AuthorityClass::Tenant {
            digest.update(b"\0");
            digest.update(self.class.name().as_bytes());
        }
        HEXLOWER.encode(&digest.finalize())
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
        match self.class {
            AuthorityClass::Tenant => write!(f, "{} in {}", self.tenant, self.region),
            AuthorityClass::Retention => write!(f, "{} in {} (retention)", self.tenant, self.region),
            AuthorityClass::Region => write!(f, "region {}", self.region),
        }
    }
}
