//! Attack 35: a cohort keyed by what identifies a person, and a transform that is not declared.

use boundary_runtime::release::Gate;
use payments_model::policy::{purpose, region};
use payments_model::{Customer, customer};

fn attack(gate: &Gate<'_, region::In, purpose::Analytics>, customers: &[Customer]) {
    let _ = gate.count_by::<customer::Email>(customers);
    let _ = gate.deidentify::<customer::City>(customers);
}

fn main() {}
