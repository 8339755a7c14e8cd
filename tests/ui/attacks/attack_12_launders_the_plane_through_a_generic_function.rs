//! Attack 12: a function that is generic over the plane.

use boundary_runtime::{Grant, Plane, Session};
use payments_model::policy::purpose;
use payments_model::Customer;

fn read<P: Plane>(customer: &Customer, session: &Session<P, purpose::Billing>, grant: &Grant<purpose::Billing>) {
    let _ = customer.national_id(session, grant);
}

fn main() {}
