//! Attack 13: the missing bound, asserted in a where clause and hoped for.

use boundary_runtime::{Central, Grant, Session};
use payments_model::policy::purpose;
use payments_model::{Customer, customer};

fn attack(customer: &Customer, central: &Session<Central, purpose::Billing>, grant: &Grant<purpose::Billing>)
where
    Session<Central, purpose::Billing>: customer::MayReadNationalId,
{
    let _ = customer.national_id(central, grant);
}

fn main() {}
