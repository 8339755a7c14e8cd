//! Exports are read by the tools of each format's own people and by real servers.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must say so and stop")]

mod support;

use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::LazyLock;

use support::exchange::{MODEL, POLICY, bare, classifications, declared, export, project};
use support::{lint, succeed};

/// The tools, brought once for all tests of this file.
static TOOLS: LazyLock<support::Python> = LazyLock::new(|| support::Python::of("exchange"));

/// Reads a text with the tools of a format.
fn validate(format: &str, text: &str) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("export");
    std::fs::write(&file, text).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exchange/validate.py");
    TOOLS
        .command()
        .arg(script)
        .arg(format)
        .arg(file)
        .output()
        .unwrap()
}

/// The export is read without a complaint, and a spoiled one is not, or the tool would not look.
fn is_read_by_its_own_tools(format: &str, spoil: (&str, &str)) -> String {
    let folder = declared();
    let text = export(folder.path(), format);
    let output = validate(format, &text);
    assert!(
        output.status.success(),
        "{text}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let spoiled = text.replace(spoil.0, spoil.1);
    assert_ne!(spoiled, text, "nothing to spoil");
    assert!(!validate(format, &spoiled).status.success(), "{spoiled}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn fideslang_reads_the_fides_export_and_knows_every_category_of_it() {
    is_read_by_its_own_tools(
        "fides",
        ("- 'user.government_id'", "- 'user.government_id.aadhaar'"),
    );
}

#[test]
fn the_official_schema_of_odcs_accepts_the_contracts() {
    is_read_by_its_own_tools("odcs", ("criticalDataElement", "criticalElement"));
}

#[test]
fn dbt_parses_the_properties_without_a_warning_and_has_the_classification() {
    let columns = is_read_by_its_own_tools("dbt", ("    config:\n", "    meta: {}\n    config:\n"));
    let columns: serde_json::Value = serde_json::from_str(&columns).unwrap();
    assert_eq!(
        columns["public.customers.email"],
        serde_json::json!({
            "classification": "personal", "category": "user.contact.email", "residency": "in_country",
            "purposes": ["billing", "newsletter"], "storage": "sealed",
        })
    );
    assert_eq!(
        columns["public.customers.phone2"],
        serde_json::json!({ "classification": "unclassified" })
    );
}

#[test]
fn the_client_of_openlineage_takes_every_event() {
    is_read_by_its_own_tools("openlineage", ("\"inputFields\"", "\"inputColumns\""));
}

#[test]
fn the_terms_of_dpv_are_json_ld_without_a_prefix_that_is_not_declared() {
    is_read_by_its_own_tools("dpv", ("\"pd:EmailAddress\"", "\"pii:EmailAddress\""));
}

#[test]
fn lineage_names_the_columns_that_a_dataset_was_made_from() {
    let folder = declared();
    let text = export(folder.path(), "openlineage");
    let events: Vec<serde_json::Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let sources = |event: &serde_json::Value, column: &str| -> Vec<String> {
        let fields = &event["outputs"][0]["facets"]["columnLineage"]["fields"];
        let inputs = fields[column]["inputFields"].as_array().unwrap();
        let text = |input: &serde_json::Value, key: &str| input[key].as_str().unwrap().to_owned();
        inputs
            .iter()
            .map(|input| format!("{} {}", text(input, "name"), text(input, "field")))
            .collect()
    };
    let [totals, features] = events.as_slice() else {
        panic!("{text}")
    };
    assert_eq!(totals["job"]["name"], "marts.city_totals");
    assert_eq!(sources(totals, "city"), ["customer.visited city"]);
    assert_eq!(sources(features, "age_band"), ["public.customers age"]);
    assert_eq!(
        sources(features, "mobility"),
        ["public.customers email", "customer.visited city"]
    );
    // It does not say from which, so from any value of any source; roles and keys are no values.
    assert_eq!(
        sources(features, "fingerprint"),
        [
            "public.customers aadhaar",
            "public.customers age",
            "public.customers email",
            "public.customers it's \"odd\"; --",
            "public.customers on",
            "customer.visited city",
        ]
    );
}

#[test]
fn a_source_that_cannot_be_told_is_reported_and_not_guessed() {
    let twice = "#[derive(Boundary)]\n#[boundary(event = \"other.visited\")]\nstruct Visit { #[boundary(subject)] subject: u64 }\n";
    let folder = project(&[("src/model.rs", MODEL), ("src/other.rs", twice)]);
    let run = lint(folder.path(), &["export", "--format", "openlineage"]);
    assert!(
        run.stderr
            .contains("marts.city_totals: its lineage is not whole: several models are called `Visit`"),
        "{}",
        run.stderr
    );
    assert!(!run.stdout.contains("customer.visited"), "{}", run.stdout);
}

#[test]
fn an_unclassified_column_is_written_as_such_in_every_format() {
    let folder = declared();
    for (format, expected) in [
        ("fides", "- name: 'phone2'\n      description: 'unclassified'\n"),
        (
            "odcs",
            "- name: 'phone2'\n    physicalType: 'text'\n    required: false\n    classification: 'unclassified'\n",
        ),
        ("dbt", "classification: 'unclassified'\n"),
        (
            "comments",
            "-- unclassified: \"public\".\"customers\".\"phone2\"\n",
        ),
        ("labels", "-- unclassified: \"public\".\"customers\".\"phone2\"\n"),
        ("dpv", "\"boundary:classification\": \"unclassified\""),
    ] {
        let run = lint(folder.path(), &["export", "--format", format]);
        assert_eq!(
            run.stdout.matches(expected).count(),
            1,
            "{format}: {}",
            run.stdout
        );
        assert!(
            run.stderr.contains("1 column is not classified"),
            "{}",
            run.stderr
        );
    }
}

#[test]
fn an_export_is_the_same_each_time_and_goes_to_a_file() {
    let folder = declared();
    for format in ["fides", "odcs", "dbt", "openlineage", "comments", "labels", "dpv"] {
        let text = export(folder.path(), format);
        assert_eq!(text, export(folder.path(), format), "{format}");
        let to_file = [
            "export",
            "--format",
            format,
            "--today",
            "2026-01-01",
            "--output",
            "out",
        ];
        let run = lint(folder.path(), &to_file);
        assert_eq!((run.status, run.stdout.as_str()), (Some(0), ""));
        assert_eq!(std::fs::read_to_string(folder.path().join("out")).unwrap(), text);
    }
}

#[test]
fn comments_run_on_a_real_postgres_and_the_lint_reads_the_same_out_of_them() {
    let original = declared();
    let comments = export(original.path(), "comments");
    let copy = bare(&[("migrations/2_comments.sql", &comments)]);
    assert_eq!(classifications(copy.path()), classifications(original.path()));
    assert_eq!(export(copy.path(), "comments"), comments);

    let files: Vec<PathBuf> = ["1_all.sql", "2_comments.sql"]
        .map(|file| copy.path().join("migrations").join(file))
        .into();
    let postgres = support::Postgres::start();
    postgres.database("commented", &files);
    let output = succeed(postgres.psql("commented").args([
        "--csv",
        "--tuples-only",
        "--command",
        "SELECT count(*) FROM pg_description WHERE objsubid > 0 AND description LIKE 'boundary: %'",
    ]));
    let written = comments
        .lines()
        .filter(|line| line.starts_with("COMMENT"))
        .count();
    assert_eq!(
        String::from_utf8(output.stdout).unwrap().trim(),
        written.to_string()
    );
    assert!(written > 12, "{comments}");
}

#[test]
fn labels_are_grammar_to_a_real_postgres_and_masks_to_the_lint() {
    let original = declared();
    let labels = export(original.path(), "labels");
    let statements = labels.lines().filter(|line| line.starts_with("SECURITY")).count();
    assert_eq!(statements, 5, "{labels}");
    let masked = project(&[("src/model.rs", MODEL), ("migrations/2_labels.sql", &labels)]);
    let rules = |folder: &Path| {
        let run = lint(folder, &["check", "--today", "2026-01-01", "--format", "json"]);
        let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
        let findings = report["findings"].as_array().unwrap().clone();
        let rule = |finding: &serde_json::Value| finding["rule"].as_str().unwrap().to_owned();
        findings.iter().map(rule).collect::<Vec<_>>()
    };
    assert_eq!(rules(masked.path()), ["unclassified-column"]);
    // Without one of the masks the lint finds the column that lacks it, so it has read the others.
    let without: String = labels
        .lines()
        .filter(|line| !line.contains("\"email\""))
        .map(|line| format!("{line}\n"))
        .collect();
    std::fs::write(masked.path().join("migrations/2_labels.sql"), without).unwrap();
    assert_eq!(rules(masked.path()), ["mask-disagrees", "unclassified-column"]);

    // The server parses a statement before it looks for the provider, which is no part of Postgres.
    let postgres = support::Postgres::start();
    postgres.database("labelled", &[original.path().join("migrations/1_all.sql")]);
    let file = original.path().join("labels.sql");
    std::fs::write(&file, &labels).unwrap();
    let output = postgres
        .psql("labelled")
        .args(["--set=ON_ERROR_STOP=0", "--file"])
        .arg(&file)
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    let errors: Vec<&str> = said
        .lines()
        .filter_map(|line| Some(line.split_once("ERROR:")?.1.trim()))
        .collect();
    assert_eq!(
        errors,
        vec!["security label provider \"anon\" is not loaded"; statements],
        "{said}"
    );
}

#[test]
fn databases_that_have_the_same_schema_are_kept_apart() {
    let folder = bare(&[(
        "other/migrations/1_all.sql",
        "CREATE TABLE customers (email jsonb);",
    )]);
    for (format, keys) in [
        ("fides", ["fides_key: 'public'\n", "fides_key: 'public_2'\n"]),
        ("dbt", ["- name: 'public'\n", "- name: 'public_2'\n"]),
        (
            "odcs",
            [
                "id: 'urn:boundary:migrations:public'\n",
                "id: 'urn:boundary:other_migrations:public'\n",
            ],
        ),
        (
            "dpv",
            [
                "\"urn:boundary:column:1:public.customers.email\"",
                "\"urn:boundary:column:2:public.customers.email\"",
            ],
        ),
    ] {
        let text = export(folder.path(), format);
        for key in keys {
            assert_eq!(text.matches(key).count(), 1, "{key}{text}");
        }
    }
}

#[test]
fn a_mask_that_is_there_already_is_kept() {
    let mask =
        "SECURITY LABEL FOR anon ON COLUMN customers.email IS 'MASKED WITH FUNCTION anon.fake_email()';";
    let folder = project(&[("src/model.rs", MODEL), ("migrations/2_mask.sql", mask)]);
    let labels = export(folder.path(), "labels");
    assert!(
        labels.contains("\"email\" IS 'MASKED WITH FUNCTION anon.fake_email()';"),
        "{labels}"
    );
}

#[test]
fn another_database_than_postgres_gets_no_statements() {
    let sqlite = "[[migrations]]\npath = \"migrations\"\ndialect = \"sqlite\"\n";
    let policy = format!("{}{sqlite}", &POLICY[..POLICY.find("[tables.").unwrap()]);
    let folder = project(&[
        ("boundary.toml", &policy),
        ("migrations/1_all.sql", "CREATE TABLE a (id integer PRIMARY KEY);"),
    ]);
    for format in ["comments", "labels"] {
        let run = lint(folder.path(), &["export", "--format", format]);
        assert_eq!(run.stdout, "");
        assert!(
            run.stderr.contains("is no Postgres, and is left out"),
            "{}",
            run.stderr
        );
    }
}
