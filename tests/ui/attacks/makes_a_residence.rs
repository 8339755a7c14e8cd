//! A residence comes from the identity map.

use boundary_runtime::control::Residence;

fn attack() -> Residence {
    Residence { tenant: todo!(), subject: todo!(), region: todo!() }
}

fn main() {}
