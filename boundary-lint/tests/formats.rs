//! Every form of the findings, held to the schema of whoever reads it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must say so and stop")]

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use serde_json::Value;
use support::{Postgres, lint, lint_of_live, succeed};

/// The bad fixtures, with the options that each is asked with.
fn fixtures() -> Vec<(PathBuf, Vec<String>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut fixtures: Vec<(PathBuf, Vec<String>)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let options = std::fs::read_to_string(path.join("options")).unwrap_or_default();
            (path.join("bad"), options.split_whitespace().map(str::to_owned).collect())
        })
        // It takes a build of its own, and its findings have places like others; `expanded_code_has_a_place` looks at it.
        .filter(|(_, options): &(PathBuf, Vec<String>)| !options.contains(&"--expanded".to_owned()))
        .filter(|(_, options)| cfg!(feature = "live") || !options.contains(&"--live".to_owned()))
        .collect();
    fixtures.sort();
    fixtures
}

/// What `check` prints for a fixture in this format. The fixture is copied: cargo may write a lock file.
fn printed(fixture: &Path, options: &[String], format: &str) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    copy(fixture, folder.path());
    let mut arguments = vec!["check", "--format", format, "--today", "2026-11-21"];
    arguments.extend(options.iter().map(String::as_str));
    let live = fixture.with_extension("sql");
    let live = live.is_file().then(|| {
        let postgres = Postgres::start();
        postgres.database("real", &[live]);
        postgres
    });
    let url = live.as_ref().map(|postgres| postgres.url("real"));
    let run = lint_of_live(folder.path(), &arguments, &url.unwrap_or_default());
    assert_eq!(
        run.status,
        Some(1),
        "{}: {}{}",
        fixture.display(),
        run.stdout,
        run.stderr
    );
    (folder, run.stdout)
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap().path();
        let target = to.join(entry.file_name().unwrap());
        match entry.is_dir() {
            true => copy(&entry, &target),
            false => drop(std::fs::copy(&entry, &target).unwrap()),
        }
    }
}

fn valid(schema: &Value, text: &str) -> Value {
    let value: Value = serde_json::from_str(text).unwrap();
    let validator = jsonschema::validator_for(schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&value)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{}\n{text}", errors.join("\n"));
    value
}

fn schema(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas").join(name);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The official schema of SARIF 2.1.0, which a published crate carries.
static SARIF: LazyLock<Value> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts/real-schemas");
    succeed(Command::new(script).arg(folder.path()));
    let text = std::fs::read_to_string(folder.path().join("serde-sarif/src/schema.json")).unwrap();
    let mut schema: Value = serde_json::from_str(&text).unwrap();
    // Its pattern for `language`, which we do not write, has a bracket too many and is no regular expression.
    for definition in ["run", "toolComponent"] {
        let language = &mut schema["definitions"][definition]["properties"]["language"];
        assert!(language.as_object_mut().unwrap().remove("pattern").is_some());
    }
    schema
});

#[test]
fn sarif_is_valid_by_the_official_schema_and_as_code_scanning_asks() {
    for (fixture, options) in fixtures() {
        let (folder, text) = printed(&fixture, &options, "sarif");
        let log = valid(&SARIF, &text);
        let run = &log["runs"][0];
        for result in run["results"].as_array().unwrap() {
            let rule = &run["tool"]["driver"]["rules"]
                [usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
            assert_eq!(rule["id"], result["ruleId"]);
            assert!(!result["message"]["text"].as_str().unwrap().is_empty());
            let print = result["partialFingerprints"]["boundaryFinding/v1"]
                .as_str()
                .unwrap();
            assert_eq!(print.len(), 32, "{print}");
            let locations = result["locations"].as_array().unwrap();
            assert_eq!(locations.len(), 1);
            let related = result["relatedLocations"].as_array().cloned().unwrap_or_default();
            for location in locations.iter().chain(&related) {
                let place = &location["physicalLocation"];
                let uri = place["artifactLocation"]["uri"].as_str().unwrap();
                assert!(!uri.starts_with('/') && !uri.contains([' ', '\\']), "{uri}");
                let plain = uri.replace("%20", " ");
                assert!(
                    folder.path().join(&plain).is_file() || Path::new("/").join(&plain).is_file(),
                    "{uri} is no file"
                );
                let region = &place["region"];
                let (start, end) = (&region["startLine"], &region["endLine"]);
                assert!(start.as_u64().unwrap() >= 1 && end.as_u64() >= start.as_u64());
            }
        }
    }
}

#[test]
fn fingerprints_do_not_depend_on_lines_and_tell_equal_findings_apart() {
    let prints = |text: &str| -> Vec<String> {
        let log: Value = serde_json::from_str(text).unwrap();
        let findings = log["findings"].as_array().unwrap();
        findings
            .iter()
            .map(|finding| finding["fingerprint"].as_str().unwrap().to_owned())
            .collect()
    };
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/unclassified-column/bad");
    let (folder, before) = printed(&fixture, &[], "json");
    let path = folder.path().join("migrations/2_phone2.sql");
    let sql = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("\n\n-- moved down\n{sql}")).unwrap();
    let after = lint(folder.path(), &["check", "--format", "json"]).stdout;
    assert_ne!(before, after);
    assert_eq!(prints(&before), prints(&after));
    let mut all: Vec<String> = fixtures()
        .iter()
        .flat_map(|(fixture, options)| prints(&printed(fixture, options, "json").1))
        .collect();
    let count = all.len();
    all.sort();
    all.dedup();
    assert!(all.len() > count / 2, "{} of {count}", all.len());
}

