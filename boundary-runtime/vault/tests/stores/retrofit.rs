//! The course of a retrofit, the same on every database: each test here is run by `sqlite` and by `postgres`.

use boundary_runtime::retrofit::{Clearing, Database, Plan, Retrofit, RetrofitError, Stage, Tally};
use boundary_runtime::{AccessError, KeyError, Misuse, Refusal, TenantId};
use boundary_schema::Declaration;

use crate::site::{Billing, Opened, Site, Support, email};

/// What the tests ask of a database with the table `people` or `visitors` in it.
pub(crate) trait Bench {
    type Database: Database;

    /// A connection for one retrofit.
    async fn database(&self) -> Self::Database;

    /// Runs statements.
    async fn sql(&self, sql: &str);

    /// One number.
    async fn number(&self, sql: &str) -> i64;

    /// How many data keys there are for the table.
    async fn data_keys(&self) -> i64;

    fn table(&self) -> &'static Declaration;

    fn name(&self) -> &'static str {
        self.table().name
    }
}

pub(crate) const ROWS: i64 = 23;

/// Rows of two tenants; the tenth has no e-mail address, the eleventh an empty one.
pub(crate) async fn fill(bench: &impl Bench) {
    for id in 1..=ROWS {
        let email = match id {
            10 => "NULL".to_owned(),
            11 => "''".to_owned(),
            id => format!("'{}'", email(id)),
        };
        bench
            .sql(&format!(
                "INSERT INTO {} (id, tenant, subject, email, phone) VALUES ({id}, '{}', 'subject-{id}', {email}, {})",
                bench.name(),
                tenant_of(id),
                phone_of(id)
            ))
            .await;
    }
}

pub(crate) fn tenant_of(id: i64) -> &'static str {
    if id % 3 == 0 { "globex" } else { "acme" }
}

fn phone_of(id: i64) -> i64 {
    910_000_000 + id
}

pub(crate) fn plan(table: &'static Declaration) -> Plan {
    Plan::new(table, "email", "email").unwrap().with_batch(4)
}

pub(crate) async fn of_emails<B: Bench>(bench: &B) -> Retrofit<String, B::Database> {
    Retrofit::open(plan(bench.table()), bench.database().await)
        .await
        .unwrap()
}

/// What everybody who may gets to read, row by row.
pub(crate) async fn reads<B: Bench>(bench: &B, site: &Site) {
    let mut retrofit = of_emails(bench).await;
    for id in 1..=ROWS {
        let (session, grant) = (
            site.session().await.unwrap(),
            site.grant::<Billing>(tenant_of(id), id).await,
        );
        let tenant = TenantId::new(tenant_of(id));
        let read = retrofit
            .read(&session, &grant, &tenant, &id.to_string())
            .await
            .unwrap();
        let read = read.map(|plain| plain.disclose("a test compares it").clone());
        let expected = match id {
            10 => None,
            11 => Some(String::new()),
            id => Some(email(id)),
        };
        assert_eq!(read, expected, "row {id}");
    }
}

