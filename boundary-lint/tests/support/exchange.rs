//! The project that exports are made of, and the same database without a declaration.

use std::collections::BTreeMap;
use std::path::Path;

use super::{Run, lint};

pub(crate) const POLICY: &str = include_str!("../exchange/project/boundary.toml");
pub(crate) const MIGRATION: &str = include_str!("../exchange/project/migrations/1_all.sql");
pub(crate) const MODEL: &str = include_str!("../exchange/project/src/model.rs");

/// A project with these files besides its policy and its first migration.
pub(crate) fn project(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let first = [
        ("boundary.toml", POLICY),
        ("restore.md", "Erasures are repeated before anything is served.\n"),
        ("migrations/1_all.sql", MIGRATION),
    ];
    for (path, text) in first.iter().chain(files) {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    folder
}

/// The project of which every column but one is declared, in structs and in the policy.
pub(crate) fn declared() -> tempfile::TempDir {
    project(&[("src/model.rs", MODEL)])
}

/// The same database, of which nothing is declared.
pub(crate) fn bare(files: &[(&str, &str)]) -> tempfile::TempDir {
    let policy = &POLICY[..POLICY.find("[tables.").unwrap()];
    project(&[&[("boundary.toml", policy)], files].concat())
}

pub(crate) fn export(folder: &Path, format: &str) -> String {
    let Run {
        status,
        stdout,
        stderr,
    } = lint(folder, &["export", "--format", format, "--today", "2026-01-01"]);
    assert_eq!(status, Some(0), "{stderr}");
    stdout
}

/// The classification of every column, as the lint lists it.
pub(crate) fn classifications(folder: &Path) -> BTreeMap<String, String> {
    let run = lint(folder, &["columns", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let columns = report["columns"].as_array().unwrap();
    let text = |column: &serde_json::Value, key: &str| column[key].as_str().unwrap().to_owned();
    columns
        .iter()
        .map(|column| {
            let name = ["table_schema", "table_name", "column_name"].map(|key| text(column, key));
            (name.join("."), text(column, "classification"))
        })
        .collect()
}
