//! The life of an authority: on which rung its key is, what an interruption leaves of an act, how fast a kill switch is felt,
//! and who could decrypt meanwhile.
#![allow(clippy::expect_used, clippy::unwrap_used)]

mod support;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use boundary_runtime::audit::{CapabilityHistory, MemoryAudit};
use boundary_runtime::zeroize::Zeroizing;
use boundary_runtime::{AccessError, Clock, KeyError, Refusal, SystemClock, TenantId, Timestamp};
use boundary_vault::{
    Authority, AuthorityName, AuthorityState, Backend, Custodies, Custody, KeyRequest, LocalCustody, Origin,
    Rung, Vault, VaultConfig,
};
use support::*;

fn acme() -> TenantId {
    TenantId::new("acme")
}

fn material() -> KeyRequest {
    KeyRequest::Import(Zeroizing::new([0x5a; 32]))
}

/// A region's vault over a folder, with a home custody and one more, `second`.
async fn vault_in(
    folder: &Path,
    policy: &str,
    clock: Arc<dyn Clock>,
    audit: Arc<MemoryAudit>,
) -> Arc<Vault<In>> {
    let open = |name: &str| Arc::new(LocalCustody::open(folder.join(name), "in").unwrap());
    let config = VaultConfig {
        policy: policy_of(policy),
        custodies: Custodies::of(open("home")).and("second", open("second")).unwrap(),
        region_dir: folder.join("in"),
        declarations: &[&CUSTOMERS],
        audit,
        clock,
        backend: Backend::default(),
    };
    Arc::new(Vault::open(config).await.unwrap())
}

/// The same region as [`Place`] has it, with a second custody.
async fn place() -> Place<In> {
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let mut place = Place::<In>::in_folder(folder).await;
    let custodies = ["in-custody", "second"].map(|name| {
        Arc::new(LocalCustody::open(place.folder.path().join(name), "in").unwrap()) as Arc<dyn Custody>
    });
    let [home, second] = custodies;
    place.vault = Vault::open(VaultConfig {
        policy: policy(),
        custodies: Custodies::of(home).and("second", second).unwrap(),
        region_dir: place.folder.path().join("in"),
        declarations: &[&CUSTOMERS],
        audit: place.audit.clone(),
        clock: place.clock.clone(),
        backend: Backend::default(),
    })
    .await
    .unwrap();
    place
}

#[tokio::test]
async fn an_authority_moves_up_and_down_the_ladder_and_no_row_is_touched() {
    let place = place().await;
    place.provision("acme").await;
    let session = place.session(&["acme"]).await.unwrap();
    let customer = Customer::seal(&session, &place.residence("acme", "s-7"), 7).unwrap();
    let opens = async || {
        place.wait(Duration::from_secs(60));
        let session = place.session(&["acme"]).await?;
        text(customer.email(&session, &place.grant(&customer).await))
    };
    let vault = &place.vault;
    vault
        .move_to(&operator(), &acme(), "second", &material())
        .await
        .unwrap();
    let record = vault.record(&acme()).unwrap();
    assert_eq!(
        (record.key.custody.as_str(), record.key.origin),
        ("second", Origin::Imported)
    );
    assert_eq!(record.former.len(), 1);
    assert_eq!(opens().await.unwrap(), email_of(7));

    // Again, as after an interruption: nothing changes, and the former key is listed once.
    vault
        .move_to(&operator(), &acme(), "second", &material())
        .await
        .unwrap();
    assert_eq!(vault.record(&acme()).unwrap(), record);
    // The key of before still stands, until it is retired; then a record from before is of no use.
    let key_files = || {
        std::fs::read_dir(place.folder.path().join("in-custody"))
            .unwrap()
            .count()
    };
    let before = key_files();
    vault.retire_former_keys(&operator(), &acme()).await.unwrap();
    assert_eq!(key_files(), before - 1);
    assert_eq!(vault.record(&acme()).unwrap().former, []);
    assert_eq!(opens().await.unwrap(), email_of(7));

    // Down again, and rotated on the way.
    vault.rotate(&operator(), &acme()).await.unwrap();
    vault
        .move_to(&operator(), &acme(), Custodies::HOME, &KeyRequest::Make)
        .await
        .unwrap();
    assert_eq!(opens().await.unwrap(), email_of(7));
    let nowhere = vault
        .move_to(&operator(), &acme(), "third", &KeyRequest::Make)
        .await;
    let name = "third".to_owned();
    assert_eq!(nowhere, Err(KeyError::NoCustody { name }.into()));
    assert_eq!(opens().await.unwrap(), email_of(7));
}

