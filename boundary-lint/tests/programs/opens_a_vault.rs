//! A small in-country binary: it opens a vault and holds a session.
#![forbid(unsafe_code)]

use std::sync::Arc;

use boundary_runtime::audit::MemoryAudit;
use boundary_runtime::{Region, SystemClock};
use boundary_schema::Policy;
use boundary_vault::{Backend, LocalCustody, Vault, VaultConfig};

struct In;

impl Region for In {
    const NAME: &'static str = "in";
    const JURISDICTION: &'static str = "IN";
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let home = std::path::PathBuf::from(std::env::args_os().nth(1).ok_or("name a folder")?);
    let work = async {
        let vault = Vault::<In>::open(VaultConfig {
            policy: Arc::new(Policy::load(home.join("boundary.toml"))?),
            custodies: Arc::new(LocalCustody::open(home.join("custody"), "in")?).into(),
            region_dir: home.join("region"),
            declarations: &[],
            audit: Arc::new(MemoryAudit::default()),
            clock: Arc::new(SystemClock),
            backend: Backend::default(),
        })
        .await?;
        drop(vault);
        Ok(())
    };
    tokio::runtime::Builder::new_current_thread().build()?.block_on(work)
}
