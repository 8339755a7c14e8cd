//! Statements that are read from their tokens: the words that matter in them are few, and no syntax tree is needed.

use super::super::statement::Name;
use super::super::tokens::{self, Kind, Token, Tokens};
use crate::source::Span;

/// The tokens of one statement, from left to right.
pub(super) struct Reader<'a> {
    text: &'a str,
    tokens: Vec<Token>,
    at: usize,
    to_file: &'a dyn Fn(Span) -> Span,
}

impl<'a> Reader<'a> {
    pub(super) fn new(text: &'a str, to_file: &'a dyn Fn(Span) -> Span) -> Self {
        Reader {
            text,
            tokens: Tokens::new(text).collect(),
            at: 0,
            to_file,
        }
    }

    fn slice(&self, token: Token) -> &'a str {
        self.text.get(token.span.start..token.span.end).unwrap_or("")
    }

    fn is_word(&self, at: usize, word: &str) -> bool {
        self.tokens
            .get(at)
            .is_some_and(|token| token.kind == Kind::Word && self.slice(*token).eq_ignore_ascii_case(word))
    }

    /// Takes a word, if it is the next one.
    pub(super) fn takes(&mut self, word: &str) -> bool {
        let found = self.is_word(self.at, word);
        self.at += usize::from(found);
        found
    }

    /// Takes these words, if they are the next ones.
    pub(super) fn takes_all(&mut self, words: &[&str]) -> bool {
        let found = words
            .iter()
            .enumerate()
            .all(|(offset, word)| self.is_word(self.at + offset, word));
        self.at += if found { words.len() } else { 0 };
        found
    }

    /// Goes on behind the next appearance of a word; whether there is one.
    pub(super) fn skips_to(&mut self, word: &str) -> bool {
        let found = (self.at..self.tokens.len()).find(|&at| self.is_word(at, word));
        self.at = found.map_or(self.tokens.len(), |at| at + 1);
        found.is_some()
    }

    /// Whether the next token is this character.
    pub(super) fn is(&self, byte: u8) -> bool {
        self.tokens
            .get(self.at)
            .is_some_and(|token| token.kind == Kind::Other(byte))
    }

    /// Takes a character, if it is the next token.
    pub(super) fn takes_byte(&mut self, byte: u8) -> bool {
        let found = self.is(byte);
        self.at += usize::from(found);
        found
    }

    /// Whether nothing is left.
    pub(super) fn is_done(&self) -> bool {
        self.at >= self.tokens.len()
    }

    /// A name of one part, folded unless quoted, with its place in the file.
    pub(super) fn identifier(&mut self) -> Option<(String, Span)> {
        let token = *self.tokens.get(self.at)?;
        let text = self.slice(token);
        let name = match token.kind {
            Kind::Word => text.to_ascii_lowercase(),
            Kind::Quoted => tokens::unquoted(text),
            _ => return None,
        };
        self.at += 1;
        Some((name, (self.to_file)(token.span)))
    }

    /// A name of any number of parts, outermost first, with the place of the first.
    fn parts(&mut self) -> Option<(Vec<String>, Span)> {
        let (first, span) = self.identifier()?;
        let mut parts = vec![first];
        while self.takes_byte(b'.') {
            parts.push(self.identifier()?.0);
        }
        Some((parts, span))
    }

    /// A name, possibly with its schema.
    pub(super) fn name(&mut self) -> Option<Name> {
        let (mut parts, span) = self.parts()?;
        let name = parts.pop()?;
        Some(Name {
            name,
            schema: parts.pop(),
            span,
        })
    }

    /// A column with the table that it belongs to.
    pub(super) fn column(&mut self) -> Option<(Name, String)> {
        let (mut parts, span) = self.parts()?;
        let column = parts.pop()?;
        let name = parts.pop()?;
        let table = Name {
            name,
            schema: parts.pop(),
            span,
        };
        Some((table, column))
    }

    /// A text in quotes, with its place in the file. Backslashes of `E'…'` stay as they are.
    pub(super) fn literal(&mut self) -> Option<(String, Span)> {
        let token = *self.tokens.get(self.at)?;
        let text = match token.kind {
            Kind::Text => tokens::inside(self.text, token).replace("''", "'"),
            Kind::Dollar => tokens::inside(self.text, token).to_owned(),
            _ => return None,
        };
        self.at += 1;
        Some((text, (self.to_file)(token.span)))
    }

    /// Goes on behind the parentheses that open here.
    pub(super) fn skip_parentheses(&mut self) {
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
