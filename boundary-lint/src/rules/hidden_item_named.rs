//! An item of `boundary-runtime` that is public for generated code only, named by hand in a crate on a plane.
//!
//! A derive can only call what is public, so `RawSession::open` and its like are, without documentation. They check less than
//! the accessors that call them: which field a value belongs to is a number there. Named by a crate of the central,
//! in-country or shared list, or by one between a central crate and the runtime, they are found:
//!
//! - by a path: `RawSession::open`, `<S as RawSession>::open`, `boundary_runtime::NewRecord`;
//! - by an import under another name, in the file that has it;
//! - by a call of `open`, `reseal` or `start` with as many arguments as the hidden one takes, or more.
//!
//! Code that `#[derive(Boundary)]` generates is in no file and is not meant. Not seen are calls by method of the rest
//! (`check`, `subject_pseudonym`, `dataset_name`, `parts`, and `close` and `finish` of a record, which nobody has without `start`),
//! names that a macro puts together, and files outside of the package's folder.

use super::{Found, Marked};
use crate::facts::Facts;

pub(super) fn check(facts: &Facts, found: &mut Found<'_>) {
    for hidden in &facts.crates.hidden {
        let file = facts.sources.file(hidden.place.file);
        let name = file.text.get(hidden.place.span.start..hidden.place.span.end);
        let does = match name {
            Some(name) if !name.is_empty() => format!("names `{name}`, which is for generated code only"),
            _ => "could not be cut into tokens".to_owned(),
        };
        found.add(
            format!("{} {does}", hidden.whose),
            Marked::new(hidden.place, "only what the derive generates calls this"),
            Vec::new(),
            "use the accessors, setters and `seal` that the derive gives the model".to_owned(),
        );
    }
}
