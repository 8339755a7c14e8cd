//! A Rust file, as every reader of Rust files sees it: no panic, no endless loop, and every place lies in the file.
#![no_main]

use boundary_lint::parse::declarations::{DeriveNames, declaration, declarations};
use boundary_lint::parse::expanded::unsafe_code;
use boundary_lint::parse::forbid::forbids_unsafe;
use boundary_lint::parse::hidden::hidden;
use boundary_lint::parse::items::{find, macros};
use boundary_lint::parse::seam::{aliases_of, seams};
use boundary_lint::parse::test_only::{test_modules, test_only};
use boundary_lint::parse::{connections, ddl_in_code, listed, opened, rust_migrations};
use boundary_lint_fuzz::in_room;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| in_room(|| read(text)));

fn read(text: &str) {
    let names = DeriveNames::with(DeriveNames::given_in(text));
    let declared = declarations(text, &names);
    let _ = declaration(text);
    let _ = listed::diesel::tables(text);
    let _ = listed::sea_orm::tables(text);
    let _ = listed::sqlx::tables(text);
    let _ = rust_migrations::order(text);
    if let Some(migration) = rust_migrations::migration(text) {
        assert_eq!(migration.sql.len(), text.len());
    }
    let aliases = ["boundary_runtime".to_owned(), "rt".to_owned()].into();
    let _ = (
        aliases_of(text, &aliases),
        test_modules(text),
        forbids_unsafe(text),
        opened::opened(text),
    );
    let _ = text.parse().map(macros);
    let spans = [
        seams(text, &aliases),
        hidden(text),
        test_only(text),
        ddl_in_code::statements(text),
        connections::connections(text),
        connections::connection_strings(text),
        declared.unseen.into_iter().map(|(span, _)| span).collect(),
        match unsafe_code(text, true) {
            Ok(found) => found.into_iter().map(|one| one.span).collect(),
            Err(span) => vec![span],
        },
        find(text, "wanted").map(|item| item.span).into_iter().collect(),
    ];
    for span in spans.concat() {
        assert!(text.get(span.start..span.end).is_some(), "{span:?}");
    }
}
