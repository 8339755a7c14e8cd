//! Findings for people: each with its source lines, what is wrong and what to do.

use std::collections::BTreeMap;
use std::io::Write;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};

use super::counts;
use crate::facts::Facts;
use crate::rules::{Finding, Marked};
use crate::source::SourceFile;
use crate::suppress::Judged;

/// Writes all findings and ends with the counts.
///
/// # Errors
///
/// Where the output cannot be written.
pub fn write(out: &mut impl Write, facts: &Facts, judged: &Judged) -> std::io::Result<()> {
    write_findings(out, facts, judged)?;
    writeln!(out, "{}", counts(facts, judged))
}

/// Writes all findings, without counts.
///
/// # Errors
///
/// Where the output cannot be written.
pub fn write_findings(out: &mut impl Write, facts: &Facts, judged: &Judged) -> std::io::Result<()> {
    let renderer = Renderer::styled()
        .decor_style(DecorStyle::Ascii)
        .term_width(WIDTH);
    for finding in judged.findings.iter().take(SHOWN) {
        writeln!(out, "{}\n", renderer.render(&[group(facts, finding)]))?;
    }
    let rest = judged.findings.get(SHOWN..).unwrap_or(&[]);
    if rest.is_empty() {
        return Ok(());
    }
    let mut by_rule: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in rest {
        *by_rule.entry(finding.rule).or_default() += 1;
    }
    writeln!(out, "{} more findings are not shown here:", rest.len())?;
    for (rule, count) in by_rule {
        writeln!(out, "  {count:>8} {rule}")?;
    }
    writeln!(
        out,
        "`--format json` lists all; `--baseline FILE` accepts what is there today\n"
    )
}

/// One finding without colours, for formats that carry a text.
#[must_use]
pub fn plain(facts: &Facts, finding: &Finding) -> String {
    let renderer = Renderer::plain().decor_style(DecorStyle::Ascii).term_width(WIDTH);
    renderer.render(&[group(facts, finding)])
}

/// Nobody reads more than these; programs have forms of their own.
const SHOWN: usize = 500;

/// Output is read in terminals of this width, in mails and in the logs of CI.
const WIDTH: usize = 80;

fn group<'a>(facts: &'a Facts, finding: &'a Finding) -> Group<'a> {
    let title = Level::ERROR
        .primary_title(finding.message.as_str())
        .id(finding.rule);
    let mut group = title.element(snippet(facts, &finding.primary, AnnotationKind::Primary));
    for related in &finding.related {
        group = group.element(snippet(facts, related, AnnotationKind::Context));
    }
    group.element(Level::HELP.message(wrapped(&finding.help, HELP)))
}

/// Writes a text below a title, in lines that fit.
///
/// # Errors
///
/// Where the output cannot be written.
pub fn indented(out: &mut impl Write, text: &str) -> std::io::Result<()> {
    for line in wrapped(text, WIDTH - 4).lines() {
        writeln!(out, "    {line}")?;
    }
    Ok(())
}

/// Room behind `= help: `.
const HELP: usize = WIDTH - 12;

/// The text in lines of so many characters, which the renderer leaves as they are. A longer word has a line of its own.
fn wrapped(text: &str, room: usize) -> String {
    let mut out = String::with_capacity(text.len());
    for (at, line) in text.lines().enumerate() {
        if at > 0 {
            out.push('\n');
        }
        let mut width = 0;
        for word in line.split(' ') {
            let length = word.chars().count();
            if width > 0 && width + 1 + length > room {
                out.push('\n');
                width = 0;
            } else if width > 0 {
                out.push(' ');
                width += 1;
            }
            out.push_str(word);
            width += length;
        }
    }
    out
}

fn snippet<'a>(
    facts: &'a Facts,
    marked: &'a Marked,
    kind: AnnotationKind,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let file = facts.sources.file(marked.place.file);
    let (start, end) = (
        marked.place.span.start.min(file.text.len()),
        marked.place.span.end.min(file.text.len()),
    );
    // Only the first line of what is marked is shown, however long the statement.
    let (from, to) = line_around(file, start);
    let (line, _) = file.line_column(start);
    let span = start - from..end.clamp(start, to) - from;
    let label = Some(marked.label.as_str()).filter(|label| !label.is_empty());
    Snippet::source(file.text.get(from..to).unwrap_or(""))
        .path(file.shown.as_str())
        .line_start(line)
        .annotation(kind.span(span).label(label))
}

fn line_around(file: &SourceFile, at: usize) -> (usize, usize) {
    let text = file.text.as_bytes();
    let from = memchr::memrchr(b'\n', &text[..at]).map_or(0, |newline| newline + 1);
    let to = memchr::memchr(b'\n', &text[at..]).map_or(text.len(), |newline| at + newline);
    (from, to)
}
