//! What changed, for the person who decides about it.

mod human;
mod json;
mod markdown;

pub use human::write as write_human;
pub use json::{VERSION, write as write_json};
pub use markdown::{LONGEST, MARKER, write as write_markdown};

use boundary_schema::{Approved, Policy};

use crate::diff::approvals::Approvals;
use crate::diff::{Change, Direction, What};
use crate::facts::Facts;
use crate::manifest::Placed;

/// One side of a comparison.
#[derive(Debug, Default)]
pub struct SideOf {
    /// What it is called: a revision, a file, the working tree.
    pub shown: String,
    /// What it declares.
    pub placed: Placed,
    /// What it was read from; a lock file has none.
    pub facts: Option<Facts>,
}

impl SideOf {
    /// Its policy.
    #[must_use]
    pub fn policy(&self) -> Option<&Policy> {
        self.facts.as_ref()?.policy.as_ref()
    }

    /// File and line of an item.
    fn line(&self, item: &boundary_schema::manifest::Item) -> Option<(&str, usize)> {
        let facts = self.facts.as_ref()?;
        let place = self.placed.places.get(item)?;
        let file = facts.sources.file(place.file);
        Some((file.shown.as_str(), file.line_column(place.span.start).0))
    }
}

/// A comparison that was judged.
#[derive(Debug)]
pub struct Compared<'a> {
    /// Where it starts from.
    pub base: &'a SideOf,
    /// Where it leads to.
    pub head: &'a SideOf,
    /// Every change, widenings first.
    pub changes: &'a [Change],
    /// Who approved which.
    pub approvals: &'a Approvals<'a>,
}

impl Compared<'_> {
    /// File and line of a change: in the head, or in the base where it is gone from the head.
    fn line(&self, change: &Change) -> Option<(&str, usize)> {
        match change.what {
            What::Removed => self.base.line(&change.item),
            _ => self
                .head
                .line(&change.item)
                .or_else(|| self.base.line(&change.item)),
        }
    }

    fn count(&self, direction: Direction) -> usize {
        let of = |change: &&Change| change.direction == direction;
        self.changes.iter().filter(of).count()
    }

    /// The widenings with their approvals, those without one first.
    fn widenings(&self) -> Vec<(&Change, Option<&Approved>)> {
        let mut widenings: Vec<(&Change, Option<&Approved>)> = self
            .changes
            .iter()
            .zip(&self.approvals.of)
            .filter(|(change, _)| change.direction == Direction::Widening)
            .map(|(change, approved)| (change, *approved))
            .collect();
        widenings.sort_by_key(|(_, approved)| approved.is_some());
        widenings
    }

    /// File and line of an approval.
    fn line_of(&self, approved: &Approved) -> Option<(&str, usize)> {
        let facts = self.head.facts.as_ref()?;
        let place = facts.in_policy(&approved.span)?;
        let file = facts.sources.file(place.file);
        Some((file.shown.as_str(), file.line_column(place.span.start).0))
    }

    /// The counts in one line.
    fn summary(&self) -> String {
        let (widening, missing) = (
            self.count(Direction::Widening),
            self.approvals.missing(self.changes),
        );
        let narrowing = self.count(Direction::Narrowing);
        let neutral = self.count(Direction::Neutral);
        let approved = match (widening, missing) {
            (0, _) => String::new(),
            (_, 0) => " (all approved)".to_owned(),
            (_, missing) => format!(" ({missing} not approved)"),
        };
        format!("{widening} widening{approved}, {narrowing} narrowing, {neutral} neutral")
    }
}

/// The change without its item.
fn what(change: &Change) -> String {
    let line = change.to_string();
    let item = format!("{}: ", change.item);
    line.strip_prefix(&item).unwrap_or(&line).to_owned()
}
