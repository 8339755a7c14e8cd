//! Annotations of GitHub Actions: workflow commands, which it reads from a step's output.
//!
//! GitHub shows ten errors of a step and drops the others, so findings of one rule are grouped into one annotation where there are more; each
//! says how many it stands for. All of them are in the log.

use std::io::Write;

use super::{counts, human};
use crate::facts::Facts;
use crate::rules::Finding;
use crate::suppress::Judged;

/// How many annotations of a kind GitHub shows for one step.
const MOST: usize = 10;

/// How many places a grouped annotation lists.
const LISTED: usize = 5;

/// Writes the annotations, and all findings as text in a group of the log.
///
/// # Errors
///
/// Where the output cannot be written.
pub fn write(out: &mut impl Write, facts: &Facts, judged: &Judged) -> std::io::Result<()> {
    if !judged.findings.is_empty() {
        writeln!(out, "::group::{} as text", escaped(&counts(facts, judged)))?;
        for finding in &judged.findings {
            // A line of a file may look like a command, and must not be one.
            for line in human::plain(facts, finding).lines() {
                writeln!(out, "{}{line}", if line.starts_with("::") { " " } else { "" })?;
            }
            writeln!(out)?;
        }
        writeln!(out, "::endgroup::")?;
    }
    for group in groups(&judged.findings) {
        annotation(out, facts, &group)?;
    }
    writeln!(out, "{}", counts(facts, judged))
}

/// Each finding by itself where there are few; by rule otherwise, the last group holding what is left.
fn groups(findings: &[Finding]) -> Vec<Vec<&Finding>> {
    if findings.len() <= MOST {
        return findings.iter().map(|finding| vec![finding]).collect();
    }
    let mut groups: Vec<Vec<&Finding>> = Vec::new();
    for finding in findings {
        match groups.iter_mut().find(|group| group[0].rule == finding.rule) {
            Some(group) => group.push(finding),
            None => groups.push(vec![finding]),
        }
    }
    groups.sort_by_key(|group| std::cmp::Reverse(group.len()));
    if groups.len() > MOST {
        let rest: Vec<&Finding> = groups.drain(MOST - 1..).flatten().collect();
        groups.push(rest);
    }
    groups
}

fn annotation(out: &mut impl Write, facts: &Facts, group: &[&Finding]) -> std::io::Result<()> {
    let Some(first) = group.first() else {
        return Ok(());
    };
    let place = super::real(facts, first.primary.place);
    let file = facts.sources.file(place.file);
    let (line, column) = file.line_column(place.span.start);
    let (end_line, end_column) = file.line_column(place.span.end);
    let same_rule = group.iter().all(|finding| finding.rule == first.rule);
    let title = match (group.len(), same_rule) {
        (1, _) => first.rule.to_owned(),
        (many, true) => format!("{many} findings of {}", first.rule),
        (many, false) => format!("{many} findings of several rules"),
    };
    let mut text = format!("{}\n{}", first.message, first.help);
    if group.len() > 1 {
        text.clear();
        for finding in group.iter().take(LISTED) {
            let line = facts.sources.line_of(finding.primary.place);
            text.push_str(&format!("{line}: {}\n", finding.message));
        }
        match group.len().saturating_sub(LISTED) {
            0 => {}
            more => text.push_str(&format!("and {more} more in the log of this step\n")),
        }
    }
    // A range of columns is one of a single line.
    let columns = match line == end_line {
        true => format!(",col={column},endColumn={end_column}"),
        false => String::new(),
    };
    writeln!(
        out,
        "::error file={},line={line},endLine={end_line}{columns},title={}::{}",
        property(&file.shown),
        property(&title),
        escaped(text.trim_end())
    )
}

/// A message, as the runner's toolkit escapes it.
fn escaped(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// The value of a property, which ends at a colon or comma.
fn property(text: &str) -> String {
    escaped(text).replace(':', "%3A").replace(',', "%2C")
}
