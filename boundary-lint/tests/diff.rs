//! Directions of changes: a golden set, and what holds for any two manifests.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must say so and stop")]

mod support;

use std::path::Path;
use std::process::Command;

use boundary_lint::diff::{Direction, What, compare};
use boundary_schema::manifest::{Attribute, Item, ItemKind, Manifest, ManifestError, Said, Value};
use proptest::prelude::*;
use support::{Run, lint, succeed};

const BASE: &str = r#"version = 1

[settings]
"consent.grant_max_age" = { value = 300 }
"envelope.padding.user.contact" = { value = 64 }
"keys.lease" = { value = 60 }
"release.destination" = { value = "hub" }
"release.max_share_percent" = { value = 50 }
"release.minimum_subjects" = { value = 20 }

[regions]
"eu" = { plane = "in_country", jurisdiction = "EU" }
"hub" = { plane = "central", jurisdiction = "US" }

[purposes]
"billing" = { use = "essential.service", basis = "contract" }
"marketing" = { use = "marketing.communications.email", basis = "consent" }

[categories]
"user.demographic.age" = { sensitivity = "personal", identifies = true }

[roles]
"agent" = { purposes = ["billing"] }

[sinks]
"inbox" = { type = "queue", region = "eu" }

[crates]
"dashboard" = { plane = "central" }
"model" = { plane = "shared" }

[tables."migrations"]
"public.people" = { type = "table", tenancy = "tenant", row_security = true }

[columns."migrations"]
"public.people.bio" = { type = "jsonb", category = "user.content", sensitivity = "personal", residency = "in_country", json = "Bio" }
"public.people.city" = { type = "text", category = "user.contact.address.city", sensitivity = "personal", residency = "regional", protection = "resident", release = ["cohort"] }
"public.people.email" = { type = "bytea", null = true, category = "user.contact.email", sensitivity = "personal", residency = "in_country", purposes = ["billing"], protection = "sealed" }
"public.people.subject" = { type = "text", role = "subject" }

[datasets]
"features" = { type = "features", from = ["Person"] }

[exits]
"support: greet by name" = {}

[suppressions."unclassified-column"]
"public.people" = { reason = "moves", owner = "payments", until = "2026-12-31" }
"#;

