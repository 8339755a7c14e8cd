//! Statements that change tables, in texts of Rust code. When and whether they run is not known, so they are not replayed.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::declarations::Lines;
use super::nesting;
use super::shebang::without_shebang;
use super::test_code::without_tests;
use crate::source::Span;

/// The places of texts that create or change tables or views which outlive a session, outside of tests.
#[must_use]
pub fn statements(text: &str) -> Vec<Span> {
    if !mentions(text.as_bytes()) {
        return Vec::new();
    }
    let Ok(tokens) = without_shebang(text).parse::<TokenStream>() else {
        return Vec::new();
    };
    if nesting::too_deep(&tokens) {
        return Vec::new();
    }
    let mut found = Vec::new();
    look(tokens, &Lines::new(text), &mut found);
    found
}

/// Whether words that change tables stand anywhere; few files go further.
fn mentions(text: &[u8]) -> bool {
    ["TABLE ", "table ", "VIEW ", "view "]
        .iter()
        .any(|word| memchr::memmem::find_iter(text, word).any(|at| changes(&text[..at], word)))
}

fn changes(before: &[u8], word: &str) -> bool {
    let before = before.trim_ascii_end();
    let start = before
        .iter()
        .rposition(|byte| !byte.is_ascii_alphabetic())
        .map_or(0, |at| at + 1);
    let verb = &before[start..];
    [
        "create",
        "alter",
        "drop",
        "exists",
        "materialized",
        "unlogged",
        "replace",
    ]
    .iter()
    .any(|known| verb.eq_ignore_ascii_case(known.as_bytes()))
        && word.trim().chars().all(|c| c.is_ascii_uppercase()) == verb.iter().all(u8::is_ascii_uppercase)
}

fn look(tokens: TokenStream, lines: &Lines<'_>, found: &mut Vec<Span>) {
    let tokens = without_tests(tokens, &mut Vec::new());
    let mut after_hash = false;
    for token in tokens {
        let is_hash = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '#')
            || after_hash && matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '!');
        match token {
            TokenTree::Literal(literal) => {
                let text = literal.to_string();
                if text.contains('"') && is_ddl(&text) {
                    found.push(lines.span(literal.span()));
                }
            }
            // Attributes hold documentation.
            TokenTree::Group(group) if after_hash && group.delimiter() == Delimiter::Bracket => {}
            TokenTree::Group(group) => look(group.stream(), lines, found),
            _ => {}
        }
        after_hash = is_hash;
    }
}

/// Whether a literal, as written, holds a statement that changes a lasting table or view.
fn is_ddl(literal: &str) -> bool {
    let words: Vec<String> = literal
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    let first = words
        .iter()
        .position(|word| matches!(word.as_str(), "create" | "alter" | "drop"));
    // A sentence that only mentions a statement does not begin with it, or goes on without a table's definition.
    let starts = first.is_some_and(|at| at <= 1);
    starts
        && words.iter().enumerate().any(|(at, word)| {
            let next = |offset: usize| words.get(at + offset).map_or("", String::as_str);
            match word.as_str() {
                "create" => match next(1) {
                    "table" | "view" => defines(literal),
                    "materialized" | "unlogged" | "virtual" => true,
                    "or" => next(3) == "view",
                    _ => false,
                },
                "alter" => {
                    next(1) == "table"
                        && words[at..]
                            .iter()
                            .any(|word| matches!(word.as_str(), "add" | "drop" | "rename" | "set" | "alter"))
                }
                _ => false,
            }
        })
}

fn defines(literal: &str) -> bool {
    let lower = literal.to_ascii_lowercase();
    literal.contains('(') || lower.contains(" as ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(code: &str) -> Vec<&str> {
        statements(code)
            .into_iter()
            .map(|span| &code[span.start..span.end])
            .collect()
    }

    #[test]
    fn statements_in_code_are_found_and_those_of_tests_are_not() {
        let code = r##"
            /// Runs `CREATE TABLE t (a int)`.
            fn setup(c: &C) {
                c.execute("CREATE TABLE IF NOT EXISTS t (email text)");
                query!(r#"
                    alter table t add column phone text"#);
                log("the statement CREATE TABLE (x) failed");
                c.execute("CREATE TEMP TABLE s (a int)");
                c.execute("SELECT * FROM table (x)");
            }
            #[cfg(test)]
            mod tests { fn f(c: &C) { c.execute("CREATE TABLE u (a text)"); } }
        "##;
        let found = found(code);
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].contains("IF NOT EXISTS t") && found[1].contains("phone"));
    }
}
