//! One data key for each record: in the key table or in the row, never two, never one that was destroyed.

use std::sync::Arc;

use boundary_runtime::store::StoreError;
use boundary_runtime::{SubjectId, TenantId};
use tokio::sync::Barrier;

use crate::site::{InTable, Inline, PEOPLE, Person, Site, VISITORS, email, subject};

fn acme() -> TenantId {
    TenantId::new("acme")
}

#[tokio::test]
async fn a_data_key_deleted_from_the_key_table_closes_its_record_in_backups_of_the_rows_too() {
    let folder = tempfile::tempdir().unwrap();
    let site = Site::open(folder.path()).await;
    site.make_tables();
    site.put::<0>(1..3).await;
    let held = site.stored::<0>(1).await.unwrap();
    let backup = std::fs::read(site.data.join("rows.sqlite")).unwrap();

    assert!(
        site.store
            .destroy_data_key::<InTable>(&acme(), "1")
            .await
            .unwrap()
    );
    assert!(
        !site
            .store
            .destroy_data_key::<InTable>(&acme(), "1")
            .await
            .unwrap()
    );
    assert!(site.stored::<0>(1).await.is_none());
    assert_eq!(site.email_of::<0>(2).await, email(2));

    // The rows as they were before do not bring it back, and nor does a copy of the record that was held.
    std::fs::write(site.data.join("rows.sqlite"), backup).unwrap();
    let site = Site::open(folder.path()).await;
    assert_eq!(site.number("rows", "SELECT count(*) FROM people WHERE id = 1"), 1);
    assert!(site.stored::<0>(1).await.is_none());
    let refused = site.store.put(&held).await;
    assert!(
        matches!(refused, Err(StoreError::DestroyedDataKey { .. })),
        "{refused:?}"
    );
    assert!(site.stored::<0>(1).await.is_none());
}