/// What is replaced in the base by what, and the changes that come of it.
const GOLDEN: &[(&str, &str, &[&str])] = &[
    // Residency.
    (
        r#"residency = "in_country", purposes"#,
        r#"residency = "global", purposes"#,
        &["widening: column migrations: public.people.email: residency in_country -> global"],
    ),
    (
        r#"residency = "in_country", purposes"#,
        r#"residency = "regional", purposes"#,
        &["widening: column migrations: public.people.email: residency in_country -> regional"],
    ),
    (
        r#"residency = "regional""#,
        r#"residency = "in_country""#,
        &["narrowing: column migrations: public.people.city: residency regional -> in_country"],
    ),
    (
        r#"residency = "regional""#,
        r#"residency = "global""#,
        &["widening: column migrations: public.people.city: residency regional -> global"],
    ),
    (
        r#"residency = "regional""#,
        r#"residency = "pinned(eu)""#,
        &[
            "widening: column migrations: public.people.city: residency regional -> pinned(eu)",
            "narrowing: column migrations: public.people.city: residency regional -> pinned(eu)",
        ],
    ),
    (
        r#"residency = "in_country", purposes"#,
        r#"purposes"#,
        &["widening: column migrations: public.people.email: residency in_country -> (none)"],
    ),
    // Purposes.
    (
        r#"purposes = ["billing"], protection"#,
        r#"purposes = ["billing", "marketing"], protection"#,
        &["widening: column migrations: public.people.email: purposes (none) -> marketing"],
    ),
    (
        r#"purposes = ["billing"], protection"#,
        r#"protection"#,
        &["narrowing: column migrations: public.people.email: purposes billing -> (none)"],
    ),
    (
        r#"purposes = ["billing"], protection"#,
        r#"purposes = ["marketing"], protection"#,
        &[
            "widening: column migrations: public.people.email: purposes (none) -> marketing",
            "narrowing: column migrations: public.people.email: purposes billing -> (none)",
        ],
    ),
    (
        r#""agent" = { purposes = ["billing"] }"#,
        r#""agent" = { purposes = ["billing", "marketing"] }"#,
        &["widening: role agent: purposes (none) -> marketing"],
    ),
    (
        r#""agent" = { purposes = ["billing"] }"#,
        "",
        &["narrowing: role agent: removed"],
    ),
    (
        "\n[sinks]",
        "\"analyst\" = { purposes = [\"billing\"] }\n\n[sinks]",
        &["widening: role analyst: added"],
    ),
    // What a value is.
    (
        r#"category = "user.contact.email", sensitivity = "personal""#,
        r#"category = "system.operations", sensitivity = "internal""#,
        &[
            "widening: column migrations: public.people.email: sensitivity personal -> internal",
            "neutral: column migrations: public.people.email: category user.contact.email -> system.operations",
        ],
    ),
    (
        r#"category = "user.contact.email", sensitivity = "personal""#,
        r#"category = "user.health_and_medical", sensitivity = "sensitive""#,
        &[
            "narrowing: column migrations: public.people.email: sensitivity personal -> sensitive",
            "neutral: column migrations: public.people.email: category user.contact.email -> user.health_and_medical",
        ],
    ),
    (
        r#"category = "user.contact.email""#,
        r#"category = "user.contact.phone_number""#,
        &[
            "neutral: column migrations: public.people.email: category user.contact.email -> user.contact.phone_number",
        ],
    ),
    (
        r#"{ type = "text", role = "subject" }"#,
        r#"{ type = "text" }"#,
        &["widening: column migrations: public.people.subject: role subject -> (none)"],
    ),
    (
        r#"role = "subject""#,
        r#"role = "tenant""#,
        &[
            "widening: column migrations: public.people.subject: role subject -> tenant",
            "narrowing: column migrations: public.people.subject: role subject -> tenant",
        ],
    ),
    (
        r#"sensitivity = "personal", identifies = true"#,
        r#"sensitivity = "internal""#,
        &[
            "widening: category user.demographic.age: sensitivity personal -> internal",
            "widening: category user.demographic.age: identifies yes -> (none)",
        ],
    ),
    (
        r#"json = "Bio""#,
        r#"json = "opaque""#,
        &["widening: column migrations: public.people.bio: json Bio -> opaque"],
    ),
    // How it is held, and how it may leave.
    (
        r#"protection = "sealed""#,
        r#"protection = "resident""#,
        &["widening: column migrations: public.people.email: protection sealed -> resident"],
    ),
    (
        r#"protection = "resident""#,
        r#"protection = "sealed""#,
        &["narrowing: column migrations: public.people.city: protection resident -> sealed"],
    ),
    (
        r#", protection = "sealed""#,
        "",
        &["widening: column migrations: public.people.email: protection sealed -> (none)"],
    ),
    (
        r#"release = ["cohort"]"#,
        r#"release = ["cohort", "deidentify=bucket(10)"]"#,
        &["widening: column migrations: public.people.city: release (none) -> deidentify=bucket(10)"],
    ),
    (
        r#", release = ["cohort"]"#,
        "",
        &["narrowing: column migrations: public.people.city: release cohort -> (none)"],
    ),
    // Columns and tables come and go.
    (
        "\n[datasets]",
        "\"public.people.age\" = { type = \"integer\" }\n\n[datasets]",
        &["widening: column migrations: public.people.age: added"],
    ),
    (
        "\n[datasets]",
        "\"public.people.age\" = { category = \"user.demographic.age\", release = [\"cohort\"] }\n\n[datasets]",
        &[
            "widening: column migrations: public.people.age: release (none) -> cohort",
            "neutral: column migrations: public.people.age: added",
        ],
    ),
    (
        r#""public.people.subject" = { type = "text", role = "subject" }"#,
        "",
        &["neutral: column migrations: public.people.subject: removed"],
    ),
    (
        r#""public.people.subject" = { type = "text", role = "subject" }"#,
        r#""public.people.person" = { type = "text", role = "subject", born = "public.people.subject" }"#,
        &["neutral: column migrations: public.people.person: renamed from public.people.subject"],
    ),
    (
        r#""public.people.subject" = { type = "text", role = "subject" }"#,
        r#""public.people.person" = { type = "text", born = "public.people.subject" }"#,
        &[
            "widening: column migrations: public.people.person: role subject -> (none)",
            "neutral: column migrations: public.people.person: renamed from public.people.subject",
        ],
    ),
    (
        r#""public.people.subject" = { type = "text", role = "subject" }"#,
        "\"public.people.person\" = { role = \"subject\", type = \"text\", born = \"public.people.subject\" }\n\
         \"public.people.subject\" = { type = \"text\", category = \"user.content\" }",
        &[
            "neutral: column migrations: public.people.person: renamed from public.people.subject",
            "neutral: column migrations: public.people.subject: added",
        ],
    ),
    (
        r#"type = "bytea", null = true"#,
        r#"type = "text""#,
        &[
            "neutral: column migrations: public.people.email: type bytea -> text",
            "neutral: column migrations: public.people.email: null yes -> (none)",
        ],
    ),
    (
        r#"tenancy = "tenant""#,
        r#"tenancy = "global""#,
        &["widening: table migrations: public.people: tenancy tenant -> global"],
    ),
    (
        r#", row_security = true"#,
        "",
        &["widening: table migrations: public.people: row_security yes -> (none)"],
    ),
    // Sinks, regions, crates.
    (
        "\n[crates]",
        "\"lake\" = { type = \"bucket\", region = \"hub\" }\n\n[crates]",
        &["widening: sink lake: added"],
    ),
    (
        r#""inbox" = { type = "queue", region = "eu" }"#,
        "",
        &["narrowing: sink inbox: removed"],
    ),
    (
        r#"region = "eu" }"#,
        r#"region = "hub" }"#,
        &[
            "widening: sink inbox: region eu -> hub",
            "narrowing: sink inbox: region eu -> hub",
        ],
    ),
    (
        r#""eu" = { plane = "in_country""#,
        r#""eu" = { plane = "central""#,
        &["widening: region eu: plane in_country -> central"],
    ),
    (
        r#"jurisdiction = "EU""#,
        r#"jurisdiction = "CH""#,
        &[
            "widening: region eu: jurisdiction EU -> CH",
            "narrowing: region eu: jurisdiction EU -> CH",
        ],
    ),
    (
        "\n[purposes]",
        "\"in\" = { plane = \"in_country\", jurisdiction = \"IN\" }\n\n[purposes]",
        &["neutral: region in: added"],
    ),
    (
        r#""dashboard" = { plane = "central" }"#,
        r#""dashboard" = { plane = "in_country" }"#,
        &["widening: crate dashboard: plane central -> in_country"],
    ),
    (
        "\n[tables.",
        "\"worker\" = { plane = \"in_country\" }\n\n[tables.",
        &["widening: crate worker: added"],
    ),
    (
        "\n[tables.",
        "\"page\" = { plane = \"central\" }\n\n[tables.",
        &["neutral: crate page: added"],
    ),
    // Purposes of the policy.
    (
        r#"basis = "consent""#,
        r#"basis = "legitimate_interests""#,
        &["widening: purpose marketing: basis consent -> legitimate_interests"],
    ),
    (
        r#"basis = "contract""#,
        r#"basis = "legal_obligation""#,
        &["neutral: purpose billing: basis contract -> legal_obligation"],
    ),
    (
        r#"use = "marketing.communications.email""#,
        r#"use = "marketing.communications""#,
        &["widening: purpose marketing: use marketing.communications.email -> marketing.communications"],
    ),
    (
        r#"use = "essential.service""#,
        r#"use = "essential.service.payment_processing""#,
        &["narrowing: purpose billing: use essential.service -> essential.service.payment_processing"],
    ),
    // Numbers.
    (
        r#""keys.lease" = { value = 60 }"#,
        r#""keys.lease" = { value = 600 }"#,
        &["widening: setting keys.lease: value 60 -> 600"],
    ),
    (
        r#""keys.lease" = { value = 60 }"#,
        r#""keys.lease" = { value = 0 }"#,
        &["narrowing: setting keys.lease: value 60 -> 0"],
    ),
    (
        r#"value = 300"#,
        r#"value = 301"#,
        &["widening: setting consent.grant_max_age: value 300 -> 301"],
    ),
    (
        r#"value = 20"#,
        r#"value = 19"#,
        &["widening: setting release.minimum_subjects: value 20 -> 19"],
    ),
    (
        r#"value = 20"#,
        r#"value = 100"#,
        &["narrowing: setting release.minimum_subjects: value 20 -> 100"],
    ),
    (
        r#"value = 64"#,
        r#"value = 32"#,
        &["widening: setting envelope.padding.user.contact: value 64 -> 32"],
    ),
    (
        r#"value = 64"#,
        r#"value = 128"#,
        &["narrowing: setting envelope.padding.user.contact: value 64 -> 128"],
    ),
    (
        r#"value = 50"#,
        r#"value = 51"#,
        &["widening: setting release.max_share_percent: value 50 -> 51"],
    ),
    (
        r#"value = "hub""#,
        r#"value = "us""#,
        &[
            "widening: setting release.destination: value hub -> us",
            "narrowing: setting release.destination: value hub -> us",
        ],
    ),
    // Exits, suppressions, lineage.
    (
        "\n[suppressions.",
        "\"support: print it\" = {}\n\n[suppressions.",
        &["widening: exit support: print it: added"],
    ),
    (
        r#""support: greet by name" = {}"#,
        r#""support: greet by name" = { count = 2 }"#,
        &["widening: exit support: greet by name: count (none) -> 2"],
    ),
    (
        r#"until = "2026-12-31""#,
        r#"until = "2027-06-30""#,
        &["widening: suppression unclassified-column: public.people: until 2026-12-31 -> 2027-06-30"],
    ),
    (
        r#"owner = "payments""#,
        r#"owner = "billing""#,
        &["neutral: suppression unclassified-column: public.people: owner payments -> billing"],
    ),
    (
        "[suppressions.\"unclassified-column\"]",
        "[suppressions.\"json-without-type\"]\n\"public.people\" = {}\n\n[suppressions.\"unclassified-column\"]",
        &["widening: suppression json-without-type: public.people: added"],
    ),
    (
        r#"from = ["Person"]"#,
        r#"from = ["Order", "Person"]"#,
        &["widening: dataset features: from (none) -> Order"],
    ),
    (
        "\n[exits]",
        "\n[ways_out]\n\"publication analytics\" = { type = \"publication\" }\n\n[exits]",
        &["widening: way out publication analytics: added"],
    ),
    (
        "\n[exits]",
        "\n[not_seen.\"migrations/1.sql\"]\n\"a dynamic EXECUTE\" = {}\n\n[exits]",
        &["widening: not seen migrations/1.sql: a dynamic EXECUTE: added"],
    ),
];

