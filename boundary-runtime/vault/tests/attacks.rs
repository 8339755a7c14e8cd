//! Attacks 40, 41, 59 and 68: what a session, a copy of ciphertext or a disabled key is good for.
#![allow(clippy::expect_used, clippy::unwrap_used)]

mod support;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use boundary_runtime::audit::MemoryAudit;
use boundary_runtime::seam::{
    ChunkOpener, ChunkSealer, FieldAddress, IndexAddress, ObjectAddress, ObjectHeader, Opener, RecordAddress,
    RecordSealer, in_country_session,
};
use boundary_runtime::zeroize::Zeroizing;
use boundary_runtime::{
    AccessError, BlindIndex, DataKey, KeyError, Misuse, Refusal, Sealed, TenantId, Timestamp,
};
use boundary_runtime::{InCountry, RawSession, Session};
use boundary_vault::{Backend, Custody, LocalCustody};
#[cfg(feature = "aws-lc-rs")]
use boundary_vault::{Custodies, Vault, VaultConfig};
use support::*;

/// An opener of the attacker's: it keeps whatever it is shown.
#[derive(Default)]
struct Eavesdropper(Arc<Mutex<Vec<u8>>>);

impl Opener for Eavesdropper {
    fn region(&self) -> &str {
        "in"
    }
    fn create<'a>(
        &'a self,
        _: &RecordAddress<'_>,
        _: Timestamp,
    ) -> Result<(DataKey, Box<dyn RecordSealer + 'a>), AccessError> {
        Err(AccessError::Undecryptable)
    }
    fn admit(&self, _: &DataKey, _: &FieldAddress<'_>, _: Timestamp) -> Result<(), AccessError> {
        Ok(())
    }
    fn seal(
        &self,
        _: &DataKey,
        _: &FieldAddress<'_>,
        _: &[u8],
        _: &mut Vec<u8>,
        _: Timestamp,
    ) -> Result<(), AccessError> {
        Err(AccessError::Undecryptable)
    }
    fn open(
        &self,
        key: &DataKey,
        _: &FieldAddress<'_>,
        sealed: &[u8],
        out: &mut Zeroizing<Vec<u8>>,
        _: Timestamp,
    ) -> Result<(), AccessError> {
        self.0.lock().unwrap().extend([key.as_bytes(), sealed].concat());
        out.extend_from_slice(b"whatever the attacker likes");
        Ok(())
    }
    fn seal_object(
        &self,
        _: &ObjectAddress<'_>,
        _: Timestamp,
    ) -> Result<(ObjectHeader, Box<dyn ChunkSealer>), AccessError> {
        Err(AccessError::Undecryptable)
    }
    fn open_object(
        &self,
        header: &ObjectHeader,
        _: &ObjectAddress<'_>,
        _: Timestamp,
    ) -> Result<Box<dyn ChunkOpener>, AccessError> {
        self.0.lock().unwrap().extend(header.data_key.as_bytes());
        Err(AccessError::Undecryptable)
    }
    fn index(&self, _: &IndexAddress<'_>, _: &[u8], _: Timestamp) -> Result<BlindIndex, AccessError> {
        Err(AccessError::Undecryptable)
    }
    fn candidates(
        &self,
        _: &IndexAddress<'_>,
        _: &[u8],
        _: Timestamp,
    ) -> Result<Vec<BlindIndex>, AccessError> {
        Err(AccessError::Undecryptable)
    }
}

#[tokio::test]
async fn attack_40_an_opener_of_the_attackers_own_sees_ciphertext_only() {
    let place = Place::<In>::new().await;
    place.provision("acme").await;
    let session = place.session(&["acme"]).await.unwrap();
    let customer = Customer::seal(&session, &place.residence("acme", "s-7"), 7).unwrap();
    let grant = place.grant(&customer).await;

    let seen = Arc::new(Mutex::new(Vec::new()));
    let forged: Session<InCountry<In>, Billing> = in_country_session(
        service(),
        Box::new(Eavesdropper(Arc::clone(&seen))),
        Arc::new(MemoryAudit::default()),
        Arc::clone(&place.clock) as _,
    );
    let opened = text(customer.email(&forged, &grant)).unwrap();
    assert_eq!(opened, "whatever the attacker likes");
    let seen = seen.lock().unwrap();
    assert!(!seen.is_empty());
    assert!(!contains(&seen, email_of(7).as_bytes()) && !contains(&seen, b"example.com"));
}

