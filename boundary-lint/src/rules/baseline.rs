//! An entry of the baseline that nothing needs any more.
//!
//! A baseline lists the findings that a project had when it began; it only ever gets shorter. An entry whose finding is gone is a finding
//! itself, so that what was mended stays mended. `cargo boundary check --baseline FILE --write-baseline` takes such entries out.

use super::Found;
use crate::facts::Facts;

/// What a baseline does to findings is known only after all other rules: `baseline::apply` adds these.
pub(super) fn check(_: &Facts, _: &mut Found<'_>) {}
