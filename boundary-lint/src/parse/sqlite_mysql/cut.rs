//! Text of SQLite and MySQL cut into tokens and statements.
//!
//! Statements are cut before anything is read, so that one that is not understood does not take its neighbours with it.

use boundary_schema::Dialect;

use crate::source::Span;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A word: keyword or identifier.
    Word,
    /// An identifier in quotes.
    Quoted,
    /// A text in quotes.
    Text,
    /// Any other character, or a number.
    Other(u8),
}

/// One token.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) span: Span,
}

/// A text without what a server does not see as such: `/*! … */` of MySQL is code for it.
pub(super) fn unwrapped(text: &str, dialect: Dialect) -> std::borrow::Cow<'_, str> {
    if dialect != Dialect::Mysql || memchr::memmem::find(text.as_bytes(), b"/*!").is_none() {
        return text.into();
    }
    let mut bytes = text.as_bytes().to_vec();
    let mut at = 0;
    while let Some(found) = memchr::memmem::find(&bytes[at..], b"/*!") {
        let start = at + found;
        let version = bytes[start + 3..]
            .iter()
            .take_while(|byte| byte.is_ascii_digit())
            .count();
        let end = memchr::memmem::find(&bytes[start..], b"*/").map(|end| start + end);
        bytes[start..start + 3 + version].fill(b' ');
        if let Some(end) = end {
            bytes[end..end + 2].fill(b' ');
        }
        at = start + 3 + version;
    }
    // Only whole ASCII characters were replaced.
    String::from_utf8(bytes).map_or(text.into(), Into::into)
}

/// The tokens of a text, comments and blanks left out.
pub(super) fn tokens(text: &str, dialect: Dialect) -> Vec<Token> {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let start = at;
        let next = bytes.get(at + 1).copied();
        let kind = match byte {
            _ if byte.is_ascii_whitespace() || byte == 0x0b => {
                at += 1;
                continue;
            }
            0xef if bytes[at..].starts_with(b"\xef\xbb\xbf") => {
                at += 3;
                continue;
            }
            b'-' if next == Some(b'-') => {
                at = line_end(bytes, at);
                continue;
            }
            b'#' if dialect == Dialect::Mysql => {
                at = line_end(bytes, at);
                continue;
            }
            b'/' if next == Some(b'*') => {
                at =
                    memchr::memmem::find(&bytes[at + 2..], b"*/").map_or(bytes.len(), |end| at + 2 + end + 2);
                continue;
            }
            b'\'' => {
                at = quoted(bytes, at, byte, dialect == Dialect::Mysql);
                Kind::Text
            }
            b'"' => {
                at = quoted(bytes, at, byte, dialect == Dialect::Mysql);
                if dialect == Dialect::Mysql {
                    Kind::Text
                } else {
                    Kind::Quoted
                }
            }
            b'`' => {
                at = quoted(bytes, at, byte, false);
                Kind::Quoted
            }
            b'[' if dialect == Dialect::Sqlite => {
                at = memchr::memchr(b']', &bytes[at..]).map_or(bytes.len(), |end| at + end + 1);
                Kind::Quoted
            }
            _ if byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80 => {
                at = word_end(bytes, at);
                Kind::Word
            }
            _ if byte.is_ascii_digit() => {
                at = word_end(bytes, at);
                Kind::Other(b'0')
            }
            _ => {
                at += 1;
                Kind::Other(byte)
            }
        };
        out.push(Token {
            kind,
            span: Span::new(start, at),
        });
    }
    out
}

fn line_end(bytes: &[u8], at: usize) -> usize {
    memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |end| at + end + 1)
}

fn word_end(bytes: &[u8], at: usize) -> usize {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte == b'$' || *byte >= 0x80;
    at + bytes[at..].iter().take_while(|byte| is_part(byte)).count()
}

fn quoted(bytes: &[u8], at: usize, quote: u8, backslash: bool) -> usize {
    let mut at = at + 1;
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        if byte == b'\\' && backslash {
            at += 1;
        } else if byte == quote {
            if bytes.get(at) == Some(&quote) {
                at += 1;
            } else {
                return at;
            }
        }
    }
    bytes.len()
}

