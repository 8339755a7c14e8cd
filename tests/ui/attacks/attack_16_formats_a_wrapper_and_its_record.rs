//! Attack 16: `{:?}`, of a wrapper and of the record that holds it.

use boundary_runtime::{Plain, Sealed};
use payments_model::Customer;

fn attack(customer: &Customer, sealed: &Sealed<String>, opened: &Plain<String>) {
    let _ = format!("{:?} {:?} {:?}", customer, sealed, opened);
}

fn main() {}
