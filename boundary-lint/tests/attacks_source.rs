//! Attacks 49 to 55 against the lint: what code does with opened values and databases, and what suppressions may not do.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must say so and stop")]

mod support;

use support::workspace::Workspace;

const IN_COUNTRY: &str = "in_country = [\"service\"]";

/// An in-country crate with this code.
fn service(code: &str) -> Workspace {
    Workspace::new(IN_COUNTRY).with("service", "", &format!("//! A service.\n\n{code}\n"))
}

/// The rules of the findings of a check on a day of 2026.
fn rules(workspace: &Workspace) -> Vec<String> {
    let found = workspace.findings(&["--today", "2026-11-21"]);
    found
        .iter()
        .map(|finding| finding.split(':').next().unwrap().to_owned())
        .collect()
}

/// Two declarations of one column have to agree; the weaker one is found, whichever comes first.
#[test]
fn attack_49_a_column_is_declared_again_as_a_plain_field_or_with_a_weaker_classification() {
    let model = |name: &str, field: &str| {
        format!(
            "#[derive(Boundary)]\n#[boundary(table = \"people\", tenancy = tenant)]\nstruct {name} {{\n    \
             #[boundary(record_id)] id: i64,\n    #[boundary(subject)] subject: i64,\n    {field}\n}}\n"
        )
    };
    let strong = "#[boundary(category = \"user.contact.email\", residency = in_country, purpose(Support))] email: Sealed<String>,";
    let again = |field: &str| {
        let workspace = service(&(model("Person", strong) + &model("Again", field)));
        workspace.write(
            "migrations/1_people.sql",
            "CREATE TABLE people (id bigint PRIMARY KEY, subject bigint, email bytea);\n",
        );
        rules(&workspace)
    };
    for weak in [
        "email: String,",
        "#[boundary(category = \"user.contact.email\", residency = regional, purpose(Support))] email: Sealed<String>,",
        "#[boundary(category = \"system.operations\", residency = in_country, purpose(Support))] email: Sealed<String>,",
    ] {
        assert_eq!(again(weak), ["weaker-redeclaration"], "{weak}");
    }
    assert_eq!(again(strong), [""; 0]);
}

#[test]
fn attack_52_a_client_raw_sql_or_a_connection_string_is_found_on_every_plane() {
    for code in [
        "use sqlx::PgPool;",
        "fn f() { sqlx::query(\"SELECT 1\"); }",
        "fn f() { let c = rusqlite::Connection::open(\"x\"); }",
        "fn f() { diesel::PgConnection::establish(url); }",
        "const DATABASE: &str = \"postgres://app:secret@10.0.0.1/app\";",
        "fn f() { connect(\"host=db user=app dbname=app\"); }",
    ] {
        for list in ["central", "in_country", "shared"] {
            let workspace = Workspace::new(&format!("{list} = [\"service\"]")).with(
                "service",
                "",
                &format!("//! A service.\n\n#![forbid(unsafe_code)]\n\n{code}\n"),
            );
            assert_eq!(rules(&workspace), ["connection-outside-store"], "{list}: {code}");
        }
    }
    assert_eq!(rules(&service("#[derive(sqlx::FromRow)]\nstruct Row;")), [""; 0]);
    assert_eq!(
        rules(&service("#[cfg(test)]\nmod tests { use sqlx::PgPool; }")),
        [""; 0]
    );
}

#[test]
fn attack_53_an_opened_value_is_handed_to_a_callback_a_trait_object_a_static_or_a_closure() {
    for code in [
        "fn f(e: &Plain<String>, g: impl Fn(&str)) { g(e.disclose(\"address the letter\")); }",
        "fn f(e: &Plain<String>, g: &dyn Sink) { g.put(e.disclose(\"address the letter\")); }",
        "fn f<S: Sink>(e: &Plain<String>, g: S) { let t = e.disclose(\"address the letter\").clone(); g.put(&t); }",
        "fn f(e: &Plain<String>) { LAST.set(e.disclose(\"address the letter\").clone()); }",
        "fn f(e: &Plain<String>) { let t = e.disclose(\"address the letter\").clone(); std::thread::spawn(move || keep(t)); }",
        "fn f(e: &Plain<String>, out: &Sender<String>) { out.send(e.disclose(\"address the letter\").clone()); }",
    ] {
        assert_eq!(rules(&service(code)), ["opened-value-handed-on"], "{code}");
    }
}

#[test]
fn attack_54_a_log_a_trace_a_panic_or_an_error_is_fed_from_an_opened_value() {
    for code in [
        "fn f(e: &Plain<String>) { println!(\"{}\", e.disclose(\"address the letter\")); }",
        "fn f(e: &Plain<String>) { let t = e.disclose(\"address the letter\"); tracing::info!(to = %t); }",
        "fn f(e: &Plain<String>) { let t = e.disclose(\"address the letter\"); log::warn!(\"{t}\"); }",
        "fn f(e: &Plain<String>) { let t = format!(\"<{}>\", e.disclose(\"address the letter\")); panic!(\"{t}\"); }",
        "fn f(e: &Plain<String>) -> R { Err(e.disclose(\"address the letter\").clone()) }",
        "fn f(e: &Plain<String>) { send().expect(e.disclose(\"address the letter\")); }",
        "fn f(e: &Plain<String>) { let u = User { to: e.disclose(\"address the letter\") }; error!(user = ?u); }",
    ] {
        assert_eq!(rules(&service(code)), ["opened-value-in-message"], "{code}");
    }
    let told = "fn f(e: &Plain<String>) { let t = e.disclose(\"address the letter\"); letter(t); info!(length = t.len()); }";
    assert_eq!(rules(&service(told)), [""; 0]);
}

