//! Attack 21: the methods of the value inside.

use boundary_runtime::Plain;

fn attack(opened: &Plain<String>) {
    let _: &str = opened;
    let _ = opened.as_str();
}

fn main() {}
