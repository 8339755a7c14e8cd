//! What a run prints. Nothing is decided here.

pub mod columns;
pub mod human;
pub mod json;

use crate::facts::Facts;

/// `3 findings; 41 of 44 columns classified, 1 not visible`.
#[must_use]
pub fn counts(facts: &Facts, findings: usize) -> String {
    let plural = if findings == 1 { "" } else { "s" };
    format!(
        "{findings} finding{plural}; {} of {} columns classified, {} not visible",
        facts.classified(),
        facts.columns.len(),
        facts.unseen.len()
    )
}
