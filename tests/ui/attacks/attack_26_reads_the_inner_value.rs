//! Attack 26: the field inside the wrapper.

use boundary_runtime::{Plain, Resident};

fn attack(opened: Plain<String>, resident: &Resident<String>) -> String {
    let _ = &resident.value;
    opened.value
}

fn main() {}
