//! Data keys in a region's store, their re-wrapping, and the sealing of full tables in place: over real files, a real
//! PostgreSQL, and processes that are killed.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test that cannot go on fails"
)]

mod data_keys;
mod killed;
mod postgres;
mod retrofit;
mod rewrapping;
mod site;
mod sqlite;
