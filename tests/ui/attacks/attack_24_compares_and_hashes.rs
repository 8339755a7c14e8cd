//! Attack 24: equality, order and hashes as oracles.

use boundary_runtime::{Plain, Sealed};

fn attack(one: &Plain<String>, other: &Plain<String>, sealed: &Sealed<String>) {
    let _ = one == other;
    let _ = one < other;
    let _ = sealed == sealed;
    let _ = std::collections::HashSet::from([sealed]);
}

fn main() {}
