//! Errors of a retrofit. None carries a value or an identifier of a row.

use crate::error::{AccessError, DecodeError};

/// Why a retrofit was not begun, or stopped. What a batch had not committed is as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RetrofitError {
    /// The plan does not fit the declaration or the table.
    #[error("retrofit of {name}: {problem}")]
    Plan {
        /// The name of the retrofit.
        name: String,
        /// What does not fit, and what to do.
        problem: String,
    },
    /// It is not the time for this step.
    #[error("retrofit of {name}: {problem}")]
    Step {
        /// The name of the retrofit.
        name: String,
        /// Which step comes before, or what has to be said.
        problem: &'static str,
    },
    /// There is no such record.
    #[error("retrofit of {name}: there is no such record")]
    NoRecord {
        /// The name of the retrofit.
        name: String,
    },
    /// What the database holds does not read as expected.
    #[error("table `{table}`: {source}")]
    Row {
        /// The table.
        table: &'static str,
        /// What was expected.
        source: DecodeError,
    },
    /// The policy, the grant, the custody or the audit log refused.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// Somebody else wrote a data key for a record of this batch at the same time; the batch was taken back.
    #[error("somebody else wrote a data key of the same record at the same time; go on with another call")]
    Raced,
    /// The region's store failed.
    #[cfg(feature = "sqlite")]
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
    /// PostgreSQL failed. Only its code is said: its messages quote values.
    #[cfg(feature = "postgres")]
    #[error("database: PostgreSQL answers {0}")]
    Postgres(String),
}

#[cfg(feature = "postgres")]
impl From<tokio_postgres::Error> for RetrofitError {
    fn from(error: tokio_postgres::Error) -> Self {
        let said = error.code().map_or_else(
            || "nothing that is an answer: the connection failed, or a value has another type".to_owned(),
            |code| format!("SQLSTATE {}", code.code()),
        );
        Self::Postgres(said)
    }
}
