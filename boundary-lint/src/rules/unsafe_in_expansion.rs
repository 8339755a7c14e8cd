//! Unsafe code in a central crate once its macros are expanded; found by `cargo boundary check --expanded`.
//!
//! `forbid(unsafe_code)` does not see unsafe code that comes out of a macro of another crate: blocks, functions, impls,
//! extern blocks, `no_mangle`, `global_asm!`. The expanded code has it. Every library, binary, example, test and benchmark of
//! every central crate is expanded, with all features and, where there are features, with the default ones. Three expansions
//! of the standard library are let through, each by something that the stable compiler refuses to others: `thread_local!`,
//! `pin!` and `#[derive(Clone, Copy)]`. The seam of the vault is looked for in the expanded code as well, and its mark.
//!
//! It costs what `cargo check` of these crates costs, in a folder of its own, `target/boundary-expanded`. Only nightly
//! compilers print expanded code: the stable one is told to by `RUSTC_BOOTSTRAP`, set for the one child process and to the
//! name of the one crate, so that no other code is compiled otherwise.
//!
//! Named are the crate, the target, the item around the code with the macros that it calls, and the expanded code. Not
//! seen are build scripts, unit tests, what is compiled for another target or without debug assertions, and the code of
//! dependencies themselves: a safe function of theirs may hold unsafe code, which is theirs to answer for.

use super::{Found, Marked};
use crate::facts::Facts;

pub(super) fn check(facts: &Facts, found: &mut Found<'_>) {
    for one in &facts.crates.unsafes {
        found.add(
            format!("{} holds {} once its macros are expanded", one.whose, one.what),
            Marked::new(one.place, one.label.clone()),
            vec![Marked::new(one.expanded, "expanded")],
            "do without the macro, or move what needs it into a crate that central crates call by safe functions"
                .to_owned(),
        );
    }
}
