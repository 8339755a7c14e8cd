//! No input makes the lint panic or overflow its stack: what it cannot read, it says.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must say so and stop")]

use std::path::Path;

use boundary_lint::catalogue::replay;
use boundary_lint::exchange::{Foreign, Format, export, import};
use boundary_lint::facts::{Input, collect};
use boundary_lint::parse::declarations::{DeriveNames, declarations};
use boundary_lint::parse::expanded::unsafe_code;
use boundary_lint::parse::forbid::forbids_unsafe;
use boundary_lint::parse::hidden::hidden;
use boundary_lint::parse::items::{find, macros};
use boundary_lint::parse::opened::opened;
use boundary_lint::parse::rust_migrations;
use boundary_lint::parse::seam::{aliases_of, seams};
use boundary_lint::parse::test_only::{test_modules, test_only};
use boundary_lint::source::{SourceFile, Sources};
use boundary_schema::Dialect;

/// A small generator of numbers, so that a failure can be run again.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(bound.max(1)).unwrap()).unwrap()
    }
}

fn texts(folder: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|p| p.is_file())
        .collect();
    paths.sort();
    paths
        .iter()
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect()
}

/// Cuts, doubles and swaps pieces of a text, at places where a character begins.
fn mutated(text: &str, other: &str, numbers: &mut Numbers) -> String {
    const PIECES: &[&str] = &[
        ";",
        "(",
        ")",
        "'",
        "$$",
        "\"",
        "--",
        "/*",
        ".",
        ",",
        "*",
        " AS ",
        "é",
        "\0",
        " CASCADE ",
        " IF EXISTS ",
        "[]",
        "\\",
        "E'",
        " NOT ",
    ];
    let mut text = text.to_owned();
    for _ in 0..=numbers.below(4) {
        let mut at = |text: &str| {
            let at = numbers.below(text.len() + 1);
            (0..=at).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
        };
        let (a, b) = (at(&text), at(&text));
        let (a, b) = (a.min(b), a.max(b));
        let (c, d) = (at(other), at(other));
        let piece = other[c.min(d)..c.max(d)].to_owned();
        match numbers.below(4) {
            0 => text.replace_range(a..b, ""),
            1 => text.insert_str(a, PIECES[numbers.below(PIECES.len())]),
            2 => text.insert_str(a, &piece),
            _ => text.replace_range(a..b, &piece),
        }
    }
    text
}

fn replay_text(text: &str) {
    for dialect in Dialect::ALL {
        replay_dialect(*dialect, text);
    }
}

fn replay_dialect(dialect: Dialect, text: &str) {
    let statements = boundary_lint::parse::statements(dialect, text);
    let mut sources = Sources::default();
    let file = sources.add(SourceFile::new(Path::new(""), "case.sql".into(), text.to_owned()));
    let catalogue = replay(dialect, [(file, statements.as_slice())]);
    for relation in catalogue.relations() {
        for column in &relation.columns {
            // Every place lies in the file.
            assert!(column.birth.span.start <= column.birth.span.end && column.birth.span.end <= text.len());
            let _ = (
                sources.line_of(column.birth),
                catalogue.data_type(column),
                catalogue.is_nullable(column),
            );
        }
    }
    for unseen in &catalogue.unseen {
        assert!(unseen.place.span.end <= text.len());
    }
}

#[test]
fn mutated_migrations_do_not_panic() {
    let texts = texts("tests/replay");
    boundary_lint::with_room(|| {
        let mut numbers = Numbers(0x9E37_79B9_7F4A_7C15);
        for round in 0..3000 {
            let text = &texts[round % texts.len()];
            let other = &texts[numbers.below(texts.len())];
            replay_text(&mutated(text, other, &mut numbers));
        }
    })
    .unwrap();
}

