//! Each adapter over a real database: sealed, inserted, looked at in the raw, loaded, opened, and moved to another record.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::Path;
use std::sync::Arc;

use boundary_adapters_tests::policy::{self, purpose::Billing, region::In};
use boundary_adapters_tests::{with_diesel, with_sea_orm, with_sqlx};
use boundary_runtime::audit::MemoryAudit;
use boundary_runtime::control::{ControlPlane, IdentityMap, Residence};
use boundary_runtime::{
    AccessError, Clock, Declaration, Grant, InCountry, Plain, Principal, Session, SubjectId, SystemClock,
    TenantId,
};
use boundary_vault::{Backend, LocalCustody, Vault, VaultConfig};

const EMAIL: &str = "priya@example.org";
const PHONE: &str = "+91 22 5550 1234";
const TABLE: &str = "CREATE TABLE customers (id BIGINT PRIMARY KEY NOT NULL, tenant TEXT NOT NULL, subject TEXT NOT NULL, \
     data_key BLOB NOT NULL, email BLOB NOT NULL, phone BLOB, plan TEXT NOT NULL)";
/// What an attacker does who may write to the table: one customer's ciphertext and key under another's number.
const MOVE: &str = "UPDATE customers SET id = 8 WHERE id = 7";

struct Site {
    session: Session<InCountry<In>, Billing>,
    grant: Grant<Billing>,
    residence: Residence,
    folder: tempfile::TempDir,
}

async fn site(declaration: &'static Declaration) -> Site {
    let folder = tempfile::tempdir().unwrap();
    let policy = Arc::new(policy::load().unwrap());
    let vault = Vault::<In>::open(VaultConfig {
        policy: policy.clone(),
        custodies: Arc::new(LocalCustody::open(folder.path().join("custody"), "in").unwrap()).into(),
        region_dir: folder.path().join("data"),
        declarations: &[declaration],
        audit: Arc::new(MemoryAudit::default()),
        clock: Arc::new(SystemClock),
        backend: Backend::default(),
    })
    .await
    .unwrap();
    let tenants = [TenantId::new("acme")];
    let subject = SubjectId::new("s-7");
    vault
        .provision(&Principal::new("onboarding", "operator"), &tenants[0])
        .await
        .unwrap();
    let control = ControlPlane::new(policy, IdentityMap::new(), Arc::default());
    let residence = control.register(&tenants[0], &subject, "IN").unwrap();
    let session = vault
        .session(&Principal::new("test", "service"), &tenants)
        .await
        .unwrap();
    let pseudonyms = vault.pseudonyms(&tenants).await.unwrap();
    let grant = control
        .grant(&pseudonyms, &tenants[0], &subject, SystemClock.now())
        .unwrap();
    Site {
        session,
        grant,
        residence,
        folder,
    }
}

fn text(opened: Result<Plain<String>, AccessError>) -> Result<String, AccessError> {
    opened.map(|plain| plain.disclose("a test compares it").clone())
}

/// Whether a text lies anywhere in the files of a database.
fn lies_in(folder: &Path, text: &str) -> bool {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_file())
        .any(|path| {
            let content = std::fs::read(path).unwrap();
            content
                .windows(text.len())
                .any(|window| window == text.as_bytes())
        })
}

#[tokio::test]
async fn a_model_of_sqlx_keeps_from_row_and_binds_its_sealed_fields() {
    let site = site(with_sqlx::Customer::DECLARATION).await;
    let path = site.folder.path().join("customers.sqlite");
    let options = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(&path)
        .create_if_missing(true);
    let pool = sqlx::SqlitePool::connect_with(options).await.unwrap();
    sqlx::query(TABLE).execute(&pool).await.unwrap();
    let new = with_sqlx::NewCustomer {
        id: 7,
        email: EMAIL.to_owned(),
        phone: Some(PHONE.to_owned()),
        plan: "plan-of-priya".to_owned(),
    };
    let customer = new.seal(&site.session, &site.residence).unwrap();
    customer.insert(&pool).await.unwrap();

    let kind: String = sqlx::query_scalar("SELECT typeof(email) FROM customers")
        .fetch_one(&pool)
        .await
        .unwrap();
    assert_eq!(kind, "blob");
    assert!(!lies_in(site.folder.path(), EMAIL) && !lies_in(site.folder.path(), PHONE));
    assert!(
        lies_in(site.folder.path(), "plan-of-priya"),
        "the files were not looked at"
    );

    let all = "SELECT * FROM customers";
    let loaded: with_sqlx::Customer = sqlx::query_as(all).fetch_one(&pool).await.unwrap();
    assert_eq!(text(loaded.email(&site.session, &site.grant)).unwrap(), EMAIL);
    let phone = loaded.phone(&site.session, &site.grant).unwrap().unwrap();
    assert_eq!(phone.disclose("a test compares it"), PHONE);

    sqlx::query(MOVE).execute(&pool).await.unwrap();
    let moved: with_sqlx::Customer = sqlx::query_as(all).fetch_one(&pool).await.unwrap();
    assert_eq!(
        text(moved.email(&site.session, &site.grant)),
        Err(AccessError::Undecryptable)
    );
}

