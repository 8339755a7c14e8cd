//! Where a Rust file reaches for a database or a broker by itself: names of client libraries, and connection strings.

use memchr::memmem;
use proc_macro2::{Span as TokenSpan, TokenStream, TokenTree};

use super::declarations::Lines;
use super::paths::{Path, places_outside_tests};
use super::shebang::without_shebang;
use super::test_code::without_tests;
use crate::source::Span;

/// Libraries whose every name is a connection or leads to one.
const CLIENTS: [&str; 14] = [
    "rusqlite",
    "tokio_postgres",
    "postgres",
    "deadpool_postgres",
    "bb8_postgres",
    "mysql",
    "mysql_async",
    "mongodb",
    "redis",
    "tiberius",
    "lapin",
    "rdkafka",
    "async_nats",
    "elasticsearch",
];

/// Libraries that also have types for models, with the names that connect or run SQL.
const MIXED: [(&str, &[&str]); 3] = [
    (
        "sqlx",
        &[
            "query",
            "query_as",
            "query_scalar",
            "query_file",
            "query_file_as",
            "query_with",
            "raw_sql",
            "QueryBuilder",
            "Pool",
            "PgPool",
            "SqlitePool",
            "MySqlPool",
            "AnyPool",
            "PgPoolOptions",
            "SqlitePoolOptions",
            "MySqlPoolOptions",
            "PoolOptions",
            "Connection",
            "PgConnection",
            "SqliteConnection",
            "MySqlConnection",
            "ConnectOptions",
            "PgConnectOptions",
            "SqliteConnectOptions",
            "Executor",
        ],
    ),
    (
        "diesel",
        &[
            "Connection",
            "PgConnection",
            "SqliteConnection",
            "MysqlConnection",
            "sql_query",
            "r2d2",
        ],
    ),
    (
        "sea_orm",
        &[
            "Database",
            "DatabaseConnection",
            "ConnectOptions",
            "ConnectionTrait",
            "Statement",
            "SqlxPostgresConnector",
        ],
    ),
];

/// How connection strings begin.
const SCHEMES: [&str; 13] = [
    "postgres://",
    "postgresql://",
    "mysql://",
    "mariadb://",
    "mongodb://",
    "mongodb+srv://",
    "redis://",
    "rediss://",
    "amqp://",
    "amqps://",
    "nats://",
    "sqlserver://",
    "jdbc:",
];

/// The places in a file, outside of its tests, that name a connection or raw SQL.
#[must_use]
pub fn connections(text: &str) -> Vec<Span> {
    let mixed = MIXED.iter().map(|(library, _)| *library);
    let is_there = |word: &&str| memmem::find(text.as_bytes(), word.as_bytes()).is_some();
    if CLIENTS
        .into_iter()
        .chain(mixed)
        .find(|word| is_there(word))
        .is_none()
    {
        return Vec::new();
    }
    places_outside_tests(text, |paths| paths.iter().filter_map(connects).collect())
}

fn connects(path: &Path) -> Option<TokenSpan> {
    if path.is_local() || path.method || path.defined || path.words.len() < 2 && path.glob.is_none() {
        return None;
    }
    let (library, names) = path.words.split_first()?;
    if CLIENTS.contains(&library.text.as_str()) {
        return Some(library.at);
    }
    let (_, connecting) = MIXED.iter().find(|(mixed, _)| *mixed == library.text)?;
    names
        .iter()
        .find(|word| connecting.contains(&word.text.as_str()))
        .map(|word| word.at)
}

/// The places in a file, outside of its tests, where a connection string stands.
#[must_use]
pub fn connection_strings(text: &str) -> Vec<Span> {
    let is_there = |word: &&str| memmem::find(text.as_bytes(), word.as_bytes()).is_some();
    if !SCHEMES.iter().any(is_there) && !is_there(&"dbname=") {
        return Vec::new();
    }
    let Ok(tokens) = without_shebang(text).parse::<TokenStream>() else {
        return vec![Span::new(0, 0)];
    };
    let (mut found, mut open) = (Vec::new(), vec![tokens]);
    while let Some(tokens) = open.pop() {
        for token in without_tests(tokens, &mut Vec::new()) {
            match token {
                TokenTree::Group(group) => open.push(group.stream()),
                TokenTree::Literal(literal) if is_connection_string(&literal.to_string()) => {
                    found.push(literal.span())
                }
                _ => {}
            }
        }
    }
    let lines = Lines::new(text);
    let mut found: Vec<Span> = found.into_iter().map(|span| lines.span(span)).collect();
    found.sort_unstable();
    found
}

fn is_connection_string(literal: &str) -> bool {
    let content = literal
        .trim_start_matches(['b', 'c', 'r', '#', '"'])
        .to_ascii_lowercase();
    let by_scheme = SCHEMES.iter().any(|scheme| {
        content
            .strip_prefix(scheme)
            .is_some_and(|rest| !rest.trim_end_matches(['"', '#']).is_empty())
    });
    by_scheme || (literal.contains('"') && content.contains("host=") && content.contains("dbname="))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<&str> {
        connections(text)
            .into_iter()
            .map(|span| &text[span.start..span.end])
            .collect()
    }

    #[test]
    fn connections_and_raw_sql_are_told_from_types_of_models() {
        assert_eq!(names("use sqlx::{FromRow, PgPool};"), ["PgPool"]);
        assert_eq!(
            names("#[derive(sqlx::FromRow)] struct A; use diesel::prelude::*;"),
            [""; 0]
        );
        assert_eq!(names("fn f() { sqlx::query(\"SELECT 1\"); }"), ["query"]);
        assert_eq!(names("let c = rusqlite::Connection::open(p);"), ["rusqlite"]);
        assert_eq!(
            names("use sea_orm::entity::prelude::*; use sea_orm::Database;"),
            ["Database"]
        );
        assert_eq!(
            names("mod sqlx {} fn g(postgres: u8) { postgres.query(); crate::redis::go(); }"),
            [""; 0]
        );
        assert_eq!(names("#[cfg(test)] mod t { use sqlx::PgPool; }"), [""; 0]);
    }

    #[test]
    fn connection_strings_are_found_by_their_form() {
        let found = |text| connection_strings(text).len();
        assert_eq!(found("const A: &str = \"postgres://app:secret@db.eu/app\";"), 1);
        assert_eq!(found("connect(\"host=db user=app dbname=app\")"), 1);
        assert_eq!(found("connect!(r#\"nats://10.0.0.1:4222\"#)"), 1);
        assert_eq!(
            found("// postgres://in/a/comment\nlet x = \"see postgres:// in the manual\";"),
            0
        );
        assert_eq!(found("if url.starts_with(\"postgres://\") {}"), 0);
    }
}
