//! Each rule on its fixtures: the bad one shows this rule and no other, the good one is silent.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must say so and stop")]

mod support;

use std::path::{Path, PathBuf};

use boundary_lint::rules::RULES;
use support::{Postgres, Run, lint, lint_of_live};

/// A fixture in a folder of its own, away from this workspace; cargo may write a lock file there.
fn fixture(rule: &str, kind: &str) -> tempfile::TempDir {
    let from = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(rule)
        .join(kind);
    let to = tempfile::tempdir().unwrap();
    copy(&from, to.path());
    to
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap_or_else(|error| panic!("{}: {error}", from.display())) {
        let entry: PathBuf = entry.unwrap().path();
        let target = to.join(entry.file_name().unwrap());
        if entry.is_dir() {
            copy(&entry, &target);
        } else {
            std::fs::copy(&entry, &target).unwrap();
        }
    }
}

/// The options that a rule is asked with, where it is not asked always: in a file beside its fixtures.
fn options(rule: &str) -> Vec<String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(rule)
        .join("options");
    let text = std::fs::read_to_string(file).unwrap_or_default();
    text.split_whitespace().map(str::to_owned).collect()
}

/// The live database that a rule is asked about, in a file beside its fixtures; and whether this build can ask one.
fn database(rule: &str, kind: &str) -> Option<Postgres> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(rule)
        .join(format!("{kind}.sql"));
    let file = Some(file).filter(|file| file.is_file())?;
    let postgres = Postgres::start();
    postgres.database("real", &[file]);
    Some(postgres)
}

/// The rules that this build can find something by.
fn rules() -> impl Iterator<Item = &'static boundary_lint::rules::Rule> {
    RULES
        .iter()
        .filter(|rule| cfg!(feature = "live") || !options(rule.id).contains(&"--live".to_owned()))
}

fn check(rule: &str, folder: &Path, postgres: Option<&Postgres>, options_besides: &[&str]) -> Run {
    let options = options(rule);
    let mut arguments = vec!["check"];
    arguments.extend(options.iter().map(String::as_str));
    arguments.extend(options_besides);
    let url = postgres.map(|postgres| postgres.url("real"));
    lint_of_live(folder, &arguments, &url.unwrap_or_default())
}

#[test]
fn a_bad_fixture_shows_its_rule_and_no_other() {
    for rule in rules() {
        let folder = fixture(rule.id, "bad");
        let live = database(rule.id, "bad");
        let Run {
            status,
            stdout,
            stderr,
        } = check(rule.id, folder.path(), live.as_ref(), &[]);
        assert_eq!(status, Some(1), "{}: {stdout}{stderr}", rule.id);
        insta::assert_snapshot!(rule.id, stdout);
        let json = check(rule.id, folder.path(), live.as_ref(), &["--format", "json"]);
        let report: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
        for finding in report["findings"].as_array().unwrap() {
            assert_eq!(finding["rule"], rule.id, "{finding}");
        }
    }
}

#[test]
fn a_good_fixture_is_silent() {
    for rule in rules() {
        let folder = fixture(rule.id, "good");
        let live = database(rule.id, "good");
        let Run {
            status,
            stdout,
            stderr,
        } = check(rule.id, folder.path(), live.as_ref(), &[]);
        assert_eq!(status, Some(0), "{}: {stdout}{stderr}", rule.id);
        assert!(stdout.starts_with("0 findings; "), "{}: {stdout}", rule.id);
    }
}

#[test]
fn every_rule_has_its_file_and_its_page() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files: Vec<String> = std::fs::read_dir(root.join("src/rules"))
        .unwrap()
        .map(|entry| {
            entry
                .unwrap()
                .path()
                .file_stem()
                .unwrap()
                .to_string_lossy()
                .into_owned()
        })
        .filter(|name| name != "mod")
        .collect();
    files.sort();
    let ids: Vec<String> = RULES.iter().map(|rule| rule.id.replace('-', "_")).collect();
    assert_eq!(files, ids, "the table of rules and the files of src/rules differ");
    for rule in RULES {
        assert!(rule.page.starts_with("//! "), "{} has no page", rule.id);
    }
    let mut fixtures: Vec<String> = std::fs::read_dir(root.join("tests/fixtures"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    fixtures.sort();
    let ids: Vec<&str> = RULES.iter().map(|rule| rule.id).collect();
    assert_eq!(
        fixtures, ids,
        "the table of rules and the folders of tests/fixtures differ"
    );
}

#[test]
fn the_json_report_carries_its_version_and_both_places() {
    let folder = fixture("unclassified-column", "bad");
    let run = lint(folder.path(), &["check", "--format=json"]);
    insta::assert_snapshot!("json", run.stdout);
}

#[test]
fn columns_are_listed_in_every_form() {
    let folder = fixture("unclassified-column", "bad");
    for format in ["human", "csv", "json"] {
        let run = lint(folder.path(), &["boundary", "columns", "--format", format]);
        assert_eq!((run.status, run.stderr.as_str()), (Some(0), ""));
        insta::assert_snapshot!(format!("columns-{format}"), run.stdout);
    }
}

#[test]
fn what_cannot_run_ends_with_status_2_and_says_why() {
    let empty = tempfile::tempdir().unwrap();
    let folder = empty.path();
    std::fs::create_dir(folder.join("nothing")).unwrap();
    for arguments in [
        &["check"][..],
        &["columns"],
        &["check", "--root", "nowhere"],
        &["columns", "--migrations", "nowhere"],
        &["columns", "--migrations", "nothing"],
        &["columns", "--format", "yaml"],
        &["lint"],
    ] {
        let run = lint(folder, arguments);
        assert_eq!(
            (run.status, run.stdout.as_str()),
            (Some(2), ""),
            "{arguments:?}: {}",
            run.stderr
        );
        assert!(run.stderr.starts_with("error: "), "{arguments:?}: {}", run.stderr);
    }
    let broken = fixture("unclassified-column", "good");
    std::fs::write(broken.path().join("boundary.toml"), "version = 2\n").unwrap();
    let run = lint(broken.path(), &["check"]);
    assert_eq!(run.status, Some(2), "{}", run.stdout);
    assert!(run.stderr.contains("boundary.toml"), "{}", run.stderr);
}
