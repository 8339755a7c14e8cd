//! `cargo boundary`: no column without a classification, and no central crate that reaches the vault.
//!
//! A run takes one way through these rooms, and a room uses only those before it:
//!
//! - [`discover`]: the Rust files and the folders of migrations of a project;
//! - [`parse`]: text becomes statements and declarations, each with its place;
//! - [`catalogue`]: the statements are replayed into the columns that the database has in the end;
//! - [`facts`]: columns are joined with declarations, crates with planes;
//! - [`rules`]: facts become findings;
//! - [`report`]: findings become text;
//! - [`ddl`]: declarations become SQL;
//! - [`exchange`]: facts become the files of other tools, and theirs become suggestions;
//! - [`manifest`] and [`diff`]: facts become items, and items that changed have a direction.

#![forbid(unsafe_code)]

pub mod adopt;
pub mod base;
pub mod baseline;
pub mod catalogue;
pub mod cli;
pub mod commands;
pub mod ddl;
pub mod diff;
pub mod discover;
pub mod error;
pub mod exchange;
pub mod facts;
pub mod manifest;
pub mod parse;
pub mod report;
pub mod revision;
pub mod rules;
pub mod source;
pub mod suggest;
pub mod suppress;
pub mod write;

/// Bytes of stack that parsers run on: they recurse, nesting is bounded before them, and this is room enough for what the bounds
/// let through.
pub const STACK: usize = 1 << 28;

/// Runs `work` where deeply nested input has room.
///
/// # Errors
///
/// [`std::io::Error`] where the system grants no thread.
pub fn with_room<T: Send>(work: impl FnOnce() -> T + Send) -> std::io::Result<T> {
    let pool = rayon::ThreadPoolBuilder::new()
        .stack_size(STACK)
        .build()
        .map_err(std::io::Error::other)?;
    Ok(pool.install(work))
}
