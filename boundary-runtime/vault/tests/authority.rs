//! The life of an authority and of sessions on it, as the vault and its audit log show them.
#![allow(clippy::expect_used, clippy::unwrap_used)]

mod support;

use std::sync::Arc;
use std::time::Duration;

use boundary_runtime::audit::{Act, Audit, AuditRecord, Outcome};
use boundary_runtime::journal::Head;
use boundary_runtime::seam::Signer;
use boundary_runtime::{
    AccessError, AuditError, KeyError, Misuse, Principal, Pseudonyms, RawSession, Refusal, Region, SubjectId,
    SystemClock, TenantId,
};
use boundary_vault::{Backend, LocalCustody, RegionSigner, Vault, VaultConfig};
use support::*;

const WAITING_PERIOD: Duration = Duration::from_secs(7 * 24 * 60 * 60);

#[tokio::test]
async fn provisioning_twice_changes_nothing() {
    let place = Place::<In>::new().await;
    place.provision("acme").await;
    let customer = {
        let session = place.session(&["acme"]).await.unwrap();
        Customer::seal(&session, &place.residence("acme", "s-7"), 7).unwrap()
    };
    place.provision("acme").await;
    let again = Place::<In>::in_folder(place.folder.clone()).await;
    let (session, grant) = (
        again.session(&["acme"]).await.unwrap(),
        again.grant(&customer).await,
    );
    assert_eq!(text(customer.email(&session, &grant)).unwrap(), email_of(7));
}

#[tokio::test]
async fn an_unprovisioned_tenant_has_no_session() {
    let place = Place::<In>::new().await;
    let unknown = KeyError::Unknown {
        tenant: "acme".to_owned(),
        region: "in".to_owned(),
    };
    assert_eq!(place.session(&["acme"]).await.err(), Some(unknown.into()));
    let session = place.session(&[]).await.unwrap();
    let sealed = Customer::seal(&session, &place.residence("acme", "s-7"), 7);
    assert_eq!(sealed.err(), Some(Misuse::TenantNotInSession.into()));
}

#[tokio::test]
async fn after_a_rotation_old_and_new_records_open() {
    let place = Place::<In>::new().await;
    place.provision("acme").await;
    let before = place.session(&["acme"]).await.unwrap();
    let old = Customer::seal(&before, &place.residence("acme", "s-7"), 7).unwrap();
    place.vault.rotate(&operator(), &old.tenant).await.unwrap();
    let after = place.session(&["acme"]).await.unwrap();
    let new = Customer::seal(&after, &place.residence("acme", "s-8"), 8).unwrap();
    let (grant_old, grant_new) = (place.grant(&old).await, place.grant(&new).await);

    assert_eq!(text(old.email(&after, &grant_old)).unwrap(), email_of(7));
    assert_eq!(text(new.email(&after, &grant_new)).unwrap(), email_of(8));
    // The session from before goes on with what it knows, and is told to renew for what it does not.
    assert_eq!(text(old.email(&before, &grant_old)).unwrap(), email_of(7));
    let expired = KeyError::LeaseExpired {
        bound: Duration::from_secs(60),
    };
    assert_eq!(text(new.email(&before, &grant_new)), Err(expired.into()));
    // Pseudonyms are no lease keys: they stay.
    let (tenant, subject) = (TenantId::new("acme"), SubjectId::new("s-7"));
    let pseudonym =
        |pseudonyms: boundary_vault::VaultPseudonyms| pseudonyms.pseudonym(&tenant, &subject).unwrap();
    let first = pseudonym(
        place
            .vault
            .pseudonyms(std::slice::from_ref(&tenant))
            .await
            .unwrap(),
    );
    place.vault.rotate(&operator(), &tenant).await.unwrap();
    assert_eq!(
        pseudonym(
            place
                .vault
                .pseudonyms(std::slice::from_ref(&tenant))
                .await
                .unwrap()
        ),
        first
    );
}