#[tokio::test]
async fn attack_41_a_sealed_value_moved_elsewhere_does_not_open_and_says_no_more() {
    let place = Place::<In>::new().await;
    for tenant in ["acme", "globex"] {
        place.provision(tenant).await;
    }
    let session = place.session(&["acme", "globex"]).await.unwrap();
    let victim = Customer::seal(&session, &place.residence("acme", "s-7"), 7).unwrap();
    let own = Customer::seal(&session, &place.residence("acme", "s-8"), 8).unwrap();
    let abroad = Customer::seal(&session, &place.residence("globex", "s-9"), 9).unwrap();
    let grant = place.grant(&victim).await;
    assert_eq!(text(victim.email(&session, &grant)).unwrap(), email_of(7));

    // To another field of the same record.
    let moved = Customer {
        phone: Sealed::from_ciphertext(victim.email.as_ciphertext()),
        ..victim.copy()
    };
    assert_opaque(text(session.open(&moved, PHONE, &moved.phone, &grant)));
    // To another record, without and with the data key.
    let grant_own = place.grant(&own).await;
    let moved = Customer {
        email: Sealed::from_ciphertext(victim.email.as_ciphertext()),
        ..own.copy()
    };
    assert_opaque(text(moved.email(&session, &grant_own)));
    let moved = Customer {
        id: 8,
        data_key: victim.data_key.clone(),
        ..victim.copy()
    };
    assert_opaque(text(moved.email(&session, &grant)));
    assert_opaque(text(session.open(&moved, CITY, &moved.city, &grant)));
    // To another tenant, with the data key.
    let grant_abroad = place.grant(&abroad).await;
    let moved = Customer {
        tenant: abroad.tenant.clone(),
        subject: abroad.subject.clone(),
        ..victim.copy()
    };
    assert_opaque(text(moved.email(&session, &grant_abroad)));
    // With a data key that names the other tenant around the same wrapped part.
    let renamed = DataKey::from_parts(
        victim.data_key.id(),
        &abroad.tenant,
        "in",
        victim.data_key.wrapped(),
    );
    let moved = Customer {
        data_key: renamed.unwrap(),
        ..moved
    };
    assert_opaque(text(moved.email(&session, &grant_abroad)));
    // The record itself still opens after all that.
    assert_eq!(text(victim.email(&session, &grant)).unwrap(), email_of(7));
}

#[tokio::test]
async fn attack_41_a_sealed_value_moved_to_another_table_or_region_does_not_open() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let (india, europe) = (
        Place::<In>::in_folder(folder.clone()).await,
        Place::<Eu>::in_folder(folder).await,
    );
    india.provision("acme").await;
    europe.provision("acme").await;
    let (session, abroad) = (
        india.session(&["acme"]).await.unwrap(),
        europe.session(&["acme"]).await.unwrap(),
    );
    let victim = Customer::seal(&session, &india.residence("acme", "s-7"), 7).unwrap();
    let grant = europe.grant(&victim).await;

    // A key that says where it comes from is a caller's mistake; one that lies does not open.
    assert_eq!(
        text(victim.email(&abroad, &grant)),
        Err(Misuse::AnotherRegion.into())
    );
    let renamed = DataKey::from_parts(
        victim.data_key.id(),
        &victim.tenant,
        "eu",
        victim.data_key.wrapped(),
    );
    let moved = Customer {
        data_key: renamed.unwrap(),
        ..victim.copy()
    };
    assert_opaque(text(moved.email(&abroad, &grant)));

    // A session does not start a record of a table that the vault was not told of.
    let residence = india.residence("acme", "s-7");
    let started = session.start(&STRANGERS, &residence, &7_u64);
    assert_eq!(
        started.err(),
        Some(
            Refusal::Unregistered {
                declaration: "Stranger"
            }
            .into()
        )
    );
}

#[tokio::test]
async fn attack_59_a_copied_region_with_its_wrapped_keys_opens_nothing_without_its_custody() {
    let place = Place::<In>::new().await;
    place.provision("acme").await;
    let session = place.session(&["acme"]).await.unwrap();
    let customer = Customer::seal(&session, &place.residence("acme", "s-7"), 7).unwrap();
    let grant = place.grant(&customer).await;

    // The thief has the region's folder, the row and its data key, and sets up a custody and a vault for them.
    let loot = Arc::new(tempfile::tempdir().unwrap());
    copy_folder(&place.folder.path().join("in"), &loot.path().join("in"));
    assert!(loot.path().join("in/authorities").read_dir().unwrap().count() > 0);
    let thief = Place::<In>::in_folder(loot).await;
    let refused = thief.session(&["acme"]).await.err();
    assert!(
        matches!(refused, Some(AccessError::Key(KeyError::Unknown { .. }))),
        "{refused:?}"
    );
    // Nor does provisioning put keys of the thief's own over the ones that sealed records.
    let provisioned = thief.vault.provision(&operator(), &TenantId::new("acme")).await;
    assert!(
        matches!(provisioned, Err(AccessError::Key(KeyError::Unknown { .. }))),
        "{provisioned:?}"
    );

    // With an authority of the same name in an empty region, the stolen row still does not open.
    let other = Place::<In>::new().await;
    other.provision("acme").await;
    let session = other.session(&["acme"]).await.unwrap();
    assert_opaque(text(customer.email(&session, &grant)));

    // And the files hold nothing of the row or of a key in the clear.
    for file in files(place.folder.path()) {
        let bytes = std::fs::read(&file).unwrap();
        assert!(!contains(&bytes, email_of(7).as_bytes()), "{}", file.display());
    }
}