fn lines(base: &Manifest, head: &Manifest) -> Vec<String> {
    let changes = compare(base, head);
    changes
        .iter()
        .map(|change| format!("{}: {change}", change.direction.as_str()))
        .collect()
}

#[test]
fn each_change_of_the_golden_set_has_its_direction() {
    assert!(GOLDEN.len() >= 40, "{}", GOLDEN.len());
    let base = Manifest::parse(BASE).unwrap();
    for (from, to, expected) in GOLDEN {
        assert_eq!(BASE.matches(from).count(), 1, "{from}");
        let head = Manifest::parse(&BASE.replace(from, to)).unwrap();
        assert_eq!(lines(&base, &head), *expected, "{from} -> {to}");
    }
}

#[test]
fn a_lock_file_that_is_none_is_refused_at_its_line() {
    let malformed = |text: &str| match Manifest::parse(text) {
        Err(ManifestError::Malformed { line, why }) => (line, why),
        other => panic!("{text}: {other:?}"),
    };
    let conflict = format!(
        "{}<<<<<<< ours\n[sinks]\n=======\n>>>>>>> theirs\n",
        BASE.replace("[sinks]\n", "")
    );
    let line = BASE.lines().count();
    assert_eq!(Manifest::parse(&conflict), Err(ManifestError::Conflict { line }));
    assert_eq!(
        Manifest::parse("version = 2\n"),
        Err(ManifestError::Version {
            found: "2".to_owned()
        })
    );
    assert_eq!(
        Manifest::parse(""),
        Err(ManifestError::Version {
            found: "none".to_owned()
        })
    );
    assert_eq!(malformed("version = 1\n[sink]\n").0, 2);
    assert_eq!(
        malformed("version = 1\n[sinks]\n\"a\" = { colour = \"red\" }\n").0,
        3
    );
    assert_eq!(malformed("version = 1\n[sinks]\n\"a\" = { type = 1.5 }\n").0, 3);
    assert_eq!(malformed("version = 1\n[sinks]\n\"a\" = { type = -1 }\n").0, 3);
    assert_eq!(malformed("version = 1\n[sinks]\n\"a\" = { null = false }\n").0, 3);
    assert_eq!(malformed("version = 1\n[sinks]\n\"a\" = 1\n").0, 3);
    assert_eq!(malformed("version = 1\n[sinks\n").0, 2);
}

