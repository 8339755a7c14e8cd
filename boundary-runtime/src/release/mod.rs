//! The only way across the border: cohorts and de-identified values, made by the gate, signed by the region, verified
//! by the inbox of the other plane.
//!
//! There are two typed channels and no third (R1). Neither type has a public constructor; what is not one of them
//! has no way to a border queue.

mod cohort;
mod gate;
mod inbox;
mod queue;
mod signed;
mod suppression;

pub use cohort::{Bucketed, Cohort, Cohorts, Deidentified, Label, Measure};
pub use gate::{Gate, GateError};
pub use inbox::{Inbox, InboxError};
pub use queue::BorderQueue;
pub use signed::{CrossesBorder, Signed, SignedRelease};
