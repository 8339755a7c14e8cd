//! The control plane: decides where regulated data goes, and does no I/O.

mod identity;

pub use identity::{IdentityError, IdentityMap, Residence};