#[test]
fn json_is_valid_by_its_checked_in_schemas() {
    for (fixture, options) in fixtures() {
        let (folder, text) = printed(&fixture, &options, "json");
        valid(&schema("check.schema.json"), &text);
        let columns = lint(folder.path(), &["columns", "--format", "json"]).stdout;
        valid(&schema("columns.schema.json"), &columns);
        let exits = lint(folder.path(), &["exits", "--format", "json"]).stdout;
        valid(&schema("exits.schema.json"), &exits);
    }
}

#[test]
fn gitlab_gets_what_its_code_quality_report_needs() {
    for (fixture, options) in fixtures() {
        let (_folder, text) = printed(&fixture, &options, "gitlab");
        let issues: Vec<Value> = serde_json::from_str(&text).unwrap();
        assert!(!issues.is_empty());
        for issue in issues {
            for key in ["description", "check_name", "fingerprint", "severity"] {
                assert!(
                    issue[key].as_str().is_some_and(|text| !text.is_empty()),
                    "{issue}"
                );
            }
            assert!(
                ["info", "minor", "major", "critical", "blocker"]
                    .contains(&issue["severity"].as_str().unwrap())
            );
            let path = issue["location"]["path"].as_str().unwrap();
            assert!(!path.starts_with("./") && !path.is_empty(), "{path}");
            assert!(issue["location"]["lines"]["begin"].as_u64().unwrap() >= 1);
        }
    }
}

#[test]
fn github_shows_every_finding_in_at_most_ten_annotations() {
    for (fixture, options) in fixtures() {
        let (_folder, text) = printed(&fixture, &options, "github");
        let annotations = text.lines().filter(|line| line.starts_with("::error ")).count();
        assert!((1..=10).contains(&annotations), "{text}");
    }
    // Thirty columns, and names that would end a property or begin a command.
    let folder = tempfile::tempdir().unwrap();
    let policy = std::fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/unclassified-column/bad/boundary.toml"),
    )
    .unwrap();
    std::fs::write(folder.path().join("boundary.toml"), policy).unwrap();
    std::fs::create_dir(folder.path().join("migrations")).unwrap();
    let columns: Vec<String> = (0..30).map(|at| format!("\"c{at}:,%\" text")).collect();
    let sql = format!(
        "CREATE TABLE wide ({});\n::error::not a command\n",
        columns.join(",\n")
    );
    std::fs::write(folder.path().join("migrations/1_a,b.sql"), sql).unwrap();
    let text = lint(folder.path(), &["check", "--format", "github"]).stdout;
    let commands: Vec<&str> = text.lines().filter(|line| line.starts_with("::")).collect();
    let grouped = commands
        .iter()
        .find(|line| line.contains("30 findings of unclassified-column"));
    let grouped = grouped.unwrap_or_else(|| panic!("{text}"));
    assert!(grouped.contains("file=migrations/1_a%2Cb.sql,line="), "{grouped}");
    assert!(
        grouped.contains("and 25 more in the log of this step"),
        "{grouped}"
    );
    assert!(grouped.contains("c0:,%25"), "{grouped}");
    assert!(!commands.contains(&"::error::not a command"));
    for at in 0..30 {
        assert!(text.contains(&format!("column `public.wide.c{at}:,%` has no classification")));
    }
}

