//! A disclosed value that is handed to code which the function does not know, or kept.
//!
//! A callback, a trait object, a static, a channel, a closure that outlives the function: who gets the value there, and for how long,
//! no reader of the function can tell. In crates on a plane, a value is followed within its function from `disclose` to calls of
//! parameters that are `impl`, `dyn` or bounded, to methods on them, to statics (names in capitals), to `send`, and into closures that are returned or
//! given to a function.
//!
//! Not seen are other functions that the value is given to by name, and what they do with it.

use super::{Found, Marked};
use crate::facts::Facts;
use crate::parse::opened::Goes;

pub(super) fn check(facts: &Facts, found: &mut Found<'_>) {
    for flow in facts
        .crates
        .flows
        .iter()
        .filter(|flow| flow.goes == Goes::Elsewhere)
    {
        found.add(
            format!("{} hands an opened value on", flow.at.whose),
            Marked::new(flow.at.place, format!("by `{}`", flow.by)),
            Vec::new(),
            "hand on the record and open it where the value is used, or call a function by its name"
                .to_owned(),
        );
    }
}
