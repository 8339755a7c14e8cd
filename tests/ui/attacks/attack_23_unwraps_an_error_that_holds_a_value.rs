//! Attack 23: a panic that prints what it unwraps.

use boundary_runtime::Plain;

fn attack(result: Result<(), Plain<String>>) {
    result.unwrap();
}

fn main() {}
