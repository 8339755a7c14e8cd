//! Mistakes in `boundary.toml`, shown as findings are: the line, what is wrong with it, what to do.

use boundary_schema::PolicyErrors;

use crate::facts::Facts;
use crate::rules::{Finding, Marked};
use crate::source::{FileId, Place, SourceFile, Span};
use crate::suppress::Judged;

/// What findings about the policy are called; it is no rule, because without a policy there are none.
pub const RULE: &str = "policy";

/// The mistakes as findings, with the file that they are in.
#[must_use]
pub fn findings(errors: &PolicyErrors) -> (Facts, Judged) {
    let mut facts = Facts::default();
    let path = errors.first().file.clone();
    let text = std::fs::read_to_string(&path).unwrap_or_default();
    let root = path.parent().unwrap_or(std::path::Path::new("")).to_owned();
    let file = facts.sources.add(SourceFile::new(&root, path, text));
    let findings = errors.iter().map(|error| Finding {
        rule: RULE,
        message: error.message.clone(),
        primary: Marked {
            place: place(&facts, file, error.position),
            label: String::new(),
        },
        related: Vec::new(),
        help: error.help.clone().unwrap_or_else(|| {
            "the file's JSON Schema lists every key: schema/boundary.schema.json".to_owned()
        }),
        subject: None,
    });
    let findings = findings.collect();
    (
        facts,
        Judged {
            findings,
            suppressed: 0,
            baselined: 0,
            inherited: 0,
        },
    )
}

/// From the place of a mistake to the end of its word.
fn place(facts: &Facts, file: FileId, position: Option<boundary_schema::Position>) -> Place {
    let text = &facts.sources.file(file).text;
    let Some(position) = position else {
        return Place {
            file,
            span: Span::default(),
        };
    };
    let line = usize::try_from(position.line).unwrap_or(1).saturating_sub(1);
    let start: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    let rest = text.get(start..).unwrap_or("");
    let column = usize::try_from(position.column).unwrap_or(1).saturating_sub(1);
    let offset = rest.char_indices().nth(column).map_or(0, |(byte, _)| byte);
    let word = rest.get(offset..).unwrap_or("");
    let quoted = word.starts_with('"');
    let length = word
        .char_indices()
        .skip(1)
        .find(|(_, c)| {
            if quoted {
                *c == '"'
            } else {
                !(c.is_alphanumeric() || *c == '_' || *c == '-')
            }
        })
        .map_or(word.len(), |(byte, _)| byte + usize::from(quoted));
    let from = start + offset;
    Place {
        file,
        span: Span::new(from, (from + length).min(text.len())),
    }
}
