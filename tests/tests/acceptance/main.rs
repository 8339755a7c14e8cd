//! The proofs that the mission asks for (MISSION K), and attacks that compile and must be harmless, over real vaults,
//! stores, ledgers, logs and gates.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod consent;
mod deletion;
mod gate;
mod grants;
mod harmless;
mod journals;
mod keys;
mod memory;
mod planes;
mod residency;
mod support;
