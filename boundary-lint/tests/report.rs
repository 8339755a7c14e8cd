//! The report: that every statement in it comes from a declaration, and that its page can be used.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must say so and stop")]

mod support;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::Value;
use support::{lint, succeed};

/// The example of this repository, which the page is looked at with.
fn payments() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/payments")
}

const MODEL: &str = r#"
use boundary_runtime::{Boundary, DataKey, Resident, Sealed};

#[derive(Boundary)]
#[boundary(table = "people", tenancy = tenant)]
pub struct Person {
    #[boundary(record_id)]
    pub id: i64,
    #[boundary(tenant)]
    pub tenant: TenantId,
    #[boundary(category = "user.contact.email", residency = in_country, purpose(Support))]
    email: Sealed<String>,
    #[boundary(category = "user.contact.address.city", residency = in_country, purpose(Support), release(cohort))]
    city: Resident<String>,
    #[boundary(category = "system.operations", residency = global)]
    pub plan: String,
}

#[derive(Boundary)]
#[boundary(dataset = "features", kind = features, derived_from(Person))]
pub struct Features {
    #[boundary(record_id)]
    pub id: i64,
    #[boundary(data_key)]
    pub data_key: DataKey,
    #[boundary(from(Person::city), category = "user.contact.address.city", residency = in_country, purpose(Support))]
    town: Resident<String>,
}
"#;

const SQL: &str = "CREATE TABLE people (\n    id bigint PRIMARY KEY,\n    tenant text NOT NULL,\n    email bytea NOT NULL,\n    city text NOT NULL,\n    \
                   plan text NOT NULL\n);\nALTER TABLE people ADD COLUMN note text;\n";

const POLICY: &str = include_str!("fixtures/unclassified-column/good/boundary.toml");

fn project(model: &str, sql: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for name in ["src", "migrations"] {
        std::fs::create_dir(folder.path().join(name)).unwrap();
    }
    let sinks = "\n[sinks.lake]\nkind = \"bucket\"\nregion = \"hub\"\n\n[sinks.queue]\nkind = \"queue\"\nregion = \"in\"\n";
    std::fs::write(folder.path().join("boundary.toml"), format!("{POLICY}{sinks}")).unwrap();
    std::fs::write(folder.path().join("restore.md"), "Erasures are repeated first.\n").unwrap();
    std::fs::write(folder.path().join("src/model.rs"), model).unwrap();
    std::fs::write(folder.path().join("migrations/1_people.sql"), sql).unwrap();
    folder
}

fn report(root: &Path, options: &[&str]) -> Value {
    let run = lint(
        root,
        &[&["report", "--format", "json", "--today", "2026-11-21"], options].concat(),
    );
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    serde_json::from_str(&run.stdout).unwrap()
}

/// Every value of a report with the way to it.
fn cells(value: &Value, at: &str, out: &mut Vec<(String, String)>) {
    match value {
        Value::Object(map) => map
            .iter()
            .for_each(|(key, value)| cells(value, &format!("{at}/{key}"), out)),
        Value::Array(list) => list
            .iter()
            .enumerate()
            .for_each(|(key, value)| cells(value, &format!("{at}/{key}"), out)),
        value => out.push((at.to_owned(), value.to_string())),
    }
}

/// The cells that differ, each as `way: before -> after`.
fn differences(before: &Value, after: &Value) -> Vec<String> {
    let (mut a, mut b) = (Vec::new(), Vec::new());
    cells(before, "", &mut a);
    cells(after, "", &mut b);
    let (a, b): (std::collections::BTreeMap<_, _>, std::collections::BTreeMap<_, _>) =
        (a.into_iter().collect(), b.into_iter().collect());
    let mut ways: Vec<&String> = a.keys().chain(b.keys()).collect();
    ways.sort();
    ways.dedup();
    let none = String::from("none");
    ways.into_iter()
        .filter(|way| a.get(*way) != b.get(*way))
        .map(|way| {
            format!(
                "{way}: {} -> {}",
                a.get(way).unwrap_or(&none),
                b.get(way).unwrap_or(&none)
            )
        })
        .collect()
}

