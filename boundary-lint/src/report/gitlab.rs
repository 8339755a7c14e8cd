//! GitLab's Code Quality report, an artifact that merge requests show.

use std::io::Write;

use serde::Serialize;

use super::fingerprint::fingerprints;
use crate::error::Error;
use crate::facts::Facts;
use crate::suppress::Judged;

#[derive(Serialize)]
struct Issue<'a> {
    description: String,
    check_name: &'a str,
    fingerprint: String,
    severity: &'static str,
    location: Location<'a>,
}

#[derive(Serialize)]
struct Location<'a> {
    path: &'a str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: usize,
}

/// Writes the findings.
///
/// # Errors
///
/// Where the output cannot be written.
pub fn write(out: &mut impl Write, facts: &Facts, judged: &Judged) -> Result<(), Error> {
    let prints = fingerprints(facts, &judged.findings);
    let issues: Vec<Issue<'_>> = judged
        .findings
        .iter()
        .zip(prints)
        .map(|(finding, fingerprint)| {
            let place = super::real(facts, finding.primary.place);
            let file = facts.sources.file(place.file);
            Issue {
                description: format!("{}. {}", finding.message, finding.help.replace('\n', " ")),
                check_name: finding.rule,
                fingerprint,
                severity: "critical",
                location: Location {
                    path: &file.shown,
                    lines: Lines {
                        begin: file.line_column(place.span.start).0,
                    },
                },
            }
        })
        .collect();
    serde_json::to_writer_pretty(&mut *out, &issues)?;
    writeln!(out)?;
    Ok(())
}