/// A value that fits an attribute, from a few that differ.
fn value(attribute: Attribute) -> BoxedStrategy<Value> {
    let word = |words: &'static [&'static str]| {
        prop::sample::select(words)
            .prop_map(|word| Value::Text(word.to_owned()))
            .boxed()
    };
    match attribute {
        Attribute::Null | Attribute::RowSecurity | Attribute::Identifies => Just(Value::Yes).boxed(),
        Attribute::Purposes | Attribute::Release | Attribute::From => {
            prop::collection::btree_set("[a-c]", 1..3)
                .prop_map(Value::Set)
                .boxed()
        }
        Attribute::Count => (2u64..5).prop_map(Value::Number).boxed(),
        Attribute::Value => prop_oneof![
            (0u64..3).prop_map(Value::Number),
            Just(Value::Text("hub".to_owned()))
        ]
        .boxed(),
        Attribute::Sensitivity => word(&["public", "internal", "personal", "sensitive", "odd"]),
        Attribute::Residency => word(&["global", "regional", "in_country", "pinned(eu)", "pinned(in)"]),
        Attribute::Protection => word(&["sealed", "resident", "plain"]),
        Attribute::Plane => word(&["central", "shared", "in_country", "tools"]),
        Attribute::Basis => word(&["consent", "contract", "public_task"]),
        Attribute::Use => word(&["a", "a.b", "a.b.c", "b"]),
        Attribute::Tenancy => word(&["tenant", "global"]),
        Attribute::Json => word(&["opaque", "Bio", "Person"]),
        Attribute::Born => word(&["a", "b", "c", "d", "e"]),
        _ => word(&["a", "b", "2026-11-21", "x\"y\\z\n\u{202e}"]),
    }
}