pub(crate) async fn sealed_and_finished<B: Bench>(bench: &B, site: &Site) {
    fill(bench).await;
    let sessions = async || site.session().await;
    let mut retrofit = of_emails(bench).await;

    let survey = retrofit.survey().await.unwrap();
    assert_eq!(
        (survey.rows, survey.plain, survey.sealed, survey.data_keys),
        (23, 22, 0, 0)
    );
    assert!(survey.bytes > 22 * 180, "{survey}");
    let tried = retrofit.dry_run(sessions).await.unwrap();
    assert_eq!((tried.rows, tried.changed, tried.empty), (23, 22, 1));
    assert_eq!(retrofit.stage().await.unwrap(), None);
    assert_eq!(bench.data_keys().await, 0);
    let sealed = format!(
        "SELECT count(*) FROM {} WHERE email_sealed IS NOT NULL",
        bench.name()
    );
    assert_eq!(bench.number(&sealed).await, 0);
    reads(bench, site).await;

    let refused = retrofit.verify(sessions).await.err();
    assert!(matches!(refused, Some(RetrofitError::Step { .. })), "{refused:?}");
    let run = retrofit.run(sessions).await.unwrap();
    assert_eq!((run.rows, run.changed, run.empty), (23, 22, 1));
    assert_eq!(bench.number(&sealed).await, 22);
    assert_eq!(bench.data_keys().await, 22);
    let plain = format!("SELECT count(*) FROM {} WHERE email IS NOT NULL", bench.name());
    assert_eq!(
        bench.number(&plain).await,
        22,
        "plain values stay until they are verified"
    );
    reads(bench, site).await;
    let refused = retrofit.finish(sessions).await.err();
    assert!(matches!(refused, Some(RetrofitError::Step { .. })), "{refused:?}");

    let verified = retrofit.verify(sessions).await.unwrap();
    assert_eq!(
        (verified.equal, verified.empty, verified.is_complete()),
        (22, 1, true)
    );
    assert_eq!(retrofit.stage().await.unwrap(), Some(Stage::Verified));
    let finished = retrofit.finish(sessions).await.unwrap();
    assert_eq!((finished.changed, finished.empty), (22, 1));
    assert_eq!(retrofit.stage().await.unwrap(), Some(Stage::Finished));
    assert_eq!(bench.number(&plain).await, 0);
    reads(bench, site).await;
    retrofit.conclude().await.unwrap();
    assert_eq!(retrofit.stage().await.unwrap(), None);
    reads(bench, site).await;
}

/// A second column of the same table is sealed under the same data keys, and taken back without them.
pub(crate) async fn two_columns_share_a_data_key<B: Bench>(bench: &B, site: &Site) {
    fill(bench).await;
    let sessions = async || site.session().await;
    of_emails(bench).await.run(sessions).await.unwrap();
    let before = bench.data_keys().await;
    let plan = Plan::new(bench.table(), "phone", "phone").unwrap();
    let mut phones = Retrofit::<i64, _>::open(plan.clone(), bench.database().await)
        .await
        .unwrap();
    assert_eq!(phones.run(sessions).await.unwrap().changed, 23);
    assert_eq!(
        bench.data_keys().await,
        before + 1,
        "only the row without an e-mail address gets one"
    );
    assert!(phones.verify(sessions).await.unwrap().is_complete());
    phones.finish(sessions).await.unwrap();
    let session = site.session().await.unwrap();
    for id in [1, 10] {
        let (tenant, grant) = (
            TenantId::new(tenant_of(id)),
            site.grant::<Billing>(tenant_of(id), id).await,
        );
        let read = phones
            .read(&session, &grant, &tenant, &id.to_string())
            .await
            .unwrap();
        assert_eq!(
            read.map(|phone| *phone.disclose("a test compares it")),
            Some(phone_of(id))
        );
    }

    // Finished it comes back only by its name, and with every value.
    let refused = phones.rollback(None, sessions).await.err();
    assert!(matches!(refused, Some(RetrofitError::Step { .. })), "{refused:?}");
    let refused = phones
        .rollback(Some("people.email_sealed.x"), sessions)
        .await
        .err();
    assert!(matches!(refused, Some(RetrofitError::Step { .. })), "{refused:?}");
    assert_eq!(
        phones
            .rollback(Some(&plan.name()), sessions)
            .await
            .unwrap()
            .changed,
        23
    );
    assert_eq!(
        bench.data_keys().await,
        before,
        "the one that it made is gone, and no other"
    );
    let sum = format!("SELECT CAST(sum(phone) AS bigint) FROM {}", bench.name());
    assert_eq!(bench.number(&sum).await, (1..=ROWS).map(phone_of).sum::<i64>());
    let sealed = format!(
        "SELECT count(*) FROM {} WHERE phone_sealed IS NOT NULL",
        bench.name()
    );
    assert_eq!(bench.number(&sealed).await, 0);
    assert!(
        of_emails(bench)
            .await
            .verify(sessions)
            .await
            .unwrap()
            .is_complete()
    );
}

