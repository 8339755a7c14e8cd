//! The payments example under the lint, as its CI would run it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::{Path, PathBuf};

use boundary_lint::cli::{Command, Outcome};
use boundary_schema::Policy;
use clap::Parser;

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/payments")
}

/// Runs `cargo boundary check` on the example with these migrations, and gives its outcome and what it prints.
fn check(migrations: &Path) -> (Outcome, String) {
    let (mut out, mut errors) = (Vec::new(), Vec::new());
    let mut arguments: Vec<std::ffi::OsString> = ["cargo-boundary", "check", "--root"].map(Into::into).into();
    arguments.extend([example().into(), "--migrations".into(), migrations.into()]);
    let outcome = Command::parse_from(arguments).run(&mut out, &mut errors).unwrap();
    (outcome, String::from_utf8(out).unwrap())
}

/// A copy of the example's migrations, with one more.
fn with_migration(name: &str, sql: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(example().join("migrations")).unwrap() {
        let path = entry.unwrap().path();
        std::fs::copy(&path, folder.path().join(path.file_name().unwrap())).unwrap();
    }
    std::fs::write(folder.path().join(name), sql).unwrap();
    folder
}

#[test]
fn every_column_of_the_example_is_classified() {
    let (outcome, text) = check(&example().join("migrations"));
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
    let (outcome, text) = check(folder.path());
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
    let (outcome, text) = check(folder.path());
    assert!(
        matches!(outcome, Outcome::Findings) && text.contains("declared-column-missing"),
        "{text}"
    );
}

#[test]
fn attack_50_sql_that_cannot_be_seen_through_fails() {
    let sql = "DO $$ BEGIN EXECUTE 'ALTER TABLE customers ADD COLUMN ' || 'secret text'; END $$;\n";
    let folder = with_migration("20260501000000_dynamic.sql", sql);
    let (outcome, text) = check(folder.path());
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
