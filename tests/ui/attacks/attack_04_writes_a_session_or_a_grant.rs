//! Attack 4: a session and a grant as struct literals.

use boundary_runtime::{Grant, InCountry, Session};
use payments_model::policy::{purpose, region};

fn attack() {
    let session = Session::<InCountry<region::In>, purpose::Billing> { principal: todo!(), means: todo!(), purpose: todo!() };
    let grant = Grant::<purpose::Billing> { tenant: todo!(), subject: todo!() };
}

fn main() {}
