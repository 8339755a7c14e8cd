//! Changes for the terminal.

use std::io::Write;

use super::{Compared, what};
use crate::diff::{Change, Direction};
use crate::report::human::indented;
use crate::report::plain;

/// Writes all changes, worst first, and ends with the counts and with what has to be approved.
///
/// # Errors
///
/// Where the output cannot be written.
pub fn write(out: &mut impl Write, compared: &Compared<'_>) -> std::io::Result<()> {
    for (change, approved) in compared.widenings() {
        one(out, compared, change)?;
        match approved {
            Some(approved) => {
                let text = format!(
                    "approved by {} until {}: {}",
                    approved.by, approved.until, approved.reason
                );
                indented(out, &plain(&text))?;
            }
            None => indented(out, "not approved")?,
        }
    }
    for direction in [Direction::Narrowing, Direction::Neutral] {
        for change in compared
            .changes
            .iter()
            .filter(|change| change.direction == direction)
        {
            one(out, compared, change)?;
        }
    }
    for (approved, why) in &compared.approvals.wrong {
        writeln!(out, "wrong approval: {}", plain(why))?;
        indented(out, &plain(&approved.change))?;
        if let Some((file, line)) = compared.line_of(approved) {
            indented(out, &format!("at {}:{line}", plain(file)))?;
        }
    }
    for approved in &compared.approvals.spent {
        writeln!(out, "spent approval, which may go: {}", plain(&approved.change))?;
    }
    if !compared.changes.is_empty() {
        writeln!(out)?;
    }
    writeln!(out, "{}", compared.summary())?;
    let missing: Vec<&Change> = compared
        .widenings()
        .into_iter()
        .filter(|(_, approved)| approved.is_none())
        .map(|(change, _)| change)
        .collect();
    if !missing.is_empty() {
        writeln!(out, "\nWho answers for it writes into boundary.toml, for each:\n")?;
    }
    for change in missing {
        let line = serde_json::to_string(&change.to_string())?;
        writeln!(
            out,
            "[[approve]]\nchange = {line}\nby = \"\"\nreason = \"\"\nuntil = \"\"\n"
        )?;
    }
    Ok(())
}

fn one(out: &mut impl Write, compared: &Compared<'_>, change: &Change) -> std::io::Result<()> {
    writeln!(
        out,
        "{}: {}",
        change.direction.as_str(),
        plain(&change.item.to_string())
    )?;
    indented(out, &plain(&what(change)))?;
    indented(out, change.why)?;
    match compared.line(change) {
        Some((file, line)) => indented(out, &format!("at {}:{line}", plain(file))),
        None => Ok(()),
    }
}
