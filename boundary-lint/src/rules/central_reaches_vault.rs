//! A central crate whose dependencies lead to `boundary-vault`.
//!
//! Sessions that open anything come from the vault alone, so a central crate must not be able to name it: not through a
//! helper, not under another name, not optionally, not for one target, not for its build or its tests. All features
//! count, because cargo unifies them over a workspace.

use super::{Found, Marked};
use crate::facts::Facts;

pub(super) fn check(facts: &Facts, found: &mut Found<'_>) {
    for reach in &facts.reaches {
        let central = reach.path.first().map_or("", String::as_str);
        found.add(
            format!("the central crate `{central}` reaches the vault"),
            Marked::new(reach.place, reach.path.join(" -> ")),
            Vec::new(),
            "cut the dependency: what needs keys belongs in an in-country crate".to_owned(),
        );
    }
}