#[test]
fn cargo_messages_are_read_by_the_crate_that_reads_cargos() {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/connection-outside-store/bad");
    let (folder, text) = printed(&fixture, &[], "cargo");
    let messages: Vec<cargo_metadata::Message> = cargo_metadata::Message::parse_stream(text.as_bytes())
        .map(Result::unwrap)
        .collect();
    let mut diagnostics = 0;
    for message in &messages {
        match message {
            cargo_metadata::Message::CompilerMessage(message) => {
                diagnostics += 1;
                assert!(!message.package_id.repr.is_empty());
                let primary: Vec<_> = message
                    .message
                    .spans
                    .iter()
                    .filter(|span| span.is_primary)
                    .collect();
                let [span] = primary.as_slice() else {
                    panic!("{message:?}")
                };
                let file = std::fs::read_to_string(&span.file_name).unwrap();
                assert!(Path::new(&span.file_name).starts_with(folder.path().canonicalize().unwrap()));
                let (start, end) = (span.byte_start as usize, span.byte_end as usize);
                assert!(start <= end && end <= file.len());
                assert_eq!(file[..start].matches('\n').count() + 1, span.line_start);
                assert_eq!(message.message.children.len(), 1);
                assert!(message.message.rendered.as_deref().unwrap().contains("error["));
            }
            cargo_metadata::Message::BuildFinished(finished) => assert!(!finished.success),
            other => panic!("{other:?}"),
        }
    }
    assert!(diagnostics > 0 && messages.len() == diagnostics + 1);
    let outside = tempfile::tempdir().unwrap();
    copy(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/unclassified-column/bad"),
        outside.path(),
    );
    assert_eq!(
        lint(outside.path(), &["check", "--format", "cargo"]).status,
        Some(2)
    );
}

#[test]
fn mistakes_in_the_policy_are_shown_as_findings_are_in_every_form() {
    let folder = tempfile::tempdir().unwrap();
    let policy = std::fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/unclassified-column/bad/boundary.toml"),
    )
    .unwrap();
    let broken = policy
        .replace("basis = \"contract\"\n", "")
        .replace("lease = \"60s\"", "lease = \"2h\"")
        .replace("[crates]", "[sinks.lake]\nkind = \"warehouse\"\n\n[crates]");
    std::fs::write(folder.path().join("boundary.toml"), broken).unwrap();
    let human = lint(folder.path(), &["check"]);
    assert_eq!((human.status, human.stdout.as_str()), (Some(2), ""));
    insta::assert_snapshot!("policy-mistakes", human.stderr);
    for (format, count) in [
        ("json", "findings"),
        ("sarif", "results"),
        ("gitlab", ""),
        ("github", ""),
    ] {
        let run = lint(folder.path(), &["check", "--format", format]);
        assert_eq!(run.status, Some(2));
        let found = match format {
            "json" => valid(&schema("check.schema.json"), &run.stdout)[count]
                .as_array()
                .unwrap()
                .len(),
            "sarif" => valid(&SARIF, &run.stdout)["runs"][0][count]
                .as_array()
                .unwrap()
                .len(),
            "gitlab" => serde_json::from_str::<Vec<Value>>(&run.stdout).unwrap().len(),
            _ => run
                .stdout
                .lines()
                .filter(|line| line.starts_with("::error "))
                .count(),
        };
        assert_eq!(found, 3, "{format}: {}", run.stdout);
    }
}

#[test]
fn a_file_takes_the_output_as_a_whole_and_without_colours() {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/unclassified-column/bad");
    let (folder, text) = printed(&fixture, &[], "human");
    let run = lint(
        folder.path(),
        &["check", "--output", "out.txt", "--today", "2026-11-21"],
    );
    assert_eq!((run.status, run.stdout.as_str()), (Some(1), ""));
    assert_eq!(
        std::fs::read_to_string(folder.path().join("out.txt")).unwrap(),
        text
    );
    let nowhere = lint(folder.path(), &["check", "--output", "no/such/folder/out.txt"]);
    assert_eq!(nowhere.status, Some(2));
}
