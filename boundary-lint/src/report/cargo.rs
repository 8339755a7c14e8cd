//! Cargo's own messages, one JSON object a line, as `cargo check --message-format=json` writes them.
//!
//! Editors read them: rust-analyzer runs whatever `check.overrideCommand` names and shows what it says.

use std::io::Write;
use std::path::{Path, PathBuf};

use cargo_metadata::Metadata;
use serde::Serialize;

use super::human;
use crate::error::Error;
use crate::facts::Facts;
use crate::facts::crates::members;
use crate::rules::{Finding, Marked};
use crate::suppress::Judged;

#[derive(Serialize)]
struct Message<'a> {
    reason: &'static str,
    package_id: &'a str,
    manifest_path: &'a str,
    target: &'a serde_json::Value,
    message: Diagnostic<'a>,
}

#[derive(Serialize)]
struct Diagnostic<'a> {
    rendered: Option<String>,
    #[serde(rename = "$message_type")]
    message_type: &'static str,
    children: Vec<Diagnostic<'a>>,
    level: &'static str,
    message: &'a str,
    spans: Vec<Span<'a>>,
    code: Option<Code<'a>>,
}

#[derive(Serialize)]
struct Code<'a> {
    code: &'a str,
    explanation: Option<String>,
}

#[derive(Serialize)]
struct Span<'a> {
    file_name: String,
    byte_start: usize,
    byte_end: usize,
    line_start: usize,
    line_end: usize,
    column_start: usize,
    column_end: usize,
    is_primary: bool,
    text: Vec<Line<'a>>,
    label: Option<&'a str>,
    suggested_replacement: Option<&'a str>,
    suggestion_applicability: Option<&'a str>,
    expansion: Option<&'a str>,
}

#[derive(Serialize)]
struct Line<'a> {
    text: &'a str,
    highlight_start: usize,
    highlight_end: usize,
}

/// Writes the findings, each of the package that its file lies in; a file that lies in none belongs to the first.
///
/// # Errors
///
/// Where the folder is in no Cargo workspace, or the output cannot be written.
pub fn write(out: &mut impl Write, facts: &Facts, judged: &Judged, root: &Path) -> Result<(), Error> {
    let metadata = members(root)?;
    let packages = packages(&metadata);
    for finding in &judged.findings {
        let place = super::real(facts, finding.primary.place);
        let path = &facts.sources.file(place.file).path;
        let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
        let deepest = packages
            .iter()
            .filter(|package| path.starts_with(&package.folder))
            .max_by_key(|package| package.folder.components().count());
        let Some(package) = deepest.or(packages.first()) else {
            continue;
        };
        let message = Message {
            reason: "compiler-message",
            package_id: &package.id,
            manifest_path: &package.manifest,
            target: &package.target,
            message: diagnostic(facts, finding),
        };
        serde_json::to_writer(&mut *out, &message)?;
        writeln!(out)?;
    }
    let success = judged.findings.is_empty();
    writeln!(out, "{{\"reason\":\"build-finished\",\"success\":{success}}}")?;
    Ok(())
}

struct Package {
    id: String,
    manifest: String,
    folder: PathBuf,
    target: serde_json::Value,
}

fn packages(metadata: &Metadata) -> Vec<Package> {
    let of = |package: &&cargo_metadata::Package| {
        let library = package.targets.iter().find(|target| target.is_lib());
        let target = serde_json::to_value(library.or(package.targets.first())?).ok()?;
        Some(Package {
            id: package.id.repr.clone(),
            manifest: package.manifest_path.to_string(),
            folder: package.manifest_path.parent()?.as_std_path().to_owned(),
            target,
        })
    };
    metadata.workspace_packages().iter().filter_map(of).collect()
}

fn diagnostic<'a>(facts: &'a Facts, finding: &'a Finding) -> Diagnostic<'a> {
    let related = finding.related.iter().map(|marked| span(facts, marked, false));
    Diagnostic {
        rendered: Some(human::plain(facts, finding)),
        message_type: "diagnostic",
        children: vec![Diagnostic {
            rendered: None,
            message_type: "diagnostic",
            children: Vec::new(),
            level: "help",
            message: &finding.help,
            spans: Vec::new(),
            code: None,
        }],
        level: "error",
        message: &finding.message,
        spans: std::iter::once(span(facts, &finding.primary, true))
            .chain(related)
            .collect(),
        code: Some(Code {
            code: finding.rule,
            explanation: None,
        }),
    }
}

fn span<'a>(facts: &'a Facts, marked: &'a Marked, is_primary: bool) -> Span<'a> {
    let place = super::real(facts, marked.place);
    let file = facts.sources.file(place.file);
    let (line_start, column_start) = file.line_column(place.span.start);
    let (line_end, column_end) = file.line_column(place.span.end);
    let text = file.text.lines().nth(line_start.saturating_sub(1));
    let text = text.filter(|_| line_start == line_end).map(|text| Line {
        text,
        highlight_start: column_start,
        highlight_end: column_end,
    });
    let path = std::path::absolute(&file.path).unwrap_or_else(|_| file.path.clone());
    Span {
        // rust-analyzer joins it with the workspace's root, and an absolute path stays as it is.
        file_name: path.to_string_lossy().into_owned(),
        byte_start: place.span.start,
        byte_end: place.span.end,
        line_start,
        line_end,
        column_start,
        column_end,
        is_primary,
        text: text.into_iter().collect(),
        label: Some(marked.label.as_str()).filter(|label| !label.is_empty()),
        suggested_replacement: None,
        suggestion_applicability: None,
        expansion: None,
    }
}
