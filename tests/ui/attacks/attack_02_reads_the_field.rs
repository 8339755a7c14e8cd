//! Attack 2: the field, without its accessor.

use payments_model::Customer;

fn attack(customer: &Customer) {
    let _ = &customer.national_id;
}

fn main() {}
