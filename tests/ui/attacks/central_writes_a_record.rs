//! A record is sealed in its region, never centrally.

use boundary_runtime::control::Residence;
use boundary_runtime::{Central, Session};
use payments_model::policy::purpose;
use payments_model::NewCustomer;

fn attack(new: NewCustomer, central: &Session<Central, purpose::Billing>, residence: &Residence) {
    let _ = new.seal(central, residence);
}

fn main() {}