#[tokio::test]
async fn an_authority_in_a_custody_that_this_vault_was_not_given_is_closed() {
    let place = place().await;
    place
        .vault
        .provision_under(&operator(), &acme(), "second", &material())
        .await
        .unwrap();
    assert!(place.session(&["acme"]).await.is_ok());
    let other = place
        .vault
        .provision_under(&operator(), &acme(), Custodies::HOME, &KeyRequest::Make)
        .await;
    assert!(
        matches!(other, Err(AccessError::Key(KeyError::Denied(_)))),
        "{other:?}"
    );

    let without = Place::<In>::in_folder(place.folder.clone()).await;
    let name = "second".to_owned();
    assert_eq!(
        without.session(&["acme"]).await.err(),
        Some(KeyError::NoCustody { name }.into())
    );
}

#[tokio::test]
async fn a_suspension_closes_other_vaults_of_the_region_too_even_if_the_custody_was_not_told() {
    let place = place().await;
    place.provision("acme").await;
    let other = Place::<In>::in_folder(place.folder.clone()).await;
    let held = other.session(&["acme"]).await.unwrap();
    // The custody's file is gone for a moment, so that it cannot be told.
    let (custody, aside) = (
        place.folder.path().join("in-custody"),
        place.folder.path().join("aside"),
    );
    std::fs::rename(&custody, &aside).unwrap();
    assert!(place.vault.suspend(&operator(), &acme()).await.is_err());
    std::fs::rename(&aside, &custody).unwrap();
    assert_eq!(
        place.vault.record(&acme()).unwrap().state,
        AuthorityState::Suspended
    );
    other.wait(Duration::from_secs(60));
    let sealed = Customer::seal(&held, &other.residence("acme", "s-7"), 7).err();
    assert!(matches!(
        sealed,
        Some(AccessError::Key(KeyError::LeaseExpired { .. }))
    ));
    assert_eq!(
        other.session(&["acme"]).await.err(),
        Some(KeyError::Disabled.into())
    );
    place.vault.resume(&operator(), &acme()).await.unwrap();
    assert!(other.session(&["acme"]).await.is_ok());
}

#[tokio::test]
async fn what_the_law_keeps_outlives_the_tenants_authority_and_is_under_no_other() {
    let mut place = place().await;
    let kept = format!("{POLICY}\n[keys.tables.customers]\nauthority = \"retention\"\n");
    let custody = Arc::new(LocalCustody::open(place.folder.path().join("in-custody"), "in").unwrap());
    place.vault = Vault::open(VaultConfig {
        policy: policy_of(&kept),
        custodies: custody.into(),
        region_dir: place.folder.path().join("in"),
        declarations: &[&CUSTOMERS],
        audit: place.audit.clone(),
        clock: place.clock.clone(),
        backend: Backend::default(),
    })
    .await
    .unwrap();
    let tenants = [acme()];
    place.provision("acme").await;
    let retention = AuthorityName::retention(&acme());
    place
        .vault
        .provision(&operator(), retention.clone())
        .await
        .unwrap();
    let residence = place.residence("acme", "s-7");
    let own = place.session(&["acme"]).await.unwrap();
    let refusal = Refusal::AnotherAuthority {
        declaration: "Customer",
        authority: "retention",
    };
    assert_eq!(
        Customer::seal(&own, &residence, 7).err(),
        Some(refusal.clone().into())
    );
    let session = place
        .vault
        .retention_session::<Billing>(&service(), &tenants)
        .await;
    let customer = Customer::seal(&session.unwrap(), &residence, 7).unwrap();
    let grant = place.grant(&customer).await;
    assert_eq!(text(customer.email(&own, &grant)), Err(refusal.into()));

    place.vault.schedule_deletion(&operator(), &acme()).await.unwrap();
    place.wait(Duration::from_secs(7 * 24 * 60 * 60));
    place.vault.destroy(&operator(), &acme()).await.unwrap();
    assert!(place.vault.record(&acme()).is_err());
    let session = place
        .vault
        .retention_session::<Billing>(&service(), &tenants)
        .await;
    let pseudonyms = place.vault.retention_pseudonyms(&tenants).await.unwrap();
    let grant = place.control.grant(
        &pseudonyms,
        &customer.tenant,
        &customer.subject,
        place.clock.now(),
    );
    let opened = text(customer.email(&session.unwrap(), &grant.unwrap()));
    assert_eq!(opened.unwrap(), email_of(7));
}

