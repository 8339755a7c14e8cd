//! The columns that are not classified yet, each with what it probably is; and the file in which a person accepts that.
//!
//! Nothing here classifies: an entry counts when a person has set `accepted = true`, and then only as the attribute or the declaration that
//! it becomes in a reviewed file.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write;

use serde::Serialize;

use crate::error::Error;
use crate::facts::{Classified, Column, Facts};
use crate::suggest::{Suggestion, suggest};

/// Version of the JSON form.
pub const VERSION: u32 = 1;

/// A column with what it probably is.
#[derive(Debug)]
pub struct Suggested<'a> {
    /// The column.
    pub column: &'a Column,
    /// What it probably is, where its name or type says.
    pub suggestion: Option<Suggestion>,
}

/// The columns without a classification, in the order of their names, one for several databases that have the same.
#[must_use]
pub fn left(facts: &Facts) -> Vec<Suggested<'_>> {
    let unclassified = facts
        .columns
        .iter()
        .filter(|column| column.classified == Classified::No);
    let mut left: Vec<Suggested<'_>> = unclassified
        .map(|column| Suggested {
            column,
            suggestion: suggest(&column.key.1, &column.key.2, &column.data_type),
        })
        .collect();
    left.dedup_by(|a, b| a.column.key == b.column.key);
    left
}

/// Writes what is left for people, by table.
///
/// # Errors
///
/// Where the output cannot be written.
pub fn write_human(out: &mut impl Write, facts: &Facts) -> std::io::Result<()> {
    let left = left(facts);
    let mut tables: BTreeMap<(&str, &str), Vec<&Suggested<'_>>> = BTreeMap::new();
    for suggested in &left {
        let (schema, table, _) = &suggested.column.key;
        tables.entry((schema, table)).or_default().push(suggested);
    }
    for ((schema, table), columns) in &tables {
        writeln!(out, "{schema}.{table}")?;
        let width = columns
            .iter()
            .map(|column| column.column.key.2.chars().count())
            .max()
            .unwrap_or(0);
        for suggested in columns {
            let name = &suggested.column.key.2;
            match &suggested.suggestion {
                Some(suggestion) => writeln!(
                    out,
                    "  {name:width$}  {} ({}: {})",
                    suggestion.category,
                    suggestion.confidence.as_str(),
                    suggestion.evidence
                )?,
                None => writeln!(out, "  {name:width$}  ?")?,
            }
        }
    }
    let guessed = left
        .iter()
        .filter(|suggested| suggested.suggestion.is_some())
        .count();
    writeln!(
        out,
        "{} columns in {} tables are not classified; {guessed} of them have a suggestion, which counts for nothing\nuntil a person has accepted it",
        left.len(),
        tables.len()
    )
}

#[derive(Serialize)]
struct Report<'a> {
    version: u32,
    columns: Vec<Shown<'a>>,
}

#[derive(Serialize)]
struct Shown<'a> {
    table_schema: &'a str,
    table_name: &'a str,
    column_name: &'a str,
    data_type: &'a str,
    source: String,
    category: Option<&'a str>,
    evidence: Option<&'a str>,
    confidence: Option<&'a str>,
}

/// Writes what is left for programs.
///
/// # Errors
///
/// Where the output cannot be written.
pub fn write_json(out: &mut impl Write, facts: &Facts) -> Result<(), Error> {
    let left = left(facts);
    let columns = left.iter().map(|suggested| {
        let (table_schema, table_name, column_name) = &suggested.column.key;
        let suggestion = suggested.suggestion.as_ref();
        Shown {
            table_schema,
            table_name,
            column_name,
            data_type: &suggested.column.data_type,
            source: facts.sources.line_of(suggested.column.birth),
            category: suggestion.map(|suggestion| suggestion.category),
            evidence: suggestion.map(|suggestion| suggestion.evidence.as_str()),
            confidence: suggestion.map(|suggestion| suggestion.confidence.as_str()),
        }
    });
    let report = Report {
        version: VERSION,
        columns: columns.collect(),
    };
    serde_json::to_writer_pretty(&mut *out, &report)?;
    writeln!(out)?;
    Ok(())
}

/// Writes the file in which a person accepts suggestions, for `cargo boundary fix`.
///
/// # Errors
///
/// Where the output cannot be written.
pub fn write_toml(out: &mut impl Write, facts: &Facts) -> std::io::Result<()> {
    let mut text = String::from(HEAD);
    for suggested in left(facts) {
        let (schema, table, column) = &suggested.column.key;
        let name = format!("{schema}.{table}.{column}");
        let entry = match &suggested.suggestion {
            Some(suggestion) => Entry {
                remarks: vec![format!(
                    "{} confidence: {}",
                    suggestion.confidence.as_str(),
                    suggestion.evidence
                )],
                category: suggestion.category,
                residency: residency(suggestion.personal),
                purposes: &[],
            },
            None => Entry::default(),
        };
        entry.write(&mut text, &name);
    }
    out.write_all(text.as_bytes())
}

/// What stands above the entries of a file for `cargo boundary fix`.
pub(crate) const HEAD: &str = "# For each column: correct what is wrong, add `purpose` where the data is personal, and set `accepted = true`.\n\
     # Then: cargo boundary fix FILE\n";

/// Where a value may be as long as nobody has decided.
pub(crate) const fn residency(personal: bool) -> &'static str {
    if personal { "in_country" } else { "global" }
}

/// An entry of that file. It is never accepted.
#[derive(Debug, Default)]
pub(crate) struct Entry<'a> {
    /// Lines about it.
    pub(crate) remarks: Vec<String>,
    /// Empty where none is suggested, and so is the residency then.
    pub(crate) category: &'a str,
    /// As the attribute writes it.
    pub(crate) residency: &'a str,
    /// As the policy spells them.
    pub(crate) purposes: &'a [&'a str],
}

impl Entry<'_> {
    /// Adds the entry for a column of this name.
    pub(crate) fn write(&self, text: &mut String, name: &str) {
        let _ = write!(text, "\n[[column]]\nname = {}\n", quoted(name));
        for remark in &self.remarks {
            let _ = writeln!(
                text,
                "# {}",
                remark.replace(|letter: char| letter.is_control(), " ")
            );
        }
        let purposes: Vec<String> = self.purposes.iter().map(|purpose| quoted(purpose)).collect();
        let _ = write!(
            text,
            "category = {}\nresidency = {}\npurpose = [{}]\naccepted = false\n",
            quoted(self.category),
            quoted(self.residency),
            purposes.join(", ")
        );
    }
}

/// A basic string of TOML, whose escapes JSON has as well.
pub(crate) fn quoted(text: &str) -> String {
    // JSON lets this one letter stand, and TOML does not.
    serde_json::Value::from(text)
        .to_string()
        .replace('\u{7f}', "\\u007f")
}
