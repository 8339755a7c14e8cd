//! Attack 77: code for every in-country region, called for the central plane or a region of its own.

use boundary_runtime::{Central, InCountry, Region, Session};
use payments_model::policy::{Deployment, deploy, purpose, region};

struct Work;

impl Deployment for Work {
    type Output = ();

    fn in_country<R: region::Declared>(self) {}

    fn central(self) {
        self.in_country::<Central>();
        self.in_country::<Hub>();
    }
}

struct Hub;

impl Region for Hub {
    const NAME: &'static str = "hub";
    const JURISDICTION: &'static str = "US";
}

fn attack(session: &Session<Central, purpose::Billing>) {
    let _: Option<&Session<InCountry<region::In>, purpose::Billing>> = session.in_region::<region::In>();
    let _ = deploy("hub", Work);
}

fn main() {}
