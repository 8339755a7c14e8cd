//! A column that one source of the schema has and another has not.
//!
//! Migrations, diesel's `schema.rs`, the entities of sea-orm and the cached queries of sqlx all say what the database is. Where they
//! differ, one of them is out of date, and a column that only one of them has is easily overlooked when columns are classified.
//!
//! A table that a list leaves out is no finding: lists are often filtered. A list is compared with the database that has most of its
//! tables; the caches of sqlx say where a column comes from since version 0.9, older ones are not compared.

use super::{Found, Marked};
use crate::facts::Facts;

pub(super) fn check(facts: &Facts, found: &mut Found<'_>) {
    for disagreement in &facts.disagreements {
        let (schema, table, column) = &disagreement.key;
        let (has, lacks) = (&disagreement.has, &disagreement.lacks);
        let what = match column.as_str() {
            "" => format!("table `{schema}.{table}`"),
            column => format!("column `{schema}.{table}.{column}`"),
        };
        let related = disagreement
            .other
            .map(|other| Marked::new(other, "the table is here"));
        found.about(&disagreement.key).add(
            format!("{what} is not in {lacks}"),
            Marked::new(disagreement.place, format!("it is in {has}")),
            related.into_iter().collect(),
            "generate the list again, or add the migration that is missing".to_owned(),
        );
    }
}
