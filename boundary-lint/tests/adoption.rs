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
        assert!(run.stdout.contains("boundary.toml:36:1"), "{}", run.stdout);
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

#[test]
fn init_writes_a_policy_that_is_found_until_somebody_decides() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    std::fs::create_dir(root.join("migrations")).unwrap();
    std::fs::write(
        root.join("migrations/1_notes.sql"),
        "CREATE TABLE notes (id bigint, contact_email text, zzz text);\n",
    )
    .unwrap();
    let shown = lint(root, &["init", "--dry-run"]);
    assert!(shown.stdout.contains("[regions.home]") && !root.join("boundary.toml").exists());
    let run = lint(root, &["init"]);
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    assert!(
        run.stdout
            .contains("contact_email  user.contact.email (high: the name has `email`)"),
        "{}",
        run.stdout
    );
    assert!(run.stdout.contains("  zzz            ?\n"), "{}", run.stdout);
    let undecided = found(root, &[]);
    assert_eq!(
        undecided
            .iter()
            .filter(|finding| finding.starts_with("policy-not-decided"))
            .count(),
        2
    );
    // A suggestion classifies nothing.
    assert_eq!(
        undecided
            .iter()
            .filter(|finding| finding.starts_with("unclassified-column"))
            .count(),
        3
    );
    let before = std::fs::read(root.join("boundary.toml")).unwrap();
    assert_eq!(lint(root, &["init"]).status, Some(2));
    assert_eq!(std::fs::read(root.join("boundary.toml")).unwrap(), before);
}

const MODEL: &str = r#"//! Notes.

use boundary_runtime::{Boundary, Sealed};

#[derive(Boundary)]
#[boundary(table = "notes", tenancy = tenant)]
pub struct Note {
    #[boundary(record_id)]
    pub id: u64,
    #[boundary(subject)]
    pub author: u64,
    /// What was written.   It stays as it is.
    pub(crate) body :Sealed<String>, // odd
	email: Sealed<String>,
}
"#;

#[test]
fn fix_puts_in_what_was_accepted_and_leaves_every_other_byte() {
    let project = project(
        "",
        &[(
            "1_notes.sql",
            "CREATE TABLE notes (id bigint, author bigint, body bytea, email bytea);\n",
        )],
    );
    let root = project.path();
    std::fs::create_dir(root.join("src")).unwrap();
    let model = root.join("src/model.rs");
    std::fs::write(&model, MODEL).unwrap();
    let suggested = lint(root, &["suggest", "--format", "toml"]).stdout;
    let file = root.join("accepted.toml");
    let fix = |text: &str| {
        std::fs::write(&file, text).unwrap();
        lint(root, &["fix", "accepted.toml"])
    };
    // Nothing is accepted yet, so nothing changes.
    assert_eq!(fix(&suggested).status, Some(1));
    assert_eq!(std::fs::read_to_string(&model).unwrap(), MODEL);

    // What the policy contradicts is refused at its line, and nothing is written.
    let accepted = suggested.replace("accepted = false", "accepted = true");
    let run = fix(&accepted);
    assert_eq!(run.status, Some(2));
    assert!(
        run.stderr
            .contains("accepted.toml:4: `user.content.private` is personal and needs a purpose"),
        "{}",
        run.stderr
    );
    for (from, to) in [
        ("user.contact.email", "user.contact.mail"),
        ("in_country", "pinned(mars)"),
        ("accepted =", "acceptd ="),
    ] {
        assert_eq!(
            fix(&accepted
                .replace("purpose = []", "purpose = [\"support\"]")
                .replace(from, to))
            .status,
            Some(2),
            "{to}"
        );
    }
    assert_eq!(std::fs::read_to_string(&model).unwrap(), MODEL);

    // The policy names a document of the rules of a restore, which is still missing.
    let run = fix(&accepted.replace("purpose = []", "purpose = [\"support\"]"));
    assert_eq!(run.status, Some(1), "{}{}", run.stdout, run.stderr);
    assert!(
        run.stdout
            .contains("error[backups-not-decided]: the rules of a restore are missing"),
        "{}",
        run.stdout
    );
    std::fs::write(root.join("restore.md"), "Erasures are repeated first.").unwrap();
    let run = lint(root, &["check"]);
    assert_eq!(run.status, Some(0), "{}{}", run.stdout, run.stderr);
    let fixed = std::fs::read_to_string(&model).unwrap();
    let body = "    #[boundary(category = \"user.content.private\", residency = in_country, purpose(Support))]\n    pub(crate) body :Sealed<String>, // odd\n";
    let email = "\t#[boundary(category = \"user.contact.email\", residency = in_country, purpose(Support))]\n\temail: Sealed<String>,\n";
    assert!(fixed.contains(body) && fixed.contains(email), "{fixed}");
    let without: String = fixed
        .split_inclusive('\n')
        .filter(|line| !line.contains("purpose(Support)"))
        .collect();
    assert_eq!(without, MODEL);
    assert!(
        run.stdout.starts_with("0 findings; 4 of 4 columns classified"),
        "{}",
        run.stdout
    );
}

