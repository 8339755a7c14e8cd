//! A region, a model written by hand as the derive would write it, and a vault on a temporary folder.
#![allow(dead_code, missing_docs, unreachable_pub)]

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use boundary_runtime::audit::MemoryAudit;
use boundary_runtime::control::{ControlPlane, IdentityMap, Residence};
use boundary_runtime::{
    AccessError, Cell, Column, DataKey, DecodeError, Grant, InCountry, ManualClock, Plain, Principal,
    Purpose, RawSession, Record, Region, Resident, Sealed, Session, SubjectId, TenantId, TenantRecord,
    Timestamp,
};
use boundary_schema::{
    Declaration, FieldDeclaration, FieldRole, Kind, Policy, Protection, Residency, Tenancy,
};
use boundary_vault::{Backend, Custodies, Custody, LocalCustody, Vault, VaultConfig};

pub struct In;
impl Region for In {
    const NAME: &'static str = "in";
    const JURISDICTION: &'static str = "IN";
}

pub struct Eu;
impl Region for Eu {
    const NAME: &'static str = "eu";
    const JURISDICTION: &'static str = "EU";
}

pub struct Billing;
impl Purpose for Billing {
    const NAME: &'static str = "billing";
}

pub struct Support;
impl Purpose for Support {
    const NAME: &'static str = "support";
}

const fn role(field: &'static str, role: FieldRole) -> FieldDeclaration {
    FieldDeclaration {
        field,
        column: field,
        role: Some(role),
        category: None,
        residency: Residency::Global,
        purposes: &[],
        protection: Protection::Plain,
        releases: &[],
        from: &[],
        transform: None,
        index: None,
        line: 1,
    }
}

const fn regulated(field: &'static str, protection: Protection) -> FieldDeclaration {
    FieldDeclaration {
        field,
        column: field,
        role: None,
        category: Some("user.contact.email"),
        residency: Residency::InCountry,
        purposes: &["billing"],
        protection,
        releases: &[],
        from: &[],
        transform: None,
        index: None,
        line: 1,
    }
}

pub static CUSTOMERS: Declaration = Declaration {
    kind: Kind::Table,
    name: "customers",
    tenancy: Tenancy::Tenant,
    rust: "Customer",
    file: "model.rs",
    line: 1,
    policy: None,
    derived_from: &[],
    fields: &[
        role("id", FieldRole::RecordId),
        regulated("email", Protection::Sealed),
        regulated("phone", Protection::Sealed),
        regulated("city", Protection::Resident),
    ],
};

/// A table of the same form that vaults of the tests are not told of.
pub static STRANGERS: Declaration = Declaration {
    name: "strangers",
    rust: "Stranger",
    ..CUSTOMERS
};

pub const EMAIL: usize = 1;
pub const PHONE: usize = 2;
pub const CITY: usize = 3;

/// What `#[derive(Boundary)]` makes of a table, with its fields laid open so that attacks can be written down.
pub struct Customer {
    pub id: u64,
    pub tenant: TenantId,
    pub subject: SubjectId,
    pub email: Sealed<String>,
    pub phone: Sealed<String>,
    pub city: Resident<String>,
    pub data_key: DataKey,
}

impl Record for Customer {
    const DECLARATION: &'static Declaration = &CUSTOMERS;
    fn cells(&self) -> Vec<Cell> {
        Vec::new()
    }
}

impl TenantRecord for Customer {
    fn tenant(&self) -> &TenantId {
        &self.tenant
    }
    fn subject(&self) -> &SubjectId {
        &self.subject
    }
    fn data_key(&self) -> &DataKey {
        &self.data_key
    }
    fn record_id(&self) -> Cow<'_, str> {
        self.id.to_string().into()
    }
    fn from_cells(_: &[Cell], _: DataKey) -> Result<Self, DecodeError> {
        Err(DecodeError::new("no store in these tests"))
    }
}

impl Customer {
    pub fn seal<R: Region, U: Purpose>(
        session: &Session<InCountry<R>, U>,
        residence: &Residence,
        id: u64,
    ) -> Result<Self, AccessError> {
        let mut record = session.start(&CUSTOMERS, residence, &id)?;
        let email = record.close(EMAIL, format!("{id}@example.com"))?;
        let phone = record.close(PHONE, format!("+91 {id}"))?;
        let city = record.close(CITY, "Pune".to_owned())?;
        let (tenant, subject, data_key) = record.finish();
        Ok(Self {
            id,
            tenant,
            subject,
            email,
            phone,
            city,
            data_key,
        })
    }

    pub fn email<R: Region, U: Purpose>(
        &self,
        session: &Session<InCountry<R>, U>,
        grant: &Grant<U>,
    ) -> Result<Plain<String>, AccessError> {
        session.open(self, EMAIL, &self.email, grant)
    }

