//! Attack 4: a session and a grant as struct literals.

use boundary_runtime::{Grant, InCountry, Session};
use payments_model::policy::{purpose, region};

fn attack() {
    let session = Session::<InCountry<region::In>, purpose::Billing> {
        principal: unknown(),
        means: unknown(),
        purpose: unknown(),
    };
    let grant = Grant::<purpose::Billing> {
        tenant: unknown(),
        subject: unknown(),
        pseudonym: unknown(),
        expires: unknown(),
        withdrawn: unknown(),
        purpose: unknown(),
    };
}

fn unknown<T>() -> T {
    unreachable!()
}

fn main() {}
