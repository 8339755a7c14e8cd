//! The pages of the rules, in the terminal and as a document.

use std::io::Write;

use crate::error::Error;
use crate::rules::{RULES, Rule};

/// The width that pages are wrapped to.
const WIDTH: usize = 80;

/// Writes the page of a rule, or a line about each where none is named.
///
/// # Errors
///
/// [`Error::NoRule`] where there is no such rule; or where the output cannot be written.
pub fn write(out: &mut impl Write, rule: Option<&str>) -> Result<(), Error> {
    let Some(id) = rule else {
        let width = RULES.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
        for rule in RULES {
            let room = WIDTH - width - 2;
            let lines = wrapped(&title(rule), room);
            for (at, line) in lines.iter().enumerate() {
                let id = if at == 0 { rule.id } else { "" };
                writeln!(out, "{id:width$}  {line}")?;
            }
        }
        return Ok(());
    };
    let Some(rule) = RULES.iter().find(|rule| rule.id == id) else {
        let near = RULES
            .iter()
            .map(|rule| (strsim::damerau_levenshtein(rule.id, id), rule.id))
            .min_by_key(|(distance, _)| *distance);
        return Err(Error::NoRule {
            rule: id.to_owned(),
            near: near.map(|(_, id)| id),
        });
    };
    writeln!(out, "{}\n", rule.id)?;
    for paragraph in paragraphs(&rule.text()) {
        match paragraph {
            Paragraph::Code(code) => {
                for line in code.lines() {
                    writeln!(out, "    {line}")?;
                }
            }
            Paragraph::Text(text) => {
                for line in wrapped(&text, WIDTH) {
                    writeln!(out, "{line}")?;
                }
            }
        }
        writeln!(out)?;
    }
    Ok(())
}

/// All pages as one Markdown document, `docs/rules.md`.
#[must_use]
pub fn document() -> String {
    let mut out = format!(
        "# The rules of `cargo boundary check`\n\n\
         {} rules. This page is made of the same texts as `cargo boundary explain RULE`.\n",
        RULES.len()
    );
    for rule in RULES {
        out.push_str(&format!("\n## {}\n\n{}\n", rule.id, rule.text().trim_end()));
    }
    out
}

/// The first sentence of a page.
fn title(rule: &Rule) -> String {
    let text = rule.text();
    text.split("\n\n").next().unwrap_or("").replace('\n', " ")
}

enum Paragraph {
    Text(String),
    Code(String),
}

fn paragraphs(page: &str) -> Vec<Paragraph> {
    let mut out = Vec::new();
    let mut text = String::new();
    let mut code: Option<String> = None;
    for line in page.lines() {
        let fence = line.starts_with("```");
        match (&mut code, fence) {
            (Some(_), true) => out.extend(code.take().map(Paragraph::Code)),
            (Some(code), false) => {
                code.push_str(line);
                code.push('\n');
            }
            (None, true) => code = Some(String::new()),
            (None, false) if line.is_empty() || line.starts_with("- ") => {
                if !text.is_empty() {
                    out.push(Paragraph::Text(std::mem::take(&mut text)));
                }
                text.push_str(line);
            }
            (None, false) => {
                if !text.is_empty() {
                    text.push(' ');
                }
                text.push_str(line.trim());
            }
        }
    }
    if !text.is_empty() {
        out.push(Paragraph::Text(text));
    }
    out
}

fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let last = lines.last().map_or(0, |line| line.chars().count());
        if last > 0 && last + 1 + word.chars().count() > width {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}
