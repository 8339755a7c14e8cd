//! A disclosed value in a log, a trace, a panic or an error.
//!
//! `disclose` has a reason, and a log line is none: what is logged is copied, shipped and kept, past region and erasure. In crates on a
//! plane, a value is followed within its function from `disclose` through bindings, clones, `format!`, structs and collections into
//! the macros that print, log, trace or panic, and into `Err`, `expect` and `context`. What only tells of the value (its
//! length, a comparison) is let through.
//!
//! Not seen are other functions that the value is given to, macros of one's own, fields of `#[instrument]`, and errors whose type takes the value
//! by a function of its own.

use super::{Found, Marked};
use crate::facts::Facts;
use crate::parse::opened::Goes;

pub(super) fn check(facts: &Facts, found: &mut Found<'_>) {
    for flow in facts
        .crates
        .flows
        .iter()
        .filter(|flow| flow.goes == Goes::IntoAMessage)
    {
        found.add(
            format!("{} puts an opened value into a message", flow.at.whose),
            Marked::new(flow.at.place, format!("by `{}`", flow.by)),
            Vec::new(),
            "name the record by its data key's identifier or the subject's pseudonym".to_owned(),
        );
    }
}
