//! Replay agrees with a real MariaDB: what it listed after each file of `tests/replay_mysql` is kept beside the file.
//!
//! A file whose name begins with `unseen_` holds something that replay cannot follow; the lint must say so, and list nothing that is
//! not there.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must say so and stop")]

mod support;

use std::path::{Path, PathBuf};

#[test]
fn replay_agrees_with_mariadb_on_every_case() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/replay_mysql");
    let mut cases: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "sql"))
        .collect();
    cases.sort();
    assert!(cases.len() > 8);
    let mut wrong = Vec::new();
    for case in cases {
        let name = case.file_stem().unwrap().to_string_lossy().into_owned();
        let kept = std::fs::read_to_string(case.with_extension("columns")).unwrap();
        let mut real: Vec<String> = kept
            .lines()
            .filter(|line| !line.starts_with('#'))
            .map(str::to_owned)
            .collect();
        real.sort();
        let (listed, remarks) = support::replayed(&case, "mysql");
        let agrees = match name.starts_with("unseen_") {
            true => listed.iter().all(|row| real.contains(row)) && remarks.contains("cannot be seen"),
            false => listed == real && remarks.is_empty(),
        };
        if !agrees {
            wrong.push(format!("{name}:\nlisted {listed:#?}\nreal {real:#?}\n{remarks}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
