//! Leases under a clock and a custody that the tests hold in their hands.

use std::sync::atomic::AtomicUsize;

use boundary_runtime::{Clock, ManualClock, TenantId};

use super::*;
use crate::envelope::Backend;
use crate::keys::{AuthorityName, Keyring};

fn named(tenant: &str) -> AuthorityName {
    AuthorityName::from(&TenantId::new(tenant))
}

const BOUND: Duration = Duration::from_secs(60);

/// Leases, their clock, and how often the custody was asked.
struct Bench {
    leases: Leases,
    clock: Arc<ManualClock>,
    asked: AtomicUsize,
}

impl Bench {
    fn new(bound: Duration, capacity: usize) -> Self {
        let clock = Arc::new(ManualClock::at(Timestamp::from_millis(1_000_000)));
        let leases = Leases::new(bound, capacity, Arc::clone(&clock) as _);
        Self {
            leases,
            clock,
            asked: AtomicUsize::new(0),
        }
    }

    /// Opens a lease; the custody takes its time, during which everything else may happen.
    async fn open(&self, tenant: &str) -> Result<Arc<Lease>, KeyError> {
        let answer = async || {
            self.asked.fetch_add(1, Ordering::SeqCst);
            tokio::task::yield_now().await;
            Keyring::generate().map(|keyring| keyring.open(Backend::default()))
        };
        self.leases.open(&named(tenant), answer).await
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    fn is_good(&self, lease: &Lease) -> Result<(), KeyError> {
        lease.keys(self.clock.now()).map(drop)
    }
}

#[tokio::test]
async fn concurrent_openings_ask_the_custody_once() {
    let bench = Bench::new(BOUND, 8);
    let (a, b, c) = tokio::join!(bench.open("acme"), bench.open("acme"), bench.open("acme"));
    let (a, b, c) = (a.unwrap(), b.unwrap(), c.unwrap());
    assert!(Arc::ptr_eq(&a, &b) && Arc::ptr_eq(&b, &c));
    assert_eq!(bench.asked(), 1);
}

#[tokio::test]
async fn concurrent_openings_share_a_failure_and_a_later_one_asks_again() {
    let bench = Bench::new(BOUND, 8);
    let down = || async {
        bench.asked.fetch_add(1, Ordering::SeqCst);
        tokio::task::yield_now().await;
        Err(KeyError::Unreachable("no route".to_owned()))
    };
    let tenant = named("acme");
    let (a, b) = tokio::join!(bench.leases.open(&tenant, down), bench.leases.open(&tenant, down));
    assert!(matches!(
        (a.err(), b.err()),
        (Some(KeyError::Unreachable(_)), Some(KeyError::Unreachable(_)))
    ));
    assert_eq!(bench.asked(), 1);
    assert!(bench.open("acme").await.is_ok());
    assert_eq!(bench.asked(), 2);
}

#[tokio::test]
async fn the_age_counts_from_opening_and_not_from_the_last_use() {
    let bench = Bench::new(BOUND, 8);
    let lease = bench.open("acme").await.unwrap();
    for _ in 0..59 {
        bench.clock.advance(Duration::from_secs(1));
        assert!(Arc::ptr_eq(&lease, &bench.open("acme").await.unwrap()));
        assert_eq!(bench.is_good(&lease), Ok(()));
    }
    bench.clock.advance(Duration::from_millis(999));
    assert_eq!(bench.is_good(&lease), Ok(()));
    bench.clock.advance(Duration::from_millis(1));
    assert_eq!(
        bench.is_good(&lease),
        Err(KeyError::LeaseExpired { bound: BOUND })
    );
    assert!(!Arc::ptr_eq(&lease, &bench.open("acme").await.unwrap()));
    assert_eq!(bench.asked(), 2);
}

#[tokio::test]
async fn a_slow_answer_lengthens_nothing() {
    let bench = Bench::new(BOUND, 8);
    let answer = async || {
        bench.clock.advance(Duration::from_secs(50));
        Keyring::generate().map(|keyring| keyring.open(Backend::default()))
    };
    // Asked at 0, answered at 50: ten seconds are left.
    let lease = bench.leases.open(&named("acme"), answer).await.unwrap();
    bench.clock.advance(Duration::from_secs(10));
    assert_eq!(
        bench.is_good(&lease),
        Err(KeyError::LeaseExpired { bound: BOUND })
    );
}

#[tokio::test]
async fn a_flight_cannot_undo_a_revocation() {
    let bench = Bench::new(BOUND, 8);
    let tenant = named("acme");
    let answer = async || {
        // The custody answers with keys it gave out before it was told to disable them.
        bench.leases.revoke(&tenant);
        Keyring::generate().map(|keyring| keyring.open(Backend::default()))
    };
    assert_eq!(
        bench.leases.open(&tenant, answer).await.err(),
        Some(KeyError::Disabled)
    );
    assert_eq!(bench.leases.held_count(), 0);
}

#[tokio::test]
async fn a_revocation_reaches_what_sessions_hold_and_sticks() {
    let bench = Bench::new(BOUND, 8);
    let (lease, neighbour) = (
        bench.open("acme").await.unwrap(),
        bench.open("globex").await.unwrap(),
    );
    bench.leases.revoke(&named("acme"));
    assert_eq!(bench.is_good(&lease), Err(KeyError::Disabled));
    assert_eq!(bench.is_good(&neighbour), Ok(()));
    let renewed = bench.open("acme").await.unwrap();
    assert_eq!(bench.is_good(&renewed), Ok(()));
    assert_eq!(bench.is_good(&lease), Err(KeyError::Disabled));
}

#[tokio::test]
async fn a_revocation_reaches_a_lease_that_was_put_out_of_the_cache() {
    let bench = Bench::new(BOUND, 1);
    let first = bench.open("acme").await.unwrap();
    for tenant in ["globex", "initech", "umbrella"] {
        bench.clock.advance(Duration::from_millis(1));
        bench.open(tenant).await.unwrap();
    }
    bench.leases.revoke(&named("acme"));
    assert_eq!(bench.is_good(&first), Err(KeyError::Disabled));
}

#[tokio::test]
async fn zero_is_never_shared_and_ends_within_a_second() {
    let bench = Bench::new(Duration::ZERO, 8);
    let (a, b) = (
        bench.open("acme").await.unwrap(),
        bench.open("acme").await.unwrap(),
    );
    assert_eq!((bench.asked(), bench.leases.held_count()), (2, 0));
    assert!(!Arc::ptr_eq(&a, &b));
    bench.clock.advance(ZERO_LEASE_HOLD - Duration::from_millis(1));
    assert_eq!(bench.is_good(&a), Ok(()));
    bench.clock.advance(Duration::from_millis(1));
    assert_eq!(
        bench.is_good(&a),
        Err(KeyError::LeaseExpired {
            bound: Duration::ZERO
        })
    );
    let c = bench.open("acme").await.unwrap();
    bench.leases.revoke(&named("acme"));
    assert_eq!(bench.is_good(&c), Err(KeyError::Disabled));
}

#[tokio::test]
async fn the_number_of_leases_is_bounded_and_the_oldest_go_first() {
    let bench = Bench::new(BOUND, 32);
    for tenant in 0..200 {
        bench.clock.advance(Duration::from_millis(1));
        bench.open(&format!("t{tenant}")).await.unwrap();
        assert!(
            bench.leases.held_count() <= 33,
            "{} held",
            bench.leases.held_count()
        );
    }
    bench.open("t199").await.unwrap();
    assert_eq!(bench.asked(), 200, "the youngest was still held");
    bench.open("t0").await.unwrap();
    assert_eq!(bench.asked(), 201, "the oldest was not");
}

#[tokio::test]
async fn a_rotation_lets_old_leases_be_and_makes_new_ones_ask() {
    let bench = Bench::new(BOUND, 8);
    let old = bench.open("acme").await.unwrap();
    bench.leases.refresh(&named("acme"));
    assert_eq!(bench.is_good(&old), Ok(()));
    assert!(!Arc::ptr_eq(&old, &bench.open("acme").await.unwrap()));
}

#[tokio::test]
async fn a_caller_that_goes_away_leaves_the_flight_to_the_next() {
    let bench = Bench::new(BOUND, 8);
    let tenant = named("acme");
    let endless = bench.leases.open(&tenant, std::future::pending);
    assert!(
        tokio::time::timeout(Duration::from_millis(5), endless)
            .await
            .is_err()
    );
    assert!(bench.open("acme").await.is_ok());
}

#[tokio::test]
async fn a_clock_that_went_back_or_cannot_tell_ends_a_lease() {
    let bench = Bench::new(BOUND, 8);
    let lease = bench.open("acme").await.unwrap();
    for broken in [Timestamp::from_millis(999_999), Timestamp::from_millis(u64::MAX)] {
        assert!(lease.keys(broken).is_err(), "at {broken}");
    }
}

#[tokio::test]
async fn a_lease_in_use_is_renewed_before_it_ends_and_one_that_nobody_asks_for_is_not() {
    let bench = Bench::new(BOUND, 8);
    let first = bench.open("acme").await.unwrap();
    bench.open("idle").await.unwrap();
    bench.open("acme").await.unwrap();
    bench.clock.advance(Duration::from_secs(44));
    assert_eq!(bench.leases.due(), []);
    bench.clock.advance(Duration::from_secs(1));
    assert_eq!(bench.leases.due(), [named("acme")]);
    let answer = async || Keyring::generate().map(|keyring| keyring.open(Backend::default()));
    bench.leases.renew(&named("acme"), answer).await.unwrap();
    assert_eq!(bench.leases.due(), [], "renewed, and not used since");

    bench.clock.advance(Duration::from_secs(15));
    // What a session holds ends when it would have; the next session finds a younger one, and asks nobody.
    assert_eq!(
        bench.is_good(&first),
        Err(KeyError::LeaseExpired { bound: BOUND })
    );
    let renewed = bench.open("acme").await.unwrap();
    assert_eq!((bench.is_good(&renewed), bench.asked()), (Ok(()), 2));
    bench.clock.advance(Duration::from_secs(45));
    assert!(
        bench.is_good(&renewed).is_err(),
        "its age counts from the renewal"
    );
}

#[tokio::test]
async fn a_renewal_that_finds_the_key_off_ends_everything_and_one_without_an_answer_nothing() {
    let bench = Bench::new(BOUND, 8);
    let lease = bench.open("acme").await.unwrap();
    let down = async || Err(KeyError::Unreachable("no route".to_owned()));
    assert!(bench.leases.renew(&named("acme"), down).await.is_err());
    assert_eq!(bench.is_good(&lease), Ok(()));
    for off in [KeyError::Disabled, KeyError::PendingDeletion] {
        let lease = bench.open("acme").await.unwrap();
        let answer = async || Err(off.clone());
        assert_eq!(bench.leases.renew(&named("acme"), answer).await, Err(off.clone()));
        assert_eq!(bench.is_good(&lease), Err(KeyError::Disabled), "{off}");
    }
}

#[tokio::test]
async fn a_renewal_cannot_undo_a_revocation_or_a_rotation() {
    let bench = Bench::new(BOUND, 8);
    bench.open("acme").await.unwrap();
    let revoked = async || {
        bench.leases.revoke(&named("acme"));
        Keyring::generate().map(|keyring| keyring.open(Backend::default()))
    };
    assert_eq!(
        bench.leases.renew(&named("acme"), revoked).await,
        Err(KeyError::Disabled)
    );
    assert_eq!(bench.leases.held_count(), 0);
    let rotated = async || {
        bench.leases.refresh(&named("acme"));
        Keyring::generate().map(|keyring| keyring.open(Backend::default()))
    };
    bench.leases.renew(&named("acme"), rotated).await.unwrap();
    assert_eq!(
        bench.leases.held_count(),
        0,
        "keys from before the rotation are not kept"
    );
}
