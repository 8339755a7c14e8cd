//! `cargo demo`: the payments example as real processes over embedded defaults, in a folder that is gone afterwards.
//!
//! Each step runs the in-country service or the central pipeline as a process of its own, checks what it answers, and
//! prints it. The first step that does not answer as it must ends the demo with a non-zero exit.

mod processes;
mod scan;
mod steps;

use std::process::ExitCode;

/// Any error of the demo.
pub(crate) type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    match steps::run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("demo: {failure}");
            ExitCode::FAILURE
        }
    }
}
