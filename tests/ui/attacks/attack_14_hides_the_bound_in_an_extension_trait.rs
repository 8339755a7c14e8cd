//! Attack 14: an extension trait that carries the bound.

use boundary_runtime::{Central, Grant, GrantFor, Session};
use payments_model::policy::purpose;
use payments_model::{Customer, customer};

trait ReadAnyway: customer::MayReadNationalId + Sized {
    fn national_id(&self, customer: &Customer, grant: &Grant<purpose::Billing>)
    where
        Grant<purpose::Billing>: GrantFor<Self>,
    {
        let _ = customer.national_id(self, grant);
    }
}

impl ReadAnyway for Session<Central, purpose::Billing> {}

fn main() {}
