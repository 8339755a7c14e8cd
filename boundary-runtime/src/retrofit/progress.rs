//! How far a retrofit has come, for a bar or a line.

use std::fmt;
use std::time::Duration;

/// How far a step has come, given after each batch.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Progress {
    /// What is being done: `sealing`, `verifying`, `clearing`, `undoing` or `dry run`.
    pub step: &'static str,
    /// Rows that were gone through, those of an interrupted call included.
    pub done: u64,
    /// Rows of the table when the step began.
    pub total: u64,
    /// How long this call has taken so far, by the session's clock.
    pub elapsed: Duration,
    /// Rows a second in this call.
    pub per_second: f64,
}

impl Progress {
    pub(super) fn new(step: &'static str, done: u64, total: u64, here: u64, elapsed: Duration) -> Self {
        let seconds = elapsed.as_secs_f64();
        let per_second = if seconds > 0.0 { here as f64 / seconds } else { 0.0 };
        Self {
            step,
            done,
            total,
            elapsed,
            per_second,
        }
    }
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {} of {} rows, {:.0} rows/s",
            self.step, self.done, self.total, self.per_second
        )
    }
}