#[test]
fn nested_migrations_do_not_overflow_the_stack() {
    let deep = |open: &str, inner: &str, close: &str, times: usize| {
        format!("{}{inner}{}", open.repeat(times), close.repeat(times))
    };
    boundary_lint::with_room(|| {
        for times in [100, 5_000, 100_000] {
            for text in [
                format!("CREATE VIEW v AS SELECT {};", deep("(", "1", ")", times)),
                format!("CREATE VIEW v AS SELECT {};", deep("not ", "true", "", times)),
                format!("CREATE VIEW v AS SELECT {};", deep("- ", "1", "", times)),
                format!("CREATE VIEW v AS SELECT {};", deep("1 + ", "1", "", times)),
                format!("CREATE VIEW v AS SELECT {};", deep("a.", "b", "", times)),
                format!(
                    "CREATE VIEW v AS SELECT {};",
                    deep("case when true then ", "1", " end", times)
                ),
                format!(
                    "CREATE VIEW v AS SELECT 1 {};",
                    deep("union select 1, 2 ", "", "", times)
                ),
                format!(
                    "CREATE VIEW v AS SELECT * FROM t {};",
                    deep("join t on true ", "", "", times)
                ),
                format!(
                    "CREATE VIEW v AS {};",
                    deep("select * from (", "select 1", ") x", times)
                ),
                format!("CREATE VIEW v AS SELECT {};", deep("array[", "1", "]", times)),
                format!("CREATE VIEW v AS SELECT 1{};", deep("::int", "", "", times)),
                format!("CREATE VIEW v AS SELECT x{};", deep("[1]", "", "", times)),
                format!("CREATE TABLE t (a int{});", deep("[]", "", "", times)),
                format!("DO $$ {} $$;", deep("begin ", "null;", " end;", times)),
                format!(
                    "DO $$ begin {} end $$;",
                    deep("if true then ", "null;", " end if;", times)
                ),
                deep("/*", "", "*/", times),
                "DO $a$ begin ".repeat(times.min(2000)),
            ] {
                replay_text(&text);
            }
        }
    })
    .unwrap();
}

/// Each statement doubles what the one before it gave: 2⁴⁰ columns, were they all made.
#[test]
fn copies_of_copies_do_not_fill_the_memory() {
    boundary_lint::with_room(|| {
        let mut like = String::from("CREATE TABLE t0 (a int);\n");
        let mut views = like.clone();
        let mut joins = like.clone();
        let mut with =
            String::from("CREATE TABLE t0 (a int);\nCREATE VIEW v AS WITH w0 AS (SELECT * FROM t0)");
        for (at, before) in (1..40).zip(0..) {
            like += &format!("CREATE TABLE t{at} (LIKE t{before}, LIKE t{before});\n");
            views += &format!("CREATE VIEW t{at} AS SELECT *, * FROM t{before};\n");
            joins += &format!("CREATE VIEW t{at} AS SELECT * FROM t{before} x, t{before} y;\n");
            with += &format!(", w{at} AS (SELECT *, * FROM w{before})");
        }
        with += " SELECT * FROM w39;";
        for text in [like, views, joins, with] {
            let found = boundary_lint::parse::statements(Dialect::Postgres, &text);
            let mut sources = Sources::default();
            let file = sources.add(SourceFile::new(Path::new(""), "case.sql".into(), text.clone()));
            let catalogue = replay(Dialect::Postgres, [(file, found.as_slice())]);
            assert!(!catalogue.unseen.is_empty());
            replay_text(&text);
        }
    })
    .unwrap();
}

