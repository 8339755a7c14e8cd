//! M110, M113: data of a region stays in the stores and sinks of that region.

use std::sync::Arc;

use boundary_runtime::control::IdentityError;
use boundary_runtime::seam::Signer;
use boundary_runtime::store::{RegionStore, StoreError};
use boundary_runtime::{AccessError, Misuse, SubjectId, TenantRecord};
use payments_model::policy::{purpose, region};
use payments_model::{Customer, NewCustomer, Plan};

use crate::support::{Site, refusal};

#[tokio::test]
async fn a_record_of_one_region_is_refused_by_the_store_of_another() {
    let (india, europe) = (Site::<region::In>::new().await, Site::<region::Eu>::new().await);
    let customer = europe.customer(1, "lena", "Berlin").await;
    assert_eq!(customer.data_key().region(), "eu");
    let error = refusal(india.store.put(&customer).await);
    assert!(matches!(error, StoreError::AnotherRegion { .. }), "{error}");
    assert!(india.store.all::<Customer>().await.unwrap().is_empty());
    europe.store.put(&customer).await.unwrap();
}

#[tokio::test]
async fn a_residence_in_another_region_is_refused_before_anything_is_sealed() {
    let (india, europe) = (Site::<region::In>::new().await, Site::<region::Eu>::new().await);
    let new = NewCustomer {
        id: 1,
        name: String::new(),
        email: String::new(),
        phone: None,
        national_id: String::new(),
        city: String::new(),
        age: 1,
        plan: Plan::Pro,
    };
    let result = new.seal(
        &india.session::<purpose::Billing>().await,
        &europe.residence("lena"),
    );
    assert_eq!(refusal(result), AccessError::Caller(Misuse::AnotherRegion));
}

#[tokio::test]
async fn residence_is_never_guessed_and_never_overwritten() {
    let site = Site::<region::In>::new().await;
    let subject = SubjectId::new("priya");
    assert!(matches!(
        site.control.residence(&site.tenant, &subject),
        Err(IdentityError::Unknown { .. })
    ));
    assert!(matches!(
        site.control.register(&site.tenant, &subject, "BR"),
        Err(IdentityError::NoRegion { .. })
    ));
    site.control.register(&site.tenant, &subject, "IN").unwrap();
    assert!(matches!(
        site.control.register(&site.tenant, &subject, "EU"),
        Err(IdentityError::ResidesElsewhere { .. })
    ));
}

/// One tenant owns data in two regions, each under its own authority (M60).
#[tokio::test]
async fn one_tenant_in_two_regions_has_two_authorities() {
    let (india, europe) = (Site::<region::In>::new().await, Site::<region::Eu>::new().await);
    assert_eq!(india.tenant, europe.tenant);
    let european = europe.customer(1, "lena", "Berlin").await;
    let grant = india.grant::<purpose::Billing>("lena").await;
    let error = refusal(european.email(&india.session::<purpose::Billing>().await, &grant));
    assert_eq!(error, AccessError::Caller(Misuse::AnotherRegion));
}

/// Attack 66: the store of another region, or one that claims a name it has no key for.
#[tokio::test]
async fn attack_66_a_store_under_a_wrong_name_is_refused() {
    struct Renamed(Arc<dyn Signer>);
    impl Signer for Renamed {
        fn region(&self) -> &str {
            "in"
        }
        fn sign(&self, message: &[u8]) -> [u8; 64] {
            self.0.sign(message)
        }
        fn verifying_key(&self) -> [u8; 32] {
            self.0.verifying_key()
        }
    }

    let (india, europe) = (Site::<region::In>::new().await, Site::<region::Eu>::new().await);
    let error = refusal(RegionStore::open(india.data(), europe.signer.clone()).await);
    assert!(matches!(error, StoreError::AnotherRegion { .. }), "{error}");
    let error = refusal(RegionStore::open(india.data(), Arc::new(Renamed(europe.signer.clone()))).await);
    assert!(matches!(error, StoreError::ForeignCard { .. }), "{error}");

    let folder = tempfile::tempdir().unwrap();
    rusqlite::Connection::open(folder.path().join("rows.sqlite"))
        .unwrap()
        .execute_batch("CREATE TABLE customers (email text)")
        .unwrap();
    let error = refusal(RegionStore::open(folder.path(), india.signer.clone()).await);
    assert!(matches!(error, StoreError::NoStore { .. }), "{error}");
}

#[tokio::test]
async fn a_migration_that_changed_after_it_was_applied_is_refused() {
    let site = Site::<region::In>::new().await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("1_notes.sql");
    std::fs::write(&path, "CREATE TABLE notes (id bigint)").unwrap();
    assert_eq!(site.store.migrate(folder.path()).await.unwrap(), 1);
    assert_eq!(site.store.migrate(folder.path()).await.unwrap(), 0);
    std::fs::write(&path, "CREATE TABLE notes (id text)").unwrap();
    assert!(matches!(
        refusal(site.store.migrate(folder.path()).await),
        StoreError::MigrationChanged { .. }
    ));
    std::fs::write(
        folder.path().join("2_broken.sql"),
        "CREATE TABLE half (id bigint); CREATE TABLE",
    )
    .unwrap();
    std::fs::write(&path, "CREATE TABLE notes (id bigint)").unwrap();
    assert!(matches!(
        refusal(site.store.migrate(folder.path()).await),
        StoreError::Migration { .. }
    ));
    let tables: i64 = rusqlite::Connection::open(site.data().join("rows.sqlite"))
        .unwrap()
        .query_row(
            "SELECT count(*) FROM sqlite_schema WHERE name = 'half'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(tables, 0, "half a migration was kept");
}
