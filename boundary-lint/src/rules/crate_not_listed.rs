//! A crate that uses `boundary-runtime` and is in no list under `[crates]` of `boundary.toml`.
//!
//! A crate on no plane is checked for nothing, so a central pipeline that somebody forgot to list would be free to link
//! the vault. The policy governs the members of the workspace that lie below its folder, however they come by the
//! runtime, for their tests as well. Members outside are governed by it where no other policy is nearer and they link the
//! runtime into what they build.

use super::{Found, Marked};
use crate::facts::Facts;

pub(super) fn check(facts: &Facts, found: &mut Found<'_>) {
    for unlisted in &facts.crates.unlisted {
        let name = unlisted.path.first().map_or("", String::as_str);
        found.add(
            format!("the crate `{name}` is on no plane"),
            Marked::new(unlisted.place, unlisted.path.join(" -> ")),
            Vec::new(),
            format!("list `{name}` under [crates] of boundary.toml: as central, in_country, shared, or under tools"),
        );
    }
}
