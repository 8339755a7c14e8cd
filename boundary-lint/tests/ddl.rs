//! The script of `cargo boundary ddl`, read as text and run by a real Postgres.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must say so and stop")]

mod support;

use std::path::{Path, PathBuf};

use support::workspace::Workspace;
use support::{Postgres, lint};

fn payments() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/payments")
}

/// The script for these migrations of Postgres.
fn script(root: &Path, migrations: &Path) -> String {
    let arguments = ["ddl", "--dialect", "postgres", "--root"].map(str::to_owned);
    let mut arguments = arguments.to_vec();
    arguments.extend([text(root), "--migrations".to_owned(), text(migrations)]);
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let run = lint(root, &arguments);
    assert_eq!(
        (run.status, run.stderr.as_str()),
        (Some(0), ""),
        "{} {}",
        run.stdout.len(),
        run.stderr
    );
    run.stdout
}

fn script_of(workspace: &Workspace) -> String {
    script(workspace.path(), &workspace.path().join("migrations"))
}

fn text(path: &Path) -> String {
    path.to_str().unwrap().to_owned()
}

/// The files of a folder, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    files
}

/// What the lint finds in a project with these migrations of Postgres: rule and message.
fn findings(root: &Path, migrations: &Path) -> Vec<String> {
    let (shown, folder) = (text(root), text(migrations));
    let run = lint(
        root,
        &[
            "check",
            "--root",
            &shown,
            "--migrations",
            &folder,
            "--dialect",
            "postgres",
            "--format",
            "json",
        ],
    );
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let of = |finding: &serde_json::Value, key: &str| finding[key].as_str().unwrap().to_owned();
    let findings = report["findings"].as_array().unwrap().iter();
    findings
        .map(|finding| format!("{}: {}", of(finding, "rule"), of(finding, "message")))
        .collect()
}

/// The payments example in a database of its own: `keeper` owns the tables and ran the script twice, `app` was granted what a service
/// needs, and each of two tenants has a customer.
fn served(postgres: &Postgres, name: &str) {
    postgres.database(name, &[]);
    let super_user = |sql: &str| postgres.run(name, "postgres", sql).unwrap();
    super_user(
        "DO $$ BEGIN CREATE ROLE keeper LOGIN; CREATE ROLE app LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
         GRANT CREATE ON SCHEMA public TO keeper;",
    );
    for file in files(&payments().join("migrations")) {
        postgres
            .run(name, "keeper", &std::fs::read_to_string(file).unwrap())
            .unwrap();
    }
    let script = script(&payments(), &payments().join("migrations"));
    let policies = "SELECT polname, polpermissive, pg_get_expr(polqual, polrelid) FROM pg_policy ORDER BY polrelid::text, 1;
        SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint ORDER BY 1, 2;
        SELECT objoid::regclass, objsubid, description FROM pg_description WHERE objoid >= 16384 ORDER BY 1, 2;";
    postgres.run(name, "keeper", &script).unwrap();
    let once = super_user(policies);
    postgres.run(name, "keeper", &script).unwrap();
    assert_eq!(
        super_user(policies),
        once,
        "the script does something else the second time"
    );
    super_user("GRANT SELECT, INSERT, UPDATE, DELETE ON customers, payments TO app;");
    super_user(&format!("{}{}", customer(1, "acme"), customer(1, "globex")));
}

fn customer(id: i64, tenant: &str) -> String {
    format!(
        "INSERT INTO customers (id, tenant, subject, name, email, national_id, city, age, plan)
         VALUES ({id}, '{tenant}', 's', 'n', 'e', 'i', 'Pune', 30, 'Basic');\n"
    )
}

/// Statements in a transaction of a tenant.
fn of_tenant(tenant: &str, sql: &str) -> String {
    format!("BEGIN; SET LOCAL boundary.tenant = '{tenant}'; {sql} COMMIT;")
}

const REFUSED: &str = "violates row-level security policy";

#[test]
fn the_script_of_the_payments_example_reads_as_expected() {
    insta::assert_snapshot!("payments", script(&payments(), &payments().join("migrations")));
}

