//! The wrappers in the models of other database layers, each behind a feature of its name. docs/adapters.md shows their use.
//!
//! Only ciphertext, wrapped keys and identifiers go through here. A `Resident` value is never encoded: whoever could write
//! it to a database of their own could read it back in the clear, a second exit beside `Plain::disclose`.

#[cfg(feature = "diesel")]
pub mod diesel;
#[cfg(feature = "sqlx")]
mod sqlx;
