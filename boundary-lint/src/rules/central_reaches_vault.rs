//! A central crate whose dependencies lead to `boundary-vault`.
//!
//! Sessions that open anything come from the vault alone, so a central crate must not be able to name it: not through a
//! helper, not under another name, not optionally, not for one target, not for its build or its tests. All features
//! count, because cargo unifies them over a workspace: a feature that an in-country crate turns on is turned on in the
//! helper that a central crate shares with it.
//!
//! A copy of the vault under another name is found by the mark in its sources, or by `vault = true` in the table
//! `package.metadata.boundary` of its manifest, which the vault has and a copy brings along. Looked through are the
//! packages that a central crate links, other than those of a registry that do not use the runtime.
//!
//! Not seen is a copy from which both were removed: it still has to name the seam of the runtime, which rule
//! `seam-outside-vault` reports. Not seen either is what a program loads when it runs (`dlopen`, a process that it
//! starts), and what a build script fetches. For the binary that is deployed, ask `cargo boundary check --binary`.

use super::{Found, Marked};
use crate::facts::Facts;

pub(super) fn check(facts: &Facts, found: &mut Found<'_>) {
    for reach in &facts.crates.reaches {
        let central = reach.path.first().map_or("", String::as_str);
        if reach.path.len() == 1 {
            found.add(
                format!("the central crate `{central}` is a copy of the vault"),
                Marked::new(reach.place, "what only the vault holds"),
                Vec::new(),
                "remove the copy: what needs keys belongs in an in-country crate".to_owned(),
            );
            continue;
        }
        let copy = reach
            .copy
            .map(|place| Marked::new(place, "what only the vault holds"));
        found.add(
            match copy {
                Some(_) => format!("the central crate `{central}` reaches a copy of the vault"),
                None => format!("the central crate `{central}` reaches the vault"),
            },
            Marked::new(reach.place, reach.path.join(" -> ")),
            copy.into_iter().collect(),
            "cut the dependency: what needs keys belongs in an in-country crate".to_owned(),
        );
    }
}
