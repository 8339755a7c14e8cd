//! Sealing a column of a table that is full and in use (M25): in batches, with a checkpoint, and with a way back.
//!
//! The table keeps its plain column while a sealed one beside it is filled; `docs/retrofit.md` goes through it step by step.
//! Each batch is one transaction that holds sealed values, data keys and the checkpoint, so a process that is killed at
//! any point leaves a state from which the same call goes on. Nothing plain is cleared before its sealed form was
//! opened and compared, and again in the transaction that clears it.
//!
//! What must never enter here: a value of a row in an error, a log or a checkpoint.

mod database;
mod error;
mod plan;
#[cfg(feature = "postgres")]
mod postgres;
mod progress;
mod read;
mod rows;
#[cfg(feature = "sqlite")]
mod sqlite;
mod steps;

use std::marker::PhantomData;

pub use database::{Change, Checkpoint, Counts, Database, Row, Stage};
pub use error::RetrofitError;
pub use plan::{Clearing, Plan, Survey};
#[cfg(feature = "postgres")]
pub use postgres::PostgresDatabase;
pub use progress::Progress;
pub use rows::Tally;
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteDatabase;

use crate::plaintext::{Column, Plaintext};

/// One retrofit: its plan and the database it is done in. `V` is the type of the values, that of the sealed field without
/// its wrapper.
///
/// Every step takes a function that opens a session, because a large table outlives a lease: it is called at the
/// beginning, and again when the lease has ended. The session's purpose has to be one of the field's.
pub struct Retrofit<V, D> {
    plan: Plan,
    database: D,
    on_progress: Box<dyn FnMut(&Progress) + Send>,
    value: PhantomData<fn() -> V>,
}

impl<V: Plaintext + Column, D: Database> Retrofit<V, D> {
    /// Checks the plan against the table. Changes nothing.
    ///
    /// # Errors
    /// [`RetrofitError::Plan`] if the table lacks something that the plan needs, or the database fails.
    pub async fn open(plan: Plan, mut database: D) -> Result<Self, RetrofitError> {
        database.inspect(&plan).await?;
        Ok(Self {
            plan,
            database,
            on_progress: Box::new(|_| {}),
            value: PhantomData,
        })
    }

    /// The same retrofit, which tells how far it has come after each batch.
    #[must_use]
    pub fn with_progress(mut self, on_progress: impl FnMut(&Progress) + Send + 'static) -> Self {
        self.on_progress = Box::new(on_progress);
        self
    }

    /// What the retrofit will find and write. Changes nothing.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn survey(&mut self) -> Result<Survey, RetrofitError> {
        let counts = self.database.count(&self.plan).await?;
        let (values, keys) = (
            counts.plain.saturating_sub(counts.sealed),
            counts.plain.saturating_sub(counts.data_keys),
        );
        let field = self.plan.field;
        Ok(Survey {
            plan: format!(
                "seal column `{}` of `{}` into `{}` ({}), {} rows in a transaction",
                self.plan.plain,
                self.plan.declaration.name,
                field.column,
                field.category.unwrap_or("no category"),
                self.plan.batch
            ),
            rows: counts.rows,
            plain: counts.plain,
            sealed: counts.sealed,
            data_keys: counts.data_keys,
            bytes: counts.plain_bytes + values * 30 + keys * 150,
        })
    }

    /// How far the retrofit has come; nothing if it was not begun, or was taken back.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn stage(&mut self) -> Result<Option<Stage>, RetrofitError> {
        let checkpoint = self.database.checkpoint(&self.plan).await?;
        Ok(checkpoint.map(|checkpoint| checkpoint.stage))
    }
}
