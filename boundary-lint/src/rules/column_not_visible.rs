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
            "columns may be here that cannot be seen".to_owned(),
            Marked::new(unseen.place, unseen.why.clone()),
            Vec::new(),
            "write the change as plain SQL in a migration, one statement for each table".to_owned(),
        );
    }
}
