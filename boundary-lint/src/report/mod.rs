//! What a run prints. Nothing is decided here.

pub mod columns;
pub mod exits;
pub mod human;
pub mod json;

use crate::facts::Facts;
use crate::suppress::Judged;

/// `3 findings; 41 of 44 columns classified, 1 not visible; 2 findings suppressed`.
#[must_use]
pub fn counts(facts: &Facts, judged: &Judged) -> String {
    let number = |count: usize| format!("{count} finding{}", if count == 1 { "" } else { "s" });
    let suppressed = match judged.suppressed {
        0 => String::new(),
        some => format!("; {} suppressed", number(some)),
    };
    format!(
        "{}; {} of {} columns classified, {} not visible{suppressed}",
        number(judged.findings.len()),
        facts.classified(),
        facts.columns.len(),
        facts.unseen.len()
    )
}
