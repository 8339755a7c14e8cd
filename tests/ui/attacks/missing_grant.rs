//! An accessor without a grant, and with something else in its place.

use boundary_runtime::{InCountry, Session};
use payments_model::policy::{purpose, region};
use payments_model::Customer;

fn without(customer: &Customer, session: &Session<InCountry<region::In>, purpose::Billing>) {
    let _ = customer.email(session);
}

fn instead(customer: &Customer, session: &Session<InCountry<region::In>, purpose::Billing>) {
    let _ = customer.email(session, &customer.subject);
}

fn main() {}
