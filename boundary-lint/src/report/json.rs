//! Findings for programs, in a form that carries its version.

use std::io::Write;

use serde::Serialize;

use crate::error::Error;
use crate::facts::Facts;
use crate::rules::{Finding, Marked};
use crate::suppress::Judged;

/// Version of the form. It rises when something is removed or changes its meaning.
pub const VERSION: u32 = 1;

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    findings: Findings<'a>,
    suppressed: usize,
    baselined: usize,
    inherited: usize,
    columns: Counts,
}

#[derive(Serialize)]
struct Shown<'a> {
    rule: &'a str,
    fingerprint: &'a str,
    message: &'a str,
    place: Position<'a>,
    related: Vec<Position<'a>>,
    help: &'a str,
}

/// The findings, put into their form one after the other: there may be many.
struct Findings<'a> {
    facts: &'a Facts,
    findings: &'a [Finding],
}

impl Serialize for Findings<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let facts = self.facts;
        let prints = super::fingerprint::fingerprints(facts, self.findings);
        serializer.collect_seq(self.findings.iter().zip(&prints).map(|(finding, fingerprint)| {
            Shown {
                rule: finding.rule,
                fingerprint,
                message: &finding.message,
                place: position(facts, &finding.primary),
                related: finding
                    .related
                    .iter()
                    .map(|marked| position(facts, marked))
                    .collect(),
                help: &finding.help,
            }
        }))
    }
}

#[derive(Serialize)]
struct Position<'a> {
    file: &'a str,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    label: &'a str,
}

#[derive(Serialize)]
struct Counts {
    total: usize,
    classified: usize,
    unclassified: usize,
    not_visible: usize,
}

/// Writes all findings and the counts.
///
/// # Errors
///
/// Where the output cannot be written.
pub fn write(out: &mut impl Write, facts: &Facts, judged: &Judged) -> Result<(), Error> {
    let (total, classified) = (facts.columns.len(), facts.classified());
    let report = Report {
        version: VERSION,
        suppressed: judged.suppressed,
        baselined: judged.baselined,
        inherited: judged.inherited,
        findings: Findings {
            facts,
            findings: &judged.findings,
        },
        columns: Counts {
            total,
            classified,
            unclassified: total - classified,
            not_visible: facts.unseen.len(),
        },
    };
    serde_json::to_writer_pretty(&mut *out, &report)?;
    writeln!(out)?;
    Ok(())
}

fn position<'a>(facts: &'a Facts, marked: &'a Marked) -> Position<'a> {
    let place = marked.place;
    let file = facts.sources.file(place.file);
    let (line, column) = file.line_column(place.span.start);
    let (end_line, end_column) = file.line_column(place.span.end);
    Position {
        file: &file.shown,
        line,
        column,
        end_line,
        end_column,
        label: &marked.label,
    }
}
