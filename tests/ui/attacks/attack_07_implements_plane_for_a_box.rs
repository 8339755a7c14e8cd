//! Attack 7: the same through a fundamental type.

use boundary_runtime::Plane;

struct Mine;

impl Plane for Box<Mine> {
    type Means = ();
}

fn main() {}
