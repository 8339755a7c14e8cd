//! Attack 10: the marker of a field that may be released, for one that may not.

use boundary_runtime::release::Gate;
use payments_model::policy::{purpose, region};
use payments_model::{Customer, customer, payment};

fn attack(gate: &Gate<'_, region::In, purpose::Analytics>, customers: &[Customer]) {
    let _ = gate.count_by::<customer::NationalId>(customers);
    let _ = gate.count_by::<payment::City>(customers);
}

fn main() {}
