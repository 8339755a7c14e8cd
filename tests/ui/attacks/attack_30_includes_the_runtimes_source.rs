//! Attack 30: the runtime's own source, compiled into the attacker's crate, mints types of the same names.

#![allow(dead_code)]

#[path = "../../../boundary-runtime/src/plane.rs"]
mod plane;

mod session {
    pub(crate) struct InCountryMeans;

    pub(crate) struct Session<P, U>(pub(crate) std::marker::PhantomData<(P, U)>);
}

use boundary_runtime::Grant;
use payments_model::policy::purpose;
use payments_model::Customer;

struct In;

impl plane::Region for In {
    const NAME: &'static str = "in";
    const JURISDICTION: &'static str = "IN";
}

fn attack(customer: &Customer, grant: &Grant<purpose::Billing>) {
    let session = session::Session::<plane::InCountry<In>, purpose::Billing>(std::marker::PhantomData);
    let _ = customer.national_id(&session, grant);
}

fn main() {}
