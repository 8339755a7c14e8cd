//! A use of `disclose` that says no reason, or cannot be counted.
//!
//! The one exit from an opened value asks for a reason so that a reviewer can judge each use: `cargo boundary exits` lists
//! them. A reason is a text in the code of at least three words. The exit taken as a function (`.map(Plain::disclose)`) has no reason at
//! all.

use super::{Found, Marked};
use crate::facts::Facts;

/// The least that says what a value is used for: a verb, an object, and one word more.
const WORDS: usize = 3;

pub(super) fn check(facts: &Facts, found: &mut Found<'_>) {
    for exit in &facts.crates.exits {
        let what = match &exit.reason {
            None => "the reason is no text in the code",
            Some(reason) if reason.split_whitespace().count() < WORDS => {
                "the reason is shorter than three words"
            }
            Some(_) => continue,
        };
        found.add(
            format!("{} discloses a value without a reason", exit.at.whose),
            Marked::new(exit.at.place, what),
            Vec::new(),
            "say what the value is used for: `disclose(\"address the receipt to the payer\")`".to_owned(),
        );
    }
    for taken in &facts.crates.taken {
        found.add(
            format!("{} takes `disclose` as a function", taken.whose),
            Marked::new(taken.place, "its uses have no reason and cannot be counted"),
            Vec::new(),
            "call it where the value is used".to_owned(),
        );
    }
}
