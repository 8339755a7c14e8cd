//! The in-country service of the payments example: one process a command, all inside one region.
//!
//! The same binary serves every region; which one it is in decides which types it runs with. It ends each command with
//! one line of JSON on standard output that holds counts and sums, never a value of a record.

mod commands;
mod people;
mod service;

use std::path::PathBuf;
use std::pin::Pin;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use payments_model::policy::{self, Deployment, region};
use service::{Failure, Service};

/// The in-country service of the payments example.
#[derive(Parser)]
struct Cli {
    /// Region this process runs in, as boundary.toml names it.
    #[arg(long)]
    region: String,
    /// Folder of the region: custody, data and logs.
    #[arg(long)]
    home: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Make the region: key authorities of its tenants, the store, and the public key for the other planes.
    Provision {
        /// Folder of the database migrations.
        #[arg(long)]
        migrations: PathBuf,
        /// Folder that takes the region's public key.
        #[arg(long)]
        public_keys: PathBuf,
    },
    /// Fill the region with made-up customers and payments.
    Seed {
        /// How many customers.
        #[arg(long)]
        customers: usize,
        /// How many payments.
        #[arg(long)]
        payments: usize,
    },
    /// Sign up one customer and take a payment from it.
    Signup,
    /// Show a support agent what a customer's page shows.
    Support,
    /// Queue marketing events, let one subject withdraw, deliver what may still be delivered.
    Offer {
        /// How many events.
        #[arg(long)]
        events: usize,
    },
    /// Release cohorts and de-identified values to the border queue.
    Release {
        /// Folder of the border queue.
        #[arg(long)]
        queue: PathBuf,
    },
    /// Answer a customer's access request: a file with its data, inside the region.
    Export,
    /// Erase a customer.
    Erase,
    /// Print the canaries that the region's regulated texts hold, one a line.
    Canaries,
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    let region = cli.region.clone();
    let result = match policy::deploy(&region, cli) {
        Ok(program) => program.await,
        Err(refusal) => Err(refusal.into()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("payments-in-country: {failure}");
            ExitCode::FAILURE
        }
    }
}

impl Deployment for Cli {
    type Output = Pin<Box<dyn Future<Output = Result<(), Failure>>>>;

    fn in_country<R: region::Declared>(self) -> Self::Output {
        Box::pin(run::<R>(self))
    }

    fn central(self) -> Self::Output {
        Box::pin(async move {
            Err(format!(
                "`{}` is of the central plane; run payments-central there",
                self.region
            )
            .into())
        })
    }
}

async fn run<R: region::Declared>(cli: Cli) -> Result<(), Failure> {
    if let Command::Canaries = cli.command {
        people::CANARIES.iter().for_each(|canary| println!("{canary}"));
        return Ok(());
    }
    let service = Service::<R>::open(&cli.home).await?;
    let result = match cli.command {
        Command::Provision {
            migrations,
            public_keys,
        } => service.provision(&migrations, &public_keys).await?,
        Command::Seed { customers, payments } => service.seed(customers, payments).await?,
        Command::Signup => service.signup().await?,
        Command::Support => service.support().await?,
        Command::Offer { events } => service.offer(events).await?,
        Command::Release { queue } => service.release(&queue).await?,
        Command::Export => service.export().await?,
        Command::Erase => service.erase().await?,
        Command::Canaries => return Ok(()),
    };
    println!("{result}");
    Ok(())
}
