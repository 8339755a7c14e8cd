//! Attack 9: a region that the policy does not declare.

use boundary_runtime::{Grant, InCountry, Region, Session};
use payments_model::policy::purpose;
use payments_model::Customer;

struct Atlantis;

impl Region for Atlantis {
    const NAME: &'static str = "in";
    const JURISDICTION: &'static str = "IN";
}

fn attack(
    customer: &Customer,
    session: &Session<InCountry<Atlantis>, purpose::Billing>,
    grant: &Grant<purpose::Billing>,
) {
    let _ = customer.national_id(session, grant);
}

fn main() {}
