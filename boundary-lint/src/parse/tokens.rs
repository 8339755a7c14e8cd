//! SQL text cut into tokens and statements, without a parser.
//!
//! This comes before the parser for three reasons: a statement that does not parse must not take its neighbours with
//! it, rows of data need no parsing at all, and text nested deeply enough to exhaust the stack must never reach a
//! recursive parser.

use super::depth::Nesting;
use crate::source::Span;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A word: keyword or identifier.
    Word,
    /// `"…"`.
    Quoted,
    /// `'…'` and its prefixed forms; the span is the whole literal.
    Text,
    /// `$tag$…$tag$`; the span is the whole literal.
    Dollar,
    /// Any other character or number.
    Other(u8),
}

/// One token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) span: Span,
}

/// A name in quotes, without them. The name itself may begin or end with one.
pub(crate) fn unquoted(text: &str) -> String {
    let inside = text.strip_prefix('"').unwrap_or(text);
    inside.strip_suffix('"').unwrap_or(inside).replace("\"\"", "\"")
}

/// Tokens of a text, comments and blanks left out.
pub(crate) struct Tokens<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Tokens<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Tokens { text, at: 0 }
    }

    fn skip_blanks(&mut self) {
        let bytes = self.text.as_bytes();
        loop {
            match (bytes.get(self.at), bytes.get(self.at + 1)) {
                (Some(byte), _) if byte.is_ascii_whitespace() || *byte == 0x0b => self.at += 1,
                // A byte order mark.
                (Some(0xef), Some(0xbb)) if bytes.get(self.at + 2) == Some(&0xbf) => self.at += 3,
                // A carriage return ends a comment as well: what follows it runs.
                (Some(b'-'), Some(b'-')) => {
                    self.at = memchr::memchr2(b'\n', b'\r', &bytes[self.at..])
                        .map_or(bytes.len(), |n| self.at + n + 1);
                }
                (Some(b'/'), Some(b'*')) => self.skip_block_comment(),
                _ => return,
            }
        }
    }

    fn skip_block_comment(&mut self) {
        let bytes = self.text.as_bytes();
        let mut depth = 0usize;
        while self.at < bytes.len() {
            match (bytes[self.at], bytes.get(self.at + 1)) {
                (b'/', Some(b'*')) => {
                    depth += 1;
                    self.at += 2;
                }
                (b'*', Some(b'/')) => {
                    depth -= 1;
                    self.at += 2;
                    if depth == 0 {
                        return;
                    }
                }
                _ => self.at += 1,
            }
        }
    }

    fn quoted(&mut self, quote: u8, backslash: bool) {
        let bytes = self.text.as_bytes();
        self.at += 1;
        while let Some(&byte) = bytes.get(self.at) {
            self.at += 1;
            if byte == b'\\' && backslash {
                self.at += 1;
            } else if byte == quote {
                if bytes.get(self.at) == Some(&quote) {
                    self.at += 1;
                } else {
                    return;
                }
            }
        }
        self.at = bytes.len();
    }

    /// The end of a dollar-quoted literal that begins here, if one does.
    fn dollar(&self) -> Option<usize> {
        let rest = self.text.as_bytes().get(self.at..)?;
        let tag = rest
            .iter()
            .skip(1)
            .position(|&b| !(b.is_ascii_alphanumeric() || b == b'_' || b >= 0x80))?
            + 1;
        if rest[tag] != b'$' || rest[1].is_ascii_digit() {
            return None;
        }
        let delimiter = &rest[..=tag];
        let body = &rest[tag + 1..];
        Some(match memchr::memmem::find(body, delimiter) {
            Some(end) => self.at + tag + 1 + end + delimiter.len(),
            None => self.text.len(),
        })
    }
}

fn starts_word(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80
}