#[test]
fn a_tenant_sees_and_writes_nothing_of_another() {
    let postgres = Postgres::start();
    served(&postgres, "db");
    // The owner of the tables is bound as well, because row security is forced.
    for role in ["app", "keeper"] {
        let run = |sql: &str| postgres.run("db", role, sql);
        let tenants = "SELECT string_agg(tenant, ' ') FROM customers;";
        assert_eq!(run(&of_tenant("acme", tenants)).unwrap(), "acme");
        assert_eq!(run(&of_tenant("globex", tenants)).unwrap(), "globex");
        assert_eq!(run(&of_tenant("nobody", tenants)).unwrap(), "");

        let touch = "WITH touched AS (UPDATE customers SET city = 'Goa' WHERE tenant = 'globex' RETURNING 1)
                     SELECT count(*) FROM touched;
                     WITH gone AS (DELETE FROM customers WHERE tenant = 'globex' RETURNING 1) SELECT count(*) FROM gone;";
        assert_eq!(run(&of_tenant("acme", touch)).unwrap(), "0\n0");

        let of_another = run(&of_tenant("acme", &customer(2, "globex"))).unwrap_err();
        assert!(of_another.contains(REFUSED), "{of_another}");
        let handed_over = run(&of_tenant(
            "acme",
            "UPDATE customers SET tenant = 'globex', id = 9;",
        ))
        .unwrap_err();
        assert!(handed_over.contains(REFUSED), "{handed_over}");

        let own = format!(
            "{} SELECT count(*) FROM customers; DELETE FROM customers WHERE id = 2;",
            customer(2, "acme")
        );
        assert_eq!(run(&of_tenant("acme", &own)).unwrap(), "2");
    }
    let all = postgres
        .run(
            "db",
            "postgres",
            "SELECT tenant, id, city FROM customers ORDER BY 1, 2;",
        )
        .unwrap();
    assert_eq!(all, "acme|1|Pune\nglobex|1|Pune");
}

#[test]
fn without_a_tenant_nothing_is_seen_and_nothing_written() {
    let postgres = Postgres::start();
    served(&postgres, "db");
    for role in ["app", "keeper"] {
        for before in ["", "SET boundary.tenant = '';", "SET boundary.tenant TO DEFAULT;"] {
            let sql = format!("{before} SELECT count(*) FROM customers;");
            assert_eq!(postgres.run("db", role, &sql).unwrap(), "0", "{role}: {before}");
            let sql = format!("{before} {}", customer(3, "acme"));
            let error = postgres.run("db", role, &sql).unwrap_err();
            assert!(error.contains(REFUSED), "{role}: {before}: {error}");
        }
    }
    // A row without a name for its tenant belongs to nobody, and an empty setting is none.
    postgres.run("db", "postgres", &customer(4, "")).unwrap();
    assert_eq!(
        postgres
            .run("db", "app", &of_tenant("", "SELECT count(*) FROM customers;"))
            .unwrap(),
        "0"
    );
}

#[test]
fn a_tenant_that_is_set_for_a_transaction_ends_with_it() {
    let postgres = Postgres::start();
    served(&postgres, "db");
    let count = "SELECT count(*) FROM customers;";
    let set_config = "SELECT set_config('boundary.tenant', 'acme', true) <> '';";
    for end in ["COMMIT;", "ROLLBACK;"] {
        let sql = format!("BEGIN; SET LOCAL boundary.tenant = 'acme'; {count} {end} {count}");
        assert_eq!(postgres.run("db", "app", &sql).unwrap(), "1\n0", "{end}");
        let sql = format!("BEGIN; {set_config} {count} {end} {count}");
        assert_eq!(postgres.run("db", "app", &sql).unwrap(), "t\n1\n0", "{end}");
    }
    // Why the script warns of it: what SET alone sets is there for whoever gets the connection next.
    let sql = format!("BEGIN; SET boundary.tenant = 'acme'; COMMIT; {count}");
    assert_eq!(postgres.run("db", "app", &sql).unwrap(), "1");
}

#[test]
fn another_policy_cannot_open_a_table_to_other_tenants() {
    let postgres = Postgres::start();
    served(&postgres, "db");
    postgres
        .run(
            "db",
            "keeper",
            "CREATE POLICY everybody ON customers USING (true) WITH CHECK (true);",
        )
        .unwrap();
    let tenants = of_tenant("acme", "SELECT string_agg(tenant, ' ') FROM customers;");
    assert_eq!(postgres.run("db", "app", &tenants).unwrap(), "acme");
    assert_eq!(
        postgres
            .run("db", "app", "SELECT count(*) FROM customers;")
            .unwrap(),
        "0"
    );
    let error = postgres
        .run("db", "app", &of_tenant("acme", &customer(5, "globex")))
        .unwrap_err();
    assert!(error.contains(REFUSED), "{error}");
}

