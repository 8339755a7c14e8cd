//! The tokens of one statement, from left to right.

use boundary_schema::Dialect;

use super::cut::{Kind, Token};
use crate::parse::statement::Name;
use crate::source::Span;

/// Reads tokens.
pub(super) struct Reader<'a> {
    pub(super) text: &'a str,
    tokens: &'a [Token],
    at: usize,
    pub(super) dialect: Dialect,
}

/// Words that end the type of a column.
const AFTER_TYPE: [&str; 26] = [
    "after",
    "as",
    "auto_increment",
    "autoincrement",
    "binary",
    "character",
    "charset",
    "check",
    "collate",
    "column_format",
    "comment",
    "compressed",
    "constraint",
    "default",
    "first",
    "generated",
    "invisible",
    "key",
    "not",
    "null",
    "on",
    "primary",
    "references",
    "unique",
    "virtual",
    "visible",
];

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str, tokens: &'a [Token], dialect: Dialect) -> Self {
        Reader {
            text,
            tokens,
            at: 0,
            dialect,
        }
    }

    /// A reader of a part of these tokens.
    pub(super) fn within(&self, tokens: &'a [Token]) -> Reader<'a> {
        Reader::new(self.text, tokens, self.dialect)
    }

    pub(super) fn is_mysql(&self) -> bool {
        self.dialect == Dialect::Mysql
    }

    pub(super) fn slice(&self, token: Token) -> &'a str {
        self.text.get(token.span.start..token.span.end).unwrap_or("")
    }

    /// A word in small letters; nothing for what is no word.
    pub(super) fn lower(&self, token: Token) -> String {
        match token.kind {
            Kind::Word => self.slice(token).to_ascii_lowercase(),
            _ => String::new(),
        }
    }

    pub(super) fn peek(&self) -> Option<Token> {
        self.tokens.get(self.at).copied()
    }

    pub(super) fn peek_word(&self) -> Option<String> {
        self.peek()
            .filter(|token| token.kind == Kind::Word)
            .map(|token| self.lower(token))
    }

    pub(super) fn advance(&mut self) -> Option<Token> {
        let token = self.peek();
        self.at += usize::from(token.is_some());
        token
    }

    pub(super) fn word(&mut self) -> Option<String> {
        let word = self.peek_word()?;
        self.at += 1;
        Some(word)
    }

    pub(super) fn is_done(&self) -> bool {
        self.at >= self.tokens.len()
    }

    pub(super) fn takes(&mut self, word: &str) -> bool {
        let found = self.peek_word().as_deref() == Some(word);
        self.at += usize::from(found);
        found
    }

    pub(super) fn takes_all(&mut self, words: &[&str]) -> bool {
        let ahead = self.rest();
        let found = ahead.len() >= words.len()
            && words
                .iter()
                .zip(ahead)
                .all(|(word, token)| self.lower(*token) == *word);
        self.at += if found { words.len() } else { 0 };
        found
    }

    pub(super) fn is(&self, byte: u8) -> bool {
        self.peek().is_some_and(|token| token.kind == Kind::Other(byte))
    }

    /// Goes on at the next of these words, behind the one that is here; at the end where there is none.
    pub(super) fn skip_to_any(&mut self, words: &[&str]) {
        let here = usize::from(
            self.peek_word()
                .is_some_and(|word| !words.contains(&word.as_str()) || word == "sql" || word == "definer"),
        );
        let found = self
            .rest()
            .iter()
            .skip(here)
            .position(|token| words.contains(&self.lower(*token).as_str()));
        self.at = found.map_or(self.tokens.len(), |offset| self.at + here + offset);
    }

    /// Whether these words follow one another somewhere in the rest.
    pub(super) fn tells(&self, words: &[&str]) -> bool {
        self.rest().windows(words.len()).any(|window| {
            window
                .iter()
                .zip(words)
                .all(|(token, word)| self.lower(*token) == *word)
        })
    }

    pub(super) fn rest(&self) -> &'a [Token] {
        self.tokens.get(self.at..).unwrap_or(&[])
    }

    pub(super) fn take_rest(&mut self) -> &'a [Token] {
        let rest = self.rest();
        self.at = self.tokens.len();
        rest
    }

    /// A name of one part, folded, with its place.
    pub(super) fn identifier(&mut self) -> Option<(String, Span)> {
        let token = self.peek()?;
        let name = match token.kind {
            Kind::Word => self.slice(token).to_owned(),
            Kind::Quoted => unquoted(self.slice(token)),
            // SQLite takes a text for a name where a name has to be.
            Kind::Text if self.dialect == Dialect::Sqlite => unquoted(self.slice(token)),
            _ => return None,
        };
        self.at += 1;
        Some((name.to_lowercase(), token.span))
    }

    /// A name, possibly with its database.
    pub(super) fn name(&mut self) -> Option<Name> {
        let (first, span) = self.identifier()?;
        if !self.is(b'.') {
            return Some(Name {
                schema: None,
                name: first,
                span,
            });
        }
        self.at += 1;
        let (name, span) = self.identifier()?;
        Some(Name {
            schema: Some(first),
            name,
            span,
        })
    }

    /// What stands in the parentheses that open here.
    pub(super) fn parentheses(&mut self) -> Option<&'a [Token]> {
        if !self.is(b'(') {
            return None;
        }
        let start = self.at + 1;
        let mut depth = 0usize;
        while let Some(token) = self.advance() {
            match token.kind {
                Kind::Other(b'(') => depth += 1,
                Kind::Other(b')') => depth -= 1,
                _ => {}
            }
            if depth == 0 {
                return self.tokens.get(start..self.at - 1);
            }
        }
        None
    }

    /// The parts between the commas that stand in no parentheses.
    pub(super) fn split(&self, tokens: &'a [Token]) -> Vec<&'a [Token]> {
        let mut parts = Vec::new();
        let mut depth = 0usize;
        let mut from = 0;
        for (at, token) in tokens.iter().enumerate() {
            match token.kind {
                Kind::Other(b'(') => depth += 1,
                Kind::Other(b')') => depth = depth.saturating_sub(1),
                Kind::Other(b',') if depth == 0 => {
                    parts.push(&tokens[from..at]);
                    from = at + 1;
                }
                _ => {}
            }
        }
        parts.push(&tokens[from..]);
        parts.retain(|part| !part.is_empty());
        parts
    }

    /// The type of a column: as written in SQLite, as `information_schema` calls it in MySQL.
    pub(super) fn column_type(&mut self) -> Option<String> {
        let start = self.at;
        while let Some(token) = self.peek() {
            match token.kind {
                Kind::Word => {
                    let word = self.lower(token);
                    // `CHARACTER VARYING(20)` begins with a word that ends other types.
                    let begins = self.at == start && matches!(word.as_str(), "character" | "binary");
                    if AFTER_TYPE.contains(&word.as_str()) && !begins {
                        break;
                    }
                    self.at += 1;
                }
                Kind::Other(b'(') => {
                    if self.parentheses().is_none() {
                        break;
                    }
                }
                Kind::Quoted if self.dialect == Dialect::Sqlite => self.at += 1,
                _ => break,
            }
        }
        let tokens = &self.tokens[start..self.at];
        let (first, last) = tokens.first().zip(tokens.last())?;
        let span = Span::new(first.span.start, last.span.end);
        let written = self.text.get(span.start..span.end).unwrap_or("");
        Some(match self.is_mysql() {
            true => mysql_type(tokens, self),
            false => written.to_owned(),
        })
    }
}

