//! Attack 84: one program for every plane; on its central side the border is as closed as in a program of its own.

use boundary_runtime::{Central, Grant, Principal, Session};
use payments_model::policy::{self, Deployment, purpose};
use payments_model::Customer;

struct Report<'a> {
    customer: &'a Customer,
    grant: &'a Grant<purpose::Billing>,
}

impl Deployment for Report<'_> {
    type Output = ();

    fn in_country<R: policy::region::Declared>(self) {}

    fn central(self) {
        let session = Session::<Central, purpose::Billing>::central(Principal::new("report", "analyst"));
        let _ = self.customer.email(&session, self.grant);
    }
}

fn main() {}
