//! `report`: the data map of a project, in the form that its reader needs.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::facts::{Facts, Input, collect};
use crate::report::map;
use crate::{rules, suppress, write};

/// How to print the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Text for repositories and wikis.
    Markdown,
    /// JSON of this tool, with a version.
    Json,
    /// The data map for spreadsheets.
    Csv,
    /// One page that needs nothing else.
    Html,
}

/// What to report.
#[derive(Clone, Debug)]
pub struct Wanted {
    /// The folder of the policy.
    pub root: PathBuf,
    /// How to print it.
    pub format: Format,
    /// A revision or lock file to compare with.
    pub base: Option<String>,
    /// What links to places begin with.
    pub link: String,
    /// The day, `YYYY-MM-DD`.
    pub today: String,
}

/// Writes the report, to `file` where there is one.
///
/// # Errors
///
/// [`Error`] where something cannot be read or written.
pub fn run(out: &mut impl Write, wanted: &Wanted, file: Option<&Path>) -> Result<(), Error> {
    let base = match &wanted.base {
        Some(base) => Some(super::compare::side(&wanted.root, base)?),
        None => None,
    };
    let facts = collect(&Input {
        root: Some(wanted.root.clone()),
        crates: true,
        ..Input::default()
    })?;
    let judged = suppress::apply(&facts, rules::check(&facts), &wanted.today);
    let report = map::of(&facts, &judged, base.as_ref());
    match file {
        None => print(out, &facts, &report, wanted)?,
        Some(file) => {
            let mut text = Vec::new();
            print(&mut text, &facts, &report, wanted)?;
            write::replace(file, &text)?;
        }
    }
    // The process ends here, and there may be a million texts.
    std::mem::forget((facts, judged, report));
    Ok(())
}

fn print(out: &mut impl Write, facts: &Facts, report: &map::Report, wanted: &Wanted) -> Result<(), Error> {
    match wanted.format {
        Format::Markdown => map::write_markdown(out, report)?,
        Format::Json => map::write_json(out, report)?,
        Format::Csv => map::write_csv(out, report)?,
        Format::Html => map::write_html(out, report, &map::draw(facts, &report.columns), &wanted.link)?,
    }
    Ok(())
}
