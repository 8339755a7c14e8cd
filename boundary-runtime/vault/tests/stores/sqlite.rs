//! Retrofits in a region's own store.

use boundary_runtime::retrofit::{Plan, Retrofit, RetrofitError, SqliteDatabase};
use boundary_runtime::{Principal, TenantId};
use boundary_schema::Declaration;

use crate::retrofit::{self, Bench, ROWS};
use crate::site::{Billing, InTable, PEOPLE, Site, VISITORS, connection, email};

pub(crate) struct Sqlite<'s> {
    pub(crate) site: &'s Site,
    pub(crate) table: &'static Declaration,
}

impl Bench for Sqlite<'_> {
    type Database = SqliteDatabase;

    async fn database(&self) -> SqliteDatabase {
        SqliteDatabase::of(&self.site.store).await.unwrap()
    }

    async fn sql(&self, sql: &str) {
        self.site.sql(sql);
    }

    async fn number(&self, sql: &str) -> i64 {
        self.site.number("rows", sql)
    }

    async fn data_keys(&self) -> i64 {
        match self.table.name {
            "people" => self
                .site
                .number("keys", "SELECT count(*) FROM boundary_data_keys"),
            _ => self.site.number("rows", "SELECT count(data_key) FROM visitors"),
        }
    }

    fn table(&self) -> &'static Declaration {
        self.table
    }
}

macro_rules! courses {
    ($($name:ident)+) => {$(
        #[tokio::test]
        async fn $name() {
            for table in [&PEOPLE, &VISITORS] {
                let folder = tempfile::tempdir().unwrap();
                let site = Site::open(folder.path()).await;
                site.make_tables();
                retrofit::$name(&Sqlite { site: &site, table }, &site).await;
            }
        }
    )+};
}

courses! {
    sealed_and_finished
    two_columns_share_a_data_key
    taken_back
    written_meanwhile
    refused
    renewed_and_cleared_to_a_text
}

/// The store's own accessors read what a retrofit sealed, and its files hold none of the plain values any more.
#[tokio::test]
async fn after_a_retrofit_the_accessor_opens_and_the_file_holds_no_plain_value() {
    let folder = tempfile::tempdir().unwrap();
    let site = Site::open(folder.path()).await;
    site.make_tables();
    site.sql("CREATE INDEX people_by_email ON people (email)");
    let bench = Sqlite {
        site: &site,
        table: &PEOPLE,
    };
    retrofit::fill(&bench).await;
    let holds = || {
        let bytes = std::fs::read(site.data.join("rows.sqlite")).unwrap();
        let text = email(7);
        bytes.windows(text.len()).any(|window| window == text.as_bytes())
    };
    assert!(holds());
    let sessions = async || site.session().await;
    let mut retrofit = retrofit::of_emails(&bench).await;
    retrofit.run(sessions).await.unwrap();
    retrofit.verify(sessions).await.unwrap();
    assert!(holds());
    retrofit.finish(sessions).await.unwrap();
    assert!(
        !holds(),
        "cleared cells are overwritten with zeros, in the index too"
    );

    let session = site.session().await.unwrap();
    for id in (1..=ROWS).filter(|id| ![10, 11].contains(id)) {
        let tenant = retrofit::tenant_of(id);
        let grant = site.grant::<Billing>(tenant, id).await;
        let record: Option<InTable> = site
            .store
            .get(&TenantId::new(tenant), &id.to_string())
            .await
            .unwrap();
        assert_eq!(record.unwrap().email(&session, &grant).unwrap(), email(id));
    }
}

