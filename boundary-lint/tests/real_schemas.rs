//! Published schemas that nobody here wrote, brought out of the registry by `scripts/real-schemas`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must say so and stop")]

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use support::{Run, lint, listed, succeed};

/// The sources, fetched once for all tests of this file.
static SOURCES: LazyLock<tempfile::TempDir> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/real-schemas");
    succeed(Command::new(script).arg(folder.path()));
    folder
});

#[test]
fn atuin_has_the_columns_that_a_real_postgres_lists() {
    let migrations = SOURCES.path().join("atuin-server-postgres/migrations");
    let Run {
        status,
        stdout,
        stderr,
    } = lint(&migrations, &["columns", "--migrations", ".", "--format", "csv"]);
    assert_eq!((status, stderr.as_str()), (Some(0), ""));

    let mut files: Vec<PathBuf> = std::fs::read_dir(&migrations)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    // Their versions are of one length, so the order of the names is the order in which sqlx runs them.
    files.sort();
    let postgres = support::Postgres::start();
    postgres.database("atuin", &files);
    let real = postgres.columns("atuin");
    let tables: std::collections::BTreeSet<&str> =
        real.iter().filter_map(|row| row.split(',').nth(1)).collect();
    assert_eq!((real.len(), tables.len()), (46, 7));
    assert_eq!(listed(&stdout), real);
}

#[test]
fn kellnr_makes_its_tables_in_rust_and_the_lint_says_that_it_cannot_see_them() {
    let folder = SOURCES.path().join("kellnr-db");
    let Run {
        status,
        stdout,
        stderr,
    } = lint(&folder, &["columns", "--migrations", ".", "--format", "csv"]);
    assert_eq!((status, listed(&stdout).len()), (Some(0), 0), "{stdout}");
    assert!(
        stderr.contains("src/tables.rs:1: cannot be seen: migrations are written in Rust here"),
        "{stderr}"
    );
}
