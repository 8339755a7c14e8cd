//! Text of SQL: names, literals and comments, each in the one form that cannot be read as anything else.
//!
//! Every name of a model or a migration comes into a script through here. What is put into a script as it was found would let a table's
//! name end a statement, and a line break in a name end a comment.

use sha2::{Digest, Sha256};
use squawk_syntax::quote;

/// Postgres keeps this many bytes of a name.
const LONGEST_NAME: usize = 63;

/// Words that Postgres takes as names, and that a reader of the script takes for the beginning of something else.
const MISLEADING: [&str; 2] = ["begin", "exclude"];

/// A name, in quotes where Postgres needs them, and as its own `quote_ident` does: capitals, blanks, signs, and all words of its
/// grammar that are not free.
pub(super) fn name(text: &str) -> String {
    match text.is_ascii() && !text.contains('$') && !MISLEADING.contains(&text) {
        true => quote::quote_quoted_ident(text),
        false => quote::quote_ident_always(text),
    }
}

/// A table's name with its schema.
pub(super) fn qualified(schema: &str, table: &str) -> String {
    format!("{}.{}", name(schema), name(table))
}

/// Names in parentheses.
pub(super) fn list<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<String> = names.into_iter().map(name).collect();
    format!("({})", names.join(", "))
}

/// A text as a literal. One with a backslash stands between dollars, where it means itself whatever `standard_conforming_strings` says.
pub(super) fn literal(text: &str) -> String {
    if text.contains('\\') {
        let mark = mark_outside(text);
        return format!("{mark}{text}{mark}");
    }
    format!("'{}'", text.replace('\'', "''"))
}

/// A mark for dollar quotes around a text, which does not end within it. A name in it could be the mark's own.
fn mark_outside(text: &str) -> String {
    let within = format!("{text}$");
    let mut mark = "$boundary$".to_owned();
    let mut next = 1usize;
    while within.contains(&mark) {
        mark = format!("$boundary{next}$");
        next += 1;
    }
    mark
}

/// A name made of another one. One that is too long is cut and told apart by a hash, since Postgres would cut it without.
pub(super) fn made_name(before: &str, of: &str, after: &str) -> String {
    let made = format!("{before}{of}{after}");
    if made.len() <= LONGEST_NAME {
        return made;
    }
    let hash = Sha256::digest(of.as_bytes());
    let hash: String = hash.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
    let room = LONGEST_NAME - before.len() - after.len() - hash.len() - 1;
    let end = (0..=room).rev().find(|&at| of.is_char_boundary(at)).unwrap_or(0);
    format!("{before}{}_{hash}{after}", &of[..end])
}

/// A `DO` block around statements.
pub(super) fn block(body: &str) -> String {
    let mark = mark_outside(body);
    format!("DO {mark} BEGIN\n{body}END {mark};\n")
}

/// Lines of a comment. A line break of any kind would end one, so each line gets its own mark.
pub(super) fn comment(out: &mut String, text: &str) {
    for line in text.split(['\n', '\r']) {
        out.push_str(if line.is_empty() { "--" } else { "-- " });
        out.push_str(line);
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_where_postgres_needs_it() {
        for (plain, quoted) in [
            ("customers", "customers"),
            ("status", "status"),
            ("order", "\"order\""),
            ("user", "\"user\""),
            ("values", "\"values\""),
            ("left", "\"left\""),
            ("Customers", "\"Customers\""),
            ("two words", "\"two words\""),
            ("a\"b", "\"a\"\"b\""),
            ("1st", "\"1st\""),
            ("a$b", "\"a$b\""),
            ("größe", "\"größe\""),
            ("", "\"\""),
            ("x; DROP TABLE y", "\"x; DROP TABLE y\""),
        ] {
            assert_eq!(name(plain), quoted);
        }
        assert_eq!(qualified("public", "order"), "public.\"order\"");
    }

    #[test]
    fn a_literal_ends_where_it_should() {
        assert_eq!(literal("it's"), "'it''s'");
        assert_eq!(literal("a\\'b"), "$boundary$a\\'b$boundary$");
        assert_eq!(literal("\\ $boundary"), "$boundary1$\\ $boundary$boundary1$");
    }

    #[test]
    fn a_line_break_does_not_end_a_comment() {
        let mut out = String::new();
        comment(&mut out, "a\nDROP TABLE b;\rDROP TABLE c;");
        assert_eq!(out, "-- a\n-- DROP TABLE b;\n-- DROP TABLE c;\n");
    }

    #[test]
    fn a_name_does_not_end_a_block() {
        let block = block("x $boundary$ y\n");
        assert!(block.starts_with("DO $boundary1$ BEGIN\n") && block.ends_with("END $boundary1$;\n"));
    }

    #[test]
    fn long_names_stay_apart() {
        let long = "ä".repeat(40);
        let (a, b) = (
            made_name("p_", &format!("{long}a"), "_s"),
            made_name("p_", &format!("{long}b"), "_s"),
        );
        assert!(a.len() <= LONGEST_NAME && b.len() <= LONGEST_NAME);
        assert_ne!(a, b);
        assert_eq!(made_name("p_", "short", "_s"), "p_short_s");
    }
}
