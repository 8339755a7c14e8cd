//! Something that is there for tests, in what is built for use.
//!
//! `ManualClock` stands still, so under it no grant and no lease ends; `MemoryAudit` forgets, so what it takes was never
//! audited. Crates of the central, in-country and shared lists, and crates between a central one and the runtime, name
//! neither outside of `#[cfg(test)]`, `#[test]`, the folders `tests` and `benches`, and modules that are compiled for tests.
//! Nor do they turn on a feature of one of Boundary's crates whose name says that it is for tests, other than for their own
//! tests.
//!
//! Not seen are files that an attribute `path` brings in from a folder of tests or from outside of the package, names that
//! a macro puts together, and a name behind a glob import in a file that declares a type of the same name.

use super::{Found, Marked};
use crate::facts::Facts;

pub(super) fn check(facts: &Facts, found: &mut Found<'_>) {
    for named in &facts.crates.test_only {
        let file = facts.sources.file(named.place.file);
        let name = file.text.get(named.place.span.start..named.place.span.end);
        let does = match name {
            Some(name) if !name.is_empty() => format!("names `{name}` outside of its tests"),
            _ => "could not be cut into tokens".to_owned(),
        };
        found.add(
            format!("{} {does}", named.whose),
            Marked::new(named.place, "for tests only"),
            Vec::new(),
            "use `SystemClock` and an `AuditTrail`, or mark what needs this with `#[cfg(test)]`".to_owned(),
        );
    }
    for feature in &facts.crates.test_features {
        found.add(
            format!(
                "{} turns on the feature `{}` of `{}` outside of its tests",
                feature.whose, feature.feature, feature.package
            ),
            Marked::new(feature.place, "for tests only"),
            Vec::new(),
            "turn it on under [dev-dependencies]".to_owned(),
        );
    }
}
