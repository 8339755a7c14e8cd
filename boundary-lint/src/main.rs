//! The binary behind `cargo boundary`.

#![forbid(unsafe_code)]

use std::ffi::OsString;
use std::io::{BufWriter, Write};
use std::process::ExitCode;

use boundary_lint::cli::{Command, Outcome};
use boundary_lint::error::Error;
use clap::Parser;

fn main() -> ExitCode {
    // As a subcommand, cargo passes the word `boundary` on.
    let called_by_cargo = std::env::args_os()
        .nth(1)
        .is_some_and(|first| first == "boundary");
    let skipped = usize::from(called_by_cargo);
    let arguments: Vec<OsString> = std::env::args_os()
        .take(1)
        .chain(std::env::args_os().skip(1 + skipped))
        .collect();
    let command = Command::parse_from(arguments);
    let run = || {
        let mut out = BufWriter::new(anstream::stdout());
        let outcome = command.run(&mut out, &mut anstream::stderr())?;
        out.flush()?;
        Ok(outcome)
    };
    match boundary_lint::with_room(run).map_err(Error::from).flatten() {
        Ok(Outcome::Clean) => ExitCode::SUCCESS,
        Ok(Outcome::Findings) => ExitCode::from(1),
        Err(Error::Policy(errors)) if errors.first().position.is_some() => {
            let (facts, judged) = boundary_lint::report::policy::findings(&errors);
            let _ = boundary_lint::report::human::write_findings(&mut anstream::stderr(), &facts, &judged);
            anstream::eprintln!("error: the policy is not valid, so nothing was checked");
            ExitCode::from(2)
        }
        Err(error) => {
            anstream::eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}
