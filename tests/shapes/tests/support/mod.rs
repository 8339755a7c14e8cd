//! A region in a folder of its own, with a session, a grant and a residence of one subject.

use std::sync::Arc;

use boundary_shapes::policy::{self, purpose::Billing, region::In};
use boundary_shapes::{
    Contact, Ledgered, Note, OrderLine, Person, Profile, RiskFeatures, Secretive, Shipment, Visit,
};
use boundary_vault::{Backend, LocalCustody, RegionSigner, Vault, VaultConfig};
use rt::audit::{Audit, AuditRecord};
use rt::control::{ControlPlane, IdentityMap, Residence};
use rt::journal::Head;
use rt::ledger::ConsentLedger;
use rt::store::RegionStore;
use rt::{
    AuditError, Clock, Declaration, Grant, InCountry, Principal, Session, SubjectId, SystemClock, TenantId,
};

type Shaped = Profile<String, Ledgered, 10>;

const DECLARATIONS: [&Declaration; 9] = [
    Person::DECLARATION,
    OrderLine::DECLARATION,
    Shipment::DECLARATION,
    Shaped::DECLARATION,
    Note::DECLARATION,
    Secretive::DECLARATION,
    RiskFeatures::DECLARATION,
    Visit::DECLARATION,
    Contact::DECLARATION,
];

/// Takes every record and keeps none: what a log costs is not what is looked at here.
struct Discarded;

impl Audit for Discarded {
    fn record(&self, _: AuditRecord) -> Result<(), AuditError> {
        Ok(())
    }

    fn flush(&self) -> Result<Head, AuditError> {
        Ok(Head {
            sequence: 0,
            hash: [0; 32],
        })
    }
}

pub(crate) struct Site {
    pub(crate) vault: Vault<In>,
    pub(crate) control: ControlPlane,
    pub(crate) session: Session<InCountry<In>, Billing>,
    pub(crate) grant: Grant<Billing>,
    pub(crate) residence: Residence,
    pub(crate) store: RegionStore,
    pub(crate) folder: tempfile::TempDir,
}

pub(crate) async fn site() -> Site {
    site_with(Arc::new(Discarded), Arc::new(SystemClock)).await
}

pub(crate) async fn site_with(audit: Arc<dyn Audit>, clock: Arc<dyn Clock>) -> Site {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    std::fs::create_dir_all(&data).unwrap();
    let policy = Arc::new(policy::load().unwrap());
    let custody = Arc::new(LocalCustody::open(folder.path().join("custody"), "in").unwrap());
    let signer = Arc::new(RegionSigner::of(&*custody).await.unwrap());
    let ledger = ConsentLedger::open(data.join("consent.journal"), signer.clone()).unwrap();
    let store = RegionStore::open(&data, signer).await.unwrap();
    let vault = Vault::<In>::open(VaultConfig {
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
    let (tenant, subject) = (TenantId::new("acme"), SubjectId::new("priya"));
    vault
        .provision(&Principal::new("onboarding", "operator"), &tenant)
        .await
        .unwrap();
    let tenants = [tenant.clone()];
    let control = ControlPlane::new(policy, IdentityMap::new(), ledger.state());
    let residence = control.register(&tenant, &subject, "IN").unwrap();
    let session = vault
        .session(&Principal::new("test", "service"), &tenants)
        .await
        .unwrap();
    let pseudonyms = vault.pseudonyms(&tenants).await.unwrap();
    let grant = control
        .grant(&pseudonyms, &tenant, &subject, clock.now())
        .unwrap();
    Site {
        vault,
        control,
        session,
        grant,
        residence,
        store,
        folder,
    }
}
