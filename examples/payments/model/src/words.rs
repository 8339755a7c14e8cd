//! Values that say nothing about a person.

use boundary_runtime::{Cell, Column, DecodeError};

/// The plan that a customer is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plan {
    /// Without extras.
    Basic,
    /// With everything.
    Pro,
}

/// How far a payment is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaymentStatus {
    /// The card network agreed.
    Authorised,
    /// The money has moved.
    Settled,
}

macro_rules! words {
    ($type:ident: $($variant:ident = $word:literal),*) => {
        impl Column for $type {
            fn to_cell(&self) -> Cell {
                match self { $($type::$variant => $word,)* }.to_owned().to_cell()
            }

            fn from_cell(cell: &Cell) -> Result<Self, DecodeError> {
                match String::from_cell(cell)?.as_str() {
                    $($word => Ok($type::$variant),)*
                    _ => Err(DecodeError::new(concat!("one of", $(" ", $word),*))),
                }
            }
        }
    };
}
words!(Plan: Basic = "basic", Pro = "pro");
words!(PaymentStatus: Authorised = "authorised", Settled = "settled");
