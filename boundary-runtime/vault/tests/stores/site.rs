//! A region with a store, and models written by hand as the derive would write them.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use boundary_runtime::audit::MemoryAudit;
use boundary_runtime::control::{ControlPlane, IdentityMap, Residence};
use boundary_runtime::store::RegionStore;
use boundary_runtime::{
    AccessError, Cell, Column, DataKey, DecodeError, Grant, InCountry, ManualClock, Principal, Purpose,
    RawSession, Record, Region, Sealed, Session, SubjectId, TenantId, TenantRecord, Timestamp,
};
use boundary_schema::{
    Declaration, FieldDeclaration, FieldRole, Kind, Policy, Protection, Residency, Tenancy,
};
use boundary_vault::{Backend, LocalCustody, RegionSigner, Vault, VaultConfig};

pub(crate) struct In;
impl Region for In {
    const NAME: &'static str = "in";
    const JURISDICTION: &'static str = "IN";
}

pub(crate) struct Billing;
impl Purpose for Billing {
    const NAME: &'static str = "billing";
}

pub(crate) struct Support;
impl Purpose for Support {
    const NAME: &'static str = "support";
}

const fn sealed(field: &'static str, column: &'static str) -> FieldDeclaration {
    FieldDeclaration::value(
        field,
        column,
        "user.contact.email",
        Residency::InCountry,
        &["billing"],
        Protection::Sealed,
        1,
    )
}

const FIELDS: &[FieldDeclaration] = &[
    FieldDeclaration::role("id", "id", FieldRole::RecordId, 1),
    FieldDeclaration::role("tenant", "tenant", FieldRole::Tenant, 1),
    FieldDeclaration::role("subject", "subject", FieldRole::Subject, 1),
    FieldDeclaration::role("data_key", "data_key", FieldRole::DataKey, 1),
    sealed("email", "email_sealed"),
    sealed("phone", "phone_sealed"),
];

const fn declaration(kind: Kind, name: &'static str) -> Declaration {
    Declaration {
        kind,
        name,
        tenancy: Tenancy::Tenant,
        rust: "Person",
        file: "model.rs",
        line: 1,
        policy: None,
        derived_from: &[],
        fields: FIELDS,
    }
}

/// Data keys in the key table.
pub(crate) static PEOPLE: Declaration = declaration(Kind::Table, "people");
/// Data keys in the row.
pub(crate) static VISITORS: Declaration = declaration(Kind::Table, "visitors");
/// An event.
pub(crate) static SEEN: Declaration = declaration(Kind::Event, "person.seen");

pub(crate) static ALL: [&Declaration; 3] = [&PEOPLE, &VISITORS, &SEEN];

/// A record of the declaration with this index.
pub(crate) struct Person<const D: usize> {
    pub(crate) id: i64,
    pub(crate) tenant: TenantId,
    pub(crate) subject: SubjectId,
    pub(crate) data_key: DataKey,
    pub(crate) email: Option<Sealed<String>>,
    pub(crate) phone: Option<Sealed<String>>,
}

pub(crate) type InTable = Person<0>;
pub(crate) type Inline = Person<1>;
pub(crate) type Event = Person<2>;

const EMAIL: usize = 4;
const PHONE: usize = 5;

impl<const D: usize> Record for Person<D> {
    const DECLARATION: &'static Declaration = [&PEOPLE, &VISITORS, &SEEN][D];

    fn cells(&self) -> Vec<Cell> {
        vec![
            self.id.to_cell(),
            self.tenant.to_cell(),
            self.subject.to_cell(),
            self.email.to_cell(),
            self.phone.to_cell(),
        ]
    }
}

impl<const D: usize> TenantRecord for Person<D> {
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
    fn from_cells(cells: &[Cell], data_key: DataKey) -> Result<Self, DecodeError> {
        let [id, tenant, subject, email, phone] = cells else {
            return Err(DecodeError::new("a row of five columns"));
        };
        Ok(Self {
            id: Column::from_cell(id)?,
            tenant: Column::from_cell(tenant)?,
            subject: Column::from_cell(subject)?,
            data_key,
            email: Column::from_cell(email)?,
            phone: Column::from_cell(phone)?,
        })
    }
}

pub(crate) type Opened = Session<InCountry<In>, Billing>;

impl<const D: usize> Person<D> {
    pub(crate) fn seal(session: &Opened, residence: &Residence, id: i64, email: &str) -> Self {
        let mut record = session.start(Self::DECLARATION, residence, &id).unwrap();
        let sealed = record.close(EMAIL, Some(email.to_owned())).unwrap();
        let phone = record.close(PHONE, None).unwrap();
        let (tenant, subject, data_key) = record.finish();
        Self {
            id,
            tenant,
            subject,
            data_key,
            email: sealed,
            phone,
        }
    }

    pub(crate) fn set_email(&mut self, session: &Opened, email: &str) {
        self.email = session.reseal(self, EMAIL, Some(email.to_owned())).unwrap();
    }

    pub(crate) fn email(&self, session: &Opened, grant: &Grant<Billing>) -> Result<String, AccessError> {
        let opened = session.open(self, EMAIL, &self.email, grant)?;
        Ok(opened.unwrap().disclose("a test compares it").clone())
    }
}

pub(crate) const TENANTS: [&str; 2] = ["acme", "globex"];

