//! A region as its service sees it, in a folder that is gone afterwards.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use boundary_runtime::audit::AuditTrail;
use boundary_runtime::control::{ConsentEntry, ControlPlane, Decision, IdentityMap, Residence};
use boundary_runtime::ledger::ConsentLedger;
use boundary_runtime::release::{Gate, Inbox};
use boundary_runtime::seam::Signer;
use boundary_runtime::store::RegionStore;
use boundary_runtime::{
    Clock, Declaration, Grant, InCountry, ManualClock, Principal, Pseudonyms, Purpose, Session, SubjectId,
    TenantId, Timestamp,
};
use boundary_vault::{Backend, LocalCustody, RegionSigner, Vault, VaultConfig, VaultPseudonyms};
use payments_model::policy::{self, purpose, region};
use payments_model::{Customer, NewCustomer, NewPayment, OfferSelected, Payment, PaymentStatus, Plan};

pub(crate) const DECLARATIONS: [&Declaration; 3] = [
    Customer::DECLARATION,
    Payment::DECLARATION,
    OfferSelected::DECLARATION,
];

/// The region's service.
pub(crate) struct Site<R: region::Declared> {
    pub(crate) vault: Vault<R>,
    pub(crate) control: ControlPlane,
    pub(crate) ledger: ConsentLedger,
    pub(crate) store: RegionStore,
    pub(crate) signer: Arc<RegionSigner>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) tenant: TenantId,
    pub(crate) folder: Arc<tempfile::TempDir>,
}

impl<R: region::Declared> Site<R> {
    pub(crate) async fn new() -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let site = Self::open(folder).await;
        site.vault
            .provision(&Principal::new("onboarding", "operator"), &site.tenant)
            .await
            .unwrap();
        site
    }

    /// Opens the site of a folder, anew or after it was closed.
    pub(crate) async fn open(folder: Arc<tempfile::TempDir>) -> Self {
        let data = folder.path().join("data");
        std::fs::create_dir_all(&data).unwrap();
        let policy = Arc::new(policy::load().unwrap());
        let custody = Arc::new(LocalCustody::open(folder.path().join("custody"), R::NAME).unwrap());
        let signer = Arc::new(RegionSigner::of(&*custody).await.unwrap());
        let audit = Arc::new(AuditTrail::open(data.join("audit.journal"), signer.clone()).unwrap());
        let ledger = ConsentLedger::open(data.join("consent.journal"), signer.clone()).unwrap();
        let store = RegionStore::open(&data, signer.clone()).await.unwrap();
        let migrations = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/payments/migrations");
        store.migrate(migrations).await.unwrap();
        let clock = Arc::new(ManualClock::at(Timestamp::from_millis(1_800_000_000_000)));
        let vault = Vault::<R>::open(VaultConfig {
            policy: policy.clone(),
            custodies: custody.into(),
            region_dir: data,
            declarations: &DECLARATIONS,
            audit,
            clock: clock.clone(),
            backend: Backend::default(),
        })
        .await
        .unwrap();
        let control = ControlPlane::new(policy, IdentityMap::new(), ledger.state());
        Self {
            vault,
            control,
            ledger,
            store,
            signer,
            clock,
            tenant: TenantId::new("acme"),
            folder,
        }
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub(crate) async fn session<U: Purpose>(&self) -> Session<InCountry<R>, U> {
        let role = match U::NAME {
            "support" => "support_agent",
            "analytics" => "analyst",
            _ => "service",
        };
        self.vault
            .session(&Principal::new("test", role), std::slice::from_ref(&self.tenant))
            .await
            .unwrap()
    }

    pub(crate) async fn pseudonyms(&self) -> VaultPseudonyms {
        self.vault
            .pseudonyms(std::slice::from_ref(&self.tenant))
            .await
            .unwrap()
    }

    pub(crate) fn residence(&self, subject: &str) -> Residence {
        self.control
            .register(&self.tenant, &SubjectId::new(subject), R::JURISDICTION)
            .unwrap()
    }

    pub(crate) async fn grant<U: Purpose>(&self, subject: &str) -> Grant<U> {
        let pseudonyms = self.pseudonyms().await;
        self.control
            .grant(
                &pseudonyms,
                &self.tenant,
                &SubjectId::new(subject),
                self.clock.now(),
            )
            .unwrap()
    }

    pub(crate) async fn decide(&self, subject: &str, purpose: &str, decision: Decision) {
        let pseudonym = self
            .pseudonyms()
            .await
            .pseudonym(&self.tenant, &SubjectId::new(subject))
            .unwrap();
        let entry = ConsentEntry {
            at: self.clock.now(),
            tenant: self.tenant.clone(),
            subject: pseudonym,
            purpose: purpose.to_owned(),
            decision,
        };
        self.ledger.append(&[entry]).unwrap();
    }

    /// A customer as it is after signup, not yet stored.
    pub(crate) async fn customer(&self, id: i64, subject: &str, city: &str) -> Customer {
        let new = NewCustomer {
            id,
            name: format!("Name of {subject}"),
            email: format!("{subject}@example.org"),
            phone: None,
            national_id: format!("national-{subject}"),
            city: city.to_owned(),
            age: 34,
            plan: Plan::Basic,
        };
        new.seal(
            &self.session::<purpose::Billing>().await,
            &self.residence(subject),
        )
        .unwrap()
    }

    pub(crate) async fn payment(&self, id: i64, subject: &str, city: &str, amount: i64) -> Payment {
        let new = NewPayment {
            id,
            card_number: "9999014200000000".to_owned(),
            amount,
            city: city.to_owned(),
            status: PaymentStatus::Settled,
        };
        new.seal(
            &self.session::<purpose::Billing>().await,
            &self.residence(subject),
        )
        .unwrap()
    }

    /// An inbox of the hub that knows this region's key.
    pub(crate) fn inbox(&self) -> Inbox {
        let keys = [(R::NAME.to_owned(), self.signer.verifying_key())];
        Inbox::open("hub", keys, self.folder.path().join("inbox.json")).unwrap()
    }

    pub(crate) fn advance(&self, seconds: u64) {
        self.clock.advance(Duration::from_secs(seconds));
    }
}

/// Runs `use_gate` with the gate of a site.
pub(crate) async fn with_gate<R: region::Declared, T>(
    site: &Site<R>,
    use_gate: impl FnOnce(Gate<'_, R, purpose::Analytics>) -> T,
) -> T {
    let session = site.session::<purpose::Analytics>().await;
    let pseudonyms = site.pseudonyms().await;
    use_gate(Gate::new(&session, &site.control, &pseudonyms, &*site.signer).unwrap())
}

/// The error of a result whose value cannot be printed, as is the way with opened values.
pub(crate) fn refusal<T, E: std::fmt::Debug>(result: Result<T, E>) -> E {
    match result {
        Ok(_) => panic!("it was not refused"),
        Err(error) => error,
    }
}
