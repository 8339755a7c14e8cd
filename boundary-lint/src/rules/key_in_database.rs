//! Encryption inside the database, with a key that the statement brings.
//!
//! `pgp_sym_encrypt(value, key)` of pgcrypto and its kin get the key as an argument: it is in the statement, in the log of statements, in the
//! server's memory, and it is one key for all tenants and regions. A key authority per tenant and region is held outside of the database.

use super::{Found, Marked};
use crate::facts::Facts;

pub(super) fn check(facts: &Facts, found: &mut Found<'_>) {
    for (place, function) in &facts.keys_in_sql {
        found.add(
            format!("`{function}` brings its key into the database"),
            Marked::new(*place, "one key for every tenant and region"),
            Vec::new(),
            "seal the value in the service, under the authority of its tenant and region".to_owned(),
        );
    }
}
