//! The row of a record is no way around its accessors.

use payments_model::Customer;

fn attack(customer: &Customer) {
    for cell in customer.cells() {
        println!("{:?} {}", cell, cell.0);
    }
}

fn main() {}