/// What docs/ddl.md says is not stopped. Were one of these stopped, the page would be wrong.
#[test]
fn what_row_security_does_not_stop_is_what_the_page_says() {
    let postgres = Postgres::start();
    served(&postgres, "db");
    let count = "SELECT count(*) FROM customers;";
    assert_eq!(postgres.run("db", "postgres", count).unwrap(), "2");
    postgres
        .run(
            "db",
            "postgres",
            "CREATE ROLE passes LOGIN BYPASSRLS; GRANT SELECT ON customers TO passes;",
        )
        .unwrap();
    assert_eq!(postgres.run("db", "passes", count).unwrap(), "2");
    // A view shows what its owner may see, and a role may name whichever tenant it likes.
    postgres
        .run(
            "db",
            "postgres",
            "CREATE VIEW shown AS SELECT * FROM customers; GRANT SELECT ON shown TO app;",
        )
        .unwrap();
    assert_eq!(
        postgres.run("db", "app", "SELECT count(*) FROM shown;").unwrap(),
        "2"
    );
    assert_eq!(
        postgres.run("db", "app", &of_tenant("globex", count)).unwrap(),
        "1"
    );
    // A key that tenants share tells one of them that another has it.
    postgres
        .run(
            "db",
            "postgres",
            "ALTER TABLE customers ADD CONSTRAINT one UNIQUE (id);",
        )
        .unwrap_err();
    postgres
        .run("db", "postgres", "DELETE FROM customers WHERE tenant = 'acme'; ALTER TABLE customers ADD CONSTRAINT one UNIQUE (id);")
        .unwrap();
    let error = postgres
        .run("db", "app", &of_tenant("acme", &customer(1, "acme")))
        .unwrap_err();
    assert!(error.contains("duplicate key"), "{error}");
}

#[test]
fn the_lint_finds_nothing_in_migrations_with_the_script() {
    let from = payments().join("migrations");
    let before = findings(&payments(), &from);
    assert_eq!(before.len(), 2, "{before:?}");
    assert!(
        before
            .iter()
            .all(|finding| finding.starts_with("row-security-missing")),
        "{before:?}"
    );
    let folder = tempfile::tempdir().unwrap();
    for file in files(&from) {
        std::fs::copy(&file, folder.path().join(file.file_name().unwrap())).unwrap();
    }
    let script_before = script(&payments(), &from);
    std::fs::write(folder.path().join("20260601000000_boundary.sql"), &script_before).unwrap();
    assert_eq!(findings(&payments(), folder.path()), Vec::<String>::new());
    // A script made again is the same one.
    assert_eq!(script(&payments(), folder.path()), script_before);
}

#[test]
fn the_statements_of_the_page_run_and_name_foreign_keys_that_leave_their_tenant() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/ddl.md");
    let page = std::fs::read_to_string(page).unwrap();
    let blocks: Vec<&str> = page
        .split("```sql\n")
        .skip(1)
        .map(|block| block.split("```").next().unwrap())
        .collect();
    let [session, foreign_keys] = blocks.as_slice() else {
        panic!("{blocks:?}")
    };
    let postgres = Postgres::start();
    served(&postgres, "db");
    assert_eq!(postgres.run("db", "app", session).unwrap(), "acme\n1");
    assert_eq!(postgres.run("db", "app", foreign_keys).unwrap(), "");
    postgres
        .run(
            "db",
            "postgres",
            "CREATE UNIQUE INDEX ON payments (id);
             CREATE TABLE refunds (
                tenant text, payment bigint CONSTRAINT leaves REFERENCES payments (id),
                CONSTRAINT stays FOREIGN KEY (tenant, payment) REFERENCES payments (tenant, id)
             );",
        )
        .unwrap();
    assert_eq!(
        postgres.run("db", "app", foreign_keys).unwrap(),
        "refunds|leaves|payments"
    );
    for (statement, answer) in [
        (
            "COPY customers FROM stdin;\n\\.\n",
            "COPY FROM not supported with row-level security",
        ),
        // How `pg_dump` asks.
        (
            "SET row_security = off; SELECT count(*) FROM customers;",
            "would be affected by row-level security policy",
        ),
    ] {
        let refused = postgres
            .run("db", "app", &of_tenant("acme", statement))
            .unwrap_err();
        assert!(refused.contains(answer), "{refused}");
    }
    // A tool of migrations has a transaction of its own around the script.
    let script = script(&payments(), &payments().join("migrations"));
    postgres
        .run("db", "keeper", &format!("BEGIN;\n{script}\nCOMMIT;"))
        .unwrap();
    assert_eq!(postgres.run("db", "app", session).unwrap(), "acme\n1");
}

