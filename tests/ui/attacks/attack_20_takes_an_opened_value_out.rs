//! Attack 20: take and default.

use boundary_runtime::Plain;

fn attack(opened: &mut Plain<String>) -> Plain<String> {
    std::mem::take(opened)
}

fn main() {}
