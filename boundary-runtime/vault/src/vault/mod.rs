//! Who may have a session on a region's keys.

mod administration;
mod authorities;
mod capability;
mod leasing;
mod objects;
mod opener;
mod pseudonyms;
mod record;
mod registry;
mod rewrap;
mod signer;

use std::marker::PhantomData;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use boundary_runtime::audit::{Act, Audit, AuditRecord, Outcome};
use boundary_runtime::seam::in_country_session;
use boundary_runtime::{
    AccessError, Clock, InCountry, KeyError, Principal, Purpose, Refusal, Region, Session, TenantId,
};
use boundary_schema::{Declaration, Plane, Policy};

use crate::MARKER;
use crate::custody::Custodies;
use crate::envelope::Backend;
use crate::keys::AuthorityClass;
use crate::lease::Leases;
use authorities::Authorities;
pub use authorities::{AuthorityRecord, AuthorityState, KeptKey};
use opener::VaultOpener;
use registry::Registry;

pub use pseudonyms::VaultPseudonyms;
pub use rewrap::VaultRewrapper;
pub use signer::RegionSigner;

/// As many opened authorities are held at once; beyond that the oldest have to be asked for again. What one costs is in
/// docs/benchmarks.md.
const MAX_LEASES: usize = 128 * 1024;

/// What a vault is opened with.
pub struct VaultConfig<'a> {
    /// The policy: regions, purposes, roles and the lease.
    pub policy: Arc<Policy>,
    /// The keepers of the region's authority keys: a home, and others for the tenants that ask for them.
    pub custodies: Custodies,
    /// The region's own folder; the wrapped keys lie in its folder `authorities`.
    pub region_dir: PathBuf,
    /// The tables and events whose fields may be sealed and opened.
    pub declarations: &'a [&'static Declaration],
    /// Where sessions and administrative acts are recorded.
    pub audit: Arc<dyn Audit>,
    /// Where the age of leases is read.
    pub clock: Arc<dyn Clock>,
    /// The library that computes the envelope's primitives. The bytes are the same with all of them.
    pub backend: Backend,
}

/// The holder of region `R`'s keys: the one source of sessions that can open anything.
///
/// ```
/// use std::sync::Arc;
/// use boundary_runtime::{InCountry, Principal, Purpose, Region, Session, SystemClock, TenantId, audit::MemoryAudit};
/// use boundary_vault::{Backend, LocalCustody, Vault, VaultConfig};
/// # const POLICY: &str = include_str!("../../tests/support/boundary.toml");
/// # struct In;
/// # impl Region for In { const NAME: &'static str = "in"; const JURISDICTION: &'static str = "IN"; }
/// # struct Billing;
/// # impl Purpose for Billing { const NAME: &'static str = "billing"; }
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
/// # let folder = tempfile::tempdir()?;
/// let vault = Vault::<In>::open(VaultConfig {
///     policy: Arc::new(boundary_schema::Policy::parse("boundary.toml", POLICY)?),
///     custodies: Arc::new(LocalCustody::open(folder.path().join("custody"), "in")?).into(),
///     region_dir: folder.path().join("region"),
///     declarations: &[], // Customer::DECLARATION, Payment::DECLARATION, ..
///     audit: Arc::new(MemoryAudit::default()),
///     clock: Arc::new(SystemClock),
///     backend: Backend::default(),
/// })
/// .await?;
///
/// let acme = TenantId::new("acme");
/// vault.provision(&Principal::new("onboarding", "operator"), &acme).await?;
///
/// let principal = Principal::new("payments", "service");
/// let session: Session<InCountry<In>, Billing> = vault.session(&principal, &[acme]).await?;
/// assert_eq!(session.region(), "in");
/// # Ok(()) }) }
/// ```
pub struct Vault<R: Region> {
    region: Arc<str>,
    policy: Arc<Policy>,
    custodies: Custodies,
    authorities: Authorities,
    registry: Arc<Registry>,
    audit: Arc<dyn Audit>,
    clock: Arc<dyn Clock>,
    backend: Backend,
    leases: Leases,
    signer: RegionSigner,
    /// One administrative act at a time.
    administration: tokio::sync::Mutex<()>,
    observed: capability::Observed,
    marker: PhantomData<fn() -> R>,
}

