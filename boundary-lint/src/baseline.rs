//! Baselines: the findings that a project had when it began, which are reported no more.
//!
//! A baseline is a text of one finding a line, by its rule and what it is about, and never by a line number. It only gets shorter: an
//! entry that nothing needs any more is a finding, and writing one again takes entries out and adds none.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::error::Error;
use crate::facts::Facts;
use crate::rules::{Finding, Marked, name};
use crate::source::{Place, SourceFile, Span};
use crate::suppress::{Judged, NEVER};
use crate::write;

/// The rule of entries that nothing needs.
pub const RULE: &str = "baseline";

const HEADER: &str = "# boundary baseline 1: one finding a line; it only gets shorter";

/// What a finding is known by, whatever the lines above it: its rule, and the column, table or file and message that it is about.
#[must_use]
pub fn key(facts: &Facts, finding: &Finding) -> String {
    match &finding.subject {
        Some(subject) => format!("{} {}", finding.rule, name(subject)),
        None => {
            let file = &facts.sources.file(finding.primary.place.file).shown;
            let message = finding.message.replace(['\n', '\r'], " ");
            format!("{} {file}: {message}", finding.rule)
        }
    }
}

/// How often each key is met.
pub(crate) fn counted(facts: &Facts, findings: &[Finding]) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for finding in findings.iter().filter(|finding| !NEVER.contains(&finding.rule)) {
        *counts.entry(key(facts, finding)).or_default() += 1;
    }
    counts
}

/// Takes the findings away that these keys count, and gives how many; what is left of the keys nobody needed.
pub(crate) fn subtract(facts: &Facts, judged: &mut Judged, counts: &mut BTreeMap<String, usize>) -> usize {
    let before = judged.findings.len();
    judged.findings.retain(|finding| {
        if NEVER.contains(&finding.rule) {
            return true;
        }
        match counts.get_mut(&key(facts, finding)) {
            Some(left) if *left > 0 => {
                *left -= 1;
                false
            }
            _ => true,
        }
    });
    before - judged.findings.len()
}

/// Takes away what the baseline lists, and adds its entries that nothing needs.
///
/// # Errors
///
/// [`Error::Read`] where the file cannot be read, [`Error::Baseline`] where it is none.
pub fn apply(facts: &mut Facts, judged: &mut Judged, root: &Path, file: &Path) -> Result<(), Error> {
    let text = read(file)?;
    let mut counts = entries(file, &text)?;
    judged.baselined = subtract(facts, judged, &mut counts);
    let source = facts.sources.add(SourceFile::new(root, file.to_owned(), text));
    let text = &facts.sources.file(source).text;
    let mut at = 0;
    let mut stale = Vec::new();
    for line in text.split_inclusive('\n') {
        let entry = line.trim();
        if let Some(left) = counts.get_mut(entry)
            && *left > 0
        {
            *left -= 1;
            stale.push(Place {
                file: source,
                span: Span::new(at, at + entry.len()),
            });
        }
        at += line.len();
    }
    judged.findings.extend(stale.into_iter().map(|place| Finding {
        rule: RULE,
        message: "an entry of the baseline is not needed any more".to_owned(),
        primary: Marked {
            place,
            label: "nothing is found for it".to_owned(),
        },
        related: Vec::new(),
        help: "take it out: `cargo boundary check --baseline FILE --write-baseline`".to_owned(),
        subject: None,
    }));
    crate::rules::sort(facts, &mut judged.findings);
    Ok(())
}

/// Writes the findings as a baseline. Of one that is there, only what is still found stays.
///
/// # Errors
///
/// As [`apply`], and [`Error::Replace`] where the file cannot be written.
pub fn write_file(facts: &Facts, judged: &Judged, file: &Path) -> Result<usize, Error> {
    let mut counts = counted(facts, &judged.findings);
    if file.exists() {
        let known = entries(file, &read(file)?)?;
        counts.retain(|key, count| {
            *count = (*count).min(known.get(key).copied().unwrap_or(0));
            *count > 0
        });
    }
    let mut text = format!("{HEADER}\n");
    let mut written = 0;
    for (key, count) in counts {
        for _ in 0..count {
            text.push_str(&key);
            text.push('\n');
            written += 1;
        }
    }
    write::replace(file, text.as_bytes())?;
    Ok(written)
}

fn read(file: &Path) -> Result<String, Error> {
    std::fs::read_to_string(file).map_err(|source| Error::Read {
        path: file.to_owned(),
        source,
    })
}

fn entries(file: &Path, text: &str) -> Result<BTreeMap<String, usize>, Error> {
    let mut lines = text.lines();
    if lines.next().map(str::trim) != Some(HEADER) {
        return Err(Error::Baseline(PathBuf::from(file)));
    }
    let mut counts = BTreeMap::new();
    for line in lines.map(str::trim).filter(|line| !line.is_empty()) {
        *counts.entry(line.to_owned()).or_default() += 1;
    }
    Ok(counts)
}
