//! Values that say nothing about a person.

use boundary_runtime::Column;

/// The plan that a customer is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Column)]
pub enum Plan {
    /// Without extras.
    Basic,
    /// With everything.
    Pro,
}

/// How far a payment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Column)]
pub enum PaymentStatus {
    /// The card network agreed.
    Authorised,
    /// The money has moved.
    Settled,
}
