//! The central pipeline of the payments example: reads what the regions released, and has no way to read more.

#![forbid(unsafe_code)]

#[cfg(asks_for_email)]
mod asks_for_email;
#[cfg(names_the_vault)]
mod names_the_vault;
mod warehouse;

use std::path::PathBuf;
use std::process::ExitCode;

use boundary_runtime::{Central, Principal, Session};
use clap::{Parser, Subcommand};
use payments_model::policy::purpose::Analytics;
use warehouse::{Failure, Warehouse};

/// The central pipeline of the payments example.
#[derive(Parser)]
struct Cli {
    /// Folder of the central plane: inbox and warehouse.
    #[arg(long)]
    home: PathBuf,
    /// Folder with the regions' public keys.
    #[arg(long)]
    public_keys: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Take the releases of a border queue into the warehouse.
    Accept {
        /// Folder of the border queue.
        #[arg(long)]
        queue: PathBuf,
    },
    /// Print the rollups by region and the one number of the board, as JSON.
    Board,
}

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("payments-central: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> Result<(), Failure> {
    let session = Session::<Central, Analytics>::central(Principal::new("board-report", "analyst"));
    let mut warehouse = Warehouse::open(&cli.home, &cli.public_keys)?;
    let result = match &cli.command {
        Command::Accept { queue } => warehouse.accept(&session, queue)?,
        Command::Board => warehouse.board(&session),
    };
    println!("{result}");
    Ok(())
}
