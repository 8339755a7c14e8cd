//! A suppression that does not say who answers for it until when, or answers for nothing.
//!
//! ```text
//! // boundary: allow(opened-value-in-message, reason = "the operator's own console", owner = "payments", until = "2027-03-31")
//! ```
//!
//! It stands at the end of the line of the finding or on the line above it; in SQL after `--`. Reason, owner and last day are all needed.
//! It is a finding when one is missing, when the day is past, when the rule does not exist or finds nothing there. That a central crate
//! or binary reaches the vault cannot be suppressed, and neither can this rule.

use super::Found;
use crate::facts::Facts;

/// What suppressions do to findings is known only after all other rules: `suppress::apply` adds these.
pub(super) fn check(_: &Facts, _: &mut Found<'_>) {}
