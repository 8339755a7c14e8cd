//! The classification in the formats of other tools, and theirs as suggestions.
//!
//! One file a format; `listed` is what all of them are written from. An export says what is declared and nothing else: a column without a
//! classification is written as one, never guessed. An import ends in suggestions, and nothing here makes a fact.

mod comments;
mod dbt;
mod dpv;
mod dpv_terms;
mod fides;
mod import;
mod labels;
mod lineage;
mod listed;
mod note;
mod odcs;
mod openlineage;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use clap::ValueEnum;

pub use import::import;

use crate::error::Error;
use crate::facts::Facts;
use listed::{Listed, Meaning};

/// A format that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Fides datasets, YAML.
    Fides,
    /// Open Data Contract Standard 3.1, YAML.
    Odcs,
    /// Sources and models of dbt with `meta`, YAML.
    Dbt,
    /// OpenLineage events of the derived datasets, one JSON object a line.
    Openlineage,
    /// `COMMENT ON COLUMN` for Postgres, which the lint reads.
    Comments,
    /// `SECURITY LABEL` for PostgreSQL Anonymizer.
    Labels,
    /// W3C Data Privacy Vocabulary, JSON-LD.
    Dpv,
}

/// A format that is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Foreign {
    /// Fides datasets, YAML.
    Fides,
}

/// The classification of a project in a format, and remarks about what the format does not take. Formats that want to know when are told
/// `today`, a day as `YYYY-MM-DD`.
///
/// # Errors
///
/// [`Error::Yaml`] and [`Error::Format`] where the text cannot be made.
pub fn export(facts: &Facts, format: Format, today: &str) -> Result<(String, Vec<String>), Error> {
    let listed = Listed::of(facts);
    let mut remarks = Vec::new();
    let text = match format {
        Format::Fides => fides::text(&listed)?,
        Format::Odcs => odcs::text(&listed)?,
        Format::Dbt => dbt::text(&listed, &mut remarks)?,
        Format::Openlineage => openlineage::text(&listed, today, &mut remarks)?,
        Format::Dpv => dpv::text(&listed)?,
        Format::Comments => comments::text(&listed, &mut remarks),
        Format::Labels => labels::text(&listed, &mut remarks),
    };
    let unclassified = listed
        .columns()
        .filter(|(_, column)| column.meaning == Meaning::Unclassified);
    match unclassified.count() {
        0 => {}
        1 => remarks.push("1 column is not classified, and is written as such".to_owned()),
        count => remarks.push(format!(
            "{count} columns are not classified, and are written as such"
        )),
    }
    Ok((text, remarks.iter().map(|remark| in_line(remark)).collect()))
}

/// YAML in which every text is quoted: readers of YAML 1.1, which most of these tools are, take `no`, `on` and `12:30` for other things.
fn yaml(value: &impl serde::Serialize) -> Result<String, Error> {
    let mut text = String::new();
    let options = serde_saphyr::ser_options! { quote_all: true, prefer_block_scalars: false };
    serde_saphyr::to_fmt_writer_with_options(&mut text, value, options)?;
    Ok(text)
}

/// A name that is not used yet: the name itself, or one with a number.
fn unused(name: String, used: &mut BTreeSet<String>) -> String {
    let numbered = (2..).map(|number| format!("{name}_{number}"));
    let free = std::iter::once(name.clone())
        .chain(numbered)
        .find(|name| !used.contains(name))
        .unwrap_or(name);
    used.insert(free.clone());
    free
}

/// Letters, digits, `_`, `.` and `-` of a name; what else it has becomes `_`.
fn plain(name: &str) -> String {
    let allowed = |letter: char| letter.is_ascii_alphanumeric() || "_.-".contains(letter);
    name.chars()
        .map(|letter| if allowed(letter) { letter } else { '_' })
        .collect()
}

/// A name within a line of a comment: nothing in it can end the line.
fn in_line(text: &str) -> String {
    let mut line = String::new();
    for letter in text.chars() {
        match letter.is_control() || ['\u{2028}', '\u{2029}', '\u{85}'].contains(&letter) {
            true => {
                let _ = write!(line, "{}", letter.escape_default());
            }
            false => line.push(letter),
        }
    }
    line
}