#[tokio::test]
async fn a_destroyed_authority_never_opens_again() {
    let place = Place::<In>::new().await;
    place.provision("acme").await;
    let session = place.session(&["acme"]).await.unwrap();
    let customer = Customer::seal(&session, &place.residence("acme", "s-7"), 7).unwrap();
    let grant = place.grant(&customer).await;
    assert_eq!(
        place.vault.destroy(&operator(), &customer.tenant).await,
        Err(KeyError::DeletionNotScheduled.into())
    );
    let scheduled = place.vault.schedule_deletion(&operator(), &customer.tenant).await;
    let due = scheduled.unwrap();
    assert_eq!(
        text(customer.email(&session, &grant)),
        Err(KeyError::Disabled.into())
    );
    assert_eq!(
        place.session(&["acme"]).await.err(),
        Some(KeyError::PendingDeletion.into())
    );
    place.wait(WAITING_PERIOD - Duration::from_millis(1));
    assert_eq!(
        place.vault.destroy(&operator(), &customer.tenant).await,
        Err(KeyError::DeletionNotDue { due }.into())
    );
    place.wait(Duration::from_millis(1));
    place.vault.destroy(&operator(), &customer.tenant).await.unwrap();
    place.vault.destroy(&operator(), &customer.tenant).await.unwrap();
    assert!(matches!(
        place.session(&["acme"]).await.err(),
        Some(AccessError::Key(KeyError::Unknown { .. }))
    ));
    place.provision("acme").await;
    let session = place.session(&["acme"]).await.unwrap();
    let grant = place.grant(&customer).await;
    assert_eq!(
        text(customer.email(&session, &grant)),
        Err(AccessError::Undecryptable)
    );
}

#[tokio::test]
async fn a_session_needs_a_role_that_may_act_for_the_purpose() {
    let place = Place::<In>::new().await;
    place.provision("acme").await;
    let tenants = [TenantId::new("acme")];
    let by = |role: &str| Principal::new("somebody", role);
    let refused = place
        .vault
        .session::<Billing>(&by("support_agent"), &tenants)
        .await
        .err();
    assert_eq!(
        refused,
        Some(
            Refusal::Role {
                role: "support_agent".into(),
                purpose: "billing".into()
            }
            .into()
        )
    );
    let refused = place
        .vault
        .session::<Billing>(&by("intruder"), &tenants)
        .await
        .err();
    assert_eq!(
        refused,
        Some(
            Refusal::Unknown {
                kind: "role",
                name: "intruder".into()
            }
            .into()
        )
    );
    struct Gossip;
    impl boundary_runtime::Purpose for Gossip {
        const NAME: &'static str = "gossip";
    }
    let refused = place.vault.session::<Gossip>(&service(), &tenants).await.err();
    assert_eq!(
        refused,
        Some(
            Refusal::Unknown {
                kind: "purpose",
                name: "gossip".into()
            }
            .into()
        )
    );
    assert!(
        place
            .vault
            .session::<Support>(&by("support_agent"), &tenants)
            .await
            .is_ok()
    );

    let sessions = place
        .audit
        .records()
        .into_iter()
        .filter(|record| record.act == Act::Session);
    let sessions: Vec<_> = sessions
        .map(|record| (record.principal.role.to_string(), record.outcome))
        .collect();
    let expected = [
        ("support_agent", Outcome::Refused),
        ("intruder", Outcome::Refused),
        ("service", Outcome::Refused),
        ("support_agent", Outcome::Done),
    ];
    assert_eq!(
        sessions,
        expected.map(|(role, outcome)| (role.to_owned(), outcome))
    );
}

