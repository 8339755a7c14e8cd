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

/// A text without what a server does not see as such: `/*! … */` of MySQL is code for it, and so is `/*M! … */` for MariaDB.
pub(super) fn unwrapped(text: &str, dialect: Dialect) -> std::borrow::Cow<'_, str> {
    let bytes = text.as_bytes();
    let has = |mark: &[u8]| memchr::memmem::find(bytes, mark).is_some();
    if dialect != Dialect::Mysql || !(has(b"/*!") || has(b"/*M!")) {
        return text.into();
    }
    let mut out = bytes.to_vec();
    let mut open = false;
    let mut at = 0;
    while at < bytes.len() {
        let rest = &bytes[at..];
        let (blank, end) = if let Some(code) = code_mark(rest) {
            open = true;
            (true, at + code)
        } else if open && rest.starts_with(b"*/") {
            open = false;
            (true, at + 2)
        } else {
            // A mark in a text or in a comment marks nothing.
            let skipped = comment_end(bytes, at, dialect).or_else(|| quote_end(bytes, at, dialect));
            (false, skipped.unwrap_or(at + 1))
        };
        if blank {
            out[at..end].fill(b' ');
        }
        at = end;
    }
    // Only whole ASCII characters were replaced.
    String::from_utf8(out).map_or(text.into(), Into::into)
}

/// The length of a mark that begins code for the server, with its version.
fn code_mark(rest: &[u8]) -> Option<usize> {
    let mark = [b"/*!".as_slice(), b"/*M!"]
        .into_iter()
        .find(|mark| rest.starts_with(mark))?;
    let version = rest[mark.len()..]
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    // A version that no server has, by which MariaDB talks to its client.
    let never = rest[mark.len()..].starts_with(b"999999");
    (!never).then_some(mark.len() + version)
}

/// Where a comment ends that begins here, if one does.
fn comment_end(bytes: &[u8], at: usize, dialect: Dialect) -> Option<usize> {
    let mysql = dialect == Dialect::Mysql;
    match (bytes[at], bytes.get(at + 1)) {
        // MySQL wants a blank behind the dashes: `1--1` is a sum there.
        (b'-', Some(b'-')) if !mysql || bytes.get(at + 2).is_none_or(|byte| *byte <= b' ') => {
            Some(line_end(bytes, at))
        }
        (b'#', _) if mysql => Some(line_end(bytes, at)),
        (b'/', Some(b'*')) => {
            let end = memchr::memmem::find(&bytes[at + 2..], b"*/");
            Some(end.map_or(bytes.len(), |end| at + 2 + end + 2))
        }
        _ => None,
    }
}

/// Where a text or a name in quotes ends that begins here, if one does.
fn quote_end(bytes: &[u8], at: usize, dialect: Dialect) -> Option<usize> {
    let mysql = dialect == Dialect::Mysql;
    match bytes[at] {
        quote @ (b'\'' | b'"') => Some(quoted(bytes, at, quote, mysql)),
        b'`' => Some(quoted(bytes, at, b'`', false)),
        b'[' if !mysql => Some(memchr::memchr(b']', &bytes[at..]).map_or(bytes.len(), |end| at + end + 1)),
        _ => None,
    }
}

