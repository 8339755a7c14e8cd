//! The models of the payments example, shared by every plane.
//!
//! No struct here holds a regulated value in the clear, so any crate may link this one.

boundary_runtime::policy!();

mod customer_record;
mod merchant;
mod offer;
mod payment_record;
mod words;

pub use customer_record::{Customer, NewCustomer, customer};
pub use merchant::Merchant;
pub use offer::{NewOfferSelected, OfferSelected, offer_selected};
pub use payment_record::{NewPayment, Payment, payment};
pub use words::{PaymentStatus, Plan};