#[test]
fn long_chains_of_relations_do_not_overflow_the_stack() {
    boundary_lint::with_room(|| {
        let mut text = String::from("CREATE TABLE v0 (a int);\n");
        for at in 1..20_000 {
            text += &format!("CREATE VIEW v{at} AS SELECT a FROM v{};\n", at - 1);
        }
        text += "DROP TABLE v0 CASCADE;";
        replay_text(&text);
        let mut text = String::from("CREATE TABLE t0 (a int);\n");
        for at in 1..5_000 {
            text += &format!("CREATE TABLE t{at} () INHERITS (t{});\n", at - 1);
        }
        text += "ALTER TABLE t0 ADD b int; ALTER TABLE t0 RENAME a TO c; ALTER TABLE t4999 INHERIT t0; ALTER TABLE t0 INHERIT t4999; ALTER TABLE t0 DROP COLUMN c;";
        replay_text(&text);
    })
    .unwrap();
}

#[test]
fn mutated_files_of_fides_do_not_panic_and_give_a_file_that_accepts_nothing() {
    let input = Input {
        root: Some(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exchange/project")),
        ..Input::default()
    };
    boundary_lint::with_room(|| {
        let facts = collect(&input).unwrap();
        let (own, _) = export(&facts, Format::Fides, "2026-01-01").unwrap();
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("theirs.yml");
        let mut numbers = Numbers(11);
        let mut read = 0;
        for _ in 0..1500 {
            std::fs::write(&file, mutated(&own, &own, &mut numbers)).unwrap();
            let Ok((text, remarks)) = import(&facts, Foreign::Fides, &file) else {
                continue;
            };
            read += 1;
            let suggested: toml::Table = toml::from_str(&text).unwrap();
            for column in suggested
                .get("column")
                .map_or(&[][..], |all| all.as_array().unwrap())
            {
                assert_eq!(column["accepted"].as_bool(), Some(false), "{text}");
            }
            assert!(remarks.iter().all(|remark| !remark.contains('\n')), "{remarks:?}");
        }
        assert!(read > 100, "only {read} were still files of Fides");
    })
    .unwrap();
}

#[test]
fn mutated_rust_does_not_panic() {
    let model = texts("tests/fixtures/weaker-redeclaration/bad/src").join("\n");
    let derived = texts("tests/exchange/project/src").join("\n");
    boundary_lint::with_room(|| {
        let mut numbers = Numbers(7);
        for _ in 0..2000 {
            let text = mutated(&model, &model, &mut numbers);
            let declared = declarations(&text, &DeriveNames::with([]));
            for (span, _) in declared.unseen.iter() {
                assert!(span.end <= text.len());
            }
            let _ = declarations(&mutated(&derived, &model, &mut numbers), &DeriveNames::with([]));
        }
        for (open, close) in [
            ("(", ")"),
            ("!", ""),
            ("&", ""),
            ("-", ""),
            ("a + ", ""),
            ("a.b().", ""),
            ("if x {} else ", ""),
            ("Vec<", ">"),
            ("*", ""),
            ("a::", ""),
            ("|a| ", ""),
            ("return ", ""),
            ("break ", ""),
        ] {
            for times in [200, 100_000] {
                let _ = declarations(
                    &format!(
                        "// Boundary\nfn f() {{ {}a{} ; }}",
                        open.repeat(times),
                        close.repeat(times)
                    ),
                    &DeriveNames::with([]),
                );
            }
        }
    })
    .unwrap();
}

#[test]
fn a_file_that_is_nested_too_deeply_hides_neither_an_opened_value_nor_a_migration() {
    boundary_lint::with_room(|| {
        for (open, close) in [("(", ")"), ("!", ""), ("a + ", ""), ("|a| ", ""), ("{", "}")] {
            let deep = format!("{}a{}", open.repeat(100_000), close.repeat(100_000));
            let found = opened(&format!(
                "fn f() {{ {deep}; secret.disclose(\"a good reason\"); }}"
            ));
            assert!(!found.taken.is_empty(), "{open}");
            let text = format!(
                "impl MigrationTrait for M {{ fn up() {{ {deep}; sql(\"CREATE TABLE t (a int)\"); }} }}"
            );
            let found = rust_migrations::migration(&text).unwrap();
            assert!(
                !found.unseen.is_empty() && found.sql.len() == text.len(),
                "{open}"
            );
        }
    })
    .unwrap();
}

/// The last statement of each text is seen, or said to be unseen: what stands before it must not take it along.
#[test]
fn no_statement_takes_its_neighbour_with_it() {
    const LAST: &str = "CREATE TABLE last (a int)";
    let dialects = [Dialect::Postgres, Dialect::Sqlite, Dialect::Mysql];
    let mut hidden = Vec::new();
    for (dialects, before) in [
        (&dialects[1..], "CREATE TABLE event (begin int); "),
        (
            &dialects[1..],
            "CREATE TABLE t (begin int); CREATE TRIGGER g AFTER INSERT ON t BEGIN UPDATE t SET begin = NEW.begin; END; ",
        ),
        (
            &dialects[1..],
            "CREATE TRIGGER g AFTER INSERT ON t BEGIN SELECT 1; ",
        ),
        (&dialects[2..], "SELECT '/*!'; /* a note */ "),
        (&dialects[2..], "-- /*!\n/* a note */ "),
        (&dialects[2..], "/*!50003 SELECT 1 /* a note */; "),
        (&dialects[2..], "/*M!100300 "),
        (&dialects[2..], "SELECT 1--1; "),
        (&dialects[2..], "DELIMITER //\nCREATE TABLE t (a int); "),
        (&dialects[..1], "-- a note\r"),
        (&dialects[..1], "\\echo a note \\\\ "),
        (&dialects[..1], "VALUES ('DROP TABLE t') \\gexec\n"),
        (&dialects[..1], "VALUES (1) \\g\n"),
        (&dialects[..1], "COPY t FROM stdin;\n\\.values '\n\\.\n"),
        (
            &dialects[..1],
            "EXPLAIN (BUFFERS, VERBOSE, COSTS, TIMING, ANALYZE) ",
        ),
    ] {
        for dialect in dialects {
            let text = format!("{before}{LAST};");
            let statements = boundary_lint::parse::statements(*dialect, &text);
            let mut sources = Sources::default();
            let file = sources.add(SourceFile::new(Path::new(""), "case.sql".into(), text.clone()));
            let catalogue = replay(*dialect, [(file, statements.as_slice())]);
            let seen = catalogue.relations().any(|relation| relation.name == "last");
            let told = catalogue
                .unseen
                .iter()
                .any(|unseen| unseen.place.span.end > before.len());
            if !seen && !told {
                hidden.push((*dialect, before));
            }
        }
    }
    assert!(hidden.is_empty(), "{hidden:#?}");
}

/// Code with everything in it that is looked for in the code of a plane.
const ON_A_PLANE: &str = r#"
#![forbid(unsafe_code)]
#[cfg(test)] mod tests; #[cfg(all(test, unix))] pub(crate) fn only<A, B>(clock: boundary_runtime::ManualClock) {}
use boundary_runtime::{self as rt, seam::{self, Opener}, *};
extern crate boundary_runtime as again;
fn wanted<S: MayRead>(s: &S) { s.open::<T, G>(record, 3, &value, &grant); <S as RawSession>::reseal(s, r, 0, v) }
unsafe impl<'a> ::core::clone::TrivialClone for S<'a> { }
const A: u8 = { super let mut pinned = 1; unsafe { ::core::pin::Pin::new_unchecked(&mut pinned) } };
fn b() { unsafe { ::std::thread::LocalKey::new(const { ManualClock::at(r#seam::mint!(a != b)) }) } }
macro_rules! m { () => { unsafe extern "C" { fn f(); } } }
"#;

fn read_code(text: &str) {
    let aliases = ["boundary_runtime".to_owned(), "rt".to_owned()].into();
    let spans = [seams(text, &aliases), hidden(text), test_only(text)].concat();
    let of_unsafe = match unsafe_code(text, true) {
        Ok(found) => found.into_iter().map(|one| one.span).collect(),
        Err(span) => vec![span],
    };
    let of_item = find(text, "wanted").map(|item| item.span);
    for span in spans.into_iter().chain(of_unsafe).chain(of_item) {
        assert!(
            span.start <= span.end && text.get(span.start..span.end).is_some(),
            "{span:?} in {text}"
        );
    }
    let _ = (
        aliases_of(text, &aliases),
        test_modules(text),
        forbids_unsafe(text),
    );
    let _ = text.parse().map(macros);
}

#[test]
fn mutated_code_of_a_plane_does_not_panic() {
    boundary_lint::with_room(|| {
        let mut numbers = Numbers(0x2545_F491_4F6C_DD1D);
        for _ in 0..3000 {
            read_code(&mutated(ON_A_PLANE, ON_A_PLANE, &mut numbers));
        }
    })
    .unwrap();
}

#[test]
fn nested_code_of_a_plane_does_not_overflow_the_stack() {
    boundary_lint::with_room(|| {
        for (open, close) in [
            ("(", ")"),
            ("{", "}"),
            ("boundary_runtime::{", "}"),
            ("seam::<", ">"),
            ("a<", ""),
            ("<S as ", ">::open"),
            ("unsafe {", "}"),
            ("fn wanted() {", "}"),
            ("#[cfg(test)] ", ""),
            ("#[cfg(all(test, ", "))]"),
            ("x.open(", ")"),
        ] {
            for times in [200, 100_000] {
                read_code(&format!(
                    "// seam ManualClock open( unsafe_code cfg\nuse boundary_runtime as rt; {} seam::x {}",
                    open.repeat(times),
                    close.repeat(times)
                ));
            }
        }
    })
    .unwrap();
}

#[test]
fn what_is_too_large_or_no_text_is_said_and_does_not_stop_the_run() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    std::fs::create_dir_all(root.join("migrations")).unwrap();
    std::fs::create_dir_all(root.join("src")).unwrap();
    // Sparse: they take no room on the disk.
    for name in ["migrations/2_huge.sql", "src/huge.rs"] {
        let file = std::fs::File::create(root.join(name)).unwrap();
        file.set_len(5 << 30).unwrap();
    }
    std::fs::write(root.join("migrations/1_a.sql"), "CREATE TABLE a (b int);\n").unwrap();
    std::fs::write(
        root.join("migrations/3_noise.sql"),
        [0xff, 0xfe, 0, 1, b';', 0xc3],
    )
    .unwrap();
    std::fs::write(
        root.join("src/noise.rs"),
        [b"Boundary".as_slice(), &[0xff, 0, 0x9f]].concat(),
    )
    .unwrap();
    let facts = boundary_lint::facts::collect(&boundary_lint::facts::Input {
        migrations: vec![root.join("migrations")],
        ..Default::default()
    })
    .unwrap();
    assert_eq!(facts.columns.len(), 1);
    let why: Vec<&str> = facts.unseen.iter().map(|unseen| unseen.why.as_str()).collect();
    assert!(
        why.contains(&"the file is larger than 1 GiB and was not read"),
        "{why:?}"
    );
    assert!(why.iter().any(|why| why.contains("does not parse")), "{why:?}");
    std::fs::write(
        root.join("boundary.toml"),
        include_str!("fixtures/unclassified-column/bad/boundary.toml"),
    )
    .unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(root, root.join("src/around")).unwrap();
    let facts = boundary_lint::facts::collect(&boundary_lint::facts::Input {
        root: Some(root.to_owned()),
        ..Default::default()
    })
    .unwrap();
    assert_eq!(facts.columns.len(), 1);
    let files: Vec<String> = facts
        .unseen
        .iter()
        .map(|unseen| facts.sources.line_of(unseen.place))
        .collect();
    assert!(
        files.contains(&"src/huge.rs:1".to_owned()) && files.contains(&"src/noise.rs:1".to_owned()),
        "{files:?}"
    );
}