#[test]
fn the_pages_of_the_rules_are_one_document_and_fit_the_terminal() {
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/rules.md");
    let text = boundary_lint::adopt::explain::document();
    if std::env::var_os("BOUNDARY_UPDATE").is_some() {
        std::fs::write(&document, &text).unwrap();
    }
    assert_eq!(
        std::fs::read_to_string(&document).unwrap(),
        text,
        "BOUNDARY_UPDATE=1 writes it again"
    );
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    for rule in boundary_lint::rules::RULES {
        let run = lint(here, &["explain", rule.id]);
        assert!(run.stdout.starts_with(rule.id), "{}", run.stdout);
        let prose = run.stdout.lines().filter(|line| !line.starts_with("    "));
        assert!(
            prose.clone().all(|line| line.chars().count() <= 80),
            "{}",
            run.stdout
        );
    }
    let list = lint(here, &["explain"]).stdout;
    assert!(list.lines().all(|line| line.chars().count() <= 80), "{list}");
    let near = lint(here, &["explain", "unclasified-column"]);
    assert_eq!(near.status, Some(2));
    assert!(
        near.stderr.contains("did you mean `unclassified-column`?"),
        "{}",
        near.stderr
    );
}

#[test]
fn completions_work_in_bash_and_the_manual_is_a_page() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let script = lint(here, &["completions", "bash"]).stdout;
    let asked = format!(
        "{script}\nCOMP_WORDS=(cargo-boundary ch); COMP_CWORD=1; _cargo__boundary cargo-boundary ch cargo-boundary; echo \"${{COMPREPLY[@]}}\""
    );
    let output = succeed(Command::new("bash").args(["-c", &asked]));
    assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), "check");
    for shell in ["zsh", "fish", "elvish", "powershell"] {
        assert!(
            lint(here, &["completions", shell]).stdout.contains("baseline"),
            "{shell}"
        );
    }
    let manual = lint(here, &["man"]).stdout;
    assert!(
        manual.contains(".TH") && manual.contains("unclassified") || manual.contains("check"),
        "{manual}"
    );
}

#[test]
fn one_declaration_holds_in_the_databases_of_every_dialect() {
    let tables = "[tables.notes]\nid = { role = \"record_id\" }\nauthor = { role = \"subject\" }\n\
                  body = { category = \"user.content\", residency = \"in_country\", purposes = [\"support\"] }\n";
    let project = project(tables, &[]);
    let root = project.path();
    for (dialect, sql) in [
        (
            "postgres",
            "CREATE TABLE notes (id bigserial, author bigint, body text);",
        ),
        (
            "sqlite",
            "CREATE TABLE Notes (ID INTEGER PRIMARY KEY AUTOINCREMENT, author INT, Body TEXT);",
        ),
        (
            "mysql",
            "CREATE TABLE `Notes` (`Id` int unsigned, `author` int, `body` text) ENGINE=InnoDB;",
        ),
    ] {
        let folder = root.join("migrations").join(dialect);
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("1_notes.sql"), sql).unwrap();
    }
    assert!(found(root, &[]).is_empty(), "{:?}", found(root, &[]));
    let run = lint(root, &["check"]);
    assert!(
        run.stdout.starts_with("0 findings; 9 of 9 columns classified"),
        "{}",
        run.stdout
    );
    // What one of them lacks is found there.
    std::fs::write(
        root.join("migrations/sqlite/2_more.sql"),
        "ALTER TABLE notes ADD COLUMN extra TEXT;\n",
    )
    .unwrap();
    assert_eq!(
        found(root, &[]),
        ["unclassified-column: column `main.Notes.extra` has no classification"]
    );
}
