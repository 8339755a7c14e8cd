//! The payments example under the lint, as its CI would run it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::{Path, PathBuf};

use boundary_lint::cli::{Command, Outcome};
use boundary_schema::Policy;
use clap::Parser;

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/payments")
}

/// Runs `cargo boundary check` on the example, with these migrations instead of its own, and gives its outcome and what it prints.
fn check(migrations: Option<&Path>) -> (Outcome, String) {
    let (mut out, mut errors) = (Vec::new(), Vec::new());
    let mut arguments: Vec<std::ffi::OsString> = ["cargo-boundary", "check", "--root"].map(Into::into).into();
    arguments.push(example().into());
    if let Some(migrations) = migrations {
        arguments.extend(["--migrations".into(), migrations.into()]);
    }
    let outcome = Command::parse_from(arguments).run(&mut out, &mut errors).unwrap();
    (outcome, String::from_utf8(out).unwrap())
}

/// What the example's tables would need in a Postgres that tenants share.
const ROW_SECURITY: &str = "
ALTER TABLE customers ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON customers USING (tenant = current_setting('app.tenant', true));
ALTER TABLE payments ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant ON payments USING (tenant = current_setting('app.tenant', true));
";

/// A copy of the example's migrations, with one more, as a Postgres would run them.
fn with_migration(name: &str, sql: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(example().join("migrations")).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
    }
    std::fs::write(
        folder.path().join("20260402080000_row_security.sql"),
        ROW_SECURITY,
    )
    .unwrap();
    std::fs::write(folder.path().join(name), sql).unwrap();
    folder
}

#[test]
fn every_column_of_the_example_is_classified() {
    let (outcome, text) = check(None);
    assert!(matches!(outcome, Outcome::Clean), "{text}");
    assert!(
        text.contains("19 of 19 columns classified, 0 not visible"),
        "{text}"
    );
}

#[test]
fn attack_50_a_migration_that_adds_an_unclassified_phone2_fails_at_its_line() {
    let sql = "-- A second number.\n\nALTER TABLE customers\n    ADD COLUMN phone2 text;\n";
    let folder = with_migration("20260501000000_phone2.sql", sql);
    let (outcome, text) = check(Some(folder.path()));
    assert!(matches!(outcome, Outcome::Findings), "{text}");
    assert!(text.contains("unclassified-column"), "{text}");
    assert!(
        text.contains("20260501000000_phone2.sql:4:"),
        "the finding does not name the line:\n{text}"
    );
    assert!(text.contains("phone2"), "{text}");
    assert!(text.contains("1 finding; 19 of 20 columns classified"), "{text}");
}

#[test]
fn a_dropped_column_that_is_still_declared_fails() {
    let folder = with_migration(
        "20260501000000_drop.sql",
        "ALTER TABLE payments DROP COLUMN city;\n",
    );
    let (outcome, text) = check(Some(folder.path()));
    assert!(
        matches!(outcome, Outcome::Findings) && text.contains("declared-column-missing"),
        "{text}"
    );
}

#[test]
fn attack_50_sql_that_cannot_be_seen_through_fails() {
    let sql = "DO $$ BEGIN EXECUTE 'ALTER TABLE customers ADD COLUMN ' || 'secret text'; END $$;\n";
    let folder = with_migration("20260501000000_dynamic.sql", sql);
    let (outcome, text) = check(Some(folder.path()));
    assert!(
        matches!(outcome, Outcome::Findings) && text.contains("column-not-visible"),
        "{text}"
    );
}

/// The schema crate may not read outside itself, so its tests have a copy of the example's policy.
#[test]
fn the_policy_that_the_schema_crate_tests_is_the_examples() {
    let ours = std::fs::read_to_string(example().join("boundary.toml")).unwrap();
    let theirs = std::fs::read_to_string(example().join("../../schema/tests/payments.toml")).unwrap();
    assert_eq!(ours, theirs);
    assert!(Policy::parse("boundary.toml", &ours).is_ok());
}

