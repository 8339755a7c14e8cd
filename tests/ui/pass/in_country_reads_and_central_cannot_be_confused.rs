//! What each plane may write.

use boundary_runtime::control::Residence;
use boundary_runtime::{AccessError, Central, Grant, InCountry, Plain, Principal, Session};
use payments_model::policy::{purpose, region};
use payments_model::{Customer, NewCustomer};

fn read<R: region::Declared>(
    customer: &Customer,
    session: &Session<InCountry<R>, purpose::Support>,
    grant: &Grant<purpose::Support>,
) -> Result<Plain<String>, AccessError> {
    customer.email(session, grant)
}

fn write(
    new: NewCustomer,
    session: &Session<InCountry<region::In>, purpose::Marketing>,
    residence: &Residence,
) -> Result<Customer, AccessError> {
    let mut customer = new.seal(session, residence)?;
    customer.set_phone(session, None)?;
    Ok(customer)
}

fn main() {
    let _ = (read::<region::Eu>, write);
    let central = Session::<Central, purpose::Analytics>::central(Principal::new("board", "analyst"));
    assert_eq!(&*central.principal().role, "analyst");
}
