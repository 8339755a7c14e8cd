//! Attack 3: the record, taken apart.

use payments_model::Customer;

fn attack(customer: Customer) {
    let Customer { national_id, .. } = customer;
}

fn main() {}
