//! A custody that is down, slow, interrupted or answers for somebody else: the vault stays closed, and recovers.
#![allow(clippy::expect_used, clippy::unwrap_used)]

mod support;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use boundary_runtime::zeroize::Zeroizing;
use boundary_runtime::{AccessError, KeyError, TenantId, Timestamp};
use boundary_vault::{
    Authority, Custody, CustodyKey, Destruction, KeyReference, KeyRequest, KeyState, LocalCustody, Origin,
    Pending, Rung,
};
use support::*;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    None,
    /// Answers nothing.
    Down,
    /// Waits before it answers.
    Slow,
    /// Answers with the keys of this tenant, whoever was asked for.
    OtherTenant(&'static str),
    /// Answers with the keys of the custody of another region.
    OtherRegion,
    /// Gives back what it was given.
    Echo,
}

/// A local custody with a fault, and how often it unwrapped.
struct Faulty {
    local: LocalCustody,
    abroad: LocalCustody,
    fault: Mutex<Fault>,
    /// After so many calls it is down.
    calls_left: AtomicUsize,
    unwrapped: AtomicUsize,
}

impl Faulty {
    fn new(folder: &tempfile::TempDir) -> Arc<Self> {
        let open =
            |region| LocalCustody::open(folder.path().join(format!("{region}-custody")), region).unwrap();
        Arc::new(Self {
            local: open("in"),
            abroad: open("eu"),
            fault: Mutex::new(Fault::None),
            calls_left: AtomicUsize::new(usize::MAX),
            unwrapped: AtomicUsize::new(0),
        })
    }

    fn set(&self, fault: Fault) {
        *self.fault.lock().unwrap() = fault;
    }

    fn check(&self) -> Result<Fault, KeyError> {
        let down = || KeyError::Unreachable("no route to the key service".to_owned());
        let left = self
            .calls_left
            .try_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        left.map_err(|_| down())?;
        match *self.fault.lock().unwrap() {
            Fault::Down => Err(down()),
            fault => Ok(fault),
        }
    }
}

impl Custody for Faulty {
    fn region(&self) -> &str {
        "in"
    }
    fn rung(&self, origin: Origin) -> Rung {
        self.local.rung(origin)
    }
    fn provision<'a>(
        &'a self,
        authority: &'a Authority,
        request: &'a KeyRequest,
    ) -> Pending<'a, KeyReference> {
        Box::pin(async {
            self.check()?;
            self.local.provision(authority, request).await
        })
    }
    fn wrap<'a>(&'a self, key: CustodyKey<'a>, keys: &'a [u8]) -> Pending<'a, Vec<u8>> {
        Box::pin(async move {
            self.check()?;
            self.local.wrap(key, keys).await
        })
    }
    fn unwrap<'a>(&'a self, key: CustodyKey<'a>, wrapped: &'a [u8]) -> Pending<'a, Zeroizing<Vec<u8>>> {
        Box::pin(async move {
            self.unwrapped.fetch_add(1, Ordering::SeqCst);
            match self.check()? {
                Fault::Slow => {
                    tokio::time::sleep(Duration::from_millis(30)).await;
                    self.local.unwrap(key, wrapped).await
                }
                // What these custodies keep under the asked name is what they kept for somebody else.
                Fault::OtherTenant(other) => kept(&self.local, &Authority::new(other, "in")).await,
                Fault::OtherRegion => {
                    let other = Authority::new(key.authority.tenant().clone(), "eu");
                    kept(&self.abroad, &other).await
                }
                Fault::Echo => Ok(Zeroizing::new(wrapped.to_vec())),
                Fault::None | Fault::Down => self.local.unwrap(key, wrapped).await,
            }
        })
    }
    fn state<'a>(&'a self, key: CustodyKey<'a>) -> Pending<'a, KeyState> {
        self.local.state(key)
    }
    fn disable<'a>(&'a self, key: CustodyKey<'a>) -> Pending<'a, ()> {
        Box::pin(async move {
            self.check()?;
            self.local.disable(key).await
        })
    }
    fn enable<'a>(&'a self, key: CustodyKey<'a>) -> Pending<'a, ()> {
        self.local.enable(key)
    }
    fn schedule_deletion<'a>(&'a self, key: CustodyKey<'a>, waiting: Duration) -> Pending<'a, Timestamp> {
        self.local.schedule_deletion(key, waiting)
    }
    fn destroy<'a>(&'a self, key: CustodyKey<'a>) -> Pending<'a, Destruction> {
        self.local.destroy(key)
    }
    fn signing_key(&self) -> Pending<'_, Zeroizing<[u8; 32]>> {
        self.local.signing_key()
    }
}

