//! A lock file that does not say what is declared.
//!
//! `boundary.lock` has everything that is declared, one item a line, so that a reviewer sees each change of a classification as one changed
//! line. `cargo boundary check --locked` compares it with the project: it has to be there, without an unresolved merge conflict, and
//! say the same. `cargo boundary manifest` writes it.

use super::Found;
use crate::facts::Facts;

/// A lock file is compared where that is asked for: `commands::lock::apply` adds these.
pub(super) fn check(_: &Facts, _: &mut Found<'_>) {}
