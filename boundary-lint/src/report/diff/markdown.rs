//! Changes as a comment on a pull request: worst first, never longer than GitHub takes, known again by a mark.

use std::fmt::Write as _;
use std::io::Write;

use super::{Compared, what};
use crate::diff::{Change, Direction};
use crate::report::markdown::{code, escaped};

/// The first line of the comment, by which a job finds it to update it.
pub const MARKER: &str = "<!-- cargo-boundary-diff -->";

/// GitHub takes comments of at most this many characters
/// (the error of its API: "Body is too long (maximum is 65536 characters)").
pub const LONGEST: usize = 65_536;

/// Room for the lines that end a comment which was cut.
const ENDING: usize = 400;

/// Writes the comment.
///
/// # Errors
///
/// Where the output cannot be written.
pub fn write(out: &mut impl Write, compared: &Compared<'_>) -> std::io::Result<()> {
    out.write_all(text(compared).as_bytes())
}

fn text(compared: &Compared<'_>) -> String {
    let mut text = format!("{MARKER}\n### Data boundary: {}\n\n", compared.summary());
    let _ = writeln!(
        text,
        "From {} to {}.\n",
        code(&compared.base.shown),
        code(&compared.head.shown)
    );
    // Counted in bytes, of which there are at least as many as characters.
    let full = |text: &str, more: &str| text.len() + more.len() + ENDING > LONGEST;
    let mut left = 0;
    for (approved, why) in &compared.approvals.wrong {
        let line = format!(
            "- **wrong approval**, {}: {}\n",
            escaped(why),
            code(&approved.change)
        );
        match full(&text, &line) {
            true => left += 1,
            false => text.push_str(&line),
        }
    }
    if !compared.approvals.wrong.is_empty() {
        text.push('\n');
    }
    let mut section = |title: &str, rows: Vec<String>| {
        if rows.is_empty() {
            return;
        }
        let head = format!(
            "#### {title}\n\n| item | change | what it means | place | approved |\n|---|---|---|---|---|\n"
        );
        let mut begun = false;
        for row in rows {
            let more = if begun { row } else { format!("{head}{row}") };
            match full(&text, &more) {
                true => left += 1,
                false => {
                    text.push_str(&more);
                    begun = true;
                }
            }
        }
        if begun {
            text.push('\n');
        }
    };
    let widenings = compared.widenings().into_iter().map(|(change, approved)| {
        let approval = match approved {
            Some(approved) => format!(
                "{} until {}: {}",
                escaped(&approved.by),
                escaped(&approved.until),
                escaped(&approved.reason)
            ),
            None => "**no**".to_owned(),
        };
        row(compared, change, &approval)
    });
    section("Widening: more may be done with data", widenings.collect());
    for (direction, title) in [
        (Direction::Narrowing, "Narrowing: less may be done with data"),
        (Direction::Neutral, "Neutral"),
    ] {
        let of = compared
            .changes
            .iter()
            .filter(|change| change.direction == direction);
        section(title, of.map(|change| row(compared, change, "")).collect());
    }
    if left > 0 {
        let _ = writeln!(
            text,
            "{left} more did not fit here; `cargo boundary diff` lists all of them."
        );
    }
    text
}

fn row(compared: &Compared<'_>, change: &Change, approval: &str) -> String {
    let place = compared
        .line(change)
        .map_or(String::new(), |(file, line)| code(&format!("{file}:{line}")));
    format!(
        "| {} | {} | {} | {place} | {approval} |\n",
        code(&change.item.to_string()),
        code(&what(change)),
        escaped(change.why)
    )
}