    /// The same row, as a store would give it again.
    pub fn copy(&self) -> Self {
        Self {
            id: self.id,
            tenant: self.tenant.clone(),
            subject: self.subject.clone(),
            email: Sealed::from_ciphertext(self.email.as_ciphertext()),
            phone: Sealed::from_ciphertext(self.phone.as_ciphertext()),
            city: Resident::from_cell(&self.city.to_cell()).expect("a resident cell reads back"),
            data_key: self.data_key.clone(),
        }
    }
}

/// A region's folder, custody, vault and control plane.
pub struct Place<R: Region> {
    pub folder: Arc<tempfile::TempDir>,
    pub vault: Vault<R>,
    pub clock: Arc<ManualClock>,
    pub audit: Arc<MemoryAudit>,
    pub control: ControlPlane,
}

pub const POLICY: &str = include_str!("boundary.toml");

pub fn policy() -> Arc<Policy> {
    policy_of(POLICY)
}

pub fn policy_of(text: &str) -> Arc<Policy> {
    Arc::new(Policy::parse("boundary.toml", text).expect("the policy of the tests is valid"))
}

impl<R: Region> Place<R> {
    /// A region with a local custody in a new folder.
    pub async fn new() -> Self {
        Self::in_folder(Arc::new(tempfile::tempdir().expect("a temporary folder"))).await
    }

    /// A region in a folder that may hold it already.
    pub async fn in_folder(folder: Arc<tempfile::TempDir>) -> Self {
        let custody = LocalCustody::open(folder.path().join(format!("{}-custody", R::NAME)), R::NAME);
        Self::with_custody(folder, Arc::new(custody.expect("a custody"))).await
    }

    pub async fn with_custody(folder: Arc<tempfile::TempDir>, custody: Arc<dyn Custody>) -> Self {
        Self::with(folder, custody, policy()).await
    }

    pub async fn with(
        folder: Arc<tempfile::TempDir>,
        custody: Arc<dyn Custody>,
        policy: Arc<Policy>,
    ) -> Self {
        Self::by_backend(folder, custody, policy, Backend::default()).await
    }

    pub async fn by_backend(
        folder: Arc<tempfile::TempDir>,
        custody: Arc<dyn Custody>,
        policy: Arc<Policy>,
        backend: Backend,
    ) -> Self {
        let clock = Arc::new(ManualClock::at(Timestamp::from_millis(1_700_000_000_000)));
        let audit = Arc::new(MemoryAudit::default());
        let declarations = [&CUSTOMERS];
        let vault = Vault::open(VaultConfig {
            policy: Arc::clone(&policy),
            custodies: Custodies::of(custody),
            region_dir: folder.path().join(R::NAME),
            declarations: &declarations,
            audit: Arc::clone(&audit) as _,
            clock: Arc::clone(&clock) as _,
            backend,
        });
        let vault = vault.await.expect("a vault");
        let control = ControlPlane::new(policy, IdentityMap::new(), Arc::default());
        Self {
            folder,
            vault,
            clock,
            audit,
            control,
        }
    }

    pub async fn session(&self, tenants: &[&str]) -> Result<Session<InCountry<R>, Billing>, AccessError> {
        let tenants: Vec<_> = tenants.iter().map(|tenant| TenantId::new(*tenant)).collect();
        self.vault.session(&service(), &tenants).await
    }

    pub async fn provision(&self, tenant: &str) {
        self.vault
            .provision(&operator(), &TenantId::new(tenant))
            .await
            .expect("provisioned");
    }

    pub fn residence(&self, tenant: &str, subject: &str) -> Residence {
        let (tenant, subject) = (TenantId::new(tenant), SubjectId::new(subject));
        self.control
            .register(&tenant, &subject, R::JURISDICTION)
            .expect("a residence")
    }

    /// A grant for the customer, which needs no open lease afterwards.
    pub async fn grant(&self, customer: &Customer) -> Grant<Billing> {
        let pseudonyms = self
            .vault
            .pseudonyms(std::slice::from_ref(&customer.tenant))
            .await
            .expect("pseudonyms");
        let now = boundary_runtime::Clock::now(&*self.clock);
        self.control
            .grant(&pseudonyms, &customer.tenant, &customer.subject, now)
            .expect("a grant")
    }

    pub fn wait(&self, duration: Duration) {
        self.clock.advance(duration);
    }
}

pub fn service() -> Principal {
    Principal::new("payments", "service")
}

pub fn operator() -> Principal {
    Principal::new("onboarding", "operator")
}

/// The text of an opened value, or the error.
pub fn text(opened: Result<Plain<String>, AccessError>) -> Result<String, AccessError> {
    opened.map(|plain| plain.disclose("a test compares it").clone())
}

pub fn email_of(id: u64) -> String {
    format!("{id}@example.com")
}
