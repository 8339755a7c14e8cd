//! The report: where regulated data is, why, and who holds its keys, with a place for every statement.
//!
//! It is made from the facts that the lint checks and from nothing else. What cannot be worked out from them is said to be unknown.

mod build;
mod csv;
mod html;
mod markdown;
mod modes;
mod picture;
mod rows;

use serde::Serialize;

pub use build::of;
pub use csv::write as write_csv;
pub use html::write as write_html;
pub use markdown::write as write_markdown;
pub use picture::draw;
pub use rows::is_personal;

use crate::error::Error;

/// Version of the JSON form. It rises when something is removed or changes its meaning.
pub const VERSION: u32 = 1;

/// The whole report.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The version of this form.
    pub version: u32,
    /// The policy's file.
    pub policy: String,
    /// The counts.
    pub counts: Counts,
    /// What the policy decides.
    pub decided: Vec<Decided>,
    /// The data map.
    pub columns: Vec<Row>,
    /// Fields of events and derived datasets, which are in no database that was read.
    pub fields: Vec<Row>,
    /// What must stay inside, what may run outside, and what seems too tight or too loose.
    pub minimum: Minimum,
    /// Where values leave what is checked.
    pub hatches: Vec<Hatch>,
    /// What was not seen.
    pub not_seen: Vec<Note>,
    /// The failure modes that the lint looks for.
    pub modes: Vec<Mode>,
    /// What was found, by rule.
    pub findings: Vec<RuleCount>,
    /// What changed since a base, where one was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<Changes>,
}

/// Exact counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Tables and views.
    pub tables: usize,
    /// All columns.
    pub columns: usize,
    /// Those that are classified.
    pub classified: usize,
    /// Those that are not.
    pub unclassified: usize,
    /// What was not seen.
    pub not_visible: usize,
    /// Columns of personal or sensitive categories.
    pub personal: usize,
    /// Columns whose values are sealed.
    pub sealed: usize,
    /// Findings of the check.
    pub findings: usize,
}

/// One line of the policy.
#[derive(Debug, Serialize)]
pub struct Decided {
    /// What it is: a region, a purpose, a number.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
    /// What is decided.
    pub says: String,
    /// File and line.
    pub at: String,
}

/// One column or field.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Its database; of a field, the event or dataset.
    #[serde(rename = "in")]
    pub of: String,
    /// Schema and table.
    pub table: String,
    /// Its name.
    pub column: String,
    /// Its type in the database.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub r#type: String,
    /// How it comes by its classification: `declared`, `through` what it shows, or `no`.
    pub classified: &'static str,
    /// Its part in identifying the record.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub role: &'static str,
    /// What a value is.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub category: String,
    /// How sensitive.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub sensitivity: &'static str,
    /// Where the raw value may be.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub residency: String,
    /// Why it is processed, each with its basis: `billing (contract)`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub purposes: Vec<String>,
    /// `sealed`, `resident` or `plain`; nothing where no struct holds it.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub held: &'static str,
    /// Whose key opens it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub key: String,
    /// The ways across the border.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub release: Vec<String>,
    /// The sinks that its raw form may go to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sinks: Vec<String>,
    /// Fields of derived datasets that are made from it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub derived: Vec<String>,
    /// What may be wrong with its declaration: `too loose: …` or `too tight: …`, for a person to judge.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub seems: String,
    /// What declares it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub by: String,
    /// File and line of the declaration.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub declared: String,
    /// File and line where the column came to be.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub born: String,
}

/// The true minimum that must stay inside, and the maximum that may run outside (M51), as counts of rows.
#[derive(Debug, Default, Serialize)]
pub struct Minimum {
    /// Columns whose raw form must stay where their subject is at home.
    pub stays: usize,
    /// Columns that may be anywhere.
    pub anywhere: usize,
    /// Columns that are kept inside and about nobody: they may be declared looser.
    pub too_tight: usize,
    /// Columns that are personal and may be in more than one region, or are processed for no purpose.
    pub too_loose: usize,
    /// Packages, with where their code may run.
    pub crates: Vec<Note>,
}

/// A statement with its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Note {
    /// What it is about.
    pub name: String,
    /// What is said.
    pub says: String,
    /// File and line.
    pub at: String,
}

/// A place where values leave what is checked, or where a check is off.
#[derive(Debug, Serialize)]
pub struct Hatch {
    /// What it is: an exit, a suppression, a way out of the database.
    pub kind: &'static str,
    /// What it is of.
    pub name: String,
    /// Why it is there, as somebody wrote it.
    pub reason: String,
    /// Who answers for it, and until when.
    pub owner: String,
    /// File and line.
    pub at: String,
}

/// A failure mode (M105, M107, M108).
#[derive(Debug, Serialize)]
pub struct Mode {
    /// Its name.
    pub name: &'static str,
    /// The rules that look for it.
    pub rules: Vec<&'static str>,
    /// How often they found something.
    pub findings: usize,
    /// What the lint cannot tell of it.
    pub beyond: &'static str,
}

/// How often a rule found something.
#[derive(Debug, Serialize)]
pub struct RuleCount {
    /// The rule.
    pub rule: &'static str,
    /// How often.
    pub findings: usize,
    /// Where first.
    pub first: String,
}

/// What changed since a base.
#[derive(Debug, Serialize)]
pub struct Changes {
    /// The base.
    pub base: String,
    /// The changes, worst first.
    pub changes: Vec<ChangeRow>,
}

/// A change.
#[derive(Debug, Serialize)]
pub struct ChangeRow {
    /// `widening`, `narrowing` or `neutral`.
    pub direction: &'static str,
    /// The change in one line.
    pub change: String,
    /// What it means.
    pub why: &'static str,
    /// File and line.
    pub at: String,
}

/// The columns that seem too loose, or too tight, with why.
fn seeming(report: &Report, how: &str) -> Vec<Note> {
    let seems = |row: &Row| {
        let why = row.seems.strip_prefix(how)?.strip_prefix(": ")?;
        Some(Note {
            name: format!("{}.{}", row.table, row.column),
            says: why.to_owned(),
            at: row.declared.clone(),
        })
    };
    report.columns.iter().filter_map(seems).collect()
}

/// Writes the report for programs.
///
/// # Errors
///
/// Where the output cannot be written.
pub fn write_json(out: &mut impl std::io::Write, report: &Report) -> Result<(), Error> {
    serde_json::to_writer(&mut *out, report)?;
    writeln!(out)?;
    Ok(())
}