fn said() -> impl Strategy<Value = Said> {
    let attribute = prop::sample::select(Attribute::ALL);
    prop::collection::vec(
        attribute.prop_flat_map(|attribute| (Just(attribute), value(attribute))),
        0..5,
    )
    .prop_map(|all| {
        let mut said = Said::default();
        for (attribute, value) in all {
            said.set(attribute, value);
        }
        said
    })
}

fn manifests() -> impl Strategy<Value = Manifest> {
    let names = prop::sample::select(&["a", "b", "c", "keys.lease", "release.minimum_subjects"][..]);
    let item = (prop::sample::select(ItemKind::ALL), "[gh]", names).prop_map(|(kind, group, name)| Item {
        group: kind.group().map_or(String::new(), |_| group),
        kind,
        name: name.to_owned(),
    });
    prop::collection::btree_map(item, said(), 0..12).prop_map(|items| Manifest { items })
}

proptest! {
    #[test]
    fn a_manifest_and_itself_do_not_differ(manifest in manifests()) {
        prop_assert!(compare(&manifest, &manifest).is_empty());
    }

    #[test]
    fn the_way_back_is_the_mirror_of_the_way(base in manifests(), head in manifests()) {
        let mirrored = |what: &What| match what {
            What::Added => What::Removed,
            What::Removed => What::Added,
            What::Renamed { .. } => What::Renamed { from: String::new() },
            What::Changed { attribute, from, to } => What::Changed { attribute: *attribute, from: to.clone(), to: from.clone() },
        };
        let unnamed = |what: &What| match what {
            What::Renamed { .. } => What::Renamed { from: String::new() },
            other => other.clone(),
        };
        let mut there: Vec<_> = compare(&base, &head)
            .iter()
            .map(|change| {
                let item = change.before.as_ref().unwrap_or(&change.item).clone();
                (item, change.direction.mirrored(), mirrored(&change.what))
            })
            .collect();
        let mut back: Vec<_> = compare(&head, &base)
            .iter()
            .map(|change| (change.item.clone(), change.direction, unnamed(&change.what)))
            .collect();
        there.sort();
        back.sort();
        prop_assert_eq!(there, back);
    }

    #[test]
    fn a_manifest_is_read_as_it_was_written(manifest in manifests()) {
        let text = manifest.to_string();
        prop_assert_eq!(Manifest::parse(&text).unwrap(), manifest);
        let turns_around = text.contains('\u{202e}');
        prop_assert!(!turns_around);
    }
}

