//! A hundred thousand tenants in one process, and one of them suspended: what a lease costs in memory, how long a cold one
//! takes, and whether the neighbours notice. `scripts/bench-tenants` runs it.
//!
//! The custody is the local one, in files under TMPDIR; on a file system in memory its syncs cost nothing, and what is left is
//! the vault's own work.
#![allow(clippy::expect_used, clippy::unwrap_used, missing_docs)]

#[path = "../tests/support/mod.rs"]
mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use boundary_runtime::audit::{Audit, AuditRecord};
use boundary_runtime::journal::Head;
use boundary_runtime::{AuditError, Grant, Pseudonyms, SystemClock, TenantId};
use boundary_vault::{Backend, LocalCustody, Vault, VaultConfig};
use support::*;

/// Takes every record and keeps none, so that memory is that of leases.
struct Forgetful;

impl Audit for Forgetful {
    fn record(&self, _: AuditRecord) -> Result<(), AuditError> {
        Ok(())
    }
    fn flush(&self) -> Result<Head, AuditError> {
        Ok(Head {
            sequence: 0,
            hash: [0; 32],
        })
    }
}

fn tenant(number: usize) -> TenantId {
    TenantId::new(format!("tenant-{number:06}"))
}

/// Resident memory of this process in bytes.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    statm.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}

/// The middle, the 99th of a hundred, and the longest.
fn quantiles(mut times: Vec<Duration>) -> [Duration; 3] {
    times.sort_unstable();
    [times.len() / 2, times.len() * 99 / 100, times.len() - 1].map(|index| times[index])
}

fn row(what: &str, times: Vec<Duration>) {
    let [middle, late, longest] = quantiles(times).map(|time| time.as_secs_f64() * 1e6);
    println!("| {what} | {middle:.1} | {late:.1} | {longest:.1} |");
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() {
    let tenants: usize = std::env::var("TENANTS").map_or(100_000, |count| count.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let vault = Arc::new(
        Vault::<In>::open(VaultConfig {
            policy: policy_of(&POLICY.replace("lease = \"60s\"", "lease = \"1h\"")),
            custodies: Arc::new(LocalCustody::open(folder.path().join("custody"), "in").unwrap()).into(),
            region_dir: folder.path().join("in"),
            declarations: &[&CUSTOMERS],
            audit: Arc::new(Forgetful),
            clock: Arc::new(SystemClock),
            backend: Backend::default(),
        })
        .await
        .unwrap(),
    );
    let begun = Instant::now();
    for number in 0..tenants {
        vault.provision(&operator(), &tenant(number)).await.unwrap();
    }
    eprintln!(
        "{tenants} tenants provisioned in {:.1} s",
        begun.elapsed().as_secs_f64()
    );

    println!("| {tenants} tenants | median us | 99th us | longest us |");
    println!("|---|---:|---:|---:|");
    let session = async |number: usize| {
        let begun = Instant::now();
        let session = vault.session::<Billing>(&service(), &[tenant(number)]).await;
        assert!(session.is_ok());
        begun.elapsed()
    };
    let before = resident();
    let mut cold = Vec::with_capacity(tenants);
    for number in 0..tenants {
        cold.push(session(number).await);
    }
    let after = resident();
    row("a session on a cold lease", cold);
    let mut warm = Vec::new();
    for number in (0..tenants).step_by(tenants.div_ceil(20_000)) {
        warm.push(session(number).await);
    }
    row("a session on a held lease", warm);

    let quiet = neighbour(&vault).await;
    row("neighbour: a session and an open, quiet", quiet);
    let stop = Arc::new(AtomicBool::new(false));
    let (busy, stopped) = (Arc::clone(&vault), Arc::clone(&stop));
    let suspending = tokio::spawn(async move {
        let mut rounds = 0;
        while !stopped.load(Ordering::Acquire) {
            busy.suspend(&operator(), &tenant(0)).await.unwrap();
            busy.resume(&operator(), &tenant(0)).await.unwrap();
            rounds += 1;
        }
        rounds
    });
    let loud = neighbour(&vault).await;
    stop.store(true, Ordering::Release);
    let rounds = suspending.await.unwrap();
    row(
        "the same while another tenant is suspended and resumed over and over",
        loud,
    );
    println!();
    println!(
        "{:.0} bytes of resident memory for each held lease; {rounds} suspensions while the neighbour worked.",
        (after.saturating_sub(before)) as f64 / tenants as f64
    );
}

/// What another tenant's request takes: a session, and a field opened in it.
async fn neighbour(vault: &Arc<Vault<In>>) -> Vec<Duration> {
    let place = Place::<In>::in_folder(Arc::new(tempfile::tempdir().unwrap())).await;
    let neighbour = tenant(1);
    let residence = place.residence(neighbour.as_str(), "s-7");
    let session = vault
        .session::<Billing>(&service(), std::slice::from_ref(&neighbour))
        .await
        .unwrap();
    let customer = Customer::seal(&session, &residence, 7).unwrap();
    let pseudonyms = vault.pseudonyms(std::slice::from_ref(&neighbour)).await.unwrap();
    let grant: Grant<Billing> = {
        let pseudonyms: &dyn Pseudonyms = &pseudonyms;
        let now = boundary_runtime::Clock::now(&SystemClock);
        place
            .control
            .grant(pseudonyms, &customer.tenant, &customer.subject, now)
            .unwrap()
    };
    let mut times = Vec::with_capacity(20_000);
    for _ in 0..20_000 {
        let begun = Instant::now();
        let session = vault
            .session::<Billing>(&service(), std::slice::from_ref(&neighbour))
            .await
            .unwrap();
        assert!(customer.email(&session, &grant).is_ok());
        times.push(begun.elapsed());
    }
    times
}
