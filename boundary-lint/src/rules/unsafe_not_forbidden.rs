//! A target of a central crate that does not forbid unsafe code.
//!
//! Types hold nothing against code that reads memory, so a central crate says `#![forbid(unsafe_code)]` at the root of
//! each of its targets, or `unsafe_code = "forbid"` in the table `lints.rust` of its manifest, where the lints of the
//! workspace count as well. `deny` is not enough, because any line of the code can take it back, and neither is an attribute that
//! holds under a condition only (`cfg_attr`).
//!
//! What macros of other crates bring in passes the lint of the compiler: see rule `unsafe-in-expansion`.

use super::{Found, Marked};
use crate::facts::Facts;

pub(super) fn check(facts: &Facts, found: &mut Found<'_>) {
    for open in &facts.crates.not_forbidden {
        found.add(
            format!("{} does not forbid unsafe code", open.whose),
            Marked::new(open.place, "the root of this target lacks `#![forbid(unsafe_code)]`"),
            Vec::new(),
            "write `#![forbid(unsafe_code)]` here, or `unsafe_code = \"forbid\"` under [lints.rust] of the manifest"
                .to_owned(),
        );
    }
}
