//! Replay agrees with a real Postgres: each file of `tests/replay` is run by both.
//!
//! A file whose name begins with `unseen_` holds something that replay cannot follow; the lint must say so, and list
//! nothing that is not there.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must say so and stop")]

mod support;

use std::path::{Path, PathBuf};

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/replay");
    let mut cases: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    cases.sort();
    cases
}

#[test]
fn replay_agrees_with_postgres_on_every_case() {
    let postgres = support::Postgres::start();
    let mut wrong = Vec::new();
    for case in cases() {
        let name = case.file_stem().unwrap().to_string_lossy().into_owned();
        let folder = tempfile::tempdir().unwrap();
        std::fs::copy(&case, folder.path().join("1_case.sql")).unwrap();
        postgres.database(&name, &[case]);
        let real = postgres.columns(&name);
        let run = support::lint(
            folder.path(),
            &["columns", "--migrations", ".", "--format", "csv"],
        );
        let listed = support::listed(&run.stdout);
        if name.starts_with("unseen_") {
            // Types may be left open here; columns may not be made up.
            let names = |rows: &[String]| -> Vec<String> {
                rows.iter()
                    .map(|row| row.split(',').take(3).collect::<Vec<_>>().join("."))
                    .collect()
            };
            let real = names(&real);
            let invented: Vec<String> = names(&listed)
                .into_iter()
                .filter(|column| !real.contains(column))
                .collect();
            if !invented.is_empty() || !run.stderr.contains("cannot be seen") {
                wrong.push(format!("{name}: invented {invented:#?}, said: {}", run.stderr));
            }
        } else if listed != real || !run.stderr.is_empty() {
            let missing: Vec<&String> = real.iter().filter(|column| !listed.contains(column)).collect();
            let invented: Vec<&String> = listed.iter().filter(|column| !real.contains(column)).collect();
            wrong.push(format!(
                "{name}: only Postgres {missing:#?}, only the lint {invented:#?}, said: {}",
                run.stderr
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
