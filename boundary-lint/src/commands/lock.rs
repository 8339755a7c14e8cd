//! `manifest` writes `boundary.lock`, `check --locked` compares it with what is declared.

use std::path::Path;

use boundary_schema::manifest::{Item, Manifest, ManifestError};

use crate::error::Error;
use crate::facts::Facts;
use crate::manifest;
use crate::rules::{Finding, Marked};
use crate::source::{FileId, Place, SourceFile, Span};
use crate::suppress::Judged;
use crate::write;

/// The rule of lock files.
pub const RULE: &str = "lock-stale";

/// Writes the lock file of a project and gives how many items it has.
///
/// # Errors
///
/// [`Error::Replace`] where it cannot be written.
pub fn write_file(facts: &Facts, root: &Path) -> Result<usize, Error> {
    let manifest = manifest::of(facts).manifest;
    write::replace(&root.join(Manifest::FILE_NAME), manifest.to_string().as_bytes())?;
    Ok(manifest.items.len())
}

/// Adds what is wrong with the lock file.
///
/// # Errors
///
/// [`Error::Read`] where it is there and cannot be read.
pub fn apply(facts: &mut Facts, judged: &mut Judged, root: &Path) -> Result<(), Error> {
    let path = root.join(Manifest::FILE_NAME);
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let Some(file) = facts.policy_file else {
                return Ok(());
            };
            let place = Place {
                file,
                span: Span::default(),
            };
            push(
                judged,
                "there is no lock file",
                place,
                format!("`{}` belongs beside this file", Manifest::FILE_NAME),
            );
            return Ok(());
        }
        Err(source) => return Err(Error::Read { path, source }),
    };
    let declared = manifest::of(facts).manifest;
    let file = facts.sources.add(SourceFile::new(root, path, text));
    let text = &facts.sources.file(file).text;
    match Manifest::parse(text) {
        Ok(locked) => {
            if let Some((place, label)) = difference(text, file, &locked, &declared) {
                push(
                    judged,
                    "the lock file does not say what is declared",
                    place,
                    label,
                );
            }
        }
        Err(ManifestError::Conflict { line }) => {
            let label = "both sides of the merge stand here".to_owned();
            push(
                judged,
                "the lock file has an unresolved merge conflict",
                at_line(text, file, line),
                label,
            );
        }
        Err(ManifestError::Malformed { line, why }) => {
            push(
                judged,
                "the lock file cannot be read",
                at_line(text, file, line),
                why,
            );
        }
        Err(error) => {
            let first = error.to_string();
            let first = first.lines().next().unwrap_or("").to_owned();
            push(
                judged,
                "the lock file cannot be read",
                at_line(text, file, 1),
                first,
            );
        }
    }
    crate::rules::sort(facts, &mut judged.findings);
    Ok(())
}

fn push(judged: &mut Judged, message: &str, place: Place, label: String) {
    judged.findings.push(Finding {
        rule: RULE,
        message: message.to_owned(),
        primary: Marked { place, label },
        related: Vec::new(),
        help: "write it: `cargo boundary manifest`".to_owned(),
        subject: None,
    });
}

/// The first difference, and how many there are.
fn difference(text: &str, file: FileId, locked: &Manifest, declared: &Manifest) -> Option<(Place, String)> {
    let differs = |item: &&Item| locked.items.get(item) != declared.items.get(item);
    let mut different: Vec<&Item> = locked
        .items
        .keys()
        .chain(declared.items.keys())
        .filter(differs)
        .collect();
    different.sort_unstable();
    different.dedup();
    let first = different.first()?;
    let what = match (
        locked.items.contains_key(first),
        declared.items.contains_key(first),
    ) {
        (true, true) => "is declared otherwise",
        (true, false) => "is not declared any more",
        _ => "is declared and not here",
    };
    let more = match different.len() {
        1 => String::new(),
        count => format!(", and {} more differ", count - 1),
    };
    // The names of databases and files may stand in several sections; the first line is near enough.
    let line = text
        .lines()
        .position(|line| line.starts_with(&format!("\"{}\" = ", first.name)));
    let place = at_line(text, file, line.map_or(1, |line| line + 1));
    Some((place, format!("`{first}` {what}{more}")))
}

fn at_line(text: &str, file: FileId, line: usize) -> Place {
    let start: usize = text
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    // What is said of the item is long, and its name is enough.
    let line = text[start..].lines().next().unwrap_or("");
    let length = line.find(" = ").unwrap_or(line.len());
    Place {
        file,
        span: Span::new(start, start + length),
    }
}