#[test]
fn each_rung_says_which_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let custody = LocalCustody::open(folder.path().join("custody"), "in").unwrap();
    assert_eq!(custody.rung(Origin::Made), Rung::Embedded);
    assert_eq!(custody.rung(Origin::Imported), Rung::CustomerManaged);
}

/// The time from the customer's disabling to the last successful open, under load. It is the clock of the machine that is read,
/// and no time is waited for: an open that succeeds later than the bound would fail this on a machine of any speed.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn under_load_the_last_open_is_within_the_lease_of_the_customers_disabling() {
    const LEASE: Duration = Duration::from_secs(2);
    let folder = tempfile::tempdir().unwrap();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let policy = POLICY.replace("lease = \"60s\"", "lease = \"2s\"");
    let vault = vault_in(folder.path(), &policy, clock.clone(), Arc::default()).await;
    vault.provision(&operator(), &acme()).await.unwrap();
    let place = Place::<In>::in_folder(Arc::new(tempfile::tempdir().unwrap())).await;
    let residence = place.residence("acme", "s-7");
    let session = vault.session::<Billing>(&service(), &[acme()]).await.unwrap();
    let customer = Arc::new(Customer::seal(&session, &residence, 7).unwrap());
    let pseudonyms = vault.pseudonyms(&[acme()]).await.unwrap();
    let grant = place
        .control
        .grant(&pseudonyms, &customer.tenant, &customer.subject, clock.now());
    let grant: Arc<boundary_runtime::Grant<Billing>> = Arc::new(grant.unwrap());

    let (stop, last, opened) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicU64::new(0)),
        Arc::new(AtomicU64::new(0)),
    );
    let fresh = tokio::spawn(Arc::clone(&vault).keep_leases_fresh());
    let workers: Vec<_> = (0..3)
        .map(|_| {
            let (vault, customer, grant) = (Arc::clone(&vault), Arc::clone(&customer), Arc::clone(&grant));
            let (stop, last, opened) = (Arc::clone(&stop), Arc::clone(&last), Arc::clone(&opened));
            tokio::spawn(async move {
                while !stop.load(Ordering::Acquire) {
                    let Ok(session) = vault.session::<Billing>(&service(), &[acme()]).await else {
                        tokio::task::yield_now().await;
                        continue;
                    };
                    for _ in 0..64 {
                        let at = SystemClock.now();
                        if customer.email(&session, &grant).is_ok() {
                            last.fetch_max(at.as_millis(), Ordering::AcqRel);
                            opened.fetch_add(1, Ordering::AcqRel);
                        }
                    }
                    tokio::task::yield_now().await;
                }
            })
        })
        .collect();
    while opened.load(Ordering::Acquire) < 1_000 {
        tokio::task::yield_now().await;
    }
    // The customer's own hand on the custody, in no vault's knowledge.
    let customers = LocalCustody::open(folder.path().join("home"), "in").unwrap();
    let (authority, record) = (Authority::new("acme", "in"), vault.record(&acme()).unwrap());
    let key = boundary_vault::CustodyKey {
        authority: &authority,
        reference: &record.key.reference,
        origin: record.key.origin,
    };
    customers.disable(key).await.unwrap();
    let disabled = SystemClock.now();
    while SystemClock.now() < disabled.plus(LEASE + LEASE / 2) {
        tokio::task::yield_now().await;
    }
    stop.store(true, Ordering::Release);
    for worker in workers {
        worker.await.unwrap();
    }
    fresh.abort();
    let last = Timestamp::from_millis(last.load(Ordering::Acquire));
    println!(
        "{} opens; the last one {:?} after the disabling, at most {LEASE:?}",
        opened.load(Ordering::Acquire),
        last.since(disabled)
    );
    assert!(last < disabled.plus(LEASE), "{:?}", last.since(disabled));
    let refused = vault.session::<Billing>(&service(), &[acme()]).await.err();
    assert_eq!(refused, Some(KeyError::Disabled.into()));
}

