//! Masks that say something else than the classification.
//!
//! PostgreSQL Anonymizer masks the columns that `SECURITY LABEL` names. A column that is masked and declared global is one of two things
//! that cannot both be true. In a table where some columns are masked, a personal column without a mask is shown to the very roles that
//! the others are hidden from.

use super::{Found, Marked, name};
use crate::facts::{Classified, Column, Facts};
use crate::parse::declarations::Says;

pub(super) fn check(facts: &Facts, found: &mut Found<'_>) {
    let tables = facts
        .columns
        .chunk_by(|a, b| (&a.key.0, &a.key.1) == (&b.key.0, &b.key.1));
    for columns in tables {
        let masked = columns.iter().find_map(|column| column.mask.as_ref());
        let Some(first) = masked else { continue };
        for column in columns {
            let Classified::Declared(_) = column.classified else {
                continue;
            };
            match (&column.mask, personal(facts, column)) {
                (Some(mask), Some(false)) => found.about(&column.key).add(
                    format!(
                        "column `{}` is masked and not declared personal",
                        name(&column.key)
                    ),
                    Marked::new(mask.place, "masked here"),
                    facts
                        .declaration(column)
                        .map(|declared| Marked::new(declared.place, "not personal by this declaration"))
                        .into_iter()
                        .collect(),
                    "declare what the mask hides, or take the mask away".to_owned(),
                ),
                (None, Some(true)) => found.about(&column.key).add(
                    format!("column `{}` is personal and has no mask", name(&column.key)),
                    Marked::new(column.birth, "shown to roles that see masked data"),
                    vec![Marked::new(first.place, "other columns of its table are masked")],
                    "label it as the others: SECURITY LABEL FOR anon ON COLUMN … IS 'MASKED WITH …'"
                        .to_owned(),
                ),
                _ => {}
            }
        }
    }
}

/// Whether a column is declared to be of a personal category.
fn personal(facts: &Facts, column: &Column) -> Option<bool> {
    match &facts.declaration(column)?.says {
        Says::Category { category, .. } => Some(facts.category(category)?.is_personal()),
        _ => None,
    }
}
