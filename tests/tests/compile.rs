//! What the example's central crate must not compile, as its developer would see it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::process::{Command, Output};

use boundary_tests::root;

/// Compiles the central pipeline with a `--cfg` of its own crate.
fn central_with(cfg: &str) -> Output {
    Command::new(env!("CARGO"))
        .current_dir(root())
        .env("CARGO_TERM_COLOR", "never")
        .args(["rustc", "--quiet", "--offline", "--package", "payments-central"])
        .args([
            "--bin",
            "payments-central",
            "--profile",
            "dev",
            "--",
            "--cfg",
            cfg,
        ])
        .output()
        .unwrap()
}

#[test]
fn attack_31_a_central_crate_names_the_vault() {
    let compiled = central_with("names_the_vault");
    let message = String::from_utf8_lossy(&compiled.stderr);
    assert!(!compiled.status.success(), "the central pipeline named the vault");
    assert!(
        message.contains("error[E0433]") || message.contains("error[E0432]"),
        "it failed for another reason:\n{message}"
    );
    assert!(message.contains("boundary_vault"), "{message}");
}

#[test]
fn the_central_pipeline_that_asks_for_an_email_does_not_compile_and_says_why() {
    let compiled = central_with("asks_for_email");
    let message = String::from_utf8_lossy(&compiled.stderr);
    assert!(
        !compiled.status.success(),
        "the central pipeline read an e-mail address"
    );
    assert!(
        message.contains("`Customer::email` may not be read in the clear by this session"),
        "{message}"
    );
}