#[tokio::test]
async fn every_act_on_an_authority_is_audited_with_its_outcome() {
    let place = Place::<In>::new().await;
    let acme = TenantId::new("acme");
    place.provision("acme").await;
    place.vault.suspend(&operator(), &acme).await.unwrap();
    place.vault.rotate(&operator(), &acme).await.unwrap_err();
    place.vault.resume(&operator(), &acme).await.unwrap();
    let notes: Vec<_> = place
        .audit
        .records()
        .into_iter()
        .inspect(|record| assert_eq!((record.act, &record.principal), (Act::Authority, &operator())))
        .map(|record| (record.outcome, record.note.unwrap().into_owned()))
        .collect();
    let expected = [
        (Outcome::Done, "provision: begun"),
        (Outcome::Done, "provision"),
        (Outcome::Done, "suspend: begun"),
        (Outcome::Done, "suspend"),
        (Outcome::Done, "rotate: begun"),
        (Outcome::Refused, "rotate: the authority's key is disabled"),
        (Outcome::Done, "resume: begun"),
        (Outcome::Done, "resume"),
    ];
    assert_eq!(notes, expected.map(|(outcome, note)| (outcome, note.to_owned())));
}

/// An audit log that takes nothing.
struct Full;

impl Audit for Full {
    fn record(&self, _: AuditRecord) -> Result<(), AuditError> {
        Err(AuditError::Full)
    }
    fn flush(&self) -> Result<Head, AuditError> {
        Err(AuditError::Full)
    }
}

#[tokio::test]
async fn what_cannot_be_audited_does_not_happen() {
    let place = Place::<In>::new().await;
    place.provision("acme").await;
    let custody = LocalCustody::open(place.folder.path().join("in-custody"), "in").unwrap();
    let vault = Vault::<In>::open(VaultConfig {
        policy: policy(),
        custodies: Arc::new(custody).into(),
        region_dir: place.folder.path().join("in"),
        declarations: &[],
        audit: Arc::new(Full),
        clock: Arc::new(SystemClock),
        backend: Backend::default(),
    });
    let vault = vault.await.unwrap();
    let tenants = [TenantId::new("acme"), TenantId::new("globex")];
    let refused = vault.session::<Billing>(&service(), &tenants[..1]).await.err();
    assert_eq!(refused, Some(AuditError::Full.into()));
    assert_eq!(
        vault.suspend(&operator(), &tenants[0]).await,
        Err(AuditError::Full.into())
    );
    assert_eq!(
        vault.provision(&operator(), &tenants[1]).await,
        Err(AuditError::Full.into())
    );
    assert!(place.session(&["acme"]).await.is_ok(), "not suspended");
    assert!(place.session(&["globex"]).await.is_err(), "not provisioned");
}

#[tokio::test]
async fn a_vault_opens_for_an_in_country_region_of_the_policy_with_its_own_custody() {
    struct Hub;
    impl Region for Hub {
        const NAME: &'static str = "hub";
        const JURISDICTION: &'static str = "US";
    }
    struct Elsewhere;
    impl Region for Elsewhere {
        const NAME: &'static str = "in";
        const JURISDICTION: &'static str = "EU";
    }
    async fn open<R: Region>(custody: &str) -> Option<AccessError> {
        let folder = tempfile::tempdir().unwrap();
        Vault::<R>::open(VaultConfig {
            policy: policy(),
            custodies: Arc::new(LocalCustody::open(folder.path().join("custody"), custody).unwrap()).into(),
            region_dir: folder.path().join("region"),
            declarations: &[],
            audit: Arc::new(Full),
            clock: Arc::new(SystemClock),
            backend: Backend::default(),
        })
        .await
        .err()
    }
    assert_eq!(open::<In>("in").await, None);
    assert_eq!(
        open::<In>("eu").await,
        Some(
            KeyError::WrongRegion {
                expected: "in".into(),
                found: "eu".into()
            }
            .into()
        )
    );
    let unknown = |name: &str| {
        Some(
            Refusal::Unknown {
                kind: "in-country region",
                name: name.into(),
            }
            .into(),
        )
    };
    assert_eq!(open::<Hub>("hub").await, unknown("hub"));
    assert_eq!(open::<Elsewhere>("in").await, unknown("in"));
}

