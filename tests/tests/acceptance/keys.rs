//! M112, M116: a key is of use in its own region only, and a suspended authority closes everything within the lease.

use boundary_runtime::{AccessError, KeyError, Principal, Refusal};
use payments_model::policy::{purpose, region};

use crate::support::{Site, refusal};

fn operator() -> Principal {
    Principal::new("operations", "operator")
}

/// M116: the tenant's authority is suspended while a session is at work.
#[tokio::test]
async fn a_suspended_authority_opens_nothing_once_the_lease_has_ended() {
    let site = Site::<region::In>::new().await;
    let customer = site.customer(1, "priya", "Pune").await;
    let (session, grant) = (
        site.session::<purpose::Billing>().await,
        site.grant::<purpose::Billing>("priya").await,
    );
    assert!(customer.email(&session, &grant).is_ok());

    site.vault.suspend(&operator(), &site.tenant).await.unwrap();
    let tenants = std::slice::from_ref(&site.tenant);
    let again = site
        .vault
        .session::<purpose::Billing>(&Principal::new("test", "service"), tenants)
        .await;
    assert_eq!(
        refusal(again),
        AccessError::Key(KeyError::Disabled),
        "a new session was opened"
    );
    // Whatever the session at work still opens, it is over when the policy's lease of 60 s is.
    site.advance(60);
    assert!(matches!(
        refusal(customer.email(&session, &grant)),
        AccessError::Key(_)
    ));

    site.vault.resume(&operator(), &site.tenant).await.unwrap();
    let grant = site.grant::<purpose::Billing>("priya").await;
    assert!(
        customer
            .email(&site.session::<purpose::Billing>().await, &grant)
            .is_ok()
    );
}

/// M102 as far as this release reaches: destroying the authority is cryptographic erasure.
#[tokio::test]
async fn a_destroyed_authority_never_opens_again() {
    let site = Site::<region::In>::new().await;
    let customer = site.customer(1, "priya", "Pune").await;
    let due = site
        .vault
        .schedule_deletion(&operator(), &site.tenant)
        .await
        .unwrap();
    assert_eq!(
        refusal(site.vault.destroy(&operator(), &site.tenant).await),
        AccessError::Key(KeyError::DeletionNotDue { due })
    );
    site.advance(7 * 24 * 60 * 60);
    site.vault.destroy(&operator(), &site.tenant).await.unwrap();
    let tenants = std::slice::from_ref(&site.tenant);
    let session = site
        .vault
        .session::<purpose::Billing>(&Principal::new("test", "service"), tenants)
        .await;
    assert!(matches!(
        refusal(session),
        AccessError::Key(KeyError::Unknown { .. } | KeyError::Disabled)
    ));
    // Provisioned anew, the authority has other keys.
    if site.vault.provision(&operator(), &site.tenant).await.is_ok() {
        let (session, grant) = (
            site.session::<purpose::Billing>().await,
            site.grant("priya").await,
        );
        assert_eq!(
            refusal(customer.email(&session, &grant)),
            AccessError::Undecryptable
        );
    }
}

#[tokio::test]
async fn a_session_opens_only_the_records_of_the_tenants_it_names() {
    let site = Site::<region::In>::new().await;
    let other = boundary_runtime::TenantId::new("umbrella");
    site.vault.provision(&operator(), &other).await.unwrap();
    let customer = site.customer(1, "priya", "Pune").await;
    let session = site
        .vault
        .session::<purpose::Billing>(&Principal::new("test", "service"), std::slice::from_ref(&other))
        .await
        .unwrap();
    let error = refusal(customer.email(&session, &site.grant::<purpose::Billing>("priya").await));
    assert!(matches!(error, AccessError::Caller(_)), "{error}");
    let nobody = Principal::new("test", "intern");
    let error = refusal(site.vault.session::<purpose::Billing>(&nobody, &[other]).await);
    assert!(
        matches!(error, AccessError::Policy(Refusal::Unknown { .. })),
        "{error}"
    );
}
