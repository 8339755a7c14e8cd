//! A column that no field classifies.
//!
//! Whether a value may leave its region is decided by its category, so a column without one is a column that nobody
//! has thought about. A classified table does not cover its columns, and a name that looks harmless is no declaration.
//!
//! A column of a view, a partition or an inheriting table that shows a classified column unchanged is classified by it.
//!
//! Mend it with a field in the struct of the table:
//!
//! ```text
//! #[boundary(category = "user.contact.phone_number", residency = in_country, purpose(Support))]
//! phone: Sealed<String>,
//! ```

use rayon::prelude::*;

use super::{Found, Marked};
use crate::facts::{Classified, Column, Facts};

pub(super) fn check(facts: &Facts, found: &mut Found<'_>) {
    // In a project that begins, these are as many as its columns.
    let findings: Vec<_> = facts
        .columns
        .par_iter()
        .filter(|column| column.classified == Classified::No)
        .map(|column| finding(facts, column))
        .collect();
    for (column, message, primary, related, help) in findings {
        found.about(&column.key).add(message, primary, related, help);
    }
}

type Parts<'a> = (&'a Column, String, Marked, Vec<Marked>, String);

fn finding<'a>(facts: &'a Facts, column: &'a Column) -> Parts<'a> {
    let (schema, table, name) = &column.key;
    let declared = facts
        .declarations_of(facts.declared_schema(column.database, schema), table)
        .first();
    let related = declared.map(|declaration| {
        Marked::new(
            declaration.table_place,
            format!("`{}` declares this table, without `{name}`", declaration.by),
        )
    });
    let help = match declared {
        Some(declaration) => format!(
            "add `{name}` to `{}`, with `#[boundary(category = …, residency = …)]`",
            declaration.by
        ),
        None => format!(
            "declare the table: a struct with `#[boundary(table = \"{table}\")]`,\n\
             in which the field `{name}` has `#[boundary(category = …, residency = …)]`"
        ),
    };
    (
        column,
        format!("column `{schema}.{table}.{name}` has no classification"),
        Marked::new(column.birth, "it comes to be here"),
        related.into_iter().collect(),
        help,
    )
}