#[test]
fn a_project_without_migrations_gets_its_tables_and_their_row_security() {
    let project = Workspace::new("tools = []");
    project.write(
        "src/lib.rs",
        r#"
        #[derive(Boundary)]
        #[boundary(table = "notes", tenancy = tenant)]
        struct Note {
            #[boundary(record_id)] id: i64,
            #[boundary(tenant)] tenant: TenantId,
            #[boundary(category = "user.content", residency = in_country, purpose(Support))] body: Sealed<String>,
        }

        #[derive(Boundary)]
        #[boundary(table = "marks", tenancy = tenant)]
        struct Mark { #[boundary(record_id)] id: i64, #[boundary(tenant)] tenant: TenantId }

        #[derive(Boundary)]
        #[boundary(table = "marks", tenancy = tenant)]
        struct MarkOfOtherType { #[boundary(record_id)] id: i32, #[boundary(tenant)] tenant: TenantId }
        "#,
    );
    let run = lint(project.path(), &["ddl"]);
    assert_eq!((run.status, run.stderr.as_str()), (Some(0), ""));
    // Two structs that disagree about a column decide nothing.
    assert!(
        run.stdout
            .contains("--     id <the type for what two structs disagree about>"),
        "{}",
        run.stdout
    );
    let postgres = Postgres::start();
    postgres.database("db", &[]);
    for _ in 0..2 {
        postgres.run("db", "postgres", &run.stdout).unwrap();
    }
    postgres
        .run(
            "db",
            "postgres",
            "CREATE ROLE app LOGIN; GRANT SELECT, INSERT ON notes TO app;",
        )
        .unwrap();
    let note = "INSERT INTO notes (id, tenant, body) VALUES (1, 'acme', ''); SELECT count(*) FROM notes;";
    assert_eq!(postgres.run("db", "app", &of_tenant("acme", note)).unwrap(), "1");
    assert!(postgres.run("db", "app", note).unwrap_err().contains(REFUSED));
    assert_eq!(
        postgres
            .run("db", "postgres", "SELECT to_regclass('marks') IS NULL;")
            .unwrap(),
        "t"
    );
}

#[test]
fn a_script_that_may_lack_a_table_says_so() {
    let project = awkward();
    project.write(
        "migrations/2_more.sql",
        "DO $$ BEGIN EXECUTE 'CREATE TABLE ' || 'more (id bigint)'; END $$;",
    );
    let run = lint(project.path(), &["ddl"]);
    assert_eq!(run.status, Some(0));
    assert!(run.stdout.contains("-- Not complete: "), "{}", run.stdout);
    assert!(
        run.stderr.contains("2_more.sql:1: cannot be seen"),
        "{}",
        run.stderr
    );
}

/// A project whose names are as awkward as Postgres allows, with a new table, another schema, and tenants that are uuids and numbers.
fn awkward() -> Workspace {
    let workspace = Workspace::new("tools = []");
    workspace.write(
        "src/lib.rs",
        r#"
        #[derive(Boundary)]
        #[boundary(table = "Sales.two \"words\"", tenancy = tenant)]
        pub struct Order {
            #[boundary(record_id, column = "select")] pub id: i64,
            #[boundary(tenant, column = "the Tenant")] pub tenant: TenantId,
            #[boundary(category = "user.contact.email", residency = pinned(in), purpose(Support), column = "it's $boundary$")]
            email: Sealed<String>,
        }

        #[derive(Boundary)]
        #[boundary(table = "lines", tenancy = tenant)]
        pub struct Line {
            #[boundary(record_id)] pub id: i64,
            #[boundary(tenant)] pub tenant: i64,
            #[boundary(category = "system.operations", residency = global)] pub order: i64,
        }

        #[derive(Boundary)]
        #[boundary(table = "notes.entries", tenancy = tenant)]
        pub struct Entry {
            #[boundary(record_id)] pub id: Uuid,
            #[boundary(tenant)] pub tenant: Uuid,
            #[boundary(data_key)] pub data_key: DataKey,
            #[boundary(category = "user.content", residency = in_country, purpose(Support))] body: Sealed<String>,
            #[boundary(category = "user.location.city", residency = in_country, purpose(Support))] city: Option<Resident<String>>,
        }

        #[derive(Boundary)]
        #[boundary(table = "plans\nDROP TABLE lines; --", tenancy = global)]
        pub struct Offer {
            #[boundary(record_id)] pub id: i64,
            #[boundary(category = "system.operations", residency = global)] pub plan: Plan,
        }
        "#,
    );
    workspace.write(
        "migrations/1_orders.sql",
        r#"CREATE SCHEMA "Sales";
        CREATE TABLE "Sales"."two ""words""" (
            "select" bigint PRIMARY KEY, "the Tenant" uuid NOT NULL, "it's $boundary$" text
        );
        COMMENT ON COLUMN "Sales"."two ""words"""."the Tenant" IS 'Whose order''s it is; see C:\orders
-- and nothing else';
        CREATE TABLE lines (id bigint PRIMARY KEY, tenant bigint NOT NULL, "order" bigint NOT NULL) PARTITION BY HASH (id);
        CREATE TABLE lines_0 PARTITION OF lines FOR VALUES WITH (MODULUS 1, REMAINDER 0);
        CREATE TABLE untold (id bigint);
        "#,
    );
    workspace
}

#[test]
fn the_script_of_awkward_names_reads_as_expected() {
    let project = awkward();
    insta::assert_snapshot!(
        "awkward",
        script(project.path(), &project.path().join("migrations"))
    );
}

#[test]
fn awkward_names_are_said_so_that_postgres_takes_them() {
    let project = awkward();
    let migrations = project.path().join("migrations");
    let postgres = Postgres::start();
    postgres.database("db", &files(&migrations));
    let script = script(project.path(), &migrations);
    for _ in 0..2 {
        postgres.run("db", "postgres", &script).unwrap();
    }
    let run = |sql: &str| postgres.run("db", "app", sql);
    let (a, b) = (
        "00000000-0000-0000-0000-00000000000a",
        "00000000-0000-0000-0000-00000000000b",
    );
    postgres
        .run(
            "db",
            "postgres",
            &format!(
                r#"CREATE ROLE app LOGIN; GRANT USAGE ON SCHEMA "Sales", notes TO app;
                GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public, "Sales", notes TO app;
                INSERT INTO "Sales"."two ""words""" VALUES (1, '{a}', 'x'), (2, '{b}', 'y');
                INSERT INTO lines VALUES (1, 7, 1), (2, 8, 2);
                CREATE TABLE notes.answers (
                    tenant uuid, entry uuid, FOREIGN KEY (tenant, entry) REFERENCES notes.entries (tenant, id)
                );
                CREATE TABLE notes.marks (
                    tenant uuid, mark bigint, FOREIGN KEY (tenant, mark) REFERENCES "Sales"."two ""words""" ("the Tenant", "select")
                );
                GRANT INSERT ON notes.answers, notes.marks TO app;"#
            ),
        )
        .unwrap();
    let orders = r#"SELECT "select" FROM "Sales"."two ""words""";"#;
    assert_eq!(run(&of_tenant(a, orders)).unwrap(), "1");
    assert_eq!(run(orders).unwrap(), "");
    // A partition that is asked by its own name keeps tenants apart as well.
    for table in ["lines", "lines_0"] {
        let lines = format!("SELECT id FROM {table};");
        assert_eq!(run(&of_tenant("8", &lines)).unwrap(), "2", "{table}");
        assert_eq!(run(&lines).unwrap(), "", "{table}");
        let error = run(&of_tenant("x", &lines)).unwrap_err();
        assert!(error.contains("invalid input syntax"), "{error}");
    }
    // The new table, and a foreign key that stays in its tenant.
    let entry = format!("INSERT INTO notes.entries VALUES ('{b}', '{b}', '\\x00', NULL);");
    assert_eq!(run(&of_tenant(b, &entry)).unwrap(), "");
    assert!(run(&of_tenant(a, &entry)).unwrap_err().contains(REFUSED));
    let answer = |tenant: &str| format!("INSERT INTO notes.answers VALUES ('{tenant}', '{b}');");
    assert_eq!(run(&of_tenant(b, &answer(b))).unwrap(), "");
    assert!(
        run(&of_tenant(a, &answer(a)))
            .unwrap_err()
            .contains("violates foreign key")
    );
    let mark = |tenant: &str| format!("INSERT INTO notes.marks VALUES ('{tenant}', 2);");
    assert_eq!(run(&of_tenant(b, &mark(b))).unwrap(), "");
    assert!(
        run(&of_tenant(a, &mark(a)))
            .unwrap_err()
            .contains("violates foreign key")
    );
    // What people wrote about a column is still there, and stays when the script is made again from migrations that have it.
    project.write("migrations/2_boundary.sql", &script);
    let again = script_of(&project);
    postgres.run("db", "postgres", &again).unwrap();
    let comment = r#"SELECT col_description('"Sales"."two ""words"""'::regclass, 2);"#;
    assert_eq!(
        postgres.run("db", "postgres", comment).unwrap(),
        "boundary: tenant\n// Whose order's it is; see C:\\orders\n// -- and nothing else"
    );
}

#[test]
fn names_are_quoted_wherever_postgres_itself_quotes_them() {
    let words = "SELECT word FROM pg_get_keywords() UNION SELECT unnest(ARRAY[
        'plain', 'Capital', 'two words', 'a\"b', '1st', 'a$b', 'ü', 'a-b', 'a''b', '_', 'x;y']) ORDER BY 1";
    let postgres = Postgres::start();
    postgres.database("db", &[]);
    let listed = postgres
        .run(
            "db",
            "postgres",
            &format!("SELECT word, quote_ident(word) FROM ({words}) AS w;"),
        )
        .unwrap();
    let mut sql = String::new();
    let mut quoted = 0;
    let workspace = Workspace::new("tools = []");
    for line in listed.lines() {
        let (word, by_postgres) = line.split_once('|').unwrap();
        let always = format!("\"{}\"", word.replace('"', "\"\""));
        sql.push_str(&format!(
            "CREATE TABLE {always} (id bigint, {always} bigint NOT NULL);\n"
        ));
        quoted += usize::from(by_postgres.starts_with('"'));
        let key = serde_json::to_string(word).unwrap();
        workspace.write(
            "boundary.toml",
            format!(
                "{}\n[tables.{key}]\nid = {{ role = \"record_id\" }}\n{key} = {{ role = \"tenant\" }}\n",
                std::fs::read_to_string(workspace.path().join("boundary.toml")).unwrap()
            ),
        );
    }
    assert!(quoted > 100, "{quoted} names need quotes");
    workspace.write("migrations/1_all.sql", &sql);
    let script = script_of(&workspace);
    for line in listed.lines() {
        let (word, by_postgres) = line.split_once('|').unwrap();
        // Two more are in quotes, for the parser of the lint.
        let always = format!("\"{word}\"");
        let shown = if ["begin", "exclude"].contains(&word) {
            &always
        } else {
            by_postgres
        };
        let line = format!("ALTER TABLE public.{shown} FORCE ROW LEVEL SECURITY;");
        assert!(script.contains(&line), "{line}");
    }
    postgres.run("db", "postgres", &sql).unwrap();
    postgres.run("db", "postgres", &script).unwrap();
    // The lint reads all of it, too.
    workspace.write("migrations/2_boundary.sql", &script);
    let again = script_of(&workspace);
    assert!(again == script, "a script made again is another one");
    let forced = "SELECT count(*) FROM pg_class WHERE relforcerowsecurity;";
    assert_eq!(
        postgres.run("db", "postgres", forced).unwrap(),
        listed.lines().count().to_string()
    );
}

#[test]
fn a_project_with_another_database_is_told_what_to_name() {
    let run = lint(&payments(), &["ddl"]);
    assert_eq!((run.status, run.stdout.as_str()), (Some(2), ""));
    assert!(
        run.stderr.contains("`--migrations DIR --dialect postgres`"),
        "{}",
        run.stderr
    );
    let project = awkward();
    project.write(
        "other/migrations/1_more.sql",
        "CREATE TABLE more (id bigserial PRIMARY KEY, at timestamptz);",
    );
    let run = lint(project.path(), &["ddl"]);
    assert_eq!((run.status, run.stdout.as_str()), (Some(2), ""), "{}", run.stdout);
    assert!(
        run.stderr
            .contains("several databases of Postgres: migrations, other/migrations"),
        "{}",
        run.stderr
    );
}