pub(crate) struct Site {
    pub(crate) vault: Vault<In>,
    pub(crate) store: RegionStore,
    pub(crate) control: ControlPlane,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) audit: Arc<MemoryAudit>,
    pub(crate) policy: Arc<Policy>,
    pub(crate) data: PathBuf,
}

pub(crate) fn operator() -> Principal {
    Principal::new("operations", "operator")
}

pub(crate) fn tenants() -> Vec<TenantId> {
    TENANTS.iter().map(|tenant| TenantId::new(*tenant)).collect()
}

pub(crate) fn subject(id: i64) -> SubjectId {
    SubjectId::new(format!("subject-{id}"))
}

impl Site {
    /// A region in a folder that may hold it already.
    pub(crate) async fn open(folder: &Path) -> Self {
        let data = folder.join("data");
        std::fs::create_dir_all(&data).unwrap();
        let text = include_str!("../support/boundary.toml").replacen(
            "lease = \"60s\"",
            "lease = \"60s\"\ntables.visitors.data_key = \"inline\"",
            1,
        );
        let policy = Arc::new(Policy::parse("boundary.toml", &text).unwrap());
        let custody = Arc::new(LocalCustody::open(folder.join("custody"), "in").unwrap());
        let signer = Arc::new(RegionSigner::of(&*custody).await.unwrap());
        let store = RegionStore::open(&data, signer)
            .await
            .unwrap()
            .with_policy(&policy);
        let clock = Arc::new(ManualClock::at(Timestamp::from_millis(1_800_000_000_000)));
        let audit = Arc::new(MemoryAudit::default());
        let vault = Vault::open(VaultConfig {
            policy: Arc::clone(&policy),
            custodies: custody.into(),
            region_dir: data.clone(),
            declarations: &ALL,
            audit: Arc::clone(&audit) as _,
            clock: Arc::clone(&clock) as _,
            backend: Backend::default(),
        })
        .await
        .unwrap();
        for tenant in tenants() {
            vault.provision(&operator(), &tenant).await.unwrap();
        }
        let control = ControlPlane::new(Arc::clone(&policy), IdentityMap::new(), Arc::default());
        Self {
            vault,
            store,
            control,
            clock,
            audit,
            policy,
            data,
        }
    }

    /// The tables of the declarations, with plain columns beside the sealed ones.
    pub(crate) fn make_tables(&self) {
        self.sql(
            "CREATE TABLE people (id integer PRIMARY KEY, tenant text NOT NULL, subject text NOT NULL,
                 email text, email_sealed blob, phone integer, phone_sealed blob);
             CREATE TABLE visitors (id integer PRIMARY KEY, tenant text NOT NULL, subject text NOT NULL, data_key blob,
                 email text, email_sealed blob, phone integer, phone_sealed blob);",
        );
    }

    /// Runs statements on the rows, beside the store.
    pub(crate) fn sql(&self, sql: &str) {
        connection(&self.data, "rows").execute_batch(sql).unwrap();
    }

    /// One number from rows or keys.
    pub(crate) fn number(&self, file: &str, sql: &str) -> i64 {
        connection(&self.data, file)
            .query_row(sql, [], |row| row.get(0))
            .unwrap()
    }

    pub(crate) async fn session(&self) -> Result<Opened, AccessError> {
        self.vault
            .session(&Principal::new("payments", "service"), &tenants())
            .await
    }

    pub(crate) fn residence(&self, tenant: &str, id: i64) -> Residence {
        self.control
            .register(&TenantId::new(tenant), &subject(id), "IN")
            .unwrap()
    }

    pub(crate) async fn grant<U: Purpose>(&self, tenant: &str, id: i64) -> Grant<U> {
        let tenant = TenantId::new(tenant);
        let pseudonyms = self
            .vault
            .pseudonyms(std::slice::from_ref(&tenant))
            .await
            .unwrap();
        let _ = self.residence(tenant.as_str(), id);
        self.control
            .grant(
                &pseudonyms,
                &tenant,
                &subject(id),
                boundary_runtime::Clock::now(&*self.clock),
            )
            .unwrap()
    }

    pub(crate) fn wait(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }

    /// The stored record with this number, of tenant `acme`.
    pub(crate) async fn stored<const D: usize>(&self, id: i64) -> Option<Person<D>> {
        self.store
            .get(&TenantId::new("acme"), &id.to_string())
            .await
            .unwrap()
    }

    /// A stored record of tenant `acme` as its accessor gives it to somebody who reads it now.
    pub(crate) async fn email_of<const D: usize>(&self, id: i64) -> String {
        let record = self.stored::<D>(id).await.unwrap();
        let (session, grant) = (self.session().await.unwrap(), self.grant("acme", id).await);
        record.email(&session, &grant).unwrap()
    }

    /// Seals and stores the records with these numbers, of tenant `acme`.
    pub(crate) async fn put<const D: usize>(&self, ids: std::ops::Range<i64>) {
        let session = self.session().await.unwrap();
        let records: Vec<Person<D>> = ids
            .map(|id| Person::seal(&session, &self.residence("acme", id), id, &email(id)))
            .collect();
        self.store.put_all(&records).await.unwrap();
    }
}

pub(crate) fn email(id: i64) -> String {
    format!("person-{id}@example.org")
}

pub(crate) fn connection(data: &Path, file: &str) -> rusqlite::Connection {
    let connection = rusqlite::Connection::open(data.join(format!("{file}.sqlite"))).unwrap();
    connection.busy_timeout(Duration::from_secs(60)).unwrap();
    connection
}
