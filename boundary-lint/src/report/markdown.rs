//! Texts of anybody in a cell of a Markdown table: shown as they are, and neither markup nor the end of the cell.

use super::plain;

/// A text as code in a cell of a table. A bar ends a cell even there, and no name of a database may end the code.
pub(super) fn code(text: &str) -> String {
    let text = plain(text).replace('`', "'").replace('|', "\\|");
    match text.is_empty() {
        true => String::new(),
        false => format!("`{text}`"),
    }
}

/// A text that is shown as it is: nothing in it is a link, a mention or markup.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in plain(text).chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '@' => out.push_str("&#64;"),
            '|' | '`' | '*' | '_' | '[' | ']' | '\\' | '#' | '!' | '~' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}