#[tokio::test]
async fn a_model_of_diesel_keeps_queryable_selectable_and_insertable() {
    use diesel::prelude::*;
    use diesel::sqlite::SqliteConnection;
    use with_diesel::customers::dsl::customers;

    let site = site(with_diesel::Customer::DECLARATION).await;
    let path = site.folder.path().join("customers.sqlite");
    let mut connection = SqliteConnection::establish(&path.display().to_string()).unwrap();
    diesel::sql_query(TABLE).execute(&mut connection).unwrap();
    let seal = |phone: Option<&str>| {
        let new = with_diesel::NewCustomer {
            id: 7,
            email: EMAIL.to_owned(),
            phone: phone.map(str::to_owned),
            plan: "plan-of-priya".to_owned(),
        };
        new.seal(&site.session, &site.residence).unwrap()
    };
    diesel::insert_into(customers)
        .values(seal(Some(PHONE)))
        .execute(&mut connection)
        .unwrap();
    assert!(!lies_in(site.folder.path(), EMAIL) && !lies_in(site.folder.path(), PHONE));
    assert!(
        lies_in(site.folder.path(), "plan-of-priya"),
        "the files were not looked at"
    );

    let select = || customers.select(with_diesel::Customer::as_select());
    let loaded = select().first(&mut connection).unwrap();
    assert_eq!(text(loaded.email(&site.session, &site.grant)).unwrap(), EMAIL);
    let phone = loaded.phone(&site.session, &site.grant).unwrap().unwrap();
    assert_eq!(phone.disclose("a test compares it"), PHONE);

    diesel::sql_query(MOVE).execute(&mut connection).unwrap();
    let moved = select().first(&mut connection).unwrap();
    assert_eq!(
        text(moved.email(&site.session, &site.grant)),
        Err(AccessError::Undecryptable)
    );
    diesel::insert_into(customers)
        .values(seal(None))
        .execute(&mut connection)
        .unwrap();
    let without = select().find(7).first(&mut connection).unwrap();
    assert!(without.phone(&site.session, &site.grant).unwrap().is_none());
}

#[tokio::test]
async fn an_entity_of_sea_orm_holds_ciphertext_and_the_model_opens_it() {
    use sea_orm::{ActiveModelTrait, ConnectionTrait, Database, EntityTrait, IntoActiveModel};

    let site = site(with_sea_orm::Customer::DECLARATION).await;
    let path = site.folder.path().join("customers.sqlite");
    let database = Database::connect(format!("sqlite://{}?mode=rwc", path.display()))
        .await
        .unwrap();
    database.execute_unprepared(TABLE).await.unwrap();
    let new = with_sea_orm::NewCustomer {
        id: 7,
        email: EMAIL.to_owned(),
        phone: None,
        plan: "plan-of-priya".to_owned(),
    };
    let customer = new.seal(&site.session, &site.residence).unwrap();
    let row = (&customer).into_active_model().insert(&database).await.unwrap();
    assert!(!format!("{row:?}").contains(EMAIL));
    assert!(!lies_in(site.folder.path(), EMAIL));
    assert!(
        lies_in(site.folder.path(), "plan-of-priya"),
        "the files were not looked at"
    );

    let load = || async {
        with_sea_orm::Entity::find()
            .one(&database)
            .await
            .unwrap()
            .unwrap()
    };
    let loaded = with_sea_orm::Customer::try_from(load().await).unwrap();
    assert_eq!(text(loaded.email(&site.session, &site.grant)).unwrap(), EMAIL);

    database.execute_unprepared(MOVE).await.unwrap();
    let moved = with_sea_orm::Customer::try_from(load().await).unwrap();
    assert_eq!(
        text(moved.email(&site.session, &site.grant)),
        Err(AccessError::Undecryptable)
    );
}

#[tokio::test]
async fn attack_87_a_database_layer_prints_what_it_binds() {
    use with_diesel::customers::dsl::customers;

    let site = site(with_diesel::Customer::DECLARATION).await;
    let new = with_diesel::NewCustomer {
        id: 7,
        email: EMAIL.to_owned(),
        phone: Some(PHONE.to_owned()),
        plan: "plan-of-priya".to_owned(),
    };
    let customer = new.seal(&site.session, &site.residence).unwrap();
    let insert = diesel::insert_into(customers).values(customer);
    let printed = diesel::debug_query::<diesel::sqlite::Sqlite, _>(&insert).to_string();
    assert!(printed.contains("plan-of-priya"), "nothing is printed: {printed}");
    // Bytes are printed as numbers; the plaintext would be found in either form.
    let as_numbers = |text: &str| {
        format!("{:?}", text.as_bytes())
            .trim_matches(['[', ']'])
            .to_owned()
    };
    for secret in [EMAIL, PHONE] {
        assert!(
            !printed.contains(secret) && !printed.contains(&as_numbers(secret)),
            "{printed}"
        );
    }
    assert!(
        printed.contains(&as_numbers("acme")) || printed.contains("acme"),
        "{printed}"
    );
}
