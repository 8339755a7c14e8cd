//! Something that may hold or change columns, and that the lint cannot see into.
//!
//! Dynamic SQL, a function that changes tables, a statement or a file that does not parse, a view whose `*` cannot be
//! expanded, migrations in a form that is not read: what columns there are after it is a guess. A guess is no
//! classification, so it fails like an unclassified column.

use super::{Found, Marked};
use crate::facts::Facts;

pub(super) fn check(facts: &Facts, found: &mut Found<'_>) {
    for unseen in &facts.unseen {
        found.add(
            format!("columns cannot be seen: {}", unseen.why),
            Marked::new(unseen.place, ""),
            Vec::new(),
            unseen.mend.to_owned(),
        );
    }
}