/// Taken back before it is finished, the table is as it was.
pub(crate) async fn taken_back<B: Bench>(bench: &B, site: &Site) {
    fill(bench).await;
    let sessions = async || site.session().await;
    let mut retrofit = of_emails(bench).await;
    assert_eq!(retrofit.rollback(None, sessions).await.unwrap(), Tally::default());
    retrofit.run(sessions).await.unwrap();
    // A record that the application sealed without a plain value must not be lost.
    let name = bench.name();
    bench
        .sql(&format!("UPDATE {name} SET email = NULL WHERE id = 5"))
        .await;
    assert_eq!(retrofit.rollback(None, sessions).await.unwrap().changed, 22);
    assert_eq!(retrofit.stage().await.unwrap(), None);
    assert_eq!(bench.data_keys().await, 0);
    let whole =
        format!("SELECT count(*) FROM {name} WHERE email_sealed IS NULL AND (email IS NOT NULL OR id = 10)");
    assert_eq!(bench.number(&whole).await, ROWS);
    reads(bench, site).await;
    // And another beginning works as the first one did.
    assert_eq!(retrofit.run(sessions).await.unwrap().changed, 22);
    assert!(retrofit.verify(sessions).await.unwrap().is_complete());
}

/// An application that goes on writing is noticed, and nothing that it wrote is lost.
pub(crate) async fn written_meanwhile<B: Bench>(bench: &B, site: &Site) {
    fill(bench).await;
    let (name, sessions) = (bench.name(), async || site.session().await);
    let mut retrofit = of_emails(bench).await;
    retrofit.run(sessions).await.unwrap();
    bench
        .sql(&format!(
            "UPDATE {name} SET email = 'new@example.org' WHERE id = 2"
        ))
        .await;
    bench
        .sql(&format!(
            "INSERT INTO {name} (id, tenant, subject, email) VALUES (0, 'acme', 'subject-0', 'late@example.org')"
        ))
        .await;
    let found = retrofit.verify(sessions).await.unwrap();
    assert_eq!((found.differing, found.missing, found.equal), (1, 1, 21));
    let refused = retrofit.finish(sessions).await.err();
    assert!(matches!(refused, Some(RetrofitError::Step { .. })), "{refused:?}");

    // Whoever is right is for the operator to say.
    let again = retrofit.run(sessions).await.unwrap();
    assert_eq!((again.changed, again.differing), (1, 1));
    assert!(!retrofit.verify(sessions).await.unwrap().is_complete());
    let plan = plan(bench.table()).where_plain_wins();
    let mut retrofit = Retrofit::<String, _>::open(plan, bench.database().await)
        .await
        .unwrap();
    assert_eq!(retrofit.run(sessions).await.unwrap().changed, 1);
    assert!(retrofit.verify(sessions).await.unwrap().is_complete());

    // Between verification and clearing, too.
    bench
        .sql(&format!(
            "UPDATE {name} SET email = 'newer@example.org' WHERE id = 3"
        ))
        .await;
    let finished = retrofit.finish(sessions).await.unwrap();
    assert_eq!((finished.changed, finished.differing), (22, 1));
    assert_eq!(retrofit.stage().await.unwrap(), Some(Stage::Clearing));
    let kept = format!("SELECT count(*) FROM {name} WHERE email = 'newer@example.org'");
    assert_eq!(bench.number(&kept).await, 1);
    retrofit.run(sessions).await.unwrap();
    assert!(retrofit.verify(sessions).await.unwrap().is_complete());
    assert_eq!(retrofit.finish(sessions).await.unwrap().changed, 1);
    assert_eq!(retrofit.stage().await.unwrap(), Some(Stage::Finished));
}

