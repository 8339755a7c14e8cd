//! What every command of the region works with: vault, control plane, ledger, store, audit log.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use boundary_runtime::audit::AuditTrail;
use boundary_runtime::control::{ControlPlane, IdentityMap};
use boundary_runtime::ledger::ConsentLedger;
use boundary_runtime::seam::Signer;
use boundary_runtime::store::RegionStore;
use boundary_runtime::{Declaration, Principal, Purpose, Session, SystemClock, TenantId};
use boundary_runtime::{InCountry, Region};
use boundary_vault::{Backend, LocalCustody, RegionSigner, Vault, VaultConfig};
use payments_model::policy::{self, region};
use payments_model::{Customer, OfferSelected, Payment};

use crate::people;

/// Any error of the service: shown to whoever ran the command, never with a value of a record in it.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Every table and event whose fields the vault may open.
pub(crate) const DECLARATIONS: [&Declaration; 3] = [
    Customer::DECLARATION,
    Payment::DECLARATION,
    OfferSelected::DECLARATION,
];

/// The service of region `R`.
pub(crate) struct Service<R: Region> {
    pub(crate) vault: Vault<R>,
    pub(crate) control: ControlPlane,
    pub(crate) ledger: ConsentLedger,
    pub(crate) store: RegionStore,
    pub(crate) signer: Arc<RegionSigner>,
    pub(crate) tenants: Vec<TenantId>,
    pub(crate) home: PathBuf,
}

impl<R: region::Declared> Service<R> {
    pub(crate) async fn open(home: &Path) -> Result<Self, Failure> {
        let data = home.join("data");
        std::fs::create_dir_all(&data)?;
        let policy = Arc::new(policy::load()?);
        let custody = Arc::new(LocalCustody::open(home.join("custody"), R::NAME)?);
        let signer = Arc::new(RegionSigner::of(&*custody).await?);
        let audit = Arc::new(AuditTrail::open(data.join("audit.journal"), signer.clone())?);
        let ledger = ConsentLedger::open(data.join("consent.journal"), signer.clone())?;
        let store = RegionStore::open(&data, signer.clone()).await?;
        let vault = Vault::<R>::open(VaultConfig {
            policy: policy.clone(),
            custodies: custody.into(),
            region_dir: data,
            declarations: &DECLARATIONS,
            audit,
            clock: Arc::new(SystemClock),
            backend: Backend::default(),
        })
        .await?;
        let mut identity = IdentityMap::new();
        for (tenant, subject) in store.residents().await? {
            identity.register(&policy, &tenant, &subject, R::JURISDICTION)?;
        }
        let control = ControlPlane::new(policy, identity, ledger.state());
        let tenants = people::tenants(R::NAME);
        Ok(Self {
            vault,
            control,
            ledger,
            store,
            signer,
            tenants,
            home: home.to_owned(),
        })
    }

    /// A session of the service itself, or of the role that a purpose belongs to.
    pub(crate) async fn session<U: Purpose>(
        &self,
        name: &str,
        role: &str,
    ) -> Result<Session<InCountry<R>, U>, Failure> {
        Ok(self
            .vault
            .session::<U>(&Principal::new(name, role), &self.tenants)
            .await?)
    }

    pub(crate) fn public_key(&self) -> [u8; 32] {
        self.signer.verifying_key()
    }
}
