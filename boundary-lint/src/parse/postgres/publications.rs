//! What a publication sends to subscribers, read from tokens: the words that matter are few, and what is not understood is all
//! tables.

use super::super::statement::{Name, Publish, Published, PublishedTable};
use super::super::tokens::{Kind, Token, Tokens};
use crate::source::Span;

/// What `CREATE PUBLICATION` or `ALTER PUBLICATION` sends from now on; `None` where it sends nothing more than before.
pub(super) fn published(text: &str, to_file: &dyn Fn(Span) -> Span) -> Option<Publish> {
    let mut reader = Reader {
        text,
        tokens: Tokens::new(text).collect(),
        at: 0,
        to_file,
    };
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
        what: reader.tables().map_or(Published::All, Published::Tables),
    })
}

struct Reader<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    at: usize,
    to_file: &'a dyn Fn(Span) -> Span,
}

impl Reader<'_> {
    fn word(&self, token: Token) -> String {
        self.text
            .get(token.span.start..token.span.end)
            .unwrap_or("")
            .to_ascii_lowercase()
    }

    fn takes(&mut self, word: &str) -> bool {
        let found = self
            .tokens
            .get(self.at)
            .is_some_and(|token| token.kind == Kind::Word && self.word(*token) == word);
        self.at += usize::from(found);
        found
    }

    fn is(&self, byte: u8) -> bool {
        self.tokens
            .get(self.at)
            .is_some_and(|token| token.kind == Kind::Other(byte))
    }

    fn takes_byte(&mut self, byte: u8) -> bool {
        let found = self.is(byte);
        self.at += usize::from(found);
        found
    }

    fn identifier(&mut self) -> Option<(String, Span)> {
        let token = *self.tokens.get(self.at)?;
        let text = self.text.get(token.span.start..token.span.end)?;
        let name = match token.kind {
            Kind::Word => text.to_ascii_lowercase(),
            Kind::Quoted => text.trim_matches('"').replace("\"\"", "\""),
            _ => return None,
        };
        self.at += 1;
        Some((name, token.span))
    }

    fn name(&mut self) -> Option<Name> {
        let (first, span) = self.identifier()?;
        let (schema, name) = match self.takes_byte(b'.') {
            true => (Some(first), self.identifier()?.0),
            false => (None, first),
        };
        Some(Name {
            schema,
            name,
            span: (self.to_file)(span),
        })
    }

    /// The tables that are named one by one; `None` where they are not, or not only.
    fn tables(&mut self) -> Option<Vec<PublishedTable>> {
        let mut tables = Vec::new();
        if !self.takes("table") {
            return None;
        }
        loop {
            self.takes("table");
            if self.takes("tables") {
                return None;
            }
            self.takes("only");
            let name = self.name()?;
            self.takes_byte(b'*');
            let columns = if self.takes_byte(b'(') {
                Some(self.columns()?)
            } else {
                None
            };
            if self.takes("where") {
                self.skip_parentheses();
            }
            tables.push(PublishedTable { name, columns });
            if !self.takes_byte(b',') {
                // Options may follow; anything else was not understood.
                return (self.at == self.tokens.len() || self.takes("with")).then_some(tables);
            }
        }
    }

    fn columns(&mut self) -> Option<Vec<String>> {
        let mut columns = Vec::new();
        loop {
            columns.push(self.identifier()?.0);
            if self.takes_byte(b')') {
                return Some(columns);
            }
            if !self.takes_byte(b',') {
                return None;
            }
        }
    }

    fn skip_parentheses(&mut self) {
        let mut depth = 0usize;
        while let Some(token) = self.tokens.get(self.at) {
            self.at += 1;
            match token.kind {
                Kind::Other(b'(') => depth += 1,
                Kind::Other(b')') => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth == 0 {
                return;
            }
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
