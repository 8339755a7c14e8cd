//! Attack 17: derives on a struct that holds an opened value.

use boundary_runtime::Plain;

#[derive(Debug, Clone, PartialEq)]
struct Page {
    name: Plain<String>,
}

fn main() {}