const POLICY: &str = include_str!("fixtures/unclassified-column/good/boundary.toml");

fn git(folder: &Path, arguments: &[&str]) {
    let mut command = Command::new("git");
    command
        .arg("-C")
        .arg(folder)
        .args(["-c", "user.name=a", "-c", "user.email=a@example.com"])
        .args(arguments);
    succeed(&mut command);
}

/// A repository with the good fixture in its first commit.
fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/unclassified-column/good");
    for name in ["boundary.toml", "restore.md", "src/model.rs"] {
        let to = folder.path().join(name);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::copy(from.join(name), to).unwrap();
    }
    std::fs::create_dir(folder.path().join("migrations")).unwrap();
    for entry in std::fs::read_dir(from.join("migrations")).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(
            entry.path(),
            folder.path().join("migrations").join(entry.file_name()),
        )
        .unwrap();
    }
    git(folder.path(), &["init", "--quiet"]);
    git(folder.path(), &["add", "."]);
    git(folder.path(), &["commit", "--quiet", "-m", "first"]);
    folder
}

fn diff(folder: &Path, arguments: &[&str]) -> Run {
    lint(folder, &[&["diff", "--today", "2026-11-21"], arguments].concat())
}

fn approve(folder: &Path, changes: &[String], until: &str) {
    let mut text = POLICY.to_owned();
    for change in changes {
        let change = serde_json::to_string(change).unwrap();
        text.push_str(&format!(
            "\n[[approve]]\nchange = {change}\nby = \"dpo\"\nreason = \"asked for\"\nuntil = \"{until}\"\n"
        ));
    }
    std::fs::write(folder.join("boundary.toml"), text).unwrap();
}

#[test]
fn a_widening_needs_an_approval_that_comes_with_it() {
    let repository = repository();
    let root = repository.path();
    assert_eq!(
        diff(root, &["HEAD"]).stdout,
        "0 widening, 0 narrowing, 0 neutral\n"
    );
    let model = root.join("src/model.rs");
    let before = std::fs::read_to_string(&model).unwrap();
    assert!(before.contains("residency = in_country"), "{before}");
    std::fs::write(
        &model,
        before.replacen("residency = in_country", "residency = regional", 1),
    )
    .unwrap();
    let run = diff(root, &["HEAD"]);
    assert_eq!(run.status, Some(1), "{}{}", run.stdout, run.stderr);
    insta::assert_snapshot!("a_widening_for_people", run.stdout);
    // The column, and a view that shows it.
    let lines = run
        .stdout
        .lines()
        .filter_map(|line| line.strip_prefix("change = "));
    let changes: Vec<String> = lines.map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(changes.len(), 2);

    // Approved by what it is, until its day, once.
    approve(root, &changes, "2026-12-31");
    assert_eq!(diff(root, &["HEAD"]).status, Some(0));
    approve(root, &changes, "2026-11-20");
    let expired = diff(root, &["HEAD"]);
    assert!(
        expired.status == Some(1) && expired.stdout.contains("it has expired on 2026-11-20"),
        "{}",
        expired.stdout
    );
    approve(root, &changes[..1], "2026-12-31");
    assert_eq!(diff(root, &["HEAD"]).status, Some(1));
    let others: Vec<String> = changes
        .iter()
        .map(|change| change.replace("regional", "global"))
        .collect();
    approve(root, &others, "2026-12-31");
    let other = diff(root, &["HEAD"]);
    assert!(
        other.status == Some(1) && other.stdout.contains("there is no such change"),
        "{}",
        other.stdout
    );
    approve(root, &changes, "2026-12-31");
    git(root, &["commit", "--quiet", "--all", "-m", "second"]);
    assert_eq!(diff(root, &["HEAD~1", "HEAD"]).status, Some(0));

    // Where the base has it already it approves nothing: the same change, made again later, is asked for again.
    let spent = diff(root, &["HEAD"]);
    assert!(
        spent.status == Some(0) && spent.stdout.contains("spent approval"),
        "{}",
        spent.stdout
    );
    std::fs::write(&model, &before).unwrap();
    git(root, &["commit", "--quiet", "--all", "-m", "third"]);
    assert_eq!(diff(root, &["HEAD~1", "HEAD"]).status, Some(0));
    std::fs::write(
        &model,
        before.replacen("residency = in_country", "residency = regional", 1),
    )
    .unwrap();
    assert_eq!(diff(root, &["HEAD"]).status, Some(1));
}

