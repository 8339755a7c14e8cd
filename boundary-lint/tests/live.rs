//! A live Postgres is listed as it lists itself, and compared with the migrations.

#![cfg(feature = "live")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on must say so and stop")]

mod support;

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
