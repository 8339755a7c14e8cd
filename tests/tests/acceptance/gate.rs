//! M62, M63, M66, M67 and attacks 64 and 65: what crosses the border, and what the other side takes.

use std::sync::Arc;

use boundary_runtime::audit::MemoryAudit;
use boundary_runtime::control::{ControlPlane, Decision, IdentityMap};
use boundary_runtime::release::{BorderQueue, Cohorts, Deidentified, Gate, GateError, Inbox, InboxError};
use boundary_runtime::schema::Policy;
use boundary_runtime::seam::Signer;
use boundary_runtime::{AccessError, Refusal};
use boundary_vault::{Backend, LocalCustody, Vault, VaultConfig};
use payments_model::policy::{self, purpose, region};
use payments_model::{Customer, Payment, customer, payment};

use crate::support::{Site, refusal, with_gate};

async fn pay(site: &Site<region::In>, id: &mut i64, city: &str, subjects: usize, amount: i64) {
    for subject in 0..subjects {
        *id += 1;
        let payment = site
            .payment(*id, &format!("{city}-{subject}"), city, amount)
            .await;
        site.store.put(&payment).await.unwrap();
    }
}

async fn sums(site: &Site<region::In>) -> Cohorts {
    let payments = site.store.all::<Payment>().await.unwrap();
    with_gate(site, |gate| {
        gate.sum_by::<payment::City, payment::Amount>(&payments).unwrap()
    })
    .await
}

#[tokio::test]
async fn groups_under_the_minimum_are_suppressed_and_the_suppression_is_stated() {
    let site = Site::<region::In>::new().await;
    let mut id = 0;
    // The policy's minimum is 20 subjects.
    pay(&site, &mut id, "Mumbai", 30, 100).await;
    pay(&site, &mut id, "Pune", 20, 100).await;
    pay(&site, &mut id, "Alibag", 19, 100).await;
    let cohorts = sums(&site).await;
    let labels: Vec<_> = cohorts
        .cohorts()
        .iter()
        .map(|cohort| cohort.label.as_str())
        .collect();
    assert_eq!(
        labels,
        ["Mumbai"],
        "Alibag is too small, and Pune is suppressed with it"
    );
    let remainder = cohorts.remainder().unwrap();
    assert_eq!((remainder.subjects, remainder.sum), (39, Some(3_900)));
    assert_eq!(
        cohorts.total() + remainder.sum.unwrap(),
        6_900,
        "the total is the region's less what it states"
    );
}

/// A total is known, and its parts are released: what is missing is a group that is large enough to be released itself.
#[tokio::test]
async fn attack_63_within_one_release_a_total_less_its_parts_is_no_small_group() {
    let site = Site::<region::In>::new().await;
    let mut id = 0;
    let (cities, mut total) = ([("Mumbai", 40), ("Pune", 22), ("Alibag", 1), ("Goa", 19)], 0);
    for (city, subjects) in cities {
        pay(&site, &mut id, city, subjects, 100).await;
        total += subjects as u64;
    }
    let cohorts = sums(&site).await;
    let released: u64 = cohorts.cohorts().iter().map(|cohort| cohort.subjects).sum();
    let remainder = cohorts.remainder().unwrap();
    assert!(
        released < total,
        "nothing was suppressed, so there is nothing to find out"
    );
    assert_eq!(total - released, remainder.subjects);
    assert!(
        remainder.subjects >= 20,
        "{} subjects by subtraction",
        remainder.subjects
    );
    assert!(cohorts.cohorts().iter().all(|cohort| cohort.subjects >= 20));
}

/// Attack 64: rows counted instead of subjects, and one subject that a sum would give away.
#[tokio::test]
async fn attack_64_many_rows_of_one_subject_are_no_cohort_and_a_heavy_subject_hides_the_sum() {
    let site = Site::<region::In>::new().await;
    let mut id = 0;
    for _ in 0..40 {
        id += 1;
        site.store
            .put(&site.payment(id, "one-person", "Alibag", 100).await)
            .await
            .unwrap();
    }
    pay(&site, &mut id, "Pune", 25, 100).await;
    id += 1;
    site.store
        .put(&site.payment(id, "whale", "Pune", 1_000_000).await)
        .await
        .unwrap();
    let cohorts = sums(&site).await;
    assert!(
        cohorts.cohorts().is_empty() && cohorts.remainder().is_none(),
        "{cohorts:?}"
    );
}

/// M33: a subject that objected is not in any release.
#[tokio::test]
async fn a_subject_that_objected_is_not_counted() {
    let site = Site::<region::In>::new().await;
    let mut id = 0;
    pay(&site, &mut id, "Pune", 25, 100).await;
    site.decide("Pune-0", "analytics", Decision::Withdrawn).await;
    let cohorts = sums(&site).await;
    assert_eq!(cohorts.cohorts()[0].subjects, 24);
}

#[tokio::test]
async fn ages_cross_in_buckets_only() {
    let site = Site::<region::In>::new().await;
    for number in 0..25 {
        site.store
            .put(&site.customer(number, &format!("s{number}"), "Pune").await)
            .await
            .unwrap();
    }
    let customers = site.store.all::<Customer>().await.unwrap();
    let ages = with_gate(&site, |gate| {
        gate.deidentify::<customer::Age>(&customers).unwrap()
    })
    .await;
    assert_eq!(ages.values(), vec!["30-39"; 25]);
    let few = with_gate(&site, |gate| {
        gate.deidentify::<customer::Age>(&customers[..19]).unwrap()
    })
    .await;
    assert!(few.values().is_empty() && few.suppressed());
}

