//! Attack 15: the accessor, instantiated for the central plane.

use boundary_runtime::{Central, Grant, Session};
use payments_model::policy::purpose;
use payments_model::Customer;

fn attack() {
    let _ = Customer::national_id::<Session<Central, purpose::Billing>, Grant<purpose::Billing>>;
}

fn main() {}
