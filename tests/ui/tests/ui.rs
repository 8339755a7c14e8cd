//! What must not compile, with the message that the developer reads, and what must.
//!
//! `attacks` holds attacks by number; `derive` each mistake with the attributes; `pass` the shapes that work. A stale
//! message fails; `TRYBUILD=overwrite cargo test -p boundary-ui` writes the new ones, to be read before
//! they are committed.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::path::Path;

/// Puts the example's policy above the folder in which trybuild compiles, where the macros look for it.
fn place_policy() {
    let policy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/payments/boundary.toml");
    let test = std::env::current_exe().unwrap();
    // target/debug/deps/ui-…
    let target = test.ancestors().nth(3).unwrap();
    std::fs::create_dir_all(target.join("tests")).unwrap();
    std::fs::copy(policy, target.join("tests/boundary.toml")).unwrap();
}

#[test]
fn messages_are_as_they_were_reviewed() {
    place_policy();
    let cases = trybuild::TestCases::new();
    cases.pass("pass/*.rs");
    cases.compile_fail("attacks/*.rs");
    cases.compile_fail("derive/*.rs");
}
