//! Approvals: widenings that somebody answers for, by `[[approve]]` of the head's policy.
//!
//! An approval belongs to the change that it comes with. One that the base has already is spent and approves nothing, so that it
//! cannot let a later change through; it may stay until its day.

use std::collections::BTreeSet;

use boundary_schema::{Approved, Policy};

use super::{Change, Direction};

/// What the approvals of a comparison come to.
#[derive(Debug, Default)]
pub struct Approvals<'a> {
    /// For each change the approval that holds for it.
    pub of: Vec<Option<&'a Approved>>,
    /// Approvals that are wrong, with why.
    pub wrong: Vec<(&'a Approved, String)>,
    /// Approvals that the base has as well.
    pub spent: Vec<&'a Approved>,
}

impl Approvals<'_> {
    /// How many widenings nobody has approved.
    #[must_use]
    pub fn missing(&self, changes: &[Change]) -> usize {
        let widens = |change: &Change| change.direction == Direction::Widening;
        let unapproved = changes
            .iter()
            .zip(&self.of)
            .filter(|(change, approval)| widens(change) && approval.is_none());
        unapproved.count()
    }
}

/// Judges the approvals on a day, `YYYY-MM-DD`.
#[must_use]
pub fn judge<'a>(
    changes: &[Change],
    base: Option<&Policy>,
    head: Option<&'a Policy>,
    today: &str,
) -> Approvals<'a> {
    let before: BTreeSet<(&str, &str, &str, &str)> =
        base.into_iter().flat_map(Policy::approved).map(words).collect();
    let mut approvals = Approvals {
        of: vec![None; changes.len()],
        ..Approvals::default()
    };
    let lines: Vec<String> = changes.iter().map(ToString::to_string).collect();
    for approved in head.into_iter().flat_map(Policy::approved) {
        if approved.until.as_str() < today {
            let why = format!("it has expired on {}", approved.until);
            approvals.wrong.push((approved, why));
            continue;
        }
        if before.contains(&words(approved)) {
            approvals.spent.push(approved);
            continue;
        }
        let wanted = approved.change.trim();
        let mut used = false;
        for (at, line) in lines.iter().enumerate() {
            if line == wanted && changes[at].direction == Direction::Widening {
                approvals.of[at] = Some(approved);
                used = true;
            }
        }
        if !used {
            let why = match lines.iter().any(|line| line == wanted) {
                true => "this change needs no approval".to_owned(),
                false => "there is no such change".to_owned(),
            };
            approvals.wrong.push((approved, why));
        }
    }
    approvals
}

fn words(approved: &Approved) -> (&str, &str, &str, &str) {
    (
        approved.change.as_str(),
        approved.by.as_str(),
        approved.reason.as_str(),
        approved.until.as_str(),
    )
}