#[test]
fn changing_one_declaration_changes_its_cells_and_no_other() {
    let before = project(MODEL, SQL);
    let before = report(before.path(), &[]);
    let after = |from: &str, to: &str| {
        assert_eq!(MODEL.matches(from).count(), 1, "{from}");
        differences(
            &before,
            &report(project(&MODEL.replace(from, to), SQL).path(), &[]),
        )
    };
    // Rows are sorted: city, email, id, note, plan, tenant.
    assert_eq!(
        after("\"user.contact.email\"", "\"user.contact.phone_number\""),
        ["/columns/1/category: \"user.contact.email\" -> \"user.contact.phone_number\""]
    );
    assert_eq!(
        after(", release(cohort)", ""),
        ["/columns/0/release/0: \"cohort\" -> none"]
    );
    assert_eq!(
        after("from(Person::city), ", "from(Person::email), "),
        [
            "/columns/0/derived/0: \"features.town\" -> none",
            "/columns/1/derived/0: none -> \"features.town\"",
        ]
    );
    assert_eq!(
        after("email: Sealed<String>", "email: Resident<String>"),
        [
            "/columns/1/held: \"sealed\" -> \"resident\"",
            "/columns/1/key: \"its tenant's, in the region of its subject\" -> none",
            "/counts/sealed: 1 -> 0",
        ]
    );
    // A wrapper under another name, wherever it is given, is that wrapper.
    let renamed = MODEL.replace("email: Sealed<String>", "email: Option<Address>");
    let folder = project(&renamed, SQL);
    std::fs::write(
        folder.path().join("src/words.rs"),
        "pub type Address = boundary_runtime::Sealed<String>;\n",
    )
    .unwrap();
    assert_eq!(report(folder.path(), &[])["columns"][1]["held"], "sealed");
    // A pinned value may only go to the sinks of its region.
    let pinned = after(
        "category = \"user.contact.email\", residency = in_country",
        "category = \"user.contact.email\", residency = pinned(in)",
    );
    assert!(
        pinned.contains(&"/columns/1/residency: \"in_country\" -> \"pinned(in)\"".to_owned()),
        "{pinned:?}"
    );
    assert!(
        pinned.contains(
            &"/columns/1/sinks/0: \"queue (if its subject is at home in in)\" -> \"queue\"".to_owned()
        ),
        "{pinned:?}"
    );
    // What a person should look at again.
    let loose = after(
        "category = \"user.contact.email\", residency = in_country",
        "category = \"user.contact.email\", residency = regional",
    );
    assert!(
        loose.contains(&"/minimum/too_loose: 0 -> 1".to_owned()),
        "{loose:?}"
    );
    let tight = after(
        "\"system.operations\", residency = global",
        "\"system.operations\", residency = in_country",
    );
    assert!(
        tight.contains(&"/minimum/too_tight: 0 -> 1".to_owned()),
        "{tight:?}"
    );
    // The migration decides what is there; the model, what is known of it.
    let more = report(
        project(MODEL, &format!("{SQL}ALTER TABLE people DROP COLUMN note;\n")).path(),
        &[],
    );
    assert_eq!(more["counts"]["unclassified"], 0);
    assert_eq!(before["counts"]["unclassified"], 1);
    assert_eq!(before["columns"][3]["classified"], "no");
    assert_eq!(before["columns"][3]["born"], "migrations/1_people.sql:8");
}

