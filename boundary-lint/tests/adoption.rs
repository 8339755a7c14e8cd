//! How a project comes to use the lint and stays with it: accepted findings, a baseline, and what a change introduces.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must say so and stop")]

mod support;

use std::path::Path;
use std::process::Command;

use support::{Run, lint, succeed};

const POLICY: &str = include_str!("fixtures/unclassified-column/bad/boundary.toml");

/// A project of one folder of migrations.
fn project(policy: &str, migrations: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("boundary.toml"), format!("{POLICY}\n{policy}")).unwrap();
    std::fs::create_dir(folder.path().join("migrations")).unwrap();
    for (name, sql) in migrations {
        std::fs::write(folder.path().join("migrations").join(name), sql).unwrap();
    }
    folder
}

/// The rules and subjects of what is found.
fn found(folder: &Path, options: &[&str]) -> Vec<String> {
    let arguments = [&["check", "--format", "json", "--today", "2026-11-21"], options].concat();
    let Run { stdout, stderr, .. } = lint(folder, &arguments);
    let report: serde_json::Value =
        serde_json::from_str(&stdout).unwrap_or_else(|_| panic!("{stdout}{stderr}"));
    report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| {
            format!(
                "{}: {}",
                finding["rule"].as_str().unwrap(),
                finding["message"].as_str().unwrap()
            )
        })
        .collect()
}

fn allow(rule: &str, at: &str, until: &str) -> String {
    format!(
        "[[allow]]\nrule = \"{rule}\"\nat = \"{at}\"\nreason = \"moves next quarter\"\nowner = \"payments\"\nuntil = \"{until}\"\n"
    )
}

const TABLE: &str = "CREATE TABLE notes (id bigint, body text);\n";

#[test]
fn attack_55_a_finding_is_accepted_in_the_policy_for_a_column_a_table_or_a_file_until_a_day() {
    let rule = "unclassified-column";
    for (at, left) in [
        ("public.notes.body", 1),
        ("public.notes", 0),
        ("migrations/1_notes.sql", 0),
    ] {
        let project = project(&allow(rule, at, "2026-11-21"), &[("1_notes.sql", TABLE)]);
        let found = found(project.path(), &[]);
        assert_eq!(found.len(), left, "{at}: {found:?}");
    }
    for (allowed, problem) in [
        (
            allow(rule, "public.notes", "2026-11-20"),
            "it has expired on 2026-11-20",
        ),
        (
            allow(rule, "public.other", "2027-01-01"),
            "`unclassified-column` finds nothing here",
        ),
        (
            allow("no-such-rule", "public.notes", "2027-01-01"),
            "there is no rule `no-such-rule`",
        ),
        (
            allow("central-reaches-vault", "public.notes", "2027-01-01"),
            "`central-reaches-vault` cannot be suppressed",
        ),
    ] {
        let project = project(&allowed, &[("1_notes.sql", TABLE)]);
        let run = lint(project.path(), &["check", "--today", "2026-11-21"]);
        assert_eq!(run.status, Some(1));
        assert!(run.stdout.contains(problem), "{problem}: {}", run.stdout);
        assert!(run.stdout.contains("boundary.toml:31:1"), "{}", run.stdout);
        assert!(run.stdout.contains("3 findings; "), "{}", run.stdout);
    }
}

#[test]
fn a_baseline_hides_what_was_there_and_only_gets_shorter() {
    let project = project("", &[("1_notes.sql", TABLE)]);
    let root = project.path();
    let baseline = &["--baseline", "baseline.txt"][..];
    let write = &["check", "--baseline", "baseline.txt", "--write-baseline"][..];
    assert_eq!(lint(root, write).status, Some(0));
    let text = || std::fs::read_to_string(root.join("baseline.txt")).unwrap();
    assert!(
        text().ends_with("unclassified-column public.notes.body\nunclassified-column public.notes.id\n"),
        "{}",
        text()
    );
    assert!(found(root, baseline).is_empty());

    // Lines move, and the baseline holds; a new column is found, and is not taken up by writing again.
    std::fs::write(
        root.join("migrations/1_notes.sql"),
        format!("-- notes\n\n{TABLE}ALTER TABLE notes ADD COLUMN author text;\n"),
    )
    .unwrap();
    let new = ["unclassified-column: column `public.notes.author` has no classification"];
    assert_eq!(found(root, baseline), new);
    assert_eq!(lint(root, write).status, Some(1));
    assert_eq!(found(root, baseline), new);

    // What is mended has to leave the baseline.
    std::fs::write(
        root.join("migrations/2_less.sql"),
        "ALTER TABLE notes DROP COLUMN body, DROP COLUMN author;\n",
    )
    .unwrap();
    assert_eq!(
        found(root, baseline),
        ["baseline: an entry of the baseline is not needed any more"]
    );
    assert_eq!(lint(root, write).status, Some(0));
    assert!(!text().contains("body"), "{}", text());

    std::fs::write(root.join("baseline.txt"), "unclassified-column public.notes.id\n").unwrap();
    assert_eq!(
        lint(root, &["check", "--baseline", "baseline.txt"]).status,
        Some(2)
    );
    assert_eq!(lint(root, &["check", "--baseline", "absent.txt"]).status, Some(2));
}

fn git(folder: &Path, arguments: &[&str]) {
    succeed(
        Command::new("git")
            .args([
                "-c",
                "user.name=Someone",
                "-c",
                "user.email=someone@example.com",
                "-C",
            ])
            .arg(folder)
            .args(arguments),
    );
}

#[test]
fn a_base_leaves_only_what_the_change_introduces() {
    let project = project("", &[("1_notes.sql", TABLE)]);
    let root = project.path();
    git(root, &["init", "--quiet"]);
    // A file that an archive would leave out is part of the base all the same.
    std::fs::write(root.join(".gitattributes"), "migrations export-ignore\n").unwrap();
    git(root, &["add", "--all"]);
    git(root, &["commit", "--quiet", "--message", "Notes"]);
    assert_eq!(found(root, &[]).len(), 2);
    assert!(found(root, &["--base", "HEAD"]).is_empty());
    std::fs::write(
        root.join("migrations/1_notes.sql"),
        format!("\n\n{TABLE}ALTER TABLE notes ADD COLUMN author text;\n"),
    )
    .unwrap();
    assert_eq!(
        found(root, &["--base", "HEAD"]),
        ["unclassified-column: column `public.notes.author` has no classification"]
    );
    for revision in ["no-such-branch", "--help"] {
        let run = lint(root, &["check", &format!("--base={revision}")]);
        assert_eq!(run.status, Some(2), "{}", run.stdout);
        assert!(run.stderr.contains("could not be looked at"), "{}", run.stderr);
    }
    let run = lint(root, &["check", "--base", "HEAD"]);
    assert!(
        run.stdout
            .ends_with("not visible; 2 findings in the base as well\n"),
        "{}",
        run.stdout
    );
}
