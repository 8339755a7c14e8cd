//! A Rust file, as every reader of Rust files sees it.
#![no_main]

use boundary_lint::parse::declarations::{DeriveNames, declaration, declarations};
use boundary_lint::parse::{ddl_in_code, listed, rust_migrations};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let names = DeriveNames::with(DeriveNames::given_in(text));
    let _ = declarations(text, &names);
    let _ = declaration(text);
    let _ = listed::diesel::tables(text);
    let _ = listed::sea_orm::tables(text);
    let _ = listed::sqlx::tables(text);
    let _ = rust_migrations::order(text);
    if let Some(migration) = rust_migrations::migration(text) {
        assert_eq!(migration.sql.len(), text.len());
    }
    let _ = ddl_in_code::statements(text);
});
