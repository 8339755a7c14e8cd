//! Attack 8: the bound, given to a type of one's own.

use payments_model::customer;

struct Mine;

impl customer::MayReadNationalId for Mine {}

fn main() {}
