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
