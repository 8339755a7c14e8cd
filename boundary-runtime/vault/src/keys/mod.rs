//! What an authority's keys are, wrapped and opened. No file, no clock, no custody is known here.

mod authority;
mod keyring;

pub use authority::{Authority, AuthorityClass, AuthorityName};
pub(crate) use keyring::{Keyring, OpenedKeys};