impl<R: Region> Vault<R> {
    /// Opens the vault of region `R`.
    ///
    /// # Errors
    /// [`Refusal::Unknown`] if `R` is no in-country region of the policy, [`KeyError::WrongRegion`] if the custody
    /// is another region's, [`KeyError::NoFipsModule`] if that is the backend and there is none, and what the custody or the region's folder answers.
    pub async fn open(config: VaultConfig<'_>) -> Result<Self, AccessError> {
        let is_in_country = config.policy.regions().get(R::NAME).is_some_and(|region| {
            region.plane == Plane::InCountry && region.jurisdiction.as_str() == R::JURISDICTION
        });
        if !is_in_country {
            return Err(Refusal::Unknown {
                kind: "in-country region",
                name: R::NAME.to_owned(),
            }
            .into());
        }
        for declaration in config.declarations {
            if !declaration.is_under(&config.policy) {
                return Err(Refusal::AnotherPolicy {
                    declaration: declaration.rust,
                }
                .into());
            }
        }
        // The mark must be in the binary, and only code that is reached keeps its strings.
        let is_marked = std::hint::black_box(MARKER).starts_with("boundary-vault:");
        let home = config.custodies.home();
        if !is_marked || home.region() != R::NAME {
            return Err(KeyError::WrongRegion {
                expected: R::NAME.to_owned(),
                found: home.region().to_owned(),
            }
            .into());
        }
        config.backend.check()?;
        let seed = home.signing_key().await?;
        let region: Arc<str> = R::NAME.into();
        Ok(Self {
            signer: RegionSigner::new(Arc::clone(&region), &seed),
            leases: Leases::new(config.policy.keys().lease, MAX_LEASES, Arc::clone(&config.clock)),
            authorities: Authorities::open(&config.region_dir)?,
            registry: Arc::new(Registry::new(
                config.declarations,
                config.policy.envelope(),
                Some(config.policy.keys()),
            )),
            region,
            policy: config.policy,
            custodies: config.custodies,
            audit: config.audit,
            clock: config.clock,
            backend: config.backend,
            administration: tokio::sync::Mutex::default(),
            observed: capability::Observed::default(),
            marker: PhantomData,
        })
    }

    /// A session of the principal for purpose `U` on the records of these tenants.
    ///
    /// It opens and seals until the policy's lease has passed since the custody was asked for its keys; then it
    /// answers [`KeyError::LeaseExpired`], and another session is to be opened. Both the session and its refusal are
    /// audited.
    ///
    /// # Errors
    /// [`Refusal::Unknown`] and [`Refusal::Role`] if the policy does not let the principal's role act for the
    /// purpose, [`AccessError::Key`] if an authority's key cannot be used, [`AccessError::Audit`] if the session
    /// cannot be recorded.
    pub async fn session<U: Purpose>(
        &self,
        principal: &Principal,
        tenants: &[TenantId],
    ) -> Result<Session<InCountry<R>, U>, AccessError> {
        self.session_on(AuthorityClass::Tenant, principal, tenants).await
    }

    /// A session on what the law keeps of these tenants: the tables that the policy puts under the retention authority, whether
    /// the tenant's own authority still exists or not (R5). It opens and seals no other table, and [`Vault::session`] none of these.
    ///
    /// # Errors
    /// As [`Vault::session`].
    pub async fn retention_session<U: Purpose>(
        &self,
        principal: &Principal,
        tenants: &[TenantId],
    ) -> Result<Session<InCountry<R>, U>, AccessError> {
        self.session_on(AuthorityClass::Retention, principal, tenants)
            .await
    }