/// The name of a type in `information_schema.columns.data_type`.
fn mysql_type(tokens: &[Token], reader: &Reader<'_>) -> String {
    let words: Vec<String> = tokens
        .iter()
        .map(|token| reader.lower(*token))
        .filter(|word| !word.is_empty())
        .collect();
    let second = words.get(1).map_or("", String::as_str);
    let name = match (words.first().map_or("", String::as_str), second) {
        ("integer" | "int4", _) => "int",
        ("int1" | "bool" | "boolean", _) => "tinyint",
        ("int2", _) => "smallint",
        ("int3" | "middleint", _) => "mediumint",
        ("int8", _) => "bigint",
        ("dec" | "numeric" | "fixed", _) => "decimal",
        ("real" | "float8", _) | ("double", _) => "double",
        ("float4", _) => "float",
        ("character" | "national" | "char" | "long", "varying" | "varchar" | "varcharacter") => {
            match words[0].as_str() {
                "long" => "mediumtext",
                _ => "varchar",
            }
        }
        ("character" | "nchar" | "national", _) => "char",
        ("nvarchar" | "varcharacter", _) => "varchar",
        ("long", "varbinary") => "mediumblob",
        ("long", _) => "mediumtext",
        (other, _) => other,
    };
    name.to_owned()
}

/// A name without its quotes.
pub(super) fn unquoted(name: &str) -> String {
    let inside = name.get(1..name.len().saturating_sub(1)).unwrap_or("");
    match name.as_bytes().first() {
        Some(b'`') => inside.replace("``", "`"),
        Some(b'"') => inside.replace("\"\"", "\""),
        Some(b'\'') => inside.replace("''", "'"),
        Some(b'[') => inside.to_owned(),
        _ => name.to_owned(),
    }
}
