//! Attack 6: a plane of one's own.

use boundary_runtime::Plane;

struct Mine;

impl Plane for Mine {
    type Means = ();
}

fn main() {}
