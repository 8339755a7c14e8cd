//! A column whose name looks personal, and whose declaration says that it is not.
//!
//! `email` declared as `system.operations` with `residency = global` may be right, for the address of a mailbox of the company. More often
//! somebody wanted the build to pass. The evidence is shown; a column that is what it says is answered for by a suppression.

use super::{Found, Marked, name};
use crate::facts::{Classified, Facts};
use crate::parse::declarations::Says;
use crate::suggest::{Confidence, suggest};

pub(super) fn check(facts: &Facts, found: &mut Found<'_>) {
    for column in &facts.columns {
        let (Classified::Declared(_), Some(declared)) = (column.classified, facts.declaration(column)) else {
            continue;
        };
        let Says::Category { category, .. } = &declared.says else {
            continue;
        };
        if facts
            .category(category)
            .is_none_or(|category| category.is_personal())
        {
            continue;
        }
        let (_, table, column_name) = &column.key;
        let Some(suggestion) = suggest(table, column_name, &column.data_type) else {
            continue;
        };
        if !suggestion.personal || suggestion.confidence < Confidence::High {
            continue;
        }
        found.about(&column.key).add(
            format!(
                "column `{}` looks personal and is declared `{category}`",
                name(&column.key)
            ),
            Marked::new(declared.place, "not personal by this declaration"),
            vec![Marked::new(
                column.birth,
                format!("{}: `{}`, by this name", suggestion.evidence, suggestion.category),
            )],
            format!(
                "declare it as `{}`, or answer for it with a suppression that says what it holds",
                suggestion.category
            ),
        );
    }
}
