//! A publication that sends a column out of its region's database.
//!
//! Logical replication copies rows to whoever subscribes, outside of everything that looks at residency. A publication may name tables that
//! have only global columns, or list the columns that may leave; one of all tables, or of all tables of a schema, sends whatever is added
//! later as well. Columns whose residency is `regional`, `in_country` or pinned are found, and so are those without a classification. A
//! publication stays found although a later migration drops it.

use super::{Found, Marked};
use crate::facts::Facts;

pub(super) fn check(facts: &Facts, found: &mut Found<'_>) {
    for publication in &facts.publications {
        let Some((schema, table, column)) = publication.columns.first() else {
            continue;
        };
        let more = match publication.columns.len() - 1 {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        found.add(
            format!(
                "publication `{}` sends `{schema}.{table}.{column}`{more} out of this database",
                publication.name
            ),
            Marked::new(publication.place, "subscribers may be anywhere"),
            Vec::new(),
            "list the columns that may leave, `FOR TABLE t (a, b)`, or let the gate release what others need"
                .to_owned(),
        );
    }
}
