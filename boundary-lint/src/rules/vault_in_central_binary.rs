//! A central binary that holds the vault's mark.
//!
//! `cargo boundary check --binary PATH` searches what is about to be deployed, whatever the sources and the dependency
//! graph said: boundary-vault puts its mark into each binary that can open a vault. Name the binaries of the central
//! plane, as they are deployed.
//!
//! Not seen is the mark in a binary that is packed or encrypted, and code that a binary loads when it runs: name what it
//! loads as well.

use super::{Found, Marked};
use crate::facts::Facts;

pub(super) fn check(facts: &Facts, found: &mut Found<'_>) {
    for binary in &facts.marked_binaries {
        found.add(
            "a central binary holds the vault".to_owned(),
            Marked::new(binary.place, format!("the vault's mark is at byte {}", binary.at)),
            Vec::new(),
            "do not deploy it: `cargo boundary check` shows which dependency brings the vault, and `cargo build -p` \
             builds the central crate without what others turn on"
                .to_owned(),
        );
    }
}