/// Attack 65: forged, replayed, altered, or meant for somebody else.
/// Two regions are known to the inbox; what one signed is not the other's.
#[tokio::test]
async fn attack_73_a_release_of_one_region_goes_by_the_name_of_another() {
    let (india, europe) = (Site::<region::In>::new().await, Site::<region::Eu>::new().await);
    let mut id = 0;
    pay(&india, &mut id, "Mumbai", 30, 100).await;
    let cohorts = sums(&india).await;
    let bytes = with_gate(&india, |gate| gate.sign(cohorts).unwrap().to_bytes().unwrap()).await;
    let text = String::from_utf8(bytes.clone()).unwrap();
    let renamed = text.replacen("\"region\":\"in\"", "\"region\":\"eu\"", 1);
    assert_ne!(renamed, text);
    let keys = [
        ("in".to_owned(), india.signer.verifying_key()),
        ("eu".to_owned(), europe.signer.verifying_key()),
    ];
    let mut inbox = Inbox::open("hub", keys, india.folder.path().join("both.json")).unwrap();
    assert!(matches!(
        refusal(inbox.accept::<Cohorts>(renamed.as_bytes())),
        InboxError::NotSigned { region } if region == "eu"
    ));
    assert!(inbox.accept::<Cohorts>(&bytes).is_ok());
}

#[tokio::test]
async fn attack_65_the_inbox_takes_what_the_region_signed_for_it_and_takes_it_once() {
    let site = Site::<region::In>::new().await;
    let mut id = 0;
    pay(&site, &mut id, "Pune", 25, 100).await;
    let cohorts = sums(&site).await;
    let release = with_gate(&site, |gate| gate.sign(cohorts).unwrap()).await;
    let bytes = release.to_bytes().unwrap();

    let mut inbox = site.inbox();
    for position in 0..bytes.len() {
        let mut altered = bytes.clone();
        altered[position] ^= 1;
        assert!(
            inbox.accept::<Cohorts>(&altered).is_err(),
            "an altered byte at {position} was accepted"
        );
    }
    for length in 0..bytes.len() {
        assert!(
            inbox.accept::<Cohorts>(&bytes[..length]).is_err(),
            "a release cut at {length} was accepted"
        );
    }
    assert!(
        matches!(
            inbox.accept::<Deidentified>(&bytes),
            Err(InboxError::Malformed(_))
        ),
        "the other channel"
    );
    assert_eq!(inbox.accept::<Cohorts>(&bytes).unwrap().value().total(), 2_500);
    assert!(matches!(
        inbox.accept::<Cohorts>(&bytes),
        Err(InboxError::Replayed { .. })
    ));
    // The inbox remembers on disk.
    assert!(matches!(
        site.inbox().accept::<Cohorts>(&bytes),
        Err(InboxError::Replayed { .. })
    ));

    let path = site.folder.path().join("other.json");
    let other = Site::<region::In>::new().await;
    let keys = [("in".to_owned(), other.signer.verifying_key())];
    let mut stranger = Inbox::open("hub", keys, &path).unwrap();
    assert!(matches!(
        refusal(stranger.accept::<Cohorts>(&bytes)),
        InboxError::NotSigned { .. }
    ));
    let keys = [("in".to_owned(), site.signer.verifying_key())];
    let mut elsewhere = Inbox::open("lake", keys, &path).unwrap();
    assert!(matches!(
        refusal(elsewhere.accept::<Cohorts>(&bytes)),
        InboxError::Destination { .. }
    ));
}

#[tokio::test]
async fn the_border_queue_keeps_the_order_of_releases() {
    let site = Site::<region::In>::new().await;
    let mut id = 0;
    pay(&site, &mut id, "Pune", 25, 100).await;
    let folder = tempfile::tempdir().unwrap();
    let queue = BorderQueue::open(folder.path()).unwrap();
    for _ in 0..3 {
        let cohorts = sums(&site).await;
        let release = with_gate(&site, |gate| gate.sign(cohorts).unwrap()).await;
        queue.send(&release).unwrap();
    }
    let mut inbox = site.inbox();
    let sequences: Vec<u64> = queue
        .receive()
        .unwrap()
        .iter()
        .map(|bytes| inbox.accept::<Cohorts>(bytes).unwrap().sequence())
        .collect();
    assert_eq!(sequences.len(), 3);
    assert!(sequences.is_sorted());
}

/// The policy is compiled into the models, so a weaker one cannot take its place at run time.
#[tokio::test]
async fn attack_92_a_weaker_policy_is_put_in_place_of_the_one_compiled_under() {
    let site = Site::<region::In>::new().await;
    let customers = [site.customer(1, "priya", "Pune").await];
    let weaker = policy::SOURCE.replace("minimum_subjects = 20", "minimum_subjects = 2");
    assert_ne!(weaker, policy::SOURCE);
    let weaker = Arc::new(Policy::parse("boundary.toml", &weaker).unwrap());
    let another = Refusal::AnotherPolicy {
        declaration: "Customer",
    };

    let control = ControlPlane::new(weaker.clone(), IdentityMap::new(), site.ledger.state());
    let session = site.session::<purpose::Analytics>().await;
    let pseudonyms = site.pseudonyms().await;
    let gate = Gate::new(&session, &control, &pseudonyms, &*site.signer).unwrap();
    let refused = refusal(gate.count_by::<customer::City>(&customers));
    assert!(matches!(refused, GateError::Access(AccessError::Policy(problem)) if problem == another));

    let custody = Arc::new(LocalCustody::open(site.folder.path().join("custody"), "in").unwrap());
    let config = VaultConfig {
        policy: weaker,
        custodies: custody.into(),
        region_dir: site.data(),
        declarations: &[Customer::DECLARATION],
        audit: Arc::new(MemoryAudit::default()),
        clock: site.clock.clone(),
        backend: Backend::default(),
    };
    assert_eq!(refusal(Vault::<region::In>::open(config).await), another.into());
}