/// What a custody gives when it is asked for the keyring of another authority, in the layout of the vault.
async fn kept(custody: &LocalCustody, authority: &Authority) -> Result<Zeroizing<Vec<u8>>, KeyError> {
    let reference = custody.provision(authority, &KeyRequest::Make).await?;
    let key = CustodyKey {
        authority,
        reference: &reference,
        origin: Origin::Made,
    };
    let mut keyring = vec![1];
    for name in [authority.tenant().as_str(), authority.region()] {
        keyring.extend_from_slice(&(name.len() as u16).to_be_bytes());
        keyring.extend_from_slice(name.as_bytes());
    }
    keyring.extend_from_slice(&[9; 32]);
    keyring.extend_from_slice(&1_u32.to_be_bytes());
    keyring.extend_from_slice(&[8; 32]);
    custody.unwrap(key, &custody.wrap(key, &keyring).await?).await
}

async fn place() -> (Arc<Faulty>, Place<In>) {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let custody = Faulty::new(&folder);
    let place = Place::with_custody(folder, custody.clone()).await;
    place.provision("acme").await;
    (custody, place)
}

#[tokio::test]
async fn a_custody_that_is_down_gives_no_session_and_nothing_takes_its_place() {
    let (custody, place) = place().await;
    let session = place.session(&["acme"]).await.unwrap();
    custody.set(Fault::Down);
    // The lease that is held lasts as long as it would have, and no longer.
    assert!(place.session(&["acme"]).await.is_ok());
    place.wait(Duration::from_secs(60));
    let refused = place.session(&["acme"]).await.err();
    assert!(
        matches!(refused, Some(AccessError::Key(KeyError::Unreachable(_)))),
        "{refused:?}"
    );
    let sealed = Customer::seal(&session, &place.residence("acme", "s-7"), 7).err();
    assert!(
        matches!(sealed, Some(AccessError::Key(KeyError::LeaseExpired { .. }))),
        "{sealed:?}"
    );
    custody.set(Fault::None);
    assert!(place.session(&["acme"]).await.is_ok());
}

#[tokio::test]
async fn the_kill_switch_is_pulled_here_even_if_the_custody_cannot_be_told() {
    let (custody, place) = place().await;
    let session = place.session(&["acme"]).await.unwrap();
    custody.set(Fault::Down);
    let told = place.vault.suspend(&operator(), &TenantId::new("acme")).await;
    assert!(matches!(told, Err(AccessError::Key(KeyError::Unreachable(_)))));
    let sealed = Customer::seal(&session, &place.residence("acme", "s-7"), 7).err();
    assert_eq!(sealed, Some(KeyError::Disabled.into()));
}

#[tokio::test]
async fn a_slow_custody_is_asked_once_and_holds_up_no_neighbour() {
    let (custody, place) = place().await;
    place.provision("globex").await;
    assert!(place.session(&["globex"]).await.is_ok());
    custody.unwrapped.store(0, Ordering::SeqCst);
    custody.set(Fault::Slow);
    let (finished, neighbour_was) = (AtomicUsize::new(0), AtomicUsize::new(usize::MAX));
    let neighbour = async {
        place.session(&["globex"]).await.unwrap();
        neighbour_was.store(finished.fetch_add(1, Ordering::SeqCst), Ordering::SeqCst);
    };
    let waiting = async || {
        place.session(&["acme"]).await.unwrap();
        finished.fetch_add(1, Ordering::SeqCst);
    };
    tokio::join!(waiting(), waiting(), waiting(), neighbour);
    assert_eq!(custody.unwrapped.load(Ordering::SeqCst), 1);
    assert_eq!(neighbour_was.into_inner(), 0, "the neighbour was through first");
}