#[tokio::test]
async fn who_could_decrypt_on_a_day_is_answered_by_roles_keys_and_states() {
    let place = place().await;
    let start = place.clock.now();
    place.provision("acme").await;
    place.provision("globex").await;
    place.wait(Duration::from_secs(100));
    let session = place.session(&["acme"]).await.unwrap();
    let customer = Customer::seal(&session, &place.residence("acme", "s-7"), 7).unwrap();
    let grant = place.grant(&customer).await;
    text(customer.email(&session, &grant)).unwrap();
    place.wait(Duration::from_secs(100));
    place.vault.suspend(&operator(), &acme()).await.unwrap();
    place.wait(Duration::from_secs(1_000));
    place.vault.resume(&operator(), &acme()).await.unwrap();
    place.wait(Duration::from_secs(100));
    place
        .vault
        .move_to(&operator(), &acme(), "second", &material())
        .await
        .unwrap();
    place.wait(Duration::from_secs(10_000));
    let end = place.clock.now();

    let history = CapabilityHistory::of(&place.audit.records());
    let could = history.could_decrypt(&acme(), "tenant", start, end);
    let service: Vec<_> = could
        .iter()
        .filter(|could| could.role == "service")
        .map(|could| {
            let seconds = |at: Timestamp| at.since(start).as_secs();
            let key = (could.authority.custody.as_str(), could.authority.rung.as_str());
            (seconds(could.from), seconds(could.until), key, could.opened)
        })
        .collect();
    let (embedded, customers) = (("home", "embedded"), ("second", "customer-managed (BYOK)"));
    assert_eq!(
        service,
        [
            (100, 260, embedded, 1),
            (1_200, 1_360, embedded, 0),
            (1_300, 11_300, customers, 0),
        ],
        "each ends with the lease that a session may have held"
    );
    let first = could.iter().find(|could| could.role == "service").unwrap();
    assert!(first.principals.contains("payments"), "{first:?}");
    assert!(could.iter().all(|could| !could.purposes.is_empty()));
    // While it was suspended and the last leases were over, nobody could.
    let between = |from: u64, until: u64| {
        let at = |seconds| start.plus(Duration::from_secs(seconds));
        history.could_decrypt(&acme(), "tenant", at(from), at(until))
    };
    assert_eq!(between(261, 1_200), []);
    assert_eq!(between(0, 100), [], "no vault gave sessions yet");
    assert_eq!(history.could_decrypt(&acme(), "retention", start, end), []);
}

