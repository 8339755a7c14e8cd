//! The ladder of custodies: every rung under the same drill of its kill switch, and what is particular to each.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

#[path = "../support/mod.rs"]
mod support;

mod drill;
#[cfg(feature = "aws-kms")]
mod kms;
mod local;
