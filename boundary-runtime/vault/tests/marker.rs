//! The mark of the vault is in every binary that can open one. A central binary is searched for it.
#![allow(clippy::expect_used, clippy::unwrap_used)]

mod support;

use support::{In, Place};

#[tokio::test]
async fn a_binary_with_a_vault_in_it_holds_the_mark() {
    let _vault = Place::<In>::new().await.vault;
    let binary = std::fs::read(std::env::current_exe().unwrap()).unwrap();
    // Put together here, and not compared with the constant, so that this test's own text is not what is found.
    let mark = [
        "boundary-vault",
        "in-country-only",
        "4f1c8e0b9d2a47c6a35e7710b8d96f24",
    ]
    .join(":");
    assert!(binary.windows(mark.len()).any(|window| window == mark.as_bytes()));
}
