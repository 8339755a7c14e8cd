//! A central or shared crate that names the seam between `boundary-runtime` and the vault.
//!
//! Rust has no friend crates, so what the vault needs of the runtime is public: the module `seam`. A session minted there
//! with an opener of one's own has no key and opens nothing, but nobody outside the region has an honest use for it
//! either. Paths count wherever they stand, in groups of imports and in the arguments of macros as well. A glob import of the
//! runtime hides the name from this rule.

use super::{Found, Marked};
use crate::facts::Facts;

pub(super) fn check(facts: &Facts, found: &mut Found<'_>) {
    for seam in &facts.seams {
        found.add(
            format!("the {} crate `{}` names the seam of the vault", seam.list, seam.name),
            Marked::new(seam.place, "only the vault and in-country code may"),
            Vec::new(),
            "open sessions with a vault, in an in-country crate; what is to cross the border comes from the gate"
                .to_owned(),
        );
    }
}