/// Who may not seal or read gets nothing, and a suspended authority closes plain values of the column as well.
pub(crate) async fn refused<B: Bench>(bench: &B, site: &Site) {
    fill(bench).await;
    let mut retrofit = of_emails(bench).await;
    let support = async || {
        let principal = boundary_runtime::Principal::new("desk", "support_agent");
        site.vault
            .session::<Support>(&principal, &crate::site::tenants())
            .await
    };
    let refusal = retrofit.run(support).await.err();
    assert!(
        matches!(
            refusal,
            Some(RetrofitError::Access(AccessError::Policy(
                Refusal::Purpose { .. }
            )))
        ),
        "{refusal:?}"
    );
    let of_one = async || {
        let principal = boundary_runtime::Principal::new("payments", "service");
        site.vault
            .session::<Billing>(&principal, &[TenantId::new("acme")])
            .await
    };
    let refusal = retrofit.run(of_one).await.err();
    assert!(
        matches!(
            refusal,
            Some(RetrofitError::Access(AccessError::Caller(
                Misuse::TenantNotInSession
            )))
        ),
        "{refusal:?}"
    );

    let tenant = TenantId::new("acme");
    let session: Opened = site.session().await.unwrap();
    let of_another = site.grant::<Billing>("acme", 2).await;
    let refusal = retrofit.read(&session, &of_another, &tenant, "1").await.err();
    assert!(
        matches!(
            refusal,
            Some(RetrofitError::Access(AccessError::Caller(
                Misuse::GrantOfAnotherSubject
            )))
        ),
        "{refusal:?}"
    );
    let grant = site.grant::<Billing>("acme", 1).await;
    let opened = retrofit.read(&session, &grant, &tenant, "1").await.unwrap();
    assert!(opened.is_some());
    let records = site.audit.records();
    let last = records.last().unwrap();
    assert_eq!(
        (last.declaration, last.field),
        (Some(bench.name()), Some("email"))
    );
    site.vault
        .suspend(&crate::site::operator(), &tenant)
        .await
        .unwrap();
    let refusal = retrofit.read(&session, &grant, &tenant, "1").await.err();
    assert!(
        matches!(
            refusal,
            Some(RetrofitError::Access(AccessError::Key(KeyError::Disabled)))
        ),
        "{refusal:?}"
    );
    site.vault
        .resume(&crate::site::operator(), &tenant)
        .await
        .unwrap();
}

/// A lease that ends on the way is renewed, and a column that may not be NULL is cleared to a text.
pub(crate) async fn renewed_and_cleared_to_a_text<B: Bench>(bench: &B, site: &Site) {
    fill(bench).await;
    let plan = plan(bench.table()).clearing_to(Clearing::Text(""));
    let clock = std::sync::Arc::clone(&site.clock);
    let mut retrofit = Retrofit::<String, _>::open(plan, bench.database().await)
        .await
        .unwrap()
        // Every batch takes longer than the lease.
        .with_progress(move |_| clock.advance(std::time::Duration::from_secs(61)));
    let sessions = async || site.session().await;
    assert_eq!(retrofit.run(sessions).await.unwrap().changed, 22);
    assert_eq!(retrofit.verify(sessions).await.unwrap().equal, 22);
    let finished = retrofit.finish(sessions).await.unwrap();
    assert_eq!(
        (finished.changed, finished.sealed_only),
        (21, 1),
        "the empty text is cleared as it is"
    );
    assert_eq!(retrofit.stage().await.unwrap(), Some(Stage::Finished));
    let left = format!("SELECT count(*) FROM {} WHERE email <> ''", bench.name());
    assert_eq!(bench.number(&left).await, 0);
    let name = plan_name(bench);
    retrofit.rollback(Some(&name), sessions).await.unwrap();
    reads(bench, site).await;
}

fn plan_name(bench: &impl Bench) -> String {
    plan(bench.table()).name()
}
