//! What a run prints. Nothing is decided here.

pub mod cargo;
pub mod columns;
pub mod diff;
pub mod exits;
pub mod fingerprint;
pub mod github;
pub mod gitlab;
pub mod human;
pub mod json;
pub mod map;
mod markdown;
pub mod policy;
pub mod sarif;

use crate::facts::Facts;
use crate::source::{Place, Span};
use crate::suppress::Judged;

/// A place that programs can open: the policy stands for code that is in no file.
pub(crate) fn real(facts: &Facts, place: Place) -> Place {
    match (facts.sources.file(place.file).path.is_file(), facts.policy_file) {
        (false, Some(file)) => Place {
            file,
            span: Span::default(),
        },
        _ => place,
    }
}

/// `3 findings; 41 of 44 columns classified, 1 not visible; 2 findings suppressed`.
#[must_use]
pub fn counts(facts: &Facts, judged: &Judged) -> String {
    let number = |count: usize| format!("{count} finding{}", if count == 1 { "" } else { "s" });
    let besides = |count: usize, what: &str| match count {
        0 => String::new(),
        some => format!("; {} {what}", number(some)),
    };
    let besides = [
        besides(judged.suppressed, "suppressed"),
        besides(judged.baselined, "in the baseline"),
        besides(judged.inherited, "in the base as well"),
    ]
    .concat();
    format!(
        "{}; {} of {} columns classified, {} not visible{besides}",
        number(judged.findings.len()),
        facts.classified(),
        facts.columns.len(),
        facts.unseen.len()
    )
}

/// A text on one line, in which nothing steers a terminal.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\n' | '\r' | '\t' => ' ',
            c if c.is_control() => '\u{fffd}',
            c => c,
        })
        .collect()
}
