//! Attack 1: the central plane asks for a raw value.

use boundary_runtime::{Central, Grant, Session};
use payments_model::policy::purpose;
use payments_model::Customer;

fn attack(customer: &Customer, central: &Session<Central, purpose::Billing>, grant: &Grant<purpose::Billing>) {
    let _ = customer.national_id(central, grant);
}

fn main() {}
