//! Commands that are more than one call of another room.

pub mod compare;
pub mod lock;
