//! A way out of the database that the policy does not know.
//!
//! A foreign server, a subscription and a program that rows are piped to are sinks: they are somewhere, and rows that go there are there.
//! The policy says where each is, under the name that the migration gives it:
//!
//! ```text
//! [sinks.lake]
//! kind = "warehouse"
//! region = "in"
//! ```
//!
//! A program has no name to be declared under: rows leave through a sink with one, or not at all.

use super::{Found, Marked};
use crate::catalogue::WayOutKind;
use crate::facts::Facts;

pub(super) fn check(facts: &Facts, found: &mut Found<'_>) {
    let Some(policy) = &facts.policy else { return };
    for way in &facts.ways_out {
        let known = way.kind != WayOutKind::Program && policy.sinks().contains_key(way.name.as_str());
        if known {
            continue;
        }
        let (what, help) = match way.kind {
            WayOutKind::Server => (
                format!("foreign server `{}` is no sink of the policy", way.name),
                format!("declare it: [sinks.{}] with its kind and region", way.name),
            ),
            WayOutKind::Subscription => (
                format!("subscription `{}` is no sink of the policy", way.name),
                format!(
                    "declare where the other side is: [sinks.{}] with its kind and region",
                    way.name
                ),
            ),
            WayOutKind::Program => (
                "rows are piped to a program".to_owned(),
                "write them to a sink that the policy declares".to_owned(),
            ),
        };
        found.add(
            what,
            Marked::new(way.place, "where this is, nothing says"),
            Vec::new(),
            help,
        );
    }
}
