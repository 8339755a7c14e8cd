//! A table of ten sealed fields of 32 bytes, and an application that seals and opens its rows.
#![allow(dead_code, missing_docs, unreachable_pub)]

use std::borrow::Cow;
use std::hint::black_box;
use std::sync::Arc;

use boundary_runtime::audit::{Audit, AuditRecord};
use boundary_runtime::control::{ControlPlane, IdentityMap, Residence};
use boundary_runtime::journal::Head;
use boundary_runtime::{
    AuditError, Cell, DataKey, DecodeError, Grant, InCountry, Principal, Purpose, RawSession, Record, Region,
    Sealed, Session, SubjectId, SystemClock, TenantId, TenantRecord,
};
use boundary_schema::{Declaration, FieldDeclaration, Kind, Policy, Protection, Residency, Tenancy};
use boundary_vault::{Backend, LocalCustody, Vault, VaultConfig};

pub const TENANT: &str = "acme";
pub const RECORD_ID: &str = "1042";

pub static TABLE: Declaration = Declaration {
    kind: Kind::Table,
    name: "customers",
    tenancy: Tenancy::Tenant,
    rust: "Customer",
    file: "model.rs",
    line: 1,
    policy: None,
    derived_from: &[],
    fields: &[FieldDeclaration {
        field: "email",
        column: "email",
        role: None,
        category: Some("user.contact.email"),
        residency: Residency::InCountry,
        purposes: &["billing"],
        protection: Protection::Sealed,
        releases: &[],
        from: &[],
        transform: None,
        index: None,
        line: 1,
    }; 10],
};

struct In;
impl Region for In {
    const NAME: &'static str = "in";
    const JURISDICTION: &'static str = "IN";
}

struct Billing;
impl Purpose for Billing {
    const NAME: &'static str = "billing";
}

/// Takes every record and keeps none: what a queue costs is not measured here.
struct NoAudit;
impl Audit for NoAudit {
    fn record(&self, record: AuditRecord) -> Result<(), AuditError> {
        black_box(record);
        Ok(())
    }
    fn flush(&self) -> Result<Head, AuditError> {
        Ok(Head {
            sequence: 0,
            hash: [0; 32],
        })
    }
}

pub struct Row {
    tenant: TenantId,
    subject: SubjectId,
    fields: [Sealed<Vec<u8>>; 10],
    data_key: DataKey,
}

impl Record for Row {
    const DECLARATION: &'static Declaration = &TABLE;
    fn cells(&self) -> Vec<Cell> {
        Vec::new()
    }
}

impl TenantRecord for Row {
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
        RECORD_ID.into()
    }
    fn from_cells(_: &[Cell], _: DataKey) -> Result<Self, DecodeError> {
        Err(DecodeError::new("no store here"))
    }
}

/// A session with what it needs to seal and open rows.
pub struct Application {
    session: Session<InCountry<In>, Billing>,
    residence: Residence,
    grant: Grant<Billing>,
    _folder: tempfile::TempDir,
}

impl Application {
    pub fn new(backend: Backend) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime");
        runtime.block_on(Self::open_vault(backend)).expect("a vault")
    }

    async fn open_vault(backend: Backend) -> Result<Self, Box<dyn std::error::Error>> {
        // The longest lease and grant that a policy may ask for: a bench outlives a minute.
        let policy = include_str!("boundary.toml")
            .replace("\"60s\"", "\"1h\"")
            .replace("\"5m\"", "\"24h\"");
        let policy = Arc::new(Policy::parse("boundary.toml", &policy)?);
        let folder = tempfile::tempdir()?;
        let vault = Vault::<In>::open(VaultConfig {
            policy: Arc::clone(&policy),
            custodies: Arc::new(LocalCustody::open(folder.path().join("custody"), "in")?).into(),
            region_dir: folder.path().join("in"),
            declarations: &[&TABLE],
            audit: Arc::new(NoAudit),
            clock: Arc::new(SystemClock),
            backend,
        })
        .await?;
        let (tenants, subject) = ([TenantId::new(TENANT)], SubjectId::new("s-1"));
        vault
            .provision(&Principal::new("onboarding", "operator"), &tenants[0])
            .await?;
        let session = vault
            .session(&Principal::new("payments", "service"), &tenants)
            .await?;
        let control = ControlPlane::new(policy, IdentityMap::new(), Arc::default());
        let residence = control.register(&tenants[0], &subject, "IN")?;
        let now = boundary_runtime::Clock::now(&SystemClock);
        let grant = control.grant(&vault.pseudonyms(&tenants).await?, &tenants[0], &subject, now)?;
        Ok(Self {
            session,
            residence,
            grant,
            _folder: folder,
        })
    }

    pub fn seal(&self, plaintext: &[u8; 32]) -> Row {
        let mut record = self
            .session
            .start(&TABLE, &self.residence, &RECORD_ID.to_owned())
            .expect("started");
        let fields = std::array::from_fn(|field| record.close(field, plaintext.to_vec()).expect("sealed"));
        let (tenant, subject, data_key) = record.finish();
        Row {
            tenant,
            subject,
            fields,
            data_key,
        }
    }

    pub fn open(&self, row: &Row) {
        for (index, field) in row.fields.iter().enumerate() {
            black_box(self.session.open(row, index, field, &self.grant).expect("opened"));
        }
    }
}