#[tokio::test]
async fn a_key_that_its_holder_disabled_shows_in_the_history_when_it_is_found_so() {
    let place = place().await;
    let start = place.clock.now();
    place.provision("acme").await;
    assert!(place.session(&["acme"]).await.is_ok());
    let custody = LocalCustody::open(place.folder.path().join("in-custody"), "in").unwrap();
    let (authority, record) = (Authority::new("acme", "in"), place.vault.record(&acme()).unwrap());
    let key = boundary_vault::CustodyKey {
        authority: &authority,
        reference: &record.key.reference,
        origin: record.key.origin,
    };
    custody.disable(key).await.unwrap();
    place.wait(Duration::from_secs(60));
    for _ in 0..3 {
        assert!(place.session(&["acme"]).await.is_err());
        place.wait(Duration::from_secs(60));
    }
    custody.enable(key).await.unwrap();
    place.wait(Duration::from_secs(60));
    assert!(place.session(&["acme"]).await.is_ok());
    let history = CapabilityHistory::of(&place.audit.records());
    let could = history.could_decrypt(&acme(), "tenant", start, start.plus(Duration::from_secs(600)));
    let spans: Vec<_> = could
        .iter()
        .filter(|could| could.role == "service")
        .map(|could| {
            (
                could.from.since(start).as_secs(),
                could.until.since(start).as_secs(),
            )
        })
        .collect();
    // It was found disabled at 60, and enabled at 300; it may have been enabled right after it was found disabled.
    assert_eq!(spans, [(0, 120), (60, 600)]);
}

/// An act on an authority, for a process of its own that is killed in the middle of it.
const ACTS: [&str; 9] = [
    "provision",
    "suspend",
    "resume",
    "rotate",
    "rewrap",
    "move",
    "retire former keys",
    "schedule deletion",
    "destroy",
];

async fn perform(act: &str, vault: &Vault<In>) -> Result<(), AccessError> {
    let (operator, acme) = (operator(), acme());
    match act {
        "provision" => vault.provision(&operator, &acme).await,
        "suspend" => vault.suspend(&operator, &acme).await,
        "resume" => vault.resume(&operator, &acme).await,
        "rotate" => vault.rotate(&operator, &acme).await,
        "rewrap" => vault.rewrap(&operator, &acme).await,
        "move" => vault.move_to(&operator, &acme, "second", &material()).await,
        "retire former keys" => vault.retire_former_keys(&operator, &acme).await,
        "schedule deletion" => vault.schedule_deletion(&operator, &acme).await.map(drop),
        "destroy" => vault.destroy(&operator, &acme).await,
        other => panic!("no act `{other}`"),
    }
}

/// Long after everything that the tests schedule is due.
fn far_later() -> Arc<dyn Clock> {
    let start = SystemClock.now().plus(Duration::from_secs(60 * 24 * 60 * 60));
    Arc::new(boundary_runtime::ManualClock::at(start))
}

async fn later_vault(folder: &Path) -> Arc<Vault<In>> {
    vault_in(folder, POLICY, far_later(), Arc::default()).await
}

/// What the act needs to have happened before.
async fn prepare(act: &str, folder: &Path) -> Option<Customer> {
    let vault = vault_in(folder, POLICY, Arc::new(SystemClock), Arc::default()).await;
    if act == "provision" {
        return None;
    }
    vault.provision(&operator(), &acme()).await.unwrap();
    let place = Place::<In>::in_folder(Arc::new(tempfile::tempdir().unwrap())).await;
    let session = vault.session::<Billing>(&service(), &[acme()]).await.unwrap();
    let customer = Customer::seal(&session, &place.residence("acme", "s-7"), 7).unwrap();
    match act {
        "resume" => perform("suspend", &vault).await.unwrap(),
        "retire former keys" => perform("move", &vault).await.unwrap(),
        "destroy" => perform("schedule deletion", &vault).await.unwrap(),
        _ => {}
    }
    Some(customer)
}

/// Whether the record opens; refusals by state are no opening, anything that smells of lost keys is a failure.
async fn opens(folder: &Path, customer: &Customer) -> Result<bool, AccessError> {
    let vault = later_vault(folder).await;
    let session = match vault.session::<Billing>(&service(), &[acme()]).await {
        Ok(session) => session,
        Err(AccessError::Key(KeyError::Disabled | KeyError::PendingDeletion | KeyError::Unknown { .. })) => {
            return Ok(false);
        }
        Err(other) => return Err(other),
    };
    let pseudonyms = vault.pseudonyms(&[acme()]).await?;
    let place = Place::<In>::in_folder(Arc::new(tempfile::tempdir().unwrap())).await;
    let now = far_later().now();
    let grant = place
        .control
        .grant(&pseudonyms, &customer.tenant, &customer.subject, now);
    let opened = customer.email(&session, &grant.expect("a grant"))?;
    assert_eq!(opened.disclose("a test compares it"), &email_of(7));
    Ok(true)
}

