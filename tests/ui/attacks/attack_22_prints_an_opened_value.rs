//! Attack 22: to_string and format.

use boundary_runtime::Plain;

fn attack(opened: &Plain<String>) {
    let _ = opened.to_string();
    println!("{opened}");
}

fn main() {}
