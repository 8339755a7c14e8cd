//! Attack 9: the mark of declared regions, given to a region of one's own.

use boundary_runtime::Region;
use payments_model::policy::region;

struct Atlantis;

impl Region for Atlantis {
    const NAME: &'static str = "in";
    const JURISDICTION: &'static str = "IN";
}

impl region::Declared for Atlantis {}

fn main() {}
