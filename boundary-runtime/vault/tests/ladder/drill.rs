//! The drill of a kill switch, the same on every rung: the customer disables the key outside of us, and what was sealed
//! under it stays shut until the customer enables it again.

use std::sync::Arc;
use std::time::Duration;

use boundary_runtime::audit::{Audit, MemoryAudit};
use boundary_runtime::control::{ControlPlane, IdentityMap};
use boundary_runtime::{AccessError, KeyError, ManualClock, TenantId, Timestamp};
use boundary_vault::{
    AuthorityState, Custodies, Custody, KeptKey, KeyReference, KeyRequest, KeyState, LocalCustody, Origin,
    Vault, VaultConfig,
};

use crate::support::{CUSTOMERS, Customer, In, Place, email_of, operator, policy, text};

/// The name of the rung among the region's custodies; its home is a local one.
pub const RUNG: &str = "rung";

const TENANT: &str = "acme";
const NEIGHBOUR: &str = "neighbour";

/// A region whose home is a local custody and which has the custody of a rung besides, in the folder of a region that may
/// be open already: then it is what another process of the service would see.
pub async fn place(folder: &Arc<tempfile::TempDir>, custody: &Arc<dyn Custody>) -> Place<In> {
    let audit = Arc::new(MemoryAudit::default());
    place_with(folder, custody, Arc::clone(&audit), audit).await
}

/// As [`place`], with an audit log of its own kind.
pub async fn place_with(
    folder: &Arc<tempfile::TempDir>,
    custody: &Arc<dyn Custody>,
    audit: Arc<MemoryAudit>,
    log: Arc<dyn Audit>,
) -> Place<In> {
    let home = LocalCustody::open(folder.path().join("home"), "in").expect("a custody");
    let custodies = Custodies::of(Arc::new(home))
        .and(RUNG, Arc::clone(custody))
        .expect("a rung of this region");
    let clock = Arc::new(ManualClock::at(Timestamp::from_millis(1_700_000_000_000)));
    let declarations = [&CUSTOMERS];
    let vault = Vault::open(VaultConfig {
        policy: policy(),
        custodies,
        region_dir: folder.path().join("in"),
        declarations: &declarations,
        audit: log,
        clock: Arc::clone(&clock) as _,
        backend: boundary_vault::Backend::default(),
    });
    Place {
        folder: Arc::clone(folder),
        vault: vault.await.expect("a vault"),
        clock,
        audit,
        control: ControlPlane::new(policy(), IdentityMap::new(), Arc::default()),
    }
}

/// Goes through the drill with a new authority of this custody. `disable` and `enable` are what the customer does to the key
/// of this name, with means of the customer's own; `is_expected` knows the error of the rung for a key that is disabled so.
pub async fn kill_switch(
    custody: Arc<dyn Custody>,
    request: &KeyRequest,
    disable: impl AsyncFn(&KeyReference),
    enable: impl AsyncFn(&KeyReference),
    is_expected: impl Fn(&KeyError) -> bool,
) {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let service = place(&folder, &custody).await;
    let lease = policy().keys().lease;
    service
        .vault
        .provision_under(&operator(), &TenantId::new(TENANT), RUNG, request)
        .await
        .expect("provisioned");
    service.provision(NEIGHBOUR).await;
    let key = service.vault.record(&TenantId::new(TENANT)).unwrap().key;
    assert_eq!((key.custody.as_str(), key.origin), (RUNG, request.origin()));

    let session = service.session(&[TENANT]).await.expect("a session");
    let customer = Customer::seal(&session, &service.residence(TENANT, "s-1"), 1).expect("sealed");
    let grant = service.grant(&customer).await;
    assert_eq!(text(customer.email(&session, &grant)), Ok(email_of(1)));

    disable(&key.reference).await;
    let refused = |outcome: Result<_, AccessError>| match outcome.map(drop) {
        Err(AccessError::Key(error)) => assert!(is_expected(&error), "{error:?}"),
        other => panic!("{other:?} of a key that the customer disabled"),
    };
    // A process without a lease is refused at once. The neighbour does not notice.
    let other = place(&folder, &custody).await;
    refused(other.session(&[TENANT]).await);
    assert!(other.session(&[NEIGHBOUR]).await.is_ok());
    // The lease that is held ends when the policy says, however busy it is, and nothing opens from then on.
    service.wait(lease - Duration::from_millis(1));
    assert_eq!(text(customer.email(&session, &grant)), Ok(email_of(1)));
    service.wait(Duration::from_millis(1));
    let over = AccessError::Key(KeyError::LeaseExpired { bound: lease });
    assert_eq!(text(customer.email(&session, &grant)), Err(over));
    refused(service.session(&[TENANT]).await);
    assert!(service.session(&[NEIGHBOUR]).await.is_ok());

    enable(&key.reference).await;
    assert_opens(&service, &customer).await;
    life_of_the_authority(&service, &customer, &*custody, &key).await;
}

/// What we do to an authority reaches a key that is ours, and leaves the customer's own alone.
async fn life_of_the_authority(
    service: &Place<In>,
    customer: &Customer,
    custody: &dyn Custody,
    key: &KeptKey,
) {
    let tenant = TenantId::new(TENANT);
    let authority = boundary_vault::Authority::new(TENANT, "in");
    let state = async || {
        let key = boundary_vault::CustodyKey {
            authority: &authority,
            reference: &key.reference,
            origin: key.origin,
        };
        custody.state(key).await.expect("a state")
    };
    let is_ours = key.origin != Origin::Designated;
    let closed = |error: KeyError| Err(AccessError::Key(error));

    service.vault.suspend(&operator(), &tenant).await.unwrap();
    let expected = if is_ours {
        KeyState::Disabled
    } else {
        KeyState::Enabled
    };
    assert_eq!(state().await, expected);
    assert_eq!(
        service.session(&[TENANT]).await.map(drop),
        closed(KeyError::Disabled)
    );
    service.vault.resume(&operator(), &tenant).await.unwrap();
    assert_eq!(state().await, KeyState::Enabled);
    assert_opens(service, customer).await;

    service
        .vault
        .schedule_deletion(&operator(), &tenant)
        .await
        .unwrap();
    match state().await {
        KeyState::PendingDeletion(_) => assert!(is_ours),
        other => assert!(!is_ours, "{other:?}"),
    }
    assert_eq!(
        service.session(&[TENANT]).await.map(drop),
        closed(KeyError::PendingDeletion)
    );
    service.vault.resume(&operator(), &tenant).await.unwrap();
    assert_eq!(
        service.vault.record(&tenant).unwrap().state,
        AuthorityState::Active
    );
    assert_opens(service, customer).await;
}

async fn assert_opens(service: &Place<In>, customer: &Customer) {
    let session = service.session(&[TENANT]).await.expect("a session");
    let grant = service.grant(customer).await;
    assert_eq!(text(customer.email(&session, &grant)), Ok(email_of(1)));
}
