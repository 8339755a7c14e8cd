//! Data keys wrapped anew after a rotation: in batches, resumable, with nothing left behind before a lease key goes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use boundary_runtime::seam::{RecordAddress, Rewrapper};
use boundary_runtime::store::{Rewrapped, StoreError};
use boundary_runtime::{AccessError, DataKey, KeyError, RecordId as _, TenantId};
use boundary_vault::VaultRewrapper;

use crate::site::{ALL, Billing, Event, Site, email, operator};

fn acme() -> TenantId {
    TenantId::new("acme")
}

pub(crate) async fn rewrap(site: &Site, batch: u32) -> Rewrapped {
    let rewrapper = site.vault.rewrapper(&operator(), &acme()).await.unwrap();
    site.store.rewrap(Arc::new(rewrapper), &ALL, batch).await.unwrap()
}

/// Seven records in each table, two queued events, all of tenant `acme`, and a neighbour's record.
async fn filled(site: &Site) {
    site.make_tables();
    site.put::<0>(0..7).await;
    site.put::<1>(0..7).await;
    let session = site.session().await.unwrap();
    for id in 0..2 {
        let event = Event::seal(&session, &site.residence("acme", id), id, &email(id));
        let grant = site.grant::<Billing>("acme", id).await;
        site.store.emit(&session, &grant, &event).await.unwrap();
    }
    let neighbour = crate::site::InTable::seal(&session, &site.residence("globex", 100), 100, &email(100));
    site.store.put(&neighbour).await.unwrap();
}

async fn everything_opens(site: &Site) {
    for id in 0..7 {
        assert_eq!(site.email_of::<0>(id).await, email(id));
        assert_eq!(site.email_of::<1>(id).await, email(id));
    }
}

#[tokio::test]
async fn after_a_rotation_every_data_key_is_wrapped_anew_and_the_older_lease_key_can_go() {
    let folder = tempfile::tempdir().unwrap();
    let site = Site::open(folder.path()).await;
    filled(&site).await;
    let held = site.stored::<0>(1).await.unwrap();
    site.vault.rotate(&operator(), &acme()).await.unwrap();
    site.vault.rotate(&operator(), &acme()).await.unwrap();

    let report = rewrap(&site, 3).await;
    assert_eq!((report.rewrapped, report.unreadable), (16, 0));
    assert_eq!(report.left.into_iter().collect::<Vec<_>>(), [(3, 16)]);
    let again = rewrap(&site, 3).await;
    assert_eq!((again.rewrapped, again.oldest()), (0, Some(3)));
    everything_opens(&site).await;
    // The neighbour's authority was not rotated.
    let neighbour = site
        .store
        .get::<crate::site::InTable>(&TenantId::new("globex"), "100")
        .await;
    assert!(neighbour.unwrap().is_some());

    site.vault
        .retire_generations(&operator(), &acme(), 3)
        .await
        .unwrap();
    site.wait(60);
    everything_opens(&site).await;
    let (session, grant) = (site.session().await.unwrap(), site.grant("acme", 1).await);
    assert_eq!(
        held.email(&session, &grant).err(),
        Some(AccessError::Undecryptable)
    );
    // Written back, the held copy is stored under the wrap that opens.
    site.store.put(&held).await.unwrap();
    assert_eq!(site.email_of::<0>(1).await, email(1));
    // The queued events open too: their data keys travelled in the queue.
    let pseudonyms = site.vault.pseudonyms(&[acme()]).await.unwrap();
    let batch = site
        .store
        .take::<Event, _, Billing>(&session, &site.control, &pseudonyms, "in_events", 10)
        .await
        .unwrap();
    assert_eq!(batch.deliveries.len(), 2);
    for delivery in &batch.deliveries {
        assert_eq!(
            delivery.event.email(&session, &delivery.grant).unwrap(),
            email(delivery.event.id.canonical().parse().unwrap())
        );
    }
}