#[tokio::test]
async fn a_custody_that_answers_for_another_tenant_or_region_is_found_out() {
    let (custody, place) = place().await;
    for fault in [
        Fault::OtherTenant("globex"),
        Fault::OtherTenant("acmf"),
        Fault::OtherRegion,
    ] {
        custody.set(fault);
        assert_eq!(
            place.session(&["acme"]).await.err(),
            Some(KeyError::WrongAuthority.into()),
            "{fault:?}"
        );
    }
    custody.set(Fault::Echo);
    let refused = place.session(&["acme"]).await.err();
    assert!(
        matches!(
            refused,
            Some(AccessError::Key(KeyError::WrongAuthority | KeyError::Damaged(_)))
        ),
        "{refused:?}"
    );
    custody.set(Fault::None);
    assert!(place.session(&["acme"]).await.is_ok());
}

#[tokio::test]
async fn an_interrupted_provision_or_rotation_is_completed_by_another_call() {
    let (custody, place) = place().await;
    let session = place.session(&["acme"]).await.unwrap();
    let customer = Customer::seal(&session, &place.residence("acme", "s-7"), 7).unwrap();
    for calls in 0..3 {
        let tenant = format!("tenant-{calls}");
        custody.calls_left.store(calls, Ordering::SeqCst);
        let provisioned = place.vault.provision(&operator(), &TenantId::new(&*tenant)).await;
        assert_eq!(provisioned.is_ok(), calls == 2, "{calls} calls");
        let rotated = place.vault.rotate(&operator(), &customer.tenant).await;
        assert!(rotated.is_err(), "the custody is down by now");

        custody.calls_left.store(usize::MAX, Ordering::SeqCst);
        place.provision(&tenant).await;
        assert!(place.session(&[&tenant]).await.is_ok());
        custody.calls_left.store(calls, Ordering::SeqCst);
        assert_eq!(
            place.vault.rotate(&operator(), &customer.tenant).await.is_ok(),
            calls == 2,
            "{calls} calls"
        );
        custody.calls_left.store(usize::MAX, Ordering::SeqCst);
        place.wait(Duration::from_secs(60));
        let (session, grant) = (
            place.session(&["acme"]).await.unwrap(),
            place.grant(&customer).await,
        );
        assert_eq!(text(customer.email(&session, &grant)).unwrap(), email_of(7));
    }
}

#[tokio::test]
async fn an_altered_file_of_wrapped_keys_is_refused_and_left_as_it_is() {
    let (_, place) = place().await;
    let folder = place.folder.path().join("in/authorities");
    let mut entries = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let file = entries
        .find(|path| path.extension().is_some_and(|e| e == "authority"))
        .unwrap();
    let whole = std::fs::read(&file).unwrap();
    for position in 0..whole.len() {
        let mut altered = whole.clone();
        altered[position] ^= 4;
        for bytes in [&altered[..], &whole[..position]] {
            std::fs::write(&file, bytes).unwrap();
            let refused = place.session(&["acme"]).await.err();
            assert!(
                matches!(refused, Some(AccessError::Key(KeyError::Damaged(_)))),
                "{position}: {refused:?}"
            );
            assert!(
                place
                    .vault
                    .provision(&operator(), &TenantId::new("acme"))
                    .await
                    .is_err()
            );
            assert!(
                place
                    .vault
                    .rotate(&operator(), &TenantId::new("acme"))
                    .await
                    .is_err()
            );
            assert_eq!(std::fs::read(&file).unwrap(), bytes);
        }
    }
    std::fs::write(&file, &whole).unwrap();
    assert!(place.session(&["acme"]).await.is_ok());
}