    async fn session_on<U: Purpose>(
        &self,
        class: AuthorityClass,
        principal: &Principal,
        tenants: &[TenantId],
    ) -> Result<Session<InCountry<R>, U>, AccessError> {
        let leases = match self.check_role(principal, U::NAME) {
            Ok(()) => self.lease_all(class, tenants).await,
            Err(refusal) => Err(refusal),
        };
        self.record_session(principal, U::NAME, tenants, leases.as_ref().err())?;
        let opener = VaultOpener {
            region: Arc::clone(&self.region),
            class,
            leases: leases?,
            registry: Arc::clone(&self.registry),
            last: Mutex::default(),
        };
        let (audit, clock) = (Arc::clone(&self.audit), Arc::clone(&self.clock));
        Ok(in_country_session(
            principal.clone(),
            Box::new(opener),
            audit,
            clock,
        ))
    }

    /// What makes the pseudonyms of these tenants' subjects, while the leases on their authorities hold.
    ///
    /// # Errors
    /// [`AccessError::Key`] if an authority's key cannot be used.
    pub async fn pseudonyms(&self, tenants: &[TenantId]) -> Result<VaultPseudonyms, AccessError> {
        self.pseudonyms_under(AuthorityClass::Tenant, tenants).await
    }

    /// The same under the retention authorities of these tenants, for grants on what the law keeps once a tenant's own
    /// authority is destroyed. They are other pseudonyms than before: the ledger knows nothing of them.
    ///
    /// # Errors
    /// As [`Vault::pseudonyms`].
    pub async fn retention_pseudonyms(&self, tenants: &[TenantId]) -> Result<VaultPseudonyms, AccessError> {
        self.pseudonyms_under(AuthorityClass::Retention, tenants).await
    }

    async fn pseudonyms_under(
        &self,
        class: AuthorityClass,
        tenants: &[TenantId],
    ) -> Result<VaultPseudonyms, AccessError> {
        let leases = self.lease_all(class, tenants).await?;
        Ok(VaultPseudonyms {
            region: Arc::clone(&self.region),
            leases,
            clock: Arc::clone(&self.clock),
        })
    }

    /// What signs in the region's name.
    #[must_use]
    pub fn signer(&self) -> RegionSigner {
        self.signer.clone()
    }

    fn check_role(&self, principal: &Principal, purpose: &'static str) -> Result<(), AccessError> {
        let unknown = |kind, name: &str| Refusal::Unknown {
            kind,
            name: name.to_owned(),
        };
        if !self.policy.purposes().contains_key(purpose) {
            return Err(unknown("purpose", purpose).into());
        }
        if !self.policy.roles().contains_key(&*principal.role) {
            return Err(unknown("role", &principal.role).into());
        }
        if !self.policy.purpose_allowed(&principal.role, purpose) {
            let role = principal.role.as_ref().to_owned();
            return Err(Refusal::Role {
                role,
                purpose: purpose.to_owned(),
            }
            .into());
        }
        Ok(())
    }

    /// Records a session, or its refusal: once for each tenant, or once if no tenant was named.
    fn record_session(
        &self,
        principal: &Principal,
        purpose: &'static str,
        tenants: &[TenantId],
        refusal: Option<&AccessError>,
    ) -> Result<(), AccessError> {
        self.record_roles(principal)?;
        let mut record = AuditRecord::new(self.clock.now(), Act::Session, principal.clone());
        record.purpose = Some(purpose);
        if let Some(refusal) = refusal {
            record.outcome = Outcome::Refused;
            record.note = Some(refusal.to_string().into());
        }
        if tenants.is_empty() {
            return Ok(self.audit.record(record)?);
        }
        for tenant in tenants {
            record.tenant = Some(tenant.clone());
            self.audit.record(record.clone())?;
        }
        Ok(())
    }
}