const CHILD: &str = "BOUNDARY_LIFE_OF";

/// What the killed process runs. Without the variable there is nothing to do.
#[tokio::test]
async fn the_act_of_a_process_of_its_own() {
    let Ok(act) = std::env::var(CHILD) else { return };
    let folder = std::env::var("BOUNDARY_LIFE_IN").unwrap();
    perform(&act, &*later_vault(Path::new(&folder)).await)
        .await
        .unwrap();
}

/// The system calls that change what lies in a folder, or who may. A kill as `fsync` is entered leaves a file that is written
/// under its temporary name; one as `rename` is entered, a synced one.
const CALLS: [&str; 5] = ["flock", "mkdir", "fsync", "rename", "unlink"];

/// Runs the act in a process that is killed as it enters its `nth` call of this kind. Says whether it was killed before it
/// ended.
fn killed_at(nth: usize, call: &str, act: &str, folder: &Path) -> bool {
    let status = std::process::Command::new("strace")
        .args(["-f", "-qq", "-o", "/dev/null", "-e"])
        .arg(format!("trace={call}"))
        .arg("-e")
        .arg(format!("inject={call}:signal=SIGKILL:when={nth}"))
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", "the_act_of_a_process_of_its_own", "--test-threads=1"])
        .env(CHILD, act)
        .env("BOUNDARY_LIFE_IN", folder)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .status()
        .expect("strace is installed: scripts/test installs it");
    !status.success()
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    std::fs::set_permissions(to, std::fs::metadata(from).unwrap().permissions()).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[tokio::test]
async fn an_act_killed_at_any_step_is_completed_by_the_same_act() {
    for act in ACTS {
        let prepared = tempfile::tempdir().unwrap();
        let customer = prepare(act, prepared.path()).await;
        let mut killed = 0;
        for call in CALLS {
            for nth in 1.. {
                let folder = tempfile::tempdir().unwrap();
                let region = folder.path().join("region");
                copy(prepared.path(), &region);
                if !killed_at(nth, call, act, &region) {
                    break;
                }
                killed += 1;
                assert!(killed < 200, "`{act}` does not come to an end");
                let place = format!("`{act}`, killed at {call} {nth}");
                completes(act, &region, customer.as_ref(), &place).await;
            }
        }
        assert!(killed >= 4, "`{act}` was killed at {killed} steps only");
        println!("`{act}`: killed at each of {killed} steps");
    }
}

/// What the kill left opens the record or is closed by its state: no key is lost, and nothing is half-written. The same act
/// again ends as if there had been no kill.
async fn completes(act: &str, region: &Path, customer: Option<&Customer>, place: &str) {
    if let Some(customer) = customer {
        let left = opens(region, customer).await;
        assert!(left.is_ok(), "{place}: {:?}", left.err());
    }
    let vault = later_vault(region).await;
    perform(act, &vault)
        .await
        .unwrap_or_else(|error| panic!("{place}: the same act again: {error}"));
    match customer {
        Some(customer) => {
            let expected = !matches!(act, "suspend" | "schedule deletion" | "destroy");
            assert_eq!(opens(region, customer).await, Ok(expected), "{place}");
        }
        None => {
            let session = vault.session::<Billing>(&service(), &[acme()]).await;
            assert!(session.is_ok(), "{place}");
        }
    }
    if act == "destroy" {
        let left: Vec<_> = ["in/authorities", "home"]
            .iter()
            .flat_map(|folder| std::fs::read_dir(region.join(folder)).unwrap())
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter(|name| name != "lock" && name != "signing.key")
            .collect();
        assert_eq!(left, [""; 0], "{place}");
    }
}
