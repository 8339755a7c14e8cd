//! What a publication sends to subscribers, read from tokens: the words that matter are few, and what is not understood is all
//! tables.

use super::super::statement::{Name, Publish, Published, PublishedTable};
use super::reader::Reader;
use crate::source::Span;

/// What `CREATE PUBLICATION` or `ALTER PUBLICATION` sends from now on; `None` where it sends nothing more than before.
pub(super) fn published(text: &str, to_file: &dyn Fn(Span) -> Span) -> Option<Publish> {
    let mut reader = Reader::new(text, to_file);
    let creates = reader.takes("create");
    if !creates && !reader.takes("alter") {
        return None;
    }
    reader.takes("publication");
    let Name { name, span, .. } = reader.name()?;
    let begins = if creates {
        reader.takes("for")
    } else {
        reader.takes("add") || (reader.takes("set") && !reader.is(b'('))
    };
    begins.then(|| Publish {
        name,
        span,
        what: tables(&mut reader).map_or(Published::All, Published::Tables),
    })
}

/// The tables that are named one by one; `None` where they are not, or not only.
fn tables(reader: &mut Reader<'_>) -> Option<Vec<PublishedTable>> {
    let mut tables = Vec::new();
    if !reader.takes("table") {
        return None;
    }
    loop {
        reader.takes("table");
        if reader.takes("tables") {
            return None;
        }
        reader.takes("only");
        let name = reader.name()?;
        reader.takes_byte(b'*');
        let columns = if reader.takes_byte(b'(') {
            Some(columns(reader)?)
        } else {
            None
        };
        if reader.takes("where") {
            reader.skip_parentheses();
        }
        tables.push(PublishedTable { name, columns });
        if !reader.takes_byte(b',') {
            // Options may follow; anything else was not understood.
            return (reader.is_done() || reader.takes("with")).then_some(tables);
        }
    }
}

fn columns(reader: &mut Reader<'_>) -> Option<Vec<String>> {
    let mut columns = Vec::new();
    loop {
        columns.push(reader.identifier()?.0);
        if reader.takes_byte(b')') {
            return Some(columns);
        }
        if !reader.takes_byte(b',') {
            return None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(sql: &str) -> String {
        match published(sql, &|span| span) {
            None => "nothing".to_owned(),
            Some(Publish {
                what: Published::All, ..
            }) => "all".to_owned(),
            Some(Publish {
                what: Published::Tables(tables),
                ..
            }) => tables
                .iter()
                .map(|table| match &table.columns {
                    Some(columns) => format!("{}({})", table.name, columns.join(" ")),
                    None => table.name.to_string(),
                })
                .collect::<Vec<_>>()
                .join(", "),
        }
    }

    #[test]
    fn tables_and_columns_are_read_and_what_is_not_understood_is_all() {
        for (sql, expected) in [
            ("CREATE PUBLICATION p", "nothing"),
            ("CREATE PUBLICATION p WITH (publish = 'insert')", "nothing"),
            ("CREATE PUBLICATION p FOR ALL TABLES", "all"),
            ("CREATE PUBLICATION p FOR TABLES IN SCHEMA public", "all"),
            ("CREATE PUBLICATION p FOR TABLE a, TABLES IN SCHEMA s", "all"),
            (
                "create publication \"P\" for table only A, s.\"B\" (id, \"Name\"), c WHERE (x > (1)) WITH (publish = '')",
                "a, s.B(id Name), c",
            ),
            ("CREATE PUBLICATION p FOR TABLE a EXCEPT (b)", "all"),
            ("ALTER PUBLICATION p ADD TABLE a (b)", "a(b)"),
            ("ALTER PUBLICATION p SET TABLE a", "a"),
            ("ALTER PUBLICATION p SET (publish = 'insert')", "nothing"),
            ("ALTER PUBLICATION p DROP TABLE a", "nothing"),
            ("ALTER PUBLICATION p RENAME TO q", "nothing"),
        ] {
            assert_eq!(shown(sql), expected, "{sql}");
        }
    }
}