/// The tokens of a text, comments and blanks left out.
pub(super) fn tokens(text: &str, dialect: Dialect) -> Vec<Token> {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let start = at;
        if byte.is_ascii_whitespace() || byte == 0x0b {
            at += 1;
            continue;
        }
        if bytes[at..].starts_with(b"\xef\xbb\xbf") {
            at += 3;
            continue;
        }
        if let Some(end) = comment_end(bytes, at, dialect) {
            at = end;
            continue;
        }
        let kind = if let Some(end) = quote_end(bytes, at, dialect) {
            at = end;
            match byte {
                b'\'' => Kind::Text,
                b'"' if dialect == Dialect::Mysql => Kind::Text,
                _ => Kind::Quoted,
            }
        } else if byte.is_ascii_alphabetic() || byte == b'_' || byte >= 0x80 {
            at = word_end(bytes, at);
            Kind::Word
        } else if byte.is_ascii_digit() {
            at = word_end(bytes, at);
            Kind::Other(b'0')
        } else {
            at += 1;
            Kind::Other(byte)
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

/// A statement of a text.
pub(super) struct RawStatement {
    pub(super) tokens: Vec<Token>,
    /// It is the body of a routine without an end, so that whatever follows it in the text was taken for a part of it.
    pub(super) open: bool,
}

/// The statements of a text, each by its tokens.
pub(super) fn statements(text: &str, dialect: Dialect) -> Vec<RawStatement> {
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
        // A server cuts what its client sends as one at the semicolons outside of bodies.
        let ends = match rest.starts_with(&delimiter) {
            true => (depth == 0 || delimiter != ";").then_some(delimiter.len()),
            false => (token.kind == Kind::Other(b';') && !is_routine(&current, &is)).then_some(1),
        };
        if let Some(length) = ends {
            let end = token.span.start + length;
            at += tokens[at..]
                .iter()
                .take_while(|token| token.span.start < end)
                .count()
                .max(1);
            depth = 0;
            push(&mut out, &mut current, false);
            continue;
        }
        current.push(*token);
        if is_routine(&current, &is) {
            let before = current.len().checked_sub(2).and_then(|at| current.get(at));
            let ends = before.is_some_and(|before| is(before, "end"));
            // `NEW.begin` is a column.
            let is_column = before.is_some_and(|before| before.kind == Kind::Other(b'.'));
            let says = |words: &[&str]| !is_column && words.iter().any(|word| is(token, word));
            if ends && says(&["if", "loop", "while", "repeat"]) {
                // `END IF` closes what was never counted: give back what `END` took.
                depth += 1;
            } else if says(&["begin"]) || says(&["case"]) && !ends {
                depth += 1;
            } else if says(&["end"]) {
                depth = depth.saturating_sub(1);
            }
        }
        at += 1;
    }
    push(&mut out, &mut current, depth > 0);
    out
}

fn push(out: &mut Vec<RawStatement>, current: &mut Vec<Token>, open: bool) {
    if !current.is_empty() {
        out.push(RawStatement {
            tokens: std::mem::take(current),
            open,
        });
    }
}

/// Whether the statement creates something with a body of statements.
fn is_routine(tokens: &[Token], is: &impl Fn(&Token, &str) -> bool) -> bool {
    const ROUTINES: [&str; 4] = ["trigger", "procedure", "function", "event"];
    const OTHERS: [&str; 5] = ["table", "view", "index", "database", "schema"];
    if !tokens.first().is_some_and(|first| is(first, "create")) {
        return false;
    }
    // What is created is said by the first of these words: a table may be called `event`, and a definer too.
    let said = tokens.windows(2).take(12).find_map(|pair| {
        let of_definer = matches!(pair[0].kind, Kind::Other(b'=' | b'@'));
        let says = |words: &[&str]| !of_definer && words.iter().any(|word| is(&pair[1], word));
        match says(&ROUTINES) {
            true => Some(true),
            false => says(&OTHERS).then_some(false),
        }
    });
    said == Some(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str, dialect: Dialect) -> Vec<&str> {
        statements(text, dialect)
            .iter()
            .map(|RawStatement { tokens, .. }| &text[tokens[0].span.start..tokens[tokens.len() - 1].span.end])
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

    #[test]
    fn a_mark_of_code_in_a_text_or_a_comment_marks_nothing() {
        for text in [
            "SELECT '/*!'; /* no; */ SELECT 1",
            "-- /*!\nSELECT 0; /* no; */ SELECT 1",
            "/*!40101 SELECT /* no; */ 0 */; SELECT 1",
            "/*M!100300 SELECT 0; */ SELECT 1",
            "/*M!999999\\- for the client */ SELECT 0; SELECT 1",
        ] {
            let text = unwrapped(text, Dialect::Mysql);
            assert_eq!(cut(&text, Dialect::Mysql).len(), 2, "{text}");
            assert!(cut(&text, Dialect::Mysql)[1].starts_with("SELECT 1"), "{text}");
        }
    }

    #[test]
    fn two_dashes_without_a_blank_are_a_sum_in_mysql() {
        assert_eq!(cut("SELECT 1--1; SELECT 2", Dialect::Mysql).len(), 2);
        assert_eq!(cut("SELECT 1-- 1; SELECT 2", Dialect::Mysql).len(), 1);
        assert_eq!(cut("SELECT 1--1; SELECT 2", Dialect::Sqlite).len(), 1);
    }

    #[test]
    fn names_that_sound_like_bodies_take_no_neighbour_with_them() {
        for dialect in [Dialect::Sqlite, Dialect::Mysql] {
            for text in [
                "CREATE TABLE event (begin int); SELECT 2",
                "CREATE VIEW function AS SELECT begin FROM t; SELECT 2",
                "CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE b SET c = NEW.begin; END; SELECT 2",
            ] {
                assert_eq!(cut(text, dialect).len(), 2, "{text}");
            }
        }
        let text = "DELIMITER //\nSELECT 1; SELECT 2//\nCREATE DEFINER = event@host VIEW v AS SELECT begin; SELECT 4//";
        assert_eq!(cut(text, Dialect::Mysql).len(), 4);
    }

    #[test]
    fn a_body_without_an_end_is_told() {
        let found = statements(
            "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; SELECT 2;",
            Dialect::Sqlite,
        );
        assert!(found.len() == 1 && found[0].open);
    }
}
