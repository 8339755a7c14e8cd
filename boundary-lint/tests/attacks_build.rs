//! Attacks on the wall in the build, numbered as the project's list of attacks numbers them. Each is a workspace of its own,
//! in which the way around the wall is the only thing that is wrong.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must say so and stop")]

mod support;

#[path = "attacks_build/dependencies.rs"]
mod dependencies;

#[path = "attacks_build/binaries.rs"]
mod binaries;
#[path = "attacks_build/code.rs"]
mod code;
#[path = "attacks_build/expansion.rs"]
mod expansion;
