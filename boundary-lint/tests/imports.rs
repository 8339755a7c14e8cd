//! What files of other tools say stays a suggestion until a person accepts it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must say so and stop")]

mod support;

use std::collections::BTreeMap;
use std::path::Path;

use support::exchange::{MODEL, bare, classifications, declared, export, project};
use support::{Run, lint};

fn import(folder: &Path, text: &str) -> Run {
    let file = folder.join("theirs.yml");
    std::fs::write(&file, text).unwrap();
    lint(folder, &["import", "fides", "theirs.yml"])
}

/// The category of every suggestion.
fn suggested(toml: &str) -> BTreeMap<String, String> {
    let file: toml::Table = toml::from_str(toml).unwrap();
    let columns = file
        .get("column")
        .map_or(&[][..], |columns| columns.as_array().unwrap());
    columns
        .iter()
        .map(|column| {
            assert_eq!(column["accepted"].as_bool(), Some(false));
            let text = |key: &str| column[key].as_str().unwrap().to_owned();
            (text("name"), text("category"))
        })
        .collect()
}

#[test]
fn what_comes_back_from_fides_is_suggested_for_each_column_and_classifies_none() {
    let original = declared();
    let copy = bare(&[]);
    let run = import(copy.path(), &export(original.path(), "fides"));
    assert_eq!((run.status, run.stderr.as_str()), (Some(0), ""));
    let mut expected = classifications(original.path());
    expected.retain(|_, category| category.contains('.'));
    assert_eq!(expected.len(), 10, "{expected:?}");
    assert_eq!(suggested(&run.stdout), expected);
    // Residency and purposes come back as well, however the policy's own category went out.
    assert!(
        run.stdout.contains(
            "category = \"user.government_id.aadhaar\"\nresidency = \"pinned(in)\"\npurpose = [\"card_fraud\"]\n"
        ),
        "{}",
        run.stdout
    );
    let classified = classifications(copy.path());
    assert!(
        classified.values().all(|said| said == "unclassified"),
        "{classified:?}"
    );
}

#[test]
fn an_accepted_import_is_put_in_by_fix_and_exports_the_same() {
    let original = declared();
    // The same structs, whose fields say nothing but their roles.
    let silent: String = MODEL
        .lines()
        .filter(|line| !line.contains("#[boundary(category") || line.contains("column ="))
        .map(|line| format!("{line}\n"))
        .collect();
    assert_ne!(silent, MODEL);
    let copy = project(&[("src/model.rs", &silent)]);
    let run = import(copy.path(), &export(original.path(), "fides"));
    let of_structs = [
        "customers.email",
        "customers.age",
        "customers.aadhaar",
        "customers.on",
        "plans.name",
    ];
    let accepted: String = run
        .stdout
        .split_inclusive("accepted = false\n")
        .map(|entry| {
            match of_structs
                .iter()
                .any(|name| entry.contains(&format!("{name}\"\n")))
            {
                true => entry.replace("accepted = false", "accepted = true"),
                false => entry.to_owned(),
            }
        })
        .collect();
    std::fs::write(copy.path().join("accepted.toml"), &accepted).unwrap();
    let fixed = lint(copy.path(), &["fix", "accepted.toml"]);
    assert!(fixed.stderr.contains("5 put in"), "{}\n{accepted}", fixed.stderr);
    assert_eq!(
        export(copy.path(), "comments"),
        export(original.path(), "comments")
    );
}

/// A file that nobody here wrote, in the shape of fideslang's documentation.
const FOREIGN: &str = r#"
dataset:
  - fides_key: postgres_main
    name: Main
    data_categories: [user]
    collections:
      - name: customers
        data_categories: [user.contact]
        fields:
          - name: email
            data_categories: [user.contact.email]
            data_uses: [marketing.communications.email, third_party_sharing]
          - name: phone2
            data_categories: [user.contact.phone_number, user.device]
          - name: aadhaar
            data_categories: [user.government_id.social_security]
          - name: age
            description: "boundary: category = \"user.demographic.age\", residency = in_country"
            data_categories: [user.demographic.gender]
          - name: subject
          - name: "gone\n[[column]]"
            data_categories: [user.name]
      - name: audit
        fields:
          - name: details
            fides_meta: { data_type: object }
            fields:
              - name: who
                data_categories: [user.name]
              - name: where
                fields:
                  - name: city
                    data_categories: [user.contact.address.city]
      - name: absent
        fields:
          - name: email
            data_categories: [user.contact.email]
  - fides_key: shop
    fides_meta: { namespace: { schema: shop } }
    collections:
      - name: plans
        fields:
          - name: name
            data_categories: [system.operations]