const PRINTS: &str = "    println!(\"{}\", e.disclose(\"show the operator the address\"));";

fn suppressed(suppression: &str) -> Vec<String> {
    rules(&service(&format!(
        "fn f(e: &Plain<String>) {{\n{suppression}\n{PRINTS}\n}}"
    )))
}

#[test]
fn attack_55_a_suppression_holds_with_reason_owner_and_a_day_that_is_not_past() {
    let whole = "// boundary: allow(opened-value-in-message, reason = \"a console\", owner = \"ops\", until = \"2026-11-21\")";
    assert_eq!(suppressed(whole), [""; 0]);
    let behind = service(&format!("fn f(e: &Plain<String>) {{\n{PRINTS} {whole}\n}}"));
    assert_eq!(rules(&behind), [""; 0]);
    let both = ["opened-value-in-message", "suppression"];
    for broken in [
        whole.replace("reason = \"a console\", ", ""),
        whole.replace("reason = \"a console\"", "reason = \"\""),
        whole.replace("owner = \"ops\", ", ""),
        whole.replace(", until = \"2026-11-21\"", ""),
        whole.replace("2026-11-21", "2026-11-20"),
        whole.replace("2026-11-21", "soon"),
        whole.replace("opened-value-in-message", "opened-value"),
        whole.replace("opened-value-in-message", "unclassified-column"),
        whole.replace(')', ""),
    ] {
        assert_eq!(suppressed(&broken), both, "{broken}");
    }
}

#[test]
fn attack_55_a_suppression_that_suppresses_nothing_is_found_where_it_stands() {
    let unused = service(
        "// boundary: allow(opened-value-in-message, reason = \"none\", owner = \"ops\", until = \"2999-01-01\")\nfn f() {}",
    );
    assert_eq!(rules(&unused), ["suppression"]);
    // Too far above, and in a text and not in a comment.
    let far = suppressed(
        "// boundary: allow(opened-value-in-message, reason = \"r\", owner = \"o\", until = \"2999-01-01\")\n\n",
    );
    assert_eq!(far, ["opened-value-in-message", "suppression"]);
    let text = "const S: &str = \"// boundary: allow(opened-value-in-message)\";";
    assert_eq!(rules(&service(text)), [""; 0]);
}

#[test]
fn attack_55_that_a_central_crate_reaches_the_vault_cannot_be_suppressed() {
    let workspace = Workspace::central(
        "[dependencies]\n# boundary: allow(central-reaches-vault, reason = \"r\", owner = \"o\", until = \"2999-01-01\")\n\
         boundary-vault = { path = \"../boundary-vault\" } # // boundary: allow(central-reaches-vault, reason = \"r\", owner = \"o\", until = \"2999-01-01\")",
    );
    assert_eq!(rules(&workspace), ["central-reaches-vault", "suppression"]);
}

#[test]
fn a_suppressed_finding_is_counted_in_both_forms() {
    let whole = "// boundary: allow(opened-value-in-message, reason = \"a console\", owner = \"ops\", until = \"2999-01-01\")";
    let workspace = service(&format!("fn f(e: &Plain<String>) {{\n{whole}\n{PRINTS}\n}}"));
    let human = workspace.check(&[]);
    assert!(
        human.stdout.contains("0 findings;") && human.stdout.contains("1 finding suppressed"),
        "{}",
        human.stdout
    );
    let json = workspace.check(&["--format", "json"]);
    assert!(json.stdout.contains("\"suppressed\": 1"), "{}", json.stdout);
}

#[test]
fn exits_are_listed_with_their_reasons_and_their_share_of_the_code() {
    let workspace = service(
        "fn f(e: &Plain<String>) {\n    letter(e.disclose(\"address the letter\"));\n}\n\n// A comment.\nfn g() {}",
    );
    let run = support::lint(workspace.path(), &["exits"]);
    assert_eq!(
        run.stdout,
        "crates/service/src/lib.rs:4: in `f`\n    address the letter\n\
         1 exit in 4 lines of code that touch personal data: 25.00 %\n"
    );
    let json = support::lint(workspace.path(), &["exits", "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&json.stdout).unwrap();
    assert_eq!(report["exits"][0]["reason"], "address the letter");
    assert_eq!(report["code_lines"], 4);
}

#[test]
fn a_dataset_needs_no_table_and_classifies_the_one_that_is_there() {
    let model = "#[derive(Boundary)]\n#[boundary(dataset = \"features\", kind = features, derived_from(Person))]\nstruct Features {\n    \
                 #[boundary(record_id)] id: i64,\n    #[boundary(data_key)] data_key: DataKey,\n    \
                 #[boundary(category = \"user.behavior\", residency = in_country, purpose(Support))] score: Sealed<i64>,\n}\n";
    let workspace = service(model);
    assert_eq!(rules(&workspace), [""; 0]);
    let table = |columns: &str| {
        workspace.write(
            "migrations/1_features.sql",
            format!("CREATE TABLE features ({columns});\n"),
        )
    };
    table("id bigint PRIMARY KEY, score bytea, data_key bytea");
    assert_eq!(rules(&workspace), [""; 0], "a data key may lie beside its row");
    table("id bigint PRIMARY KEY, score bytea, extra text");
    assert_eq!(rules(&workspace), ["unclassified-column"]);
    table("id bigint PRIMARY KEY");
    assert_eq!(rules(&workspace), ["declared-column-missing"]);
}