#[test]
fn a_rename_in_a_migration_keeps_the_identity_of_columns_and_shows_what_else_changed() {
    let repository = repository();
    let root = repository.path();
    let table = first_table(root);
    std::fs::write(
        root.join("migrations/9_rename.sql"),
        format!("ALTER TABLE {table} RENAME TO renamed;\n"),
    )
    .unwrap();
    let model = root.join("src/model.rs");
    let text = std::fs::read_to_string(&model).unwrap();
    std::fs::write(&model, text.replace(&format!("\"{table}\""), "\"renamed\"")).unwrap();
    let run = diff(root, &["HEAD"]);
    assert_eq!(run.status, Some(0), "{}", run.stdout);
    let all: Vec<&str> = run
        .stdout
        .lines()
        .filter(|line| line.contains(": ") && !line.starts_with(' '))
        .collect();
    assert!(all.iter().all(|line| line.starts_with("neutral: ")), "{all:?}");
    assert!(run.stdout.contains("renamed from"), "{}", run.stdout);
    assert!(
        all.iter()
            .filter(|line| line.starts_with("neutral: column"))
            .count()
            > 1,
        "{all:?}"
    );
    assert!(
        !run.stdout.contains("    added") && !run.stdout.contains("    removed"),
        "{}",
        run.stdout
    );
}

/// The first table of the fixture's migrations.
fn first_table(root: &Path) -> String {
    let listed = lint(root, &["columns", "--format", "csv"]).stdout;
    listed
        .lines()
        .nth(1)
        .unwrap()
        .split(',')
        .nth(1)
        .unwrap()
        .to_owned()
}

#[test]
fn the_lock_file_is_compared_with_what_is_declared_and_two_of_them_with_each_other() {
    let repository = repository();
    let root = repository.path();
    let locked = || lint(root, &["check", "--locked"]);
    assert!(
        locked()
            .stdout
            .contains("error[lock-stale]: there is no lock file")
    );
    assert_eq!(lint(root, &["manifest"]).status, Some(0));
    assert_eq!(locked().status, Some(0), "{}", locked().stdout);
    let lock = root.join("boundary.lock");
    let text = std::fs::read_to_string(&lock).unwrap();

    std::fs::write(
        &lock,
        text.replacen("in_country\", purposes", "global\", purposes", 1),
    )
    .unwrap();
    let stale = locked();
    assert!(
        stale.status == Some(1)
            && stale
                .stdout
                .contains("the lock file does not say what is declared"),
        "{}",
        stale.stdout
    );
    std::fs::copy(&lock, root.join("other.lock")).unwrap();
    std::fs::write(&lock, &text).unwrap();
    let narrowed = diff(root, &["other.lock", "boundary.lock"]);
    assert!(
        narrowed.status == Some(0) && narrowed.stdout.contains("1 narrowing"),
        "{}",
        narrowed.stdout
    );
    assert_eq!(diff(root, &["boundary.lock", "other.lock"]).status, Some(1));

    std::fs::write(&lock, text.replacen("[columns", "<<<<<<< ours\n[columns", 1)).unwrap();
    assert!(
        locked()
            .stdout
            .contains("the lock file has an unresolved merge conflict")
    );
    let conflict = diff(root, &["boundary.lock"]);
    assert!(
        conflict.status == Some(2) && conflict.stderr.contains("unresolved merge conflict"),
        "{}",
        conflict.stderr
    );
    std::fs::write(&lock, text.replacen("version = 1", "version = 2", 1)).unwrap();
    assert!(locked().stdout.contains("the lock file cannot be read"));
    // Nobody can answer for a stale lock file.
    let allow = format!(
        "{POLICY}\n[[allow]]\nrule = \"lock-stale\"\nat = \"boundary.lock\"\nreason = \"later\"\nowner = \"me\"\nuntil = \"2999-12-31\"\n"
    );
    std::fs::write(root.join("boundary.toml"), allow).unwrap();
    assert!(
        locked().stdout.contains("`lock-stale` cannot be suppressed"),
        "{}",
        locked().stdout
    );
}