/// The bar is one per cent: what a reviewer has to read of the code that touches personal data.
#[test]
fn the_exits_of_the_example_are_under_one_per_cent_of_its_code() {
    let (mut out, mut remarks) = (Vec::new(), Vec::new());
    let mut arguments: Vec<std::ffi::OsString> = ["cargo-boundary", "exits", "--format", "json", "--root"]
        .map(Into::into)
        .into();
    arguments.push(example().into());
    Command::parse_from(arguments)
        .run(&mut out, &mut remarks)
        .unwrap();
    let report: serde_json::Value = serde_json::from_slice(&out).unwrap();
    let (exits, lines) = (
        report["exits"].as_array().unwrap().len(),
        report["code_lines"].as_u64().unwrap(),
    );
    assert!(exits > 0 && lines > 500, "{exits} exits in {lines} lines");
    assert!(
        exits * 100 < usize::try_from(lines).unwrap(),
        "{exits} exits in {lines} lines"
    );
}

/// What copies a column is a column of its own, and has no classification until a field gives it one. A view shows the
/// column itself, and is classified by it.
#[test]
fn attack_51_a_copy_of_a_column_is_unclassified_and_a_view_keeps_the_columns_classification() {
    for copy in [
        "CREATE TABLE copies AS SELECT email FROM customers;",
        "SELECT email INTO copies FROM customers;",
        "CREATE TABLE copies (LIKE customers);",
        "CREATE TABLE copies (extra text) INHERITS (customers);",
        "ALTER TABLE customers ADD COLUMN copied bytea GENERATED ALWAYS AS (email) STORED;",
        "CREATE FOREIGN TABLE copies (email bytea) SERVER abroad;",
    ] {
        let folder = with_migration("20260501000000_copy.sql", &format!("{copy}\n"));
        let (outcome, text) = check(Some(folder.path()));
        assert!(
            matches!(outcome, Outcome::Findings) && text.contains("unclassified-column"),
            "{copy}\n{text}"
        );
    }
    for view in ["VIEW", "MATERIALIZED VIEW"] {
        let sql = format!("CREATE {view} copies AS SELECT email FROM customers;\n");
        let folder = with_migration("20260501000000_view.sql", &sql);
        let (mut out, mut remarks) = (Vec::new(), Vec::new());
        let mut arguments: Vec<std::ffi::OsString> =
            ["cargo-boundary", "columns", "--format", "csv", "--root"]
                .map(Into::into)
                .into();
        arguments.extend([example().into(), "--migrations".into(), folder.path().into()]);
        Command::parse_from(arguments)
            .run(&mut out, &mut remarks)
            .unwrap();
        let listed = String::from_utf8(out).unwrap();
        let row = listed
            .lines()
            .find(|line| line.starts_with("public,copies,email,"));
        assert!(
            row.is_some_and(|row| row.contains(",user.contact.email,")),
            "{listed}"
        );
    }
}

#[test]
fn attack_51_a_publication_sends_only_columns_that_may_leave() {
    for (sql, sends) in [
        (
            "CREATE PUBLICATION p FOR TABLE customers;",
            "public.customers.age",
        ),
        (
            "CREATE PUBLICATION p FOR TABLE payments (id), customers (id, email);",
            "public.customers.email",
        ),
        ("CREATE PUBLICATION p FOR ALL TABLES;", "public.customers.age"),
        (
            "CREATE PUBLICATION p FOR TABLES IN SCHEMA public;",
            "public.customers.age",
        ),
        (
            "CREATE PUBLICATION p; ALTER PUBLICATION p ADD TABLE customers (city);",
            "public.customers.city",
        ),
        (
            "CREATE PUBLICATION p FOR TABLE customers (email); ALTER TABLE customers RENAME TO people; \
             ALTER TABLE people RENAME TO customers;",
            "public.customers.email",
        ),
    ] {
        let folder = with_migration("20260501000000_publication.sql", &format!("{sql}\n"));
        let (outcome, text) = check(Some(folder.path()));
        assert!(
            matches!(outcome, Outcome::Findings) && text.contains("column-published") && text.contains(sends),
            "{sql}\n{text}"
        );
    }
    let folder = with_migration(
        "20260501000000_publication.sql",
        "CREATE PUBLICATION p FOR TABLE customers (id, tenant, plan), payments (id, status);\n",
    );
    let (outcome, text) = check(Some(folder.path()));
    assert!(matches!(outcome, Outcome::Clean), "{text}");
}
