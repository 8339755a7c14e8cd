//! A column of a full table, sealed in place: one command a step, with a progress bar.
//!
//! `cargo run -p boundary-vault --example retrofit -- FOLDER make 10000`, then `plan`, `dry-run`, `run`, `verify`,
//! `finish`, `read ID`, `rollback [NAME]`, `conclude` in place of `make 10000`. Interrupt it where you like and call it
//! again. `docs/retrofit.md` says when each step is done. In a service of your own the model is derived, and only the
//! connection differs for PostgreSQL.

use std::path::Path;
use std::sync::Arc;

use boundary_runtime::audit::AuditTrail;
use boundary_runtime::control::{ControlPlane, IdentityMap};
use boundary_runtime::retrofit::{Plan, Progress, Retrofit, SqliteDatabase};
use boundary_runtime::store::RegionStore;
use boundary_runtime::{
    Clock, InCountry, Principal, Purpose, Region, Session, SubjectId, SystemClock, TenantId,
};
use boundary_schema::{
    Declaration, FieldDeclaration, FieldRole, Kind, Policy, Protection, Residency, Tenancy,
};
use boundary_vault::{Backend, LocalCustody, RegionSigner, Vault, VaultConfig};
use indicatif::{ProgressBar, ProgressStyle};

type Failure = Box<dyn std::error::Error>;

struct In;
impl Region for In {
    const NAME: &'static str = "in";
    const JURISDICTION: &'static str = "IN";
}

struct Billing;
impl Purpose for Billing {
    const NAME: &'static str = "billing";
}

/// What `#[derive(Boundary)]` makes of the model.
static CUSTOMERS: Declaration = Declaration {
    kind: Kind::Table,
    name: "customers",
    tenancy: Tenancy::Tenant,
    rust: "Customer",
    file: file!(),
    line: line!(),
    policy: None,
    derived_from: &[],
    fields: &[
        FieldDeclaration::role("id", "id", FieldRole::RecordId, 1),
        FieldDeclaration::role("tenant", "tenant", FieldRole::Tenant, 1),
        FieldDeclaration::role("subject", "subject", FieldRole::Subject, 1),
        FieldDeclaration::role("data_key", "data_key", FieldRole::DataKey, 1),
        FieldDeclaration::value(
            "email",
            "email_sealed",
            "user.contact.email",
            Residency::InCountry,
            &["billing"],
            Protection::Sealed,
            1,
        ),
    ],
};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let [folder, step, rest @ ..] = arguments.as_slice() else {
        return Err("FOLDER and a step: make ROWS, plan, dry-run, run, verify, finish, read ID, rollback [NAME], conclude".into());
    };
    let site = Site::open(Path::new(folder)).await?;
    if *step == "make" {
        return site.make(rest.first().unwrap_or(&"10000").parse()?).await;
    }
    let plan = Plan::new(&CUSTOMERS, "email", "email")?;
    let database = SqliteDatabase::of(&site.store).await?;
    let mut retrofit = Retrofit::<String, _>::open(plan, database)
        .await?
        .with_progress(bar());
    let sessions = async || {
        let principal = Principal::new("retrofit", "service");
        site.vault
            .session::<Billing>(&principal, std::slice::from_ref(&site.tenant))
            .await
    };
    let tally = match *step {
        "plan" => {
            println!("{}", retrofit.survey().await?);
            return Ok(());
        }
        "read" => {
            let id = rest.first().ok_or("read ID")?;
            return site.read(&mut retrofit, &sessions().await?, id).await;
        }
        "conclude" => return Ok(retrofit.conclude().await?),
        "dry-run" => retrofit.dry_run(sessions).await?,
        "run" => retrofit.run(sessions).await?,
        "verify" => retrofit.verify(sessions).await?,
        "finish" => retrofit.finish(sessions).await?,
        "rollback" => retrofit.rollback(rest.first().copied(), sessions).await?,
        other => return Err(format!("no step `{other}`").into()),
    };
    println!("{tally}");
    Ok(())
}

/// Draws a bar on a terminal; where there is none, prints a line for each tenth of the way.
fn bar() -> impl FnMut(&Progress) + Send + 'static {
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} {per_sec} {eta}") {
        bar.set_style(style);
    }
    let mut tenths = 0;
    move |at| {
        if !bar.is_hidden() {
            bar.set_length(at.total);
            bar.set_message(at.step);
            bar.set_position(at.done);
            return;
        }
        let now = at.done * 10 / at.total.max(1);
        if now != tenths {
            tenths = now;
            println!("{at}");
        }
    }
}

struct Site {
    vault: Vault<In>,
    store: RegionStore,
    control: ControlPlane,
    tenant: TenantId,
}

impl Site {
    async fn open(folder: &Path) -> Result<Self, Failure> {
        let data = folder.join("data");
        std::fs::create_dir_all(&data)?;
        let policy = include_str!("../tests/support/boundary.toml");
        let policy = Arc::new(Policy::parse("boundary.toml", policy)?);
        let custody = Arc::new(LocalCustody::open(folder.join("custody"), In::NAME)?);
        let signer = Arc::new(RegionSigner::of(&*custody).await?);
        let store = RegionStore::open(&data, signer.clone())
            .await?
            .with_policy(&policy);
        let vault = Vault::open(VaultConfig {
            policy: Arc::clone(&policy),
            custodies: custody.into(),
            region_dir: data.clone(),
            declarations: &[&CUSTOMERS],
            audit: Arc::new(AuditTrail::open(data.join("audit.journal"), signer)?),
            clock: Arc::new(SystemClock),
            backend: Backend::default(),
        })
        .await?;
        Ok(Self {
            vault,
            store,
            control: ControlPlane::new(policy, IdentityMap::new(), Arc::default()),
            tenant: TenantId::new("acme"),
        })
    }

    /// A table of customers as it was before anybody thought of sealing.
    async fn make(&self, rows: u64) -> Result<(), Failure> {
        self.vault
            .provision(&Principal::new("onboarding", "operator"), &self.tenant)
            .await?;
        let folder = tempfile::tempdir()?;
        let sql = format!(
            "CREATE TABLE customers (id integer PRIMARY KEY, tenant text, subject text, email text, email_sealed blob);
             INSERT INTO customers (tenant, subject, email)
                 WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {rows})
                 SELECT 'acme', 'subject-' || i, 'customer-' || i || '@example.org' FROM n;"
        );
        std::fs::write(folder.path().join("1_customers.sql"), sql)?;
        self.store.migrate(folder.path()).await?;
        println!("{rows} customers with plain e-mail addresses");
        Ok(())
    }

    /// One value, sealed by now or not.
    async fn read(
        &self,
        retrofit: &mut Retrofit<String, SqliteDatabase>,
        session: &Session<InCountry<In>, Billing>,
        id: &str,
    ) -> Result<(), Failure> {
        let subject = SubjectId::new(format!("subject-{id}"));
        self.control.register(&self.tenant, &subject, In::JURISDICTION)?;
        let pseudonyms = self.vault.pseudonyms(std::slice::from_ref(&self.tenant)).await?;
        let grant = self
            .control
            .grant::<Billing>(&pseudonyms, &self.tenant, &subject, SystemClock.now())?;
        match retrofit.read(session, &grant, &self.tenant, id).await? {
            Some(email) => println!(
                "{}",
                email.disclose("show whoever tries the example that it opens")
            ),
            None => println!("no e-mail address"),
        }
        Ok(())
    }
}