#[test]
fn a_revision_that_git_does_not_know_is_an_error_and_no_empty_base() {
    let repository = repository();
    for revision in ["nowhere", "--output=x", "HEAD:src/model.rs"] {
        let run = diff(repository.path(), &["--", revision]);
        assert_eq!(run.status, Some(2), "{revision}: {}{}", run.stdout, run.stderr);
    }
}

#[cfg(unix)]
#[test]
fn a_migration_behind_a_link_is_seen_in_a_revision_and_nothing_outside_of_it_is() {
    let repository = repository();
    let root = repository.path();
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(
        outside.path().join("secret.sql"),
        "CREATE TABLE outside (a text);\n",
    )
    .unwrap();
    std::fs::create_dir(root.join("shared")).unwrap();
    std::fs::write(root.join("shared/linked.sql"), "CREATE TABLE linked (a text);\n").unwrap();
    std::os::unix::fs::symlink("../shared/linked.sql", root.join("migrations/7_linked.sql")).unwrap();
    std::os::unix::fs::symlink(
        outside.path().join("secret.sql"),
        root.join("migrations/8_outside.sql"),
    )
    .unwrap();
    // A folder in which there is nothing else.
    std::fs::create_dir(root.join("links")).unwrap();
    std::os::unix::fs::symlink("../shared/linked.sql", root.join("links/other.sql")).unwrap();
    git(root, &["add", "."]);
    git(root, &["commit", "--quiet", "-m", "links"]);
    let run = diff(root, &["HEAD~1", "HEAD"]);
    assert!(
        run.stdout.contains("column migrations: public.linked.a"),
        "{}{}",
        run.stdout,
        run.stderr
    );
    assert!(!run.stdout.contains("public.outside"), "{}", run.stdout);
}

#[test]
fn a_comment_holds_the_worst_first_and_never_more_than_github_takes() {
    let repository = repository();
    let root = repository.path();
    let mut tables = String::new();
    for at in 0..2_000 {
        tables.push_str(&format!("CREATE TABLE filler_{at} (\"a|`@team`<b>\" text);\n"));
    }
    std::fs::write(root.join("migrations/8_filler.sql"), tables).unwrap();
    let model = root.join("src/model.rs");
    let text = std::fs::read_to_string(&model).unwrap();
    std::fs::write(
        &model,
        text.replacen("residency = in_country", "residency = global", 1),
    )
    .unwrap();
    let run = diff(root, &["HEAD", "--format", "markdown"]);
    assert_eq!(run.status, Some(1));
    assert!(
        run.stdout.starts_with("<!-- cargo-boundary-diff -->\n"),
        "{}",
        run.stdout
    );
    assert!(run.stdout.len() <= 65_536, "{}", run.stdout.len());
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert!(run.stdout.contains("more did not fit here"), "{:?}", lines.last());
    assert!(
        !run.stdout.contains("<b>\" ") && run.stdout.contains("a\\|'@team'<b>"),
        "{}",
        &run.stdout[..800]
    );
    let widening = lines
        .iter()
        .position(|line| line.contains("#### Widening"))
        .unwrap();
    let neutral = lines.iter().position(|line| line.contains("#### Neutral"));
    assert!(neutral.is_none_or(|neutral| widening < neutral));

    let json = diff(root, &["HEAD", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(report["version"], 1);
    assert_eq!(report["widening"], 2_002);
    assert_eq!(report["not_approved"], 2_002);
    assert!(
        report["changes"][0]["place"]["line"]
            .as_u64()
            .is_some_and(|line| line > 0),
        "{}",
        report["changes"][0]
    );
    let schema: serde_json::Value =
        serde_json::from_str(include_str!("../schemas/diff.schema.json")).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&report)
        .map(|error| error.to_string())
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(Direction::Widening.mirrored(), Direction::Narrowing);
}
