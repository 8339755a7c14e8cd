//! Personal data in a table whose rows belong to nobody.
//!
//! A row says by its tenant and its subject which region it lives in, whose key seals it and what an erasure has to reach. A table with
//! personal columns and neither of the two is replicated or forgotten with the rest. A table that is declared `tenancy = global` is
//! replicated to every region by that word.

use super::{Found, Marked};
use crate::facts::{Declaration, Facts};
use crate::parse::declarations::{Residency, Says};

pub(super) fn check(facts: &Facts, found: &mut Found<'_>) {
    let tables = facts
        .declarations
        .chunk_by(|a, b| (&a.key.0, &a.key.1) == (&b.key.0, &b.key.1));
    for declarations in tables {
        let personal = declarations.iter().find(|declared| is_personal(facts, declared));
        let owned = declarations
            .iter()
            .any(|declared| matches!(declared.says, Says::Role("tenant" | "subject")));
        let global = declarations.iter().find(|declared| declared.global);
        let (Some(personal), true) = (personal, !owned || global.is_some()) else {
            continue;
        };
        let (schema, table, column) = &personal.key;
        let key = (schema.clone(), table.clone(), String::new());
        let why = match global {
            Some(_) => "the table is declared `tenancy = global`",
            None => "no column of the table is its tenant or its subject",
        };
        found.about(&key).add(
            format!("table `{schema}.{table}` holds personal data that belongs to nobody"),
            Marked::new(personal.place, format!("`{column}` is personal")),
            vec![Marked::new(global.unwrap_or(personal).table_place, why)],
            "declare which column is the tenant and which the subject".to_owned(),
        );
    }
}

/// A dataset belongs to nobody by intent, and its own rules compare it with its sources.
fn is_personal(facts: &Facts, declared: &Declaration) -> bool {
    let Says::Category { category, residency } = &declared.says else {
        return false;
    };
    !declared.dataset
        && *residency != Some(Residency::Global)
        && facts
            .category(category)
            .is_some_and(|category| category.is_personal())
}
