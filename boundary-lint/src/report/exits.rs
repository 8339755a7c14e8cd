//! The uses of the one exit from an opened value, for reviewers.
//!
//! Their share is of the lines of code of the crates that the policy lists as in_country and shared: those that touch personal data.
//! Blank lines, lines of comments, and the folders `tests` and `benches` are not counted.

use std::io::Write;

use serde::Serialize;

use crate::error::Error;
use crate::facts::Facts;

/// Version of the JSON form. It rises when something is removed or changes its meaning.
pub const VERSION: u32 = 1;

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    exits: Vec<Shown<'a>>,
    code_lines: usize,
}

#[derive(Serialize)]
struct Shown<'a> {
    file: &'a str,
    line: usize,
    function: &'a str,
    reason: Option<&'a str>,
}

fn shown(facts: &Facts) -> Vec<Shown<'_>> {
    let mut exits: Vec<Shown<'_>> = facts
        .crates
        .exits
        .iter()
        .map(|exit| {
            let file = facts.sources.file(exit.at.place.file);
            Shown {
                file: &file.shown,
                line: file.line_column(exit.at.place.span.start).0,
                function: &exit.function,
                reason: exit.reason.as_deref(),
            }
        })
        .collect();
    exits.sort_by_key(|exit| (exit.file, exit.line));
    exits
}

/// Writes the list for people: file and line, the reason below, the share last.
///
/// # Errors
///
/// Where the output cannot be written.
pub fn write_human(out: &mut impl Write, facts: &Facts) -> std::io::Result<()> {
    let exits = shown(facts);
    for exit in &exits {
        writeln!(out, "{}:{}: in `{}`", exit.file, exit.line, exit.function)?;
        writeln!(
            out,
            "    {}",
            exit.reason.unwrap_or("(the reason is no text in the code)")
        )?;
    }
    let lines = facts.crates.code_lines;
    writeln!(
        out,
        "{} exit{} in {lines} lines of code that touch personal data{}",
        exits.len(),
        if exits.len() == 1 { "" } else { "s" },
        share(exits.len(), lines)
    )
}

/// The share in hundredths of a per cent, rounded up: a share is never shown smaller than it is.
fn share(exits: usize, lines: usize) -> String {
    if lines == 0 {
        return String::new();
    }
    let hundredths = (exits * 10_000).div_ceil(lines);
    format!(": {}.{:02} %", hundredths / 100, hundredths % 100)
}

/// Writes the list for programs.
///
/// # Errors
///
/// Where the output cannot be written.
pub fn write_json(out: &mut impl Write, facts: &Facts) -> Result<(), Error> {
    let report = Report {
        version: VERSION,
        exits: shown(facts),
        code_lines: facts.crates.code_lines,
    };
    serde_json::to_writer_pretty(&mut *out, &report)
        .map_err(std::io::Error::from)
        .and_then(|()| writeln!(out))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn a_share_is_never_shown_smaller_than_it_is() {
        assert_eq!(share(1, 100), ": 1.00 %");
        assert_eq!(share(1, 3), ": 33.34 %");
        assert_eq!(share(0, 7), ": 0.00 %");
        assert_eq!(share(3, 0), "");
    }
}