impl Iterator for Tokens<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        self.skip_blanks();
        let bytes = self.text.as_bytes();
        let start = self.at;
        let byte = *bytes.get(start)?;
        let kind = match byte {
            b'\'' => {
                self.quoted(b'\'', false);
                Kind::Text
            }
            b'"' => {
                self.quoted(b'"', false);
                Kind::Quoted
            }
            b'$' => match self.dollar() {
                Some(end) => {
                    self.at = end;
                    Kind::Dollar
                }
                None => {
                    self.at += 1;
                    Kind::Other(byte)
                }
            },
            _ if starts_word(byte) => {
                while bytes
                    .get(self.at)
                    .is_some_and(|&b| starts_word(b) || b.is_ascii_digit() || b == b'$')
                {
                    self.at += 1;
                }
                let prefix = &bytes[start..self.at];
                match bytes.get(self.at) {
                    Some(b'\'') if prefix.len() == 1 && b"eEbBxXnN".contains(&prefix[0]) => {
                        self.quoted(b'\'', matches!(prefix[0], b'e' | b'E'));
                        Kind::Text
                    }
                    _ => Kind::Word,
                }
            }
            _ if byte.is_ascii_digit() => {
                while bytes
                    .get(self.at)
                    .is_some_and(|&b| b.is_ascii_alphanumeric() || b == b'.' || b == b'_')
                {
                    self.at += 1;
                }
                Kind::Other(b'0')
            }
            _ => {
                self.at += 1;
                Kind::Other(byte)
            }
        };
        self.at = self.at.min(bytes.len());
        Some(Token {
            kind,
            span: Span::new(start, self.at),
        })
    }
}

/// A statement of a text.
#[derive(Clone, Debug)]
pub(crate) struct RawStatement {
    /// Its bytes, without the semicolon.
    pub(crate) span: Span,
    /// Its first words, in lower case.
    pub(crate) head: Vec<String>,
    /// Whether it is nested more deeply than the parser may be given.
    pub(crate) too_deep: bool,
    /// A command of psql, which stands for itself on a line (`\i other.sql`).
    pub(crate) meta: bool,
    /// A command of psql stands where it ends the statement (`\gexec`), or behind another one.
    pub(crate) hides: bool,
}

impl RawStatement {
    /// Whether the statement begins with these words.
    pub(crate) fn starts_with(&self, words: &[&str]) -> bool {
        self.head.len() >= words.len() && self.head.iter().zip(words).all(|(a, b)| a == b)
    }

    /// The word at `index`, or nothing.
    pub(crate) fn word(&self, index: usize) -> &str {
        self.head.get(index).map_or("", String::as_str)
    }
}

const HEAD: usize = 6;

/// Cuts a text into statements the way `psql` does.
pub(crate) fn statements(text: &str) -> Vec<RawStatement> {
    let mut out = Vec::new();
    let mut tokens = Tokens::new(text);
    while let Some(first) = tokens.next() {
        if first.kind == Kind::Other(b';') {
            continue;
        }
        if first.kind == Kind::Other(b'\\') {
            let end = memchr::memchr(b'\n', &text.as_bytes()[first.span.start..])
                .map_or(text.len(), |n| first.span.start + n);
            let line = text.get(first.span.start + 1..end).unwrap_or("");
            let head = line.split_whitespace().take(1).map(str::to_owned).collect();
            out.push(RawStatement {
                span: Span::new(first.span.start, end),
                head,
                too_deep: false,
                meta: true,
                // `\echo \\ SELECT 1`: behind a second backslash psql goes on.
                hides: line.contains('\\'),
            });
            tokens.at = end;
            continue;
        }
        let statement = one_statement(text, &mut tokens, first);
        let copies = statement.starts_with(&["copy"]);
        let end = statement.span.end;
        out.push(statement);
        if copies && reads_stdin(text.get(out[out.len() - 1].span.start..end).unwrap_or("")) {
            skip_copied_rows(text, &mut tokens);
        }
    }
    out
}

fn one_statement(text: &str, tokens: &mut Tokens<'_>, first: Token) -> RawStatement {
    let mut head = Vec::with_capacity(HEAD);
    let mut nesting = Nesting::default();
    let mut end = first.span.end;
    let mut atomic = 0usize;
    let mut hides = false;
    let mut token = Some(first);
    while let Some(current) = token {
        match current.kind {
            Kind::Other(b';') if nesting.open() == 0 && atomic == 0 => break,
            Kind::Word => {
                let word = &text[current.span.start..current.span.end];
                if head.len() < HEAD {
                    head.push(word.to_ascii_lowercase());
                }
                if routine(&head) {
                    // `BEGIN ATOMIC … END` holds semicolons of its own.
                    if word.eq_ignore_ascii_case("begin") || (atomic > 0 && word.eq_ignore_ascii_case("case"))
                    {
                        atomic += 1;
                    } else if atomic > 0 && word.eq_ignore_ascii_case("end") {
                        atomic -= 1;
                    }
                }
            }
            // A quoted name keeps its place among the first words, but is none of them.
            Kind::Quoted if head.len() < HEAD => head.push(String::new()),
            Kind::Other(b'\\') => hides = true,
            _ => {}
        }
        nesting.see(text, current);
        end = current.span.end;
        token = tokens.next();
    }
    let too_deep = nesting.too_deep();
    RawStatement {
        span: Span::new(first.span.start, end),
        head,
        too_deep,
        meta: false,
        hides,
    }
}

