//! A crate under `[crates]` of `boundary.toml` that the workspace does not have.
//!
//! A misspelt name would leave the real crate on no plane at all, and nothing about it would be checked.

use super::{Found, Marked};
use crate::facts::Facts;

pub(super) fn check(facts: &Facts, found: &mut Found<'_>) {
    for unknown in &facts.crates.unknown {
        found.add(
            format!("the workspace has no crate `{}`", unknown.name),
            Marked::new(unknown.place, format!("listed as {}", unknown.list)),
            Vec::new(),
            "name a package of this workspace, as its Cargo.toml names it".to_owned(),
        );
    }
}