#[tokio::test]
async fn attack_68_a_key_disabled_elsewhere_closes_open_sessions_when_their_lease_ends() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let place = Place::<In>::in_folder(folder.clone()).await;
    place.provision("acme").await;
    place.provision("globex").await;
    let session = place.session(&["acme"]).await.unwrap();
    let customer = Customer::seal(&session, &place.residence("acme", "s-7"), 7).unwrap();
    let grant = place.grant(&customer).await;

    // The customer disables its key by another process: this vault is not told.
    let elsewhere = Place::<In>::in_folder(folder).await;
    elsewhere
        .vault
        .suspend(&operator(), &customer.tenant)
        .await
        .unwrap();

    // Busy all the time, which must not lengthen anything: the lease of the policy is 60 seconds.
    for second in 0..60 {
        assert!(customer.email(&session, &grant).is_ok(), "second {second}");
        let _another = place.session(&["acme"]).await;
        place.wait(Duration::from_secs(1));
    }
    let expired = KeyError::LeaseExpired {
        bound: Duration::from_secs(60),
    };
    assert_eq!(
        text(customer.email(&session, &grant)),
        Err(expired.clone().into())
    );
    assert_eq!(
        text(session.open(&customer, CITY, &customer.city, &grant)),
        Err(expired.clone().into())
    );
    assert_eq!(
        Customer::seal(&session, &place.residence("acme", "s-8"), 8).err(),
        Some(expired.into())
    );
    // Renewing fails, and only for this tenant.
    assert_eq!(
        place.session(&["acme"]).await.err(),
        Some(KeyError::Disabled.into())
    );
    assert!(place.session(&["globex"]).await.is_ok());
}

#[tokio::test]
async fn attack_68_a_key_disabled_here_closes_open_sessions_at_once_and_for_good() {
    let place = Place::<In>::new().await;
    place.provision("acme").await;
    let session = place.session(&["acme"]).await.unwrap();
    let customer = Customer::seal(&session, &place.residence("acme", "s-7"), 7).unwrap();
    let grant = place.grant(&customer).await;
    assert!(customer.email(&session, &grant).is_ok());

    place.vault.suspend(&operator(), &customer.tenant).await.unwrap();
    assert_eq!(
        text(customer.email(&session, &grant)),
        Err(KeyError::Disabled.into())
    );
    assert_eq!(
        place.session(&["acme"]).await.err(),
        Some(KeyError::Disabled.into())
    );

    place.vault.resume(&operator(), &customer.tenant).await.unwrap();
    let renewed = place.session(&["acme"]).await.unwrap();
    assert_eq!(text(customer.email(&renewed, &grant)).unwrap(), email_of(7));
    assert_eq!(
        text(customer.email(&session, &grant)),
        Err(KeyError::Disabled.into())
    );
}

fn assert_opaque(opened: Result<String, AccessError>) {
    assert_eq!(opened, Err(AccessError::Undecryptable));
}

fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

fn files(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] })
        .collect()
}

fn copy_folder(from: &std::path::Path, to: &std::path::Path) {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(to)
        .unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[tokio::test]
async fn what_one_backend_sealed_opens_by_each_of_the_others() {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let custody: Arc<dyn Custody> =
        Arc::new(LocalCustody::open(folder.path().join("custody"), "in").unwrap());
    let mut rows = Vec::new();
    for &backend in Backend::ALL {
        let place = Place::<In>::by_backend(folder.clone(), custody.clone(), policy(), backend).await;
        place.provision("acme").await;
        let session = place.session(&["acme"]).await.unwrap();
        let id = rows.len() as u64;
        rows.push(Customer::seal(&session, &place.residence("acme", "s-1"), id).unwrap());
        // Each backend rotates, so that the others meet generations of its making.
        place.vault.rotate(&operator(), &"acme".into()).await.unwrap();
    }
    for &backend in Backend::ALL {
        let place = Place::<In>::by_backend(folder.clone(), custody.clone(), policy(), backend).await;
        let session = place.session(&["acme"]).await.unwrap();
        for row in &rows {
            let opened = text(row.email(&session, &place.grant(row).await));
            assert_eq!(opened, Ok(email_of(row.id)), "{backend:?}");
        }
    }
}

#[cfg(feature = "aws-lc-rs")]
#[tokio::test]
async fn a_vault_that_asks_for_a_fips_module_does_not_open_without_one() {
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::<In>::open(VaultConfig {
        policy: policy(),
        custodies: Custodies::of(Arc::new(
            LocalCustody::open(folder.path().join("custody"), "in").unwrap(),
        )),
        region_dir: folder.path().join("in"),
        declarations: &[],
        audit: Arc::new(MemoryAudit::default()),
        clock: Arc::new(boundary_runtime::SystemClock),
        backend: Backend::AwsLcFips,
    });
    let refused = vault.await.err();
    // A workspace that turns the module on finds the vault open.
    let expected = Backend::AwsLcFips.check().err().map(Into::into);
    assert_eq!(refused, expected);
}
