//! `COMMENT ON COLUMN` for Postgres, in the grammar that the lint reads back.
//!
//! Run as a migration, the statements carry the classification into the database's own catalogue. A comment replaces the one that is there.

use super::listed::{Listed, Listing, Table};
use super::note::note;

/// The statements; what cannot carry a comment of its own is said in a comment of SQL or in a remark.
pub(super) fn text(listed: &Listed<'_>, remarks: &mut Vec<String>) -> String {
    statements(listed, remarks, |table, listing, text| {
        let column = column(table, listing);
        match note(&listing.meaning, &listing.column.data_type) {
            Some(said) => text.push_str(&format!("COMMENT ON COLUMN {column} IS {};\n", literal(&said))),
            None => text.push_str(&format!("-- unclassified: {}\n", super::in_line(&column))),
        }
    })
}

/// Runs `each` over the columns of the tables of each Postgres, leaving out what only shows another column.
pub(super) fn statements(
    listed: &Listed<'_>,
    remarks: &mut Vec<String>,
    mut each: impl FnMut(&Table<'_>, &Listing<'_>, &mut String),
) -> String {
    let mut text = String::new();
    for tables in listed.tables.chunk_by(|a, b| a.database == b.database) {
        let Some(first) = tables.first() else { continue };
        let source = super::in_line(listed.source(first.database));
        if !listed.is_postgres(first.database) {
            remarks.push(format!("{source} is no Postgres, and is left out"));
            continue;
        }
        text.push_str(&format!("-- {source}\n"));
        for table in tables {
            // A view shows what its table is declared to hold, and says nothing of its own.
            for listing in table.columns.iter().filter(|listing| !listing.is_through()) {
                each(table, listing, &mut text);
            }
        }
    }
    text
}

/// The full name of a column, quoted.
pub(super) fn column(table: &Table<'_>, listing: &Listing<'_>) -> String {
    [table.schema, table.name, listing.name()]
        .map(identifier)
        .join(".")
}

/// An identifier of SQL, whatever it is made of.
fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text of SQL. A backslash means itself only where the server says so, and an escape string means the same everywhere.
pub(super) fn literal(text: &str) -> String {
    let quoted = text.replace('\'', "''");
    match quoted.contains('\\') {
        true => format!("E'{}'", quoted.replace('\\', "\\\\")),
        false => format!("'{quoted}'"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_and_no_text_ends_its_quotes() {
        assert_eq!(identifier("a\"; DROP TABLE b; --"), "\"a\"\"; DROP TABLE b; --\"");
        assert_eq!(literal("it's"), "'it''s'");
        assert_eq!(literal("\\'"), "E'\\\\'''");
    }
}
