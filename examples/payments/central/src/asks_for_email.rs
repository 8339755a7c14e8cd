//! What a central developer might write on a bad day. It does not compile, which `cargo demo` and a test show.

use boundary_runtime::{AccessError, Central, Grant, Plain, Session};
use payments_model::Customer;
use payments_model::policy::purpose::Analytics;

/// Asks for the raw e-mail address of a customer from the central plane.
pub fn email_of(
    customer: &Customer,
    central: &Session<Central, Analytics>,
    grant: &Grant<Analytics>,
) -> Result<Plain<String>, AccessError> {
    customer.email(central, grant)
}
