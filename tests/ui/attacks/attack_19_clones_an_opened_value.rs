//! Attack 19: a copy that outlives the wiping.

use boundary_runtime::Plain;

fn attack(opened: &Plain<String>) -> Plain<String> {
    opened.clone()
}

fn main() {}