/// The statements of a text, each by its tokens.
pub(super) fn statements(text: &str, dialect: Dialect) -> Vec<Vec<Token>> {
    let tokens = tokens(text, dialect);
    let word = |token: &Token| match token.kind {
        Kind::Word => text.get(token.span.start..token.span.end).unwrap_or(""),
        _ => "",
    };
    let is = |token: &Token, expected: &str| word(token).eq_ignore_ascii_case(expected);
    let mut out = Vec::new();
    let mut current: Vec<Token> = Vec::new();
    let mut delimiter = ";".to_owned();
    let mut depth = 0usize;
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        let rest = text.get(token.span.start..).unwrap_or("");
        if current.is_empty() && dialect == Dialect::Mysql && is(token, "delimiter") {
            // A command of the client, to the end of its line.
            let line = rest.lines().next().unwrap_or("");
            delimiter = line.split_whitespace().nth(1).unwrap_or(";").to_owned();
            let end = token.span.start + line.len();
            at += tokens[at..]
                .iter()
                .take_while(|token| token.span.start < end)
                .count()
                .max(1);
            continue;
        }
        if rest.starts_with(&delimiter) && (depth == 0 || delimiter != ";") {
            let end = token.span.start + delimiter.len();
            at += tokens[at..]
                .iter()
                .take_while(|token| token.span.start < end)
                .count()
                .max(1);
            depth = 0;
            push(&mut out, &mut current);
            continue;
        }
        current.push(*token);
        if is_routine(&current, &is) {
            let before = current.len().checked_sub(2).and_then(|at| current.get(at));
            let ends = before.is_some_and(|before| is(before, "end"));
            if ends
                && ["if", "loop", "while", "repeat"]
                    .iter()
                    .any(|word| is(token, word))
            {
                // `END IF` closes what was never counted: give back what `END` took.
                depth += 1;
            } else if is(token, "begin") || is(token, "case") && !ends {
                depth += 1;
            } else if is(token, "end") {
                depth = depth.saturating_sub(1);
            }
        }
        at += 1;
    }
    push(&mut out, &mut current);
    out
}

fn push(out: &mut Vec<Vec<Token>>, current: &mut Vec<Token>) {
    if !current.is_empty() {
        out.push(std::mem::take(current));
    }
}

/// Whether the statement creates something with a body of statements.
fn is_routine(tokens: &[Token], is: &impl Fn(&Token, &str) -> bool) -> bool {
    tokens.first().is_some_and(|first| is(first, "create"))
        && tokens.iter().take(12).any(|token| {
            ["trigger", "procedure", "function", "event"]
                .iter()
                .any(|word| is(token, word))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str, dialect: Dialect) -> Vec<&str> {
        statements(text, dialect)
            .iter()
            .map(|tokens| &text[tokens[0].span.start..tokens[tokens.len() - 1].span.end])
            .collect()
    }

    #[test]
    fn bodies_of_triggers_and_procedures_are_one_statement() {
        assert_eq!(
            cut(
                "CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE b SET c = CASE WHEN 1 THEN 2 END; SELECT 1; END; SELECT 2",
                Dialect::Sqlite
            )
            .len(),
            2
        );
        let procedure = "CREATE PROCEDURE p() BEGIN IF 1 THEN SELECT ';'; END IF; CASE 1 WHEN 1 THEN SELECT 1; END CASE; END";
        assert_eq!(
            cut(&format!("{procedure}; SELECT 2;"), Dialect::Mysql),
            [procedure, "SELECT 2"]
        );
        assert_eq!(
            cut(
                "DELIMITER //\nCREATE PROCEDURE p() BEGIN SELECT 1; END//\nDELIMITER ;\nSELECT 2; # ;\nSELECT 3",
                Dialect::Mysql
            ),
            ["CREATE PROCEDURE p() BEGIN SELECT 1; END", "SELECT 2", "SELECT 3"]
        );
    }

    #[test]
    fn quotes_are_those_of_the_dialect() {
        assert_eq!(
            cut("SELECT [a;b], `c;d`, \"e;f\", 'g;''h'; x", Dialect::Sqlite).len(),
            2
        );
        assert_eq!(cut("SELECT 'a\\';b', \"c\\\";\"; x", Dialect::Mysql).len(), 2);
        let text = "/*!40101 SET NAMES utf8 */; /* no; */ SELECT 1";
        assert_eq!(cut(&unwrapped(text, Dialect::Mysql), Dialect::Mysql).len(), 2);
    }
}
