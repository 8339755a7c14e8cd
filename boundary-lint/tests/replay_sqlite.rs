//! Replay agrees with a real SQLite: each file of `tests/replay_sqlite` is run by both.
//!
//! A file whose name begins with `unseen_` holds something that replay cannot follow; the lint must say so, and list nothing that is
//! not there.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must say so and stop")]

mod support;

use std::path::{Path, PathBuf};

/// The columns that SQLite has after a script, as the lint lists them.
fn real(sql: &str) -> Vec<String> {
    let connection = rusqlite::Connection::open_in_memory().unwrap();
    connection.execute_batch(sql).unwrap();
    let mut tables = connection
        .prepare("SELECT name, type FROM sqlite_schema WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'")
        .unwrap();
    let tables: Vec<(String, String)> = tables
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let mut rows = Vec::new();
    for (table, kind) in tables {
        let kind = if kind == "view" { "VIEW" } else { "BASE TABLE" };
        // Hidden columns of virtual tables are left out; generated ones are columns like others.
        let mut columns = connection
            .prepare("SELECT name, type, \"notnull\" FROM pragma_table_xinfo(?1) WHERE hidden <> 1")
            .unwrap();
        let columns: Vec<(String, String, bool)> = columns
            .query_map([&table], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .unwrap()
            .map(Result::unwrap)
            .collect();
        for (name, ty, not_null) in columns {
            let nullable = if not_null { "NO" } else { "YES" };
            rows.push(format!("main|{table}|{name}|{ty}|{nullable}|{kind}"));
        }
    }
    rows.sort();
    rows
}

#[test]
fn replay_agrees_with_sqlite_on_every_case() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/replay_sqlite");
    let mut cases: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    cases.sort();
    let mut wrong = Vec::new();
    for case in cases {
        let name = case.file_stem().unwrap().to_string_lossy().into_owned();
        let real = real(&std::fs::read_to_string(&case).unwrap());
        let (listed, remarks) = support::replayed(&case, "sqlite");
        let unseen = name.starts_with("unseen_");
        let agrees = match unseen {
            true => listed.iter().all(|row| real.contains(row)) && remarks.contains("cannot be seen"),
            false => listed == real && remarks.is_empty(),
        };
        if !agrees {
            wrong.push(format!("{name}:\nlisted {listed:#?}\nreal {real:#?}\n{remarks}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
