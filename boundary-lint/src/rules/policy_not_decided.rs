//! A region whose jurisdiction nobody has decided on.
//!
//! `cargo boundary init` writes a policy with the jurisdiction `ZZ`, which is no country: where data is kept is for the people of the project
//! to say. Until they have, the project is not ready to be checked against it.

use super::{Found, Marked};
use crate::adopt::init::UNDECIDED;
use crate::facts::Facts;

pub(super) fn check(facts: &Facts, found: &mut Found<'_>) {
    let Some(policy) = &facts.policy else { return };
    for region in policy
        .regions()
        .values()
        .filter(|region| region.jurisdiction.as_str() == UNDECIDED)
    {
        // The file says it once for each region, in the order in which regions are written.
        let header = format!("[regions.{}]", region.name);
        let at = policy.source().find(&header).unwrap_or(0);
        let Some(place) = facts.in_policy(&(at..at + header.len())) else {
            continue;
        };
        found.add(
            format!("where the region `{}` is, nobody has decided", region.name),
            Marked::new(place, format!("its jurisdiction is `{UNDECIDED}`")),
            Vec::new(),
            "write whose law applies there: \"EU\", or the two letters of a country".to_owned(),
        );
    }
}