#[tokio::test]
async fn a_generation_that_a_data_key_needs_is_told_of_and_the_newest_cannot_be_retired() {
    let folder = tempfile::tempdir().unwrap();
    let site = Site::open(folder.path()).await;
    filled(&site).await;
    site.vault.rotate(&operator(), &acme()).await.unwrap();
    let rewrapper = site.vault.rewrapper(&operator(), &acme()).await.unwrap();
    // A table that was not named is not gone through, but counted.
    let report = site
        .store
        .rewrap(Arc::new(rewrapper), &[&crate::site::VISITORS], 100)
        .await
        .unwrap();
    assert_eq!(report.left.into_iter().collect::<Vec<_>>(), [(1, 9), (2, 7)]);
    let refused = site.vault.retire_generations(&operator(), &acme(), 3).await;
    assert!(
        matches!(refused, Err(AccessError::Key(KeyError::Denied(_)))),
        "{refused:?}"
    );
}

#[tokio::test]
async fn a_data_key_that_does_not_unwrap_stays_and_stands_in_the_way() {
    let folder = tempfile::tempdir().unwrap();
    let site = Site::open(folder.path()).await;
    filled(&site).await;
    // Record 3 with the data key of record 4.
    crate::site::connection(&site.data, "keys")
        .execute_batch(
            "UPDATE boundary_data_keys SET data_key =
                 (SELECT data_key FROM boundary_data_keys WHERE declaration = 'people' AND record_id = '4')
             WHERE declaration = 'people' AND record_id = '3'",
        )
        .unwrap();
    site.vault.rotate(&operator(), &acme()).await.unwrap();
    let report = rewrap(&site, 3).await;
    assert_eq!(report.left.into_iter().collect::<Vec<_>>(), [(1, 1), (2, 15)]);
}

/// Works until it has been asked so many times; then its lease is over.
struct Interrupted {
    inner: VaultRewrapper,
    left: AtomicUsize,
    done: Arc<AtomicUsize>,
}

impl Rewrapper for Interrupted {
    fn tenant(&self) -> &TenantId {
        self.inner.tenant()
    }
    fn is_of(&self, table: &str) -> bool {
        self.inner.is_of(table)
    }
    fn newest(&self) -> u32 {
        self.inner.newest()
    }
    fn generation(&self, key: &DataKey) -> Option<u32> {
        self.inner.generation(key)
    }
    fn rewrap(&self, record: &RecordAddress<'_>, key: &DataKey) -> Result<DataKey, AccessError> {
        let left = self
            .left
            .try_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
        if left.is_err() {
            let bound = Duration::from_secs(60);
            return Err(KeyError::LeaseExpired { bound }.into());
        }
        self.done.fetch_add(1, Ordering::SeqCst);
        self.inner.rewrap(record, key)
    }
}

#[tokio::test]
async fn an_interrupted_re_wrapping_goes_on_from_its_last_batch() {
    let folder = tempfile::tempdir().unwrap();
    let site = Site::open(folder.path()).await;
    filled(&site).await;
    site.vault.rotate(&operator(), &acme()).await.unwrap();
    let done = Arc::new(AtomicUsize::new(0));
    let mut interruptions = 0;
    let report = loop {
        let rewrapper = Interrupted {
            inner: site.vault.rewrapper(&operator(), &acme()).await.unwrap(),
            left: AtomicUsize::new(4),
            done: Arc::clone(&done),
        };
        match site.store.rewrap(Arc::new(rewrapper), &ALL, 3).await {
            Ok(report) => break report,
            Err(StoreError::Access(AccessError::Key(KeyError::LeaseExpired { .. }))) => interruptions += 1,
            Err(other) => panic!("{other}"),
        }
        everything_opens(&site).await;
    };
    assert!(interruptions > 2, "{interruptions}");
    assert_eq!(report.left.into_iter().collect::<Vec<_>>(), [(2, 16)]);
    // Only a batch that was cut off is done again: at most one of three for each interruption.
    let done = done.load(Ordering::SeqCst);
    assert!(
        done <= 16 + 2 * interruptions,
        "{done} for {interruptions} interruptions"
    );
    assert_eq!(site.number("keys", "SELECT count(*) FROM boundary_rewraps"), 0);
}
