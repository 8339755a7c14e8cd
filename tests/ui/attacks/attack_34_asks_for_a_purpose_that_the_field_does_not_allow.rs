//! Attack 34: a purpose that the field does not allow; a grant for another purpose.

use boundary_runtime::{Grant, InCountry, Session};
use payments_model::policy::{purpose, region};
use payments_model::Customer;

fn wrong_purpose(
    customer: &Customer,
    session: &Session<InCountry<region::In>, purpose::Marketing>,
    grant: &Grant<purpose::Marketing>,
) {
    let _ = customer.national_id(session, grant);
}

fn wrong_grant(
    customer: &Customer,
    session: &Session<InCountry<region::In>, purpose::Billing>,
    grant: &Grant<purpose::Marketing>,
) {
    let _ = customer.email(session, grant);
}

fn main() {}
