//! What the envelope format promises, seen through a vault: padding, objects, data keys, and a second implementation.
#![allow(clippy::expect_used, clippy::unwrap_used)]

mod data_keys;
mod objects;
mod padding;
mod second_implementation;
mod streams;
#[path = "../support/mod.rs"]
mod support;
