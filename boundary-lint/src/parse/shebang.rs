//! What a Rust file may begin with that is no Rust: a byte order mark, and a line for the shell.
//!
//! Blanked here by the compiler's own rule: a line that the compiler reads must reach every reader of the lint.

use std::borrow::Cow;

/// A byte order mark and a first line for the shell are blanked, so that all places stay.
///
/// The compiler takes `#!` for the beginning of an attribute where a bracket follows, behind blanks and comments as well. A line that it
/// compiles must not be blanked here: it could say anything.
pub(super) fn without_shebang(text: &str) -> Cow<'_, str> {
    let marked = text.strip_prefix('\u{feff}');
    let rest = marked.unwrap_or(text);
    let is_shebang = rest
        .strip_prefix("#!")
        .is_some_and(|rest| !behind_blanks(rest).starts_with('['));
    if marked.is_none() && !is_shebang {
        return Cow::Borrowed(text);
    }
    let blanked = match is_shebang {
        true => rest.find('\n').unwrap_or(rest.len()),
        false => 0,
    };
    // As many characters as before: places are told in lines and characters.
    let blanks = usize::from(marked.is_some()) + rest[..blanked].chars().count();
    Cow::Owned(format!("{}{}", " ".repeat(blanks), &rest[blanked..]))
}

/// What follows blanks and comments that document nothing.
fn behind_blanks(mut text: &str) -> &str {
    loop {
        // The marks of direction are blanks to the compiler.
        text = text.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '\u{200e}' | '\u{200f}'));
        text = match (text.strip_prefix("//"), text.strip_prefix("/*")) {
            (Some(comment), _) => comment.find('\n').map_or("", |end| &comment[end..]),
            (_, Some(_)) => behind_block_comment(text),
            _ => return text,
        };
    }
}

/// What follows a block comment, which may hold others.
fn behind_block_comment(text: &str) -> &str {
    let mut depth = 0usize;
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return &text[at..];
            }
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    ""
}

#[cfg(test)]
mod tests {
    use super::without_shebang;

    #[test]
    fn a_line_for_the_shell_and_a_byte_order_mark_are_blanked_and_places_stay() {
        for (text, blanked) in [
            ("#!/usr/bin/env run\nfn f() {}", "                  \nfn f() {}"),
            ("\u{feff}#!/é\nfn f() {}", "     \nfn f() {}"),
            ("\u{feff}fn f() {}", " fn f() {}"),
            ("#!", "  "),
        ] {
            assert_eq!(without_shebang(text), blanked);
            assert_eq!(text.chars().count(), blanked.chars().count());
        }
    }

    #[test]
    fn a_first_line_that_the_compiler_reads_is_read() {
        for text in [
            "#![allow(dead_code)] use boundary_runtime::seam;",
            "#! [allow(dead_code)] use boundary_runtime::seam;",
            "#!\u{200e}\t[allow(dead_code)] use boundary_runtime::seam;",
            "#! /* a /* b */ c */ [allow(dead_code)] use boundary_runtime::seam;",
            "#! // a\n[allow(dead_code)] use boundary_runtime::seam;",
        ] {
            assert_eq!(without_shebang(text), text);
        }
    }
}
