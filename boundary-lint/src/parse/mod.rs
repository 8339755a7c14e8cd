//! Text becomes facts: migrations become [`statement::Statement`]s, Rust files become declarations.
//!
//! Each dialect of SQL has a room of its own behind [`statements`]; no parser's own types get past it.

mod attributes;
pub mod connections;
pub mod ddl_in_code;
pub mod declarations;
mod depth;
pub mod expanded;
pub mod forbid;
pub mod hidden;
pub mod items;
pub mod listed;
mod nesting;
pub mod opened;
mod paths;
mod postgres;
mod query;
pub mod rust_migrations;
pub mod seam;
mod shebang;
mod sqlite_mysql;
pub mod statement;
mod test_code;
pub mod test_only;
pub(crate) mod tokens;

use std::borrow::Cow;

use boundary_schema::Dialect;

use statement::Statement;

/// The statements of a migration that could change columns, in order.
///
/// It never fails: what cannot be read comes out as a statement of kind
/// [`Unseen`](statement::StatementKind::Unseen), with its place.
#[must_use]
pub fn statements(dialect: Dialect, text: &str) -> Vec<Statement> {
    let up = without_down(text);
    match dialect {
        Dialect::Postgres => postgres::statements(&up),
        Dialect::Sqlite | Dialect::Mysql => sqlite_mysql::statements(&up, dialect),
    }
}

/// Marks of tools that keep both directions in one file: what begins the way down, and what ends it.
const DOWN: [(&str, &str); 3] = [
    ("-- +goose down", "-- +goose up"),
    ("-- +migrate down", "-- +migrate up"),
    ("-- migrate:down", "-- migrate:up"),
];

/// The text with the way down blanked, so that all places stay.
fn without_down(text: &str) -> Cow<'_, str> {
    let marked = ["+goose", "+migrate", "migrate:down"]
        .iter()
        .any(|mark| memchr::memmem::find(text.as_bytes(), mark.as_bytes()).is_some());
    if !marked {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut down = false;
    for line in text.split_inclusive('\n') {
        let words = line
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .to_ascii_lowercase();
        for (begins, ends) in DOWN {
            down = words.starts_with(begins) || down && !words.starts_with(ends);
        }
        if down {
            out.extend(line.bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }));
        } else {
            out.push_str(line);
        }
    }
    Cow::Owned(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_down_is_left_out() {
        for (begins, ends) in DOWN {
            let text =
                format!("{ends}\nCREATE TABLE a (b int);\n{begins}\nDROP TABLE a; -- é\n{ends}\nSELECT 1;\n");
            let up = without_down(&text);
            assert_eq!(up.len(), text.len());
            assert!(
                up.contains("CREATE") && up.contains("SELECT") && !up.contains("DROP"),
                "{up}"
            );
        }
        assert!(matches!(without_down("DROP TABLE a"), Cow::Borrowed(_)));
    }
}
