//! What is said about columns and tables without changing them: comments, masks, row security, and the ways out of the database.

use super::super::statement::{Note, NoteKind, StatementKind, WayOut, WayOutKind};
use super::reader::Reader;
use crate::source::Span;

/// What a statement of this kind says; `None` where it is nothing that the lint needs.
pub(super) fn noted(text: &str, whole: Span, to_file: &dyn Fn(Span) -> Span) -> Option<StatementKind> {
    let mut reader = Reader::new(text, to_file);
    if reader.takes_all(&["comment", "on", "column"]) {
        return note(&mut reader, NoteKind::Comment, whole);
    }
    if reader.takes_all(&["security", "label"]) {
        let provider = match reader.takes("for") {
            true => reader
                .identifier()
                .or_else(|| reader.literal())
                .map(|found| found.0),
            false => None,
        };
        // Other providers label for access control; masks are those of the anonymiser.
        let masks = provider.is_none_or(|provider| provider == "anon");
        return (masks && reader.takes_all(&["on", "column"]))
            .then(|| note(&mut reader, NoteKind::Mask, whole))
            .flatten();
    }
    if reader.takes("copy") {
        return (reader.skips_to("to") && reader.takes("program")).then(|| {
            let (_, span) = reader.literal().unwrap_or_default();
            StatementKind::WayOut(WayOut {
                kind: WayOutKind::Program,
                name: "program".to_owned(),
                span,
            })
        });
    }
    let creates = reader.takes("create");
    let drops = !creates && reader.takes("drop");
    if reader.takes("policy") && (creates || drops) {
        let if_exists = reader.takes_all(&["if", "exists"]);
        let (name, _) = reader.identifier()?;
        let table = reader.takes("on").then(|| reader.name()).flatten()?;
        return Some(StatementKind::RowPolicy {
            table,
            name,
            creates,
            if_exists,
        });
    }
    let kind = match (creates, reader.takes("server"), reader.takes("subscription")) {
        (true, true, _) => WayOutKind::Server,
        (true, _, true) => WayOutKind::Subscription,
        _ => return None,
    };
    reader.takes_all(&["if", "not", "exists"]);
    let (name, span) = reader.identifier()?;
    Some(StatementKind::WayOut(WayOut { kind, name, span }))
}

fn note(reader: &mut Reader<'_>, kind: NoteKind, whole: Span) -> Option<StatementKind> {
    let (table, column) = reader.column()?;
    let said = reader.takes("is").then(|| reader.literal()).flatten();
    let (text, span) = match said {
        Some((text, span)) => (Some(text), span),
        None => (None, whole),
    };
    Some(StatementKind::Note(Note {
        table,
        column,
        kind,
        text,
        span,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(sql: &str) -> String {
        match noted(sql, Span::default(), &|span| span) {
            None => "nothing".to_owned(),
            Some(StatementKind::Note(note)) => {
                format!("{:?} {}.{} {:?}", note.kind, note.table, note.column, note.text)
            }
            Some(StatementKind::WayOut(way)) => format!("{:?} {}", way.kind, way.name),
            Some(StatementKind::RowPolicy {
                table, name, creates, ..
            }) => format!("policy {name} on {table}: {creates}"),
            Some(other) => format!("{other:?}"),
        }
    }

    #[test]
    fn what_is_said_is_read_and_the_rest_is_left() {
        for (sql, expected) in [
            ("COMMENT ON COLUMN a.b IS 'it''s'", "Comment a.b Some(\"it's\")"),
            (
                "comment on column S.\"T\".c is $$x$$",
                "Comment s.T.c Some(\"x\")",
            ),
            (
                "COMMENT ON COLUMN \"a \"\"b\"\"\".c IS NULL",
                "Comment a \"b\".c None",
            ),
            ("COMMENT ON COLUMN a.b IS NULL", "Comment a.b None"),
            ("COMMENT ON TABLE a IS 'x'", "nothing"),
            (
                "SECURITY LABEL FOR anon ON COLUMN a.b IS 'MASKED'",
                "Mask a.b Some(\"MASKED\")",
            ),
            ("SECURITY LABEL FOR selinux ON COLUMN a.b IS 'x'", "nothing"),
            ("SECURITY LABEL FOR anon ON ROLE r IS 'MASKED'", "nothing"),
            ("CREATE POLICY p ON s.t USING (true)", "policy p on s.t: true"),
            ("DROP POLICY IF EXISTS p ON t", "policy p on t: false"),
            (
                "CREATE SERVER IF NOT EXISTS lake FOREIGN DATA WRAPPER f",
                "Server lake",
            ),
            (
                "CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p",
                "Subscription s",
            ),
            ("DROP SERVER lake", "nothing"),
            ("COPY t TO PROGRAM 'curl x'", "Program program"),
            ("COPY (SELECT 1) TO STDOUT", "nothing"),
            ("COPY t FROM PROGRAM 'x'", "nothing"),
        ] {
            assert_eq!(shown(sql), expected, "{sql}");
        }
    }
}