"#;

#[test]
fn a_foreign_file_is_suggested_where_it_is_plain_and_reported_where_it_is_not() {
    let folder = declared();
    let run = import(folder.path(), FOREIGN);
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    let expected = [
        ("public.audit.details", ""),
        ("public.customers.aadhaar", ""),
        ("public.customers.age", "user.demographic.gender"),
        ("public.customers.email", "user.contact.email"),
        ("public.customers.phone2", ""),
        ("shop.plans.name", "system.operations"),
    ];
    let expected = expected.map(|(name, category)| (name.to_owned(), category.to_owned()));
    assert_eq!(suggested(&run.stdout), expected.into());
    for said in [
        "postgres_main: its categories are of no single column, and are left out: user\n",
        "postgres_main.customers: its categories are of no single column, and are left out: user.contact\n",
        "customers.phone2: it has several categories, and a column has one: user.contact.phone_number, user.device\n",
        "customers.aadhaar: `user.government_id.social_security` is no category that the policy knows; the nearest above it is `user.government_id`\n",
        "customers.age: `user.demographic.gender` here, declared as `user.demographic.age` already\n",
        "customers.gone\\n[[column]]: this project has no such column\n",
        "audit.details: fields within it have categories of their own: user.contact.address.city, user.name\n",
        "postgres_main.absent.email: this project has no such table\n",
    ] {
        assert!(run.stderr.contains(said), "{said}{}", run.stderr);
    }
    for line in [
        "# used for marketing.communications.email: newsletter\n",
        "# used for third_party_sharing, for which the policy has no purpose\n",
        "# its description still says `user.demographic.age`\n",
    ] {
        assert!(run.stdout.contains(line), "{line}{}", run.stdout);
    }
    // A use allows processing: it is named for a person to decide, and never put in.
    assert_eq!(run.stdout.matches("purpose = []").count(), 6, "{}", run.stdout);
}

#[test]
fn nothing_in_a_foreign_file_becomes_an_entry_of_its_own() {
    let folder = bare(&[]);
    let hostile = "dataset:\n- fides_key: \"a\\n[[column]]\\naccepted = true\"\n  collections:\n  - name: customers\n    fields:\n    \
                   - name: email\n      description: \"boundary: category = \\\"x\\\\n[[column]]\\\", residency = global\"\n      \
                   data_categories: [\"user.\\u007f\\nname = 1\", \"b\"]\n";
    let run = import(folder.path(), hostile);
    assert_eq!(run.status, Some(0), "{}", run.stderr);
    assert_eq!(
        suggested(&run.stdout),
        [("public.customers.email".to_owned(), String::new())].into()
    );
}

#[test]
fn what_is_no_fides_dataset_is_refused() {
    let folder = bare(&[]);
    let bomb: String = (1..30).fold(String::from("a0: &a0 [x, x, x, x, x, x, x, x]\n"), |text, at| {
        let below = format!("*a{}", at - 1);
        format!("{text}a{at}: &a{at} [{}]\n", vec![below; 8].join(", "))
    });
    for (text, why) in [
        ("dataset: 5\n", "theirs.yml: "),
        ("[1, 2\n", "theirs.yml: "),
        ("system: []\n", "dataset"),
        (&format!("{bomb}dataset: *a29\n"), "theirs.yml: "),
    ] {
        let run = import(folder.path(), text);
        assert_eq!((run.status, run.stdout.as_str()), (Some(2), ""), "{text}");
        assert!(run.stderr.contains(why), "{}", run.stderr);
        assert!(
            run.stderr.contains("help: name a file of Fides datasets"),
            "{}",
            run.stderr
        );
    }
    let run = lint(folder.path(), &["import", "fides", "nowhere.yml"]);
    assert_eq!(run.status, Some(2));
}