#[tokio::test]
async fn a_plan_that_does_not_fit_is_refused_before_anything_is_changed() {
    let folder = tempfile::tempdir().unwrap();
    let site = Site::open(folder.path()).await;
    site.sql("CREATE TABLE people (id integer PRIMARY KEY, tenant text, subject text, email text NOT NULL, email_sealed blob)");
    for (field, plain, problem) in [
        ("mail", "email", "declares no sealed field"),
        ("tenant", "email", "declares no sealed field"),
        ("email", "email_sealed", "are one"),
    ] {
        let refused = Plan::new(&PEOPLE, field, plain).err().unwrap().to_string();
        assert!(refused.contains(problem), "{refused}");
    }
    let open = async |field, plain| {
        let database = SqliteDatabase::of(&site.store).await.unwrap();
        let plan = Plan::new(&PEOPLE, field, plain).unwrap();
        Retrofit::<String, _>::open(plan, database)
            .await
            .err()
            .unwrap()
            .to_string()
    };
    assert!(open("email", "mail").await.contains("no column `mail`"));
    assert!(open("phone", "id").await.contains("no column `phone_sealed`"));
    assert!(open("email", "email").await.contains("may not be NULL"));
    site.sql("PRAGMA journal_mode = WAL");
    let database = SqliteDatabase::of(&site.store).await.unwrap();
    let plan = Plan::new(&PEOPLE, "email", "email")
        .unwrap()
        .clearing_to(boundary_runtime::retrofit::Clearing::Text(""));
    let refused = Retrofit::<String, _>::open(plan, database).await.err().unwrap();
    assert!(refused.to_string().contains("rollback journal"), "{refused}");
}

/// What a row holds must not come back in a message, a checkpoint or the audit log.
#[tokio::test]
async fn rows_that_cannot_be_sealed_are_counted_and_not_named() {
    let folder = tempfile::tempdir().unwrap();
    let site = Site::open(folder.path()).await;
    site.sql(
        "CREATE TABLE people (id integer PRIMARY KEY, tenant text, subject text, email, email_sealed blob,
             phone integer, phone_sealed blob);
         INSERT INTO people (id, tenant, subject, email) VALUES
             (1, 'acme', 'subject-1', 'canary-1'), (2, NULL, 'subject-2', 'canary-2'), (3, 'acme', NULL, 'canary-3'),
             (4, 'acme', 'subject-4', 77);",
    );
    let bench = Sqlite {
        site: &site,
        table: &PEOPLE,
    };
    let sessions = async || site.session().await;
    let mut retrofit = retrofit::of_emails(&bench).await;
    let run = retrofit.run(sessions).await.unwrap();
    assert_eq!((run.changed, run.unusable), (1, 3));
    let found = retrofit.verify(sessions).await.unwrap();
    assert_eq!((found.equal, found.unusable), (1, 3));
    let refused = retrofit.finish(sessions).await.err();
    assert!(matches!(refused, Some(RetrofitError::Step { .. })), "{refused:?}");
    let notes: Vec<String> = site
        .audit
        .records()
        .iter()
        .filter_map(|record| record.note.as_ref().map(ToString::to_string))
        .collect();
    assert!(notes.iter().any(|note| note.contains("3 unusable")), "{notes:?}");
    assert!(
        !notes
            .iter()
            .any(|note| note.contains("canary") || note.contains("77"))
    );
}

/// A data key that closes other fields is never replaced by a new one.
#[tokio::test]
async fn a_record_whose_data_key_does_not_unwrap_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let site = Site::open(folder.path()).await;
    site.make_tables();
    let bench = Sqlite {
        site: &site,
        table: &PEOPLE,
    };
    site.put::<0>(1..3).await;
    connection(&site.data, "keys")
        .execute_batch(
            "UPDATE boundary_data_keys SET data_key = (SELECT data_key FROM boundary_data_keys WHERE record_id = '2')
             WHERE record_id = '1'",
        )
        .unwrap();
    site.sql("UPDATE people SET phone = 5");
    let plan = Plan::new(&PEOPLE, "phone", "phone").unwrap();
    let mut phones = Retrofit::<i64, _>::open(plan, bench.database().await)
        .await
        .unwrap();
    let principal = Principal::new("payments", "service");
    let run = phones
        .run(async || {
            site.vault
                .session::<Billing>(&principal, &crate::site::tenants())
                .await
        })
        .await
        .unwrap();
    assert_eq!((run.changed, run.unusable), (1, 1));
    assert_eq!(
        site.number("rows", "SELECT count(*) FROM people WHERE phone_sealed IS NULL"),
        1
    );
}
