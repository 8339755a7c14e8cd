//! Commands that are more than one call of another room.

pub mod ask;
pub mod compare;
pub mod lock;
pub mod report;
