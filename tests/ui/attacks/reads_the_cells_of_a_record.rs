//! The row of a record is no way around its accessors.

use boundary_runtime::Record;
use payments_model::Customer;

fn attack(customer: &Customer) {
    for cell in customer.cells() {
        println!("{:?}", cell);
        let _ = cell.0;
    }
}

fn main() {}