#[tokio::test]
async fn a_lease_of_zero_gives_each_session_its_own_second() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let custody = Arc::new(LocalCustody::open(folder.path().join("custody"), "in").unwrap());
    let policy = policy_of(&POLICY.replace("lease = \"60s\"", "lease = \"0s\""));
    let place = Place::<In>::with(folder, custody, policy).await;
    place.provision("acme").await;
    let session = place.session(&["acme"]).await.unwrap();
    let customer = Customer::seal(&session, &place.residence("acme", "s-7"), 7).unwrap();
    let grant = place.grant(&customer).await;
    assert!(customer.email(&session, &grant).is_ok());
    place.wait(boundary_vault::ZERO_LEASE_HOLD);
    let expired = KeyError::LeaseExpired {
        bound: Duration::ZERO,
    };
    assert_eq!(text(customer.email(&session, &grant)), Err(expired.into()));
    let session = place.session(&["acme"]).await.unwrap();
    assert!(customer.email(&session, &grant).is_ok());
}

#[tokio::test]
async fn the_signer_of_a_region_stays_the_same_and_its_signatures_verify() {
    let place = Place::<In>::new().await;
    let signer = place.vault.signer();
    let custody = LocalCustody::open(place.folder.path().join("in-custody"), "in").unwrap();
    let early = RegionSigner::of(&custody).await.unwrap();
    assert_eq!(
        (signer.region(), signer.verifying_key()),
        (early.region(), early.verifying_key())
    );
    let key = ed25519_dalek::VerifyingKey::from_bytes(&signer.verifying_key()).unwrap();
    let signature = ed25519_dalek::Signature::from_bytes(&signer.sign(b"a release"));
    assert!(key.verify_strict(b"a release", &signature).is_ok());
    assert!(key.verify_strict(b"another", &signature).is_err());
    let europe = Place::<Eu>::new().await;
    assert_ne!(europe.vault.signer().verifying_key(), signer.verifying_key());
}

#[tokio::test]
async fn a_session_serves_many_threads_at_once() {
    let place = Place::<In>::new().await;
    place.provision("acme").await;
    let session = place.session(&["acme"]).await.unwrap();
    let customers: Vec<_> = (0..4)
        .map(|id| Customer::seal(&session, &place.residence("acme", &format!("s-{id}")), id).unwrap())
        .collect();
    let mut grants = Vec::new();
    for customer in &customers {
        grants.push(place.grant(customer).await);
    }
    std::thread::scope(|scope| {
        for thread in 0..2 {
            let (session, customers, grants) = (&session, &customers, &grants);
            scope.spawn(move || {
                for turn in 0..200 {
                    let id = (turn + thread) % 4;
                    assert_eq!(
                        text(customers[id].email(session, &grants[id])).unwrap(),
                        email_of(id as u64)
                    );
                    let city = text(session.open(&customers[id], CITY, &customers[id].city, &grants[id]));
                    assert_eq!(city.unwrap(), "Pune");
                }
            });
        }
    });
}

#[test]
fn the_vaults_futures_and_sessions_cross_threads() {
    fn is_send<T: Send>(_: &T) {}
    fn check(place: &Place<In>, principal: &Principal, tenants: &[TenantId; 1]) {
        is_send(&place.vault.provision(principal, &tenants[0]));
        is_send(&place.vault.suspend(principal, &tenants[0]));
        is_send(&place.vault.resume(principal, &tenants[0]));
        is_send(&place.vault.rotate(principal, &tenants[0]));
        is_send(&place.vault.schedule_deletion(principal, &tenants[0]));
        is_send(&place.vault.destroy(principal, &tenants[0]));
        is_send(&place.vault.session::<Billing>(principal, tenants));
        is_send(&place.vault.pseudonyms(tenants));
    }
    fn session_is<T: Send + Sync>() {}
    session_is::<boundary_runtime::Session<boundary_runtime::InCountry<In>, Billing>>();
    let _ = check;
}
