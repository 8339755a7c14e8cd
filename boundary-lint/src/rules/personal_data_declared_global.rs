//! A column of a personal category that is declared `residency = global`.
//!
//! What is global is replicated to every region, the central one among them. The derive refuses this for structs; for tables that are
//! declared in `boundary.toml` or in a migration, this rule does.

use super::{Found, Marked, name};
use crate::facts::Facts;
use crate::parse::declarations::{Residency, Says};

pub(super) fn check(facts: &Facts, found: &mut Found<'_>) {
    for declared in &facts.declarations {
        let Says::Category {
            category,
            residency: Some(Residency::Global),
        } = &declared.says
        else {
            continue;
        };
        let is_personal = facts
            .category(category)
            .is_some_and(|category| category.is_personal());
        if !(declared.is_outside_rust() && is_personal) {
            continue;
        }
        found.about(&declared.key).add(
            format!("column `{}` is personal and declared global", name(&declared.key)),
            Marked::new(declared.place, format!("`{category}` is about a person")),
            Vec::new(),
            "declare where the person's data has to stay: `residency = in_country`".to_owned(),
        );
    }
}