fn routine(head: &[String]) -> bool {
    let mut words = head
        .iter()
        .map(String::as_str)
        .filter(|word| !matches!(*word, "or" | "replace"));
    words.next() == Some("create") && matches!(words.next(), Some("function" | "procedure"))
}

fn reads_stdin(statement: &str) -> bool {
    let words: Vec<Token> = Tokens::new(statement)
        .filter(|token| token.kind == Kind::Word)
        .collect();
    words.windows(2).any(|pair| {
        statement[pair[0].span.start..pair[0].span.end].eq_ignore_ascii_case("from")
            && statement[pair[1].span.start..pair[1].span.end].eq_ignore_ascii_case("stdin")
    })
}

fn skip_copied_rows(text: &str, tokens: &mut Tokens<'_>) {
    let rest = &text.as_bytes()[tokens.at.min(text.len())..];
    // The rows end at a line that holds nothing else.
    let ends = |at: &usize| matches!(rest.get(at + 3), None | Some(b'\n' | b'\r'));
    if let Some(end) = memchr::memmem::find_iter(rest, b"\n\\.").find(ends) {
        tokens.at += end + 3;
    }
}

/// What stands between the quotes of a literal, escapes left as they are.
pub(crate) fn inside(text: &str, token: Token) -> &str {
    let whole = text.get(token.span.start..token.span.end).unwrap_or("");
    let mark = match token.kind {
        Kind::Dollar => whole
            .get(1..)
            .and_then(|rest| rest.find('$'))
            .map_or(0, |at| at + 2),
        _ => whole.find('\'').map_or(0, |at| at + 1),
    };
    let tail = if token.kind == Kind::Dollar { mark } else { 1 };
    whole.get(mark..whole.len().saturating_sub(tail)).unwrap_or("")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<&str> {
        statements(text)
            .into_iter()
            .map(|s| &text[s.span.start..s.span.end])
            .collect()
    }

    #[test]
    fn statements_end_at_semicolons_outside_quotes_and_comments() {
        assert_eq!(
            cut("select ';'; -- ;\n/* ; /* ; */ */ select $a$;$$;$a$;select \"a;b\"; select E'\\';';"),
            [
                "select ';'",
                "select $a$;$$;$a$",
                "select \"a;b\"",
                "select E'\\';'"
            ]
        );
    }

    #[test]
    fn an_atomic_body_and_a_parenthesised_rule_are_one_statement() {
        assert_eq!(
            cut(
                "create or replace function f() returns int begin atomic select case when true then 1 end; select 2; end; select 3"
            ),
            [
                "create or replace function f() returns int begin atomic select case when true then 1 end; select 2; end",
                "select 3"
            ]
        );
        assert_eq!(cut("create rule r as on insert to t do (a; b); c").len(), 2);
    }

    #[test]
    fn copied_rows_are_skipped() {
        assert_eq!(
            cut("COPY t (a) FROM stdin;\nit's;\n\\.\nselect 1;"),
            ["COPY t (a) FROM stdin", "select 1"]
        );
    }

    #[test]
    fn deep_nesting_is_noticed() {
        assert!(statements(&format!("select {}", "(".repeat(5000)))[0].too_deep);
        assert!(statements(&format!("select {}", "not ".repeat(50_000)))[0].too_deep);
        assert!(statements(&format!("do $$ begin select {} end $$", "(".repeat(5000)))[0].too_deep);
        assert!(statements(&format!("select 1 {}", "union select 1, 2 ".repeat(50_000)))[0].too_deep);
        assert!(
            !statements(&format!(
                "create table t ({} x int)",
                "a int check (a > 1),".repeat(5000)
            ))[0]
                .too_deep
        );
    }
}