#[tokio::test]
async fn an_inline_data_key_lies_in_the_row_and_so_in_its_backups() {
    let folder = tempfile::tempdir().unwrap();
    let site = Site::open(folder.path()).await;
    site.make_tables();
    site.put::<1>(1..3).await;
    assert_eq!(site.number("keys", "SELECT count(*) FROM boundary_data_keys"), 0);
    assert_eq!(
        site.number(
            "rows",
            "SELECT count(*) FROM visitors WHERE length(data_key) > 100"
        ),
        2
    );
    assert_eq!(site.email_of::<1>(1).await, email(1));
    assert_eq!(site.store.all::<Inline>().await.unwrap().len(), 2);
    assert_eq!(
        site.store
            .of_subject::<Inline>(&acme(), &subject(2))
            .await
            .unwrap()
            .len(),
        1
    );
    assert!(site.store.get::<Inline>(&acme(), "01").await.unwrap().is_none());
    assert!(
        site.store
            .get::<Inline>(&TenantId::new("globex"), "1")
            .await
            .unwrap()
            .is_none()
    );

    let backup = std::fs::read(site.data.join("rows.sqlite")).unwrap();
    assert!(site.store.destroy_data_key::<Inline>(&acme(), "1").await.unwrap());
    assert!(site.stored::<1>(1).await.is_none());
    assert_eq!(site.email_of::<1>(2).await, email(2));

    // What docs/retrofit.md and the policy's schema warn of (R2): the backup of the row opens.
    std::fs::write(site.data.join("rows.sqlite"), backup).unwrap();
    let site = Site::open(folder.path()).await;
    assert_eq!(site.email_of::<1>(1).await, email(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_writers_that_create_a_record_at_once_one_is_served() {
    at_once::<0>().await;
    at_once::<1>().await;
}

async fn at_once<const D: usize>() {
    let folder = tempfile::tempdir().unwrap();
    let site = Arc::new(Site::open(folder.path()).await);
    site.make_tables();
    // Another handle on the same files, as another process has it.
    let other = Arc::new(Site::open(folder.path()).await);
    let session = Arc::new(site.session().await.unwrap());
    for id in 0..20 {
        let start = Arc::new(Barrier::new(6));
        let writers: Vec<_> = (0..6)
            .map(|writer| {
                let (site, start) = (
                    Arc::clone(if writer % 2 == 0 { &site } else { &other }),
                    Arc::clone(&start),
                );
                let session = Arc::clone(&session);
                tokio::spawn(async move {
                    let residence = site.residence("acme", id);
                    let record =
                        Person::<D>::seal(&session, &residence, id, &format!("{writer}@example.org"));
                    start.wait().await;
                    site.store.put(&record).await.map(|()| writer)
                })
            })
            .collect();
        let mut served = Vec::new();
        for writer in writers {
            match writer.await.unwrap() {
                Ok(writer) => served.push(writer),
                Err(error) => assert!(matches!(error, StoreError::AnotherDataKey { .. }), "{error}"),
            }
        }
        assert_eq!(served.len(), 1, "record {id}");
        let expected = format!("{}@example.org", served[0]);
        assert_eq!(site.email_of::<D>(id).await, expected);
        assert_eq!(other.email_of::<D>(id).await, expected);
    }
    let keys = match D {
        0 => site.number("keys", "SELECT count(*) FROM boundary_data_keys"),
        _ => site.number("rows", "SELECT count(DISTINCT data_key) FROM visitors"),
    };
    assert_eq!(keys, 20);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn writers_that_change_a_record_at_once_leave_one_that_opens() {
    let folder = tempfile::tempdir().unwrap();
    let site = Arc::new(Site::open(folder.path()).await);
    site.make_tables();
    site.put::<0>(1..2).await;
    let other = Arc::new(Site::open(folder.path()).await);
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let site = Arc::clone(if writer % 2 == 0 { &site } else { &other });
            tokio::spawn(async move {
                let session = site.session().await.unwrap();
                for round in 0..10 {
                    let mut record = site.stored::<0>(1).await.unwrap();
                    record.set_email(&session, &format!("{writer}-{round}@example.org"));
                    site.store.put(&record).await.unwrap();
                    // Whoever reads now reads what somebody wrote.
                    assert!(site.email_of::<0>(1).await.ends_with("@example.org"));
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!(site.number("keys", "SELECT count(*) FROM boundary_data_keys"), 1);
}

#[tokio::test]
async fn a_copy_that_is_written_back_brings_back_neither_an_older_wrap_nor_an_erased_record() {
    for inline in [false, true] {
        if inline {
            written_back::<1>().await
        } else {
            written_back::<0>().await
        }
    }
}

async fn written_back<const D: usize>() {
    let folder = tempfile::tempdir().unwrap();
    let site = Site::open(folder.path()).await;
    site.make_tables();
    site.put::<D>(1..4).await;
    let mut held = site.stored::<D>(1).await.unwrap();
    site.vault
        .rotate(&crate::site::operator(), &acme())
        .await
        .unwrap();
    crate::rewrapping::rewrap(&site, 10).await;
    let newer = site.stored::<D>(1).await.unwrap();
    assert!(newer.data_key != held.data_key && newer.data_key.id() == held.data_key.id());

    let session = site.session().await.unwrap();
    held.set_email(&session, "changed@example.org");
    site.store.put(&held).await.unwrap();
    assert!(
        site.stored::<D>(1).await.unwrap().data_key == newer.data_key,
        "the newer wrap stays"
    );
    assert_eq!(site.email_of::<D>(1).await, "changed@example.org");

    // Sealed anew it is another record, which `put` does not take for a change of the stored one.
    let anew = Person::<D>::seal(&session, &site.residence("acme", 1), 1, "anew@example.org");
    let refused = site.store.put(&anew).await;
    assert!(
        matches!(refused, Err(StoreError::AnotherDataKey { .. })),
        "{refused:?}"
    );
    site.store.replace(&anew).await.unwrap();
    assert_eq!(site.email_of::<D>(1).await, "anew@example.org");
    let refused = site.store.put(&held).await;
    assert!(
        matches!(refused, Err(StoreError::DestroyedDataKey { .. })),
        "{refused:?}"
    );
    assert_eq!(site.email_of::<D>(1).await, "anew@example.org");

    let erased = site
        .store
        .erase(&acme(), &subject(1), &[&PEOPLE, &VISITORS])
        .await
        .unwrap();
    assert_eq!((erased.rows, erased.data_keys), (1, 1));
    for copy in [&anew, &held] {
        let refused = site.store.put(copy).await;
        assert!(
            matches!(refused, Err(StoreError::DestroyedDataKey { .. })),
            "{refused:?}"
        );
    }
    assert!(site.stored::<D>(1).await.is_none());
    assert_eq!(site.email_of::<D>(2).await, email(2));
    let known = site.store.subjects(&[&PEOPLE, &VISITORS]).await.unwrap();
    assert!(!known.contains(&(acme(), SubjectId::new("subject-1"))));
}
