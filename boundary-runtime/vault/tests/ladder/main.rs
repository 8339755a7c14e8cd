//! The ladder of custodies: every rung under the same drill of its kill switch, and what is particular to each.
#![allow(missing_docs, unreachable_pub, clippy::unwrap_used, clippy::expect_used)]

#[path = "../support/mod.rs"]
mod support;

#[cfg(feature = "external-keys")]
mod certificates;
mod drill;
#[cfg(feature = "external-keys")]
mod endpoint;
#[cfg(feature = "external-keys")]
mod external;
#[cfg(feature = "aws-kms")]
mod kms;
mod local;
#[cfg(all(unix, feature = "pkcs11"))]
mod pkcs11;
#[cfg(all(unix, feature = "pkcs11"))]
mod token;
