//! A live Postgres is listed as it lists itself, and compared with the migrations.

#![cfg(feature = "live")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on must say so and stop")]

mod support;

use std::path::Path;

use support::{lint_of_live as lint, listed};

const POLICY: &str = include_str!("fixtures/unclassified-column/bad/boundary.toml");

#[test]
fn a_live_database_is_listed_and_compared_with_the_migrations() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let sql = root.join("1_all.sql");
    std::fs::write(
        &sql,
        "CREATE SCHEMA shop; CREATE TABLE shop.orders (id bigint PRIMARY KEY, note text);\n\
         CREATE TABLE users (id uuid NOT NULL, email varchar(20), tags text[]);\n\
         CREATE VIEW named AS SELECT id, email FROM users; CREATE MATERIALIZED VIEW kept AS SELECT email FROM users;\n\
         CREATE TABLE _sqlx_migrations (version bigint);\n",
    )
    .unwrap();
    let postgres = support::Postgres::start();
    postgres.database("real", std::slice::from_ref(&sql));
    let url = postgres.url("real");

    let alone = lint(
        root,
        &["columns", "--live", "A_DATABASE", "--format", "csv"],
        &url,
    );
    let without_kind = |rows: Vec<String>| -> Vec<String> {
        let mut rows: Vec<String> = rows
            .iter()
            .filter(|row| !row.contains("_sqlx_migrations"))
            .map(|row| row.split(',').take(5).collect::<Vec<_>>().join(","))
            .collect();
        rows.sort();
        rows
    };
    assert_eq!(
        without_kind(listed(&alone.stdout)),
        without_kind(postgres.columns("real")),
        "{}",
        alone.stderr
    );

    // The migrations know a column and a table that the server has not, and the server has others.
    std::fs::remove_file(sql).unwrap();
    std::fs::write(root.join("boundary.toml"), POLICY).unwrap();
    std::fs::create_dir(root.join("migrations")).unwrap();
    std::fs::write(
        root.join("migrations/1_users.sql"),
        "CREATE TABLE users (id uuid NOT NULL, email varchar(20), phone text);\nCREATE TABLE drafts (id bigint);\n",
    )
    .unwrap();
    let run = lint(root, &["check", "--live", "A_DATABASE", "--format", "json"], &url);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let mut disagreements: Vec<&str> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|finding| finding["rule"] == "sources-disagree")
        .map(|finding| finding["message"].as_str().unwrap())
        .collect();
    disagreements.sort_unstable();
    assert_eq!(
        disagreements,
        [
            "column `public.users.phone` is not in the live database",
            "column `public.users.tags` is not in the migrations in `migrations`",
            "table `public.drafts` is not in the live database",
            "table `public.kept` is not in the migrations in `migrations`",
            "table `public.named` is not in the migrations in `migrations`",
            "table `shop.orders` is not in the migrations in `migrations`",
        ]
    );
    for (url, why) in [
        ("postgres://app:s3cret@db.example.com/app", "on another machine"),
        ("postgres://app:s3cret@localhost:1/app", "does not answer"),
        ("not a url s3cret", "does not read"),
    ] {
        let run = lint(root, &["check", "--live", "A_DATABASE"], url);
        assert_eq!(run.status, Some(2));
        assert!(
            run.stderr.contains(why) && !run.stderr.contains("s3cret"),
            "{}",
            run.stderr
        );
    }
}

#[test]
fn a_live_database_is_held_to_the_model_by_the_script_and_found_where_it_is_changed_by_hand() {
    let payments = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/payments");
    let root = payments.to_str().unwrap();
    let migrations = payments.join("migrations");
    let mut files: Vec<_> = std::fs::read_dir(&migrations)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let postgres = support::Postgres::start();
    postgres.database("real", &files);
    let url = postgres.url("real");
    let change = |sql: &str| postgres.run("real", "postgres", sql).unwrap();
    let of = |command: &str, more: &[&str]| {
        let arguments = [
            command,
            "--root",
            root,
            "--migrations",
            migrations.to_str().unwrap(),
        ];
        let arguments = [
            &arguments[..],
            &["--dialect", "postgres", "--live", "A_DATABASE"],
            more,
        ]
        .concat();
        lint(&payments, &arguments, &url)
    };
    let found = || {
        let run = of("check", &["--format", "json"]);
        let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let mut found: Vec<String> = report["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|finding| finding["rule"] == "database-differs")
            .map(|finding| {
                let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
                format!(
                    "{} | {}",
                    text(&finding["message"]),
                    text(&finding["place"]["label"])
                )
            })
            .collect();
        found.sort();
        found
    };
    let bare = "it lacks `ENABLE ROW LEVEL SECURITY`, `FORCE ROW LEVEL SECURITY`, a policy that keeps rows apart by `tenant`";
    assert_eq!(
        found(),
        ["customers", "payments"].map(|table| format!(
            "table `public.{table}` is not kept apart by tenant in the live database | {bare}"
        ))
    );

    change("COMMENT ON COLUMN customers.city IS 'Where she lives.'");
    let script = of("ddl", &[]);
    assert_eq!(script.status, Some(0), "{}", script.stderr);
    change(&script.stdout);
    assert_eq!(found(), Vec::<String>::new());
    assert_eq!(
        change(
            "SELECT col_description('customers'::regclass, attnum) FROM pg_attribute WHERE attrelid = 'customers'::regclass AND attname = 'city'"
        ),
        "boundary: category = \"user.contact.address.city\", residency = in_country, purpose(analytics, support)\n// Where she lives."
    );
    // Made again with the comments that the server has by now, it is the same.
    assert_eq!(of("ddl", &[]).stdout, script.stdout);

    for (by_hand, message) in [
        (
            "ALTER TABLE payments NO FORCE ROW LEVEL SECURITY",
            "it lacks `FORCE ROW LEVEL SECURITY`",
        ),
        (
            "ALTER TABLE payments DISABLE ROW LEVEL SECURITY",
            "it lacks `ENABLE ROW LEVEL SECURITY`",
        ),
        (
            "DROP POLICY boundary_tenant ON payments; CREATE POLICY everybody ON payments USING (true)",
            "it lacks a policy that keeps rows apart by `tenant`",
        ),
        (
            "COMMENT ON COLUMN payments.city IS 'boundary: category = user.contact.address.city, residency = global, purpose(analytics)'",
            "it says `user.contact.address.city`, `global`",
        ),
        (
            "COMMENT ON COLUMN payments.city IS 'boundary: category = user.contact.address.city, residency = in_country, purpose(marketing)'",
            "its purposes are marketing",
        ),
        (
            "COMMENT ON COLUMN payments.city IS 'boundary: record_id'",
            "it says `record_id`",
        ),
        (
            "COMMENT ON COLUMN payments.city IS 'boundary: see the wiki'",
            "it does not read as a declaration",
        ),
    ] {
        change(by_hand);
        let found_now = found();
        assert!(
            matches!(found_now.as_slice(), [one] if one.contains("public.payments") && one.contains(message)),
            "{by_hand}: {found_now:?}"
        );
        change(&script.stdout);
        change("DROP POLICY IF EXISTS everybody ON payments");
        assert_eq!(found(), Vec::<String>::new(), "{by_hand}");
    }
}
