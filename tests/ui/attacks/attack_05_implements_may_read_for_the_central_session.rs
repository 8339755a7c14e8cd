//! Attack 5: the bound, given to a session of another crate.

use boundary_runtime::{Central, Session};
use payments_model::policy::purpose;
use payments_model::customer;

impl customer::MayReadNationalId for Session<Central, purpose::Billing> {}

fn main() {}
