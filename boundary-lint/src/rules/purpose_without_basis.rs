//! A purpose that the policy gives no basis, or personal data without a purpose.
//!
//! A purpose is lawful by the basis that the policy declares for it (GDPR Art. 6). A declaration that names one which the policy does not
//! have rests on nothing, and so does a personal column that is kept for no purpose at all. The derive refuses both in structs; for
//! `boundary.toml`, comments and lines in migrations this rule does.

use super::{Found, Marked, name};
use crate::facts::Facts;
use crate::parse::declarations::{Residency, Says};

pub(super) fn check(facts: &Facts, found: &mut Found<'_>) {
    let Some(policy) = &facts.policy else { return };
    for declared in &facts.declarations {
        let Says::Category { category, residency } = &declared.says else {
            continue;
        };
        let unknown = declared
            .purposes
            .iter()
            .find(|purpose| facts.purpose(purpose).is_none());
        let is_personal = facts
            .category(category)
            .is_some_and(|category| category.is_personal());
        let without = declared.is_outside_rust()
            && declared.purposes.is_empty()
            && is_personal
            && *residency != Some(Residency::Global);
        let why = match unknown {
            Some(purpose) => format!("the policy has no purpose `{purpose}`"),
            None if without => format!("`{category}` is personal, and no purpose is given"),
            None => continue,
        };
        let known: Vec<&str> = policy.purposes().keys().map(|name| name.as_str()).collect();
        found.about(&declared.key).add(
            format!("column `{}` is processed without a basis", name(&declared.key)),
            Marked::new(declared.place, why),
            Vec::new(),
            format!("give a purpose that the policy has: {}", known.join(", ")),
        );
    }
}