#[test]
fn every_statement_has_a_place_that_is_there() {
    let folder = project(MODEL, SQL);
    let report = report(folder.path(), &[]);
    let mut all = Vec::new();
    cells(&report, "", &mut all);
    let places: Vec<&(String, String)> = all
        .iter()
        .filter(|(way, _)| {
            ["at", "declared", "born", "first"]
                .iter()
                .any(|key| way.ends_with(&format!("/{key}")))
        })
        .collect();
    assert!(places.len() >= 30, "{}", places.len());
    for (way, place) in places {
        let place = place.trim_matches('"');
        let (file, line) = place.rsplit_once(':').unwrap_or_else(|| panic!("{way}: {place}"));
        let text = std::fs::read_to_string(folder.path().join(file))
            .unwrap_or_else(|error| panic!("{way}: {place}: {error}"));
        let line: usize = line.parse().unwrap();
        assert!(line >= 1 && line <= text.lines().count(), "{way}: {place}");
    }
    // Each row has one, and so has each statement about what is decided and what is too loose.
    for list in ["/columns", "/fields"] {
        for row in report.pointer(list).unwrap().as_array().unwrap() {
            assert!(row["declared"].is_string() || row["born"].is_string(), "{row}");
        }
    }
    for list in ["/decided", "/minimum/crates", "/not_seen"] {
        for row in report.pointer(list).unwrap().as_array().unwrap() {
            assert!(row["at"].as_str().is_some_and(|at| at.contains(':')), "{row}");
        }
    }
    let schema: Value = serde_json::from_str(include_str!("../schemas/report.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&report)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
}

#[test]
fn every_failure_mode_of_the_mission_has_a_row_that_counts() {
    // M105, M107 and M108, each with something that breaks it, and nothing else does.
    let folder = project(&MODEL.replace("from(Person::city), ", ""), SQL);
    let modes = report(folder.path(), &[])["modes"].clone();
    let findings = |modes: &Value, name: &str| {
        let mode = modes.as_array().unwrap().iter().find(|mode| mode["name"] == name);
        mode.unwrap_or_else(|| panic!("{name}: {modes}"))["findings"]
            .as_u64()
            .unwrap()
    };
    for name in [
        "consent drift",
        "residency drift",
        "key overreach",
        "derived leaks",
        "debug bypass",
        "backup ambiguity",
    ] {
        assert_eq!(findings(&modes, name), 0, "{name}");
    }
    assert_eq!(
        findings(&modes, "schema erosion"),
        1,
        "the note that nobody classified"
    );
    for (name, more, count) in [
        (
            "consent drift",
            "ALTER TABLE people ADD COLUMN marketing_consent boolean;",
            1,
        ),
        (
            "key overreach",
            "UPDATE people SET email = pgp_sym_encrypt('x', 'key');",
            1,
        ),
        (
            "a replication bolted on for analytics",
            "CREATE PUBLICATION analytics FOR TABLE people;",
            1,
        ),
        ("schema erosion", "ALTER TABLE people ADD COLUMN phone2 text;", 2),
    ] {
        let folder = project(MODEL, &format!("{SQL}{more}\n"));
        assert_eq!(
            findings(&report(folder.path(), &[])["modes"], name),
            count,
            "{name}"
        );
    }
    let folder = project(MODEL, SQL);
    std::fs::remove_file(folder.path().join("restore.md")).unwrap();
    assert_eq!(
        findings(&report(folder.path(), &[])["modes"], "backup ambiguity"),
        1
    );
}

#[test]
fn the_report_shows_what_changed_since_a_base() {
    let folder = project(MODEL, SQL);
    let root = folder.path();
    assert_eq!(lint(root, &["manifest"]).status, Some(0));
    std::fs::rename(root.join("boundary.lock"), root.join("base.lock")).unwrap();
    std::fs::write(
        root.join("src/model.rs"),
        MODEL.replacen("in_country", "regional", 1),
    )
    .unwrap();
    let report = report(root, &["--base", "base.lock"]);
    let changes = report["changes"]["changes"].as_array().unwrap();
    assert_eq!(changes[0]["direction"], "widening", "{changes:?}");
    assert_eq!(
        changes[0]["change"],
        "column migrations: public.people.email: residency in_country -> regional"
    );
    assert_eq!(changes[0]["at"], "src/model.rs:12");
    let markdown = lint(root, &["report", "--base", "base.lock"]).stdout;
    assert!(
        markdown.contains("## Changes since `base.lock`") || markdown.contains("## Changes since"),
        "{markdown}"
    );
}

/// The answer to a question about the project of this file.
fn answer(root: &Path, question: &[&str]) -> String {
    let run = lint(root, &[&["ask"], question].concat());
    assert_eq!(run.status, Some(0), "{question:?}: {}", run.stderr);
    for line in run.stdout.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    // Wrapping is for the eye.
    run.stdout.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn answers_follow_the_declarations_and_name_the_places_they_rest_on() {
    let folder = project(MODEL, SQL);
    let root = folder.path();
    let city = answer(root, &["field", "people.city"]);
    for part in [
        "What it is: user.contact.address.city, which is personal. at src/model.rs:14",
        "Where: only in the region of its subject, which is one of in (IN). at migrations/1_people.sql:5",
        "Why: support (contract).",
        "it is plain in its region's store",
        "Sinks: queue (if its subject is at home in in).",
        "Across the border: cohort, by the gate.",
        "Derived from it, and erased with it: features.town.",
    ] {
        assert!(city.contains(part), "{part}: {city}");
    }
    let email = answer(root, &["field", "email"]);
    assert!(
        email.contains("Key: its tenant's, in the region of its subject"),
        "{email}"
    );
    assert!(answer(root, &["field", "note"]).contains("What it is: nobody has said."));
    // A name may stand for several.
    assert!(answer(root, &["field", "id"]).contains("features.id"));
    let typo = lint(root, &["ask", "field", "people.emial"]);
    assert!(
        typo.status == Some(2) && typo.stderr.contains("did you mean `public.people.email`?"),
        "{}",
        typo.stderr
    );

    let whereabouts = answer(root, &["where"]);
    assert!(
        whereabouts.contains("in (IN): raw values and their keys")
            && whereabouts.contains("hub (US): no keys"),
        "{whereabouts}"
    );
    assert!(
        whereabouts.contains("Not known: 1 columns are not classified"),
        "{whereabouts}"
    );
    assert!(answer(root, &["keys", "IN"]).contains("in: yes."));
    assert!(answer(root, &["keys", "hub"]).contains("hub is central: it has no keys"));
    assert_eq!(lint(root, &["ask", "keys", "mars"]).status, Some(2));
    assert!(answer(root, &["decrypt"]).contains("agent: for support (contract)"));
    let backups = answer(root, &["backups"]);
    assert!(
        backups.contains("Sealed values that were erased can be opened from a backup for 7 days at most"),
        "{backups}"
    );
    assert!(
        backups.contains("1 columns are resident and not sealed") && backups.contains("for 35 days"),
        "{backups}"
    );
    assert!(answer(root, &["merchant"]).contains("within 60 seconds"));
    assert!(answer(root, &["onboard", "in"]).contains("in is there."));
    assert!(answer(root, &["onboard", "hub"]).contains("nobody can be at home there"));
    assert!(answer(root, &["onboard", "eu"]).contains("eu is no region of the policy yet"));

    // Nobody is found in a table that does not say whom its records are about.
    let erasure = answer(root, &["erasure"]);
    assert!(
        erasure.contains("NOT REACHED: public.people.email is about people"),
        "{erasure}"
    );
    let with = MODEL.replace(
        "    #[boundary(tenant)]\n",
        "    #[boundary(subject)]\n    pub subject: SubjectId,\n    #[boundary(tenant)]\n",
    );
    let folder = project(
        &with,
        &SQL.replace(
            "    tenant text NOT NULL,\n",
            "    tenant text NOT NULL,\n    subject text NOT NULL,\n",
        ),
    );
    let erasure = answer(folder.path(), &["erasure", "people"]);
    assert!(
        erasure.contains("public.people: records are found by their subject"),
        "{erasure}"
    );
    assert!(
        erasure.contains("Erased with it: features.town.") && !erasure.contains("NOT REACHED: public.people"),
        "{erasure}"
    );

    // A way to a key outside of the vault is not left out of the answer.
    let sql = format!("{SQL}UPDATE people SET email = pgp_sym_encrypt('x', 'key');\n");
    assert!(answer(project(MODEL, &sql).path(), &["keys", "IN"]).contains("NOT AS DECLARED"));
    // Nor that nobody decided about backups.
    std::fs::write(
        folder.path().join("boundary.toml"),
        POLICY.split("[backups]").next().unwrap(),
    )
    .unwrap();
    assert!(answer(folder.path(), &["backups"]).contains("Backups: not decided."));
}

#[test]
fn forms_for_people_carry_names_that_are_markup_or_formulas_as_text() {
    let sql = format!(
        "{SQL}ALTER TABLE people ADD COLUMN \"=cmd|'</script><img src=x onerror=alert(1)>`\" text;\n"
    );
    let folder = project(MODEL, &sql);
    let policy = std::fs::read_to_string(folder.path().join("boundary.toml")).unwrap();
    let allow = "[[allow]]\nrule = \"unclassified-column\"\nat = \"public.people.note\"\nreason = \"@rows@ <i>\"\nowner = \"{{ 1 }}\"\nuntil = \"2999-12-31\"\n";
    std::fs::write(folder.path().join("boundary.toml"), format!("{policy}\n{allow}")).unwrap();
    let print = |format: &str| lint(folder.path(), &["report", "--format", format]).stdout;
    let html = print("html");
    assert_eq!(html.matches("</script>").count(), 2, "the page's own two");
    assert!(!html.contains("<img") && html.contains("\\u003c/script>"));
    assert!(html.contains("@rows@ &lt;i&gt;") && html.contains("{{ 1 }} until") && !html.contains("<i>"));
    let data = html
        .split("<script type=\"application/json\" id=\"data\">")
        .nth(1)
        .unwrap();
    let rows: Value = serde_json::from_str(data.split("</script>").next().unwrap()).unwrap();
    assert!(rows.as_array().unwrap().len() > 6);
    let csv = print("csv");
    assert!(csv.contains("\"'=cmd|'"), "{csv}");
    let markdown = print("markdown");
    assert!(!markdown.contains("cmd|'"), "{markdown}");
    assert!(
        markdown.contains("=cmd\\|'</script><img src=x onerror=alert(1)>'`"),
        "{markdown}"
    );
    // No address in the page leads anywhere else, and the page forbids to load anything.
    assert!(
        !html.contains("http://www.w3.org/1999") && !html.contains("https://"),
        "an address of another machine"
    );
    assert!(html.contains("default-src 'none'; style-src 'sha256-"));
    assert_eq!(html, print("html"));
    let refused = lint(
        folder.path(),
        &["report", "--format", "html", "--link", "javascript:alert(1)//"],
    );
    assert_eq!(refused.status, Some(2));
}

#[test]
fn the_page_is_searched_filtered_and_tabbed_through_in_a_browser_that_is_offline() {
    let folder = tempfile::tempdir().unwrap();
    let small = folder.path().join("small.html");
    let options = [
        "--format",
        "html",
        "--link",
        "https://example.com/blob/main/",
        "--output",
        small.to_str().unwrap(),
    ];
    assert_eq!(
        lint(&payments(), &[&["report"][..], &options[..]].concat()).status,
        Some(0)
    );

    // Twenty thousand columns.
    let mut sql = String::new();
    for table in 0..500 {
        let _ = writeln!(sql, "CREATE TABLE table_{table} (");
        for column in 0..40 {
            let _ = writeln!(
                sql,
                "    column_{:05} text{}",
                table * 40 + column,
                if column < 39 { "," } else { "\n);" }
            );
        }
    }
    let many = project("", &sql);
    let large = folder.path().join("large.html");
    assert_eq!(
        lint(
            many.path(),
            &["report", "--format", "html", "--output", large.to_str().unwrap()]
        )
        .status,
        Some(0)
    );
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/browser/page.py");
    let python = support::Python::of("browser");
    let mut browser = python.command();
    browser.arg(script).arg(&small).arg(&large).arg("20000");
    succeed(&mut browser);
}
