//! The database's side of a retrofit.

use boundary_schema::FieldRole;

use super::{Clearing, Plan, RetrofitError};
use crate::plaintext::{Cell, CellContent};
use crate::{DataKey, SubjectId, TenantId};

/// How far a retrofit has come, across calls and processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Stage {
    /// Values are being sealed.
    Sealing,
    /// Every value was sealed once.
    Sealed,
    /// Every sealed value was opened and equals the plain one.
    Verified,
    /// Plain values are being cleared.
    Clearing,
    /// No plain value is left.
    Finished,
    /// It is being taken back.
    Undoing,
}

impl Stage {
    const NAMES: [(Self, &'static str); 6] = [
        (Self::Sealing, "sealing"),
        (Self::Sealed, "sealed"),
        (Self::Verified, "verified"),
        (Self::Clearing, "clearing"),
        (Self::Finished, "finished"),
        (Self::Undoing, "undoing"),
    ];

    /// Its name in the table of checkpoints.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        let found = Self::NAMES.iter().find(|(stage, _)| *stage == self);
        found.map_or("", |(_, name)| name)
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        let found = Self::NAMES.iter().find(|(_, name)| *name == text);
        found.map(|(stage, _)| *stage)
    }
}

/// The checkpoint of a retrofit: one row of `boundary_retrofits`, written in the transaction of each batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// How far it has come.
    pub stage: Stage,
    /// Whether plain values were ever cleared: then a row with the cleared value is a cleared one.
    pub clearing: bool,
    /// The primary key of the last row that the stage is through with, as the database wrote it.
    pub after: Option<String>,
    /// How many rows that is.
    pub done: u64,
}

/// One row as it is read. Opaque: only this crate's databases make one.
pub struct Row {
    /// The row's primary key, as a checkpoint holds it.
    pub(super) place: String,
    pub(super) tenant: Option<TenantId>,
    pub(super) subject: Option<SubjectId>,
    pub(super) record_id: Option<String>,
    pub(super) plain: Cell,
    pub(super) sealed: Option<Vec<u8>>,
    pub(super) key: Option<DataKey>,
    /// Whether another sealed column of the row holds a value.
    pub(super) has_others: bool,
    /// Whether this retrofit made the record's data key.
    pub(super) own_key: bool,
}

impl Row {
    /// Whether the plain column holds no value that is to be kept.
    pub(super) fn is_cleared(&self, plan: &Plan, clearing: bool) -> bool {
        match (&self.plain.0, &plan.clearing) {
            (CellContent::Null, _) => true,
            (CellContent::Text(text), Clearing::Text(cleared)) => clearing && text.as_str() == *cleared,
            _ => false,
        }
    }
}

/// What a batch does to one of its rows.
pub struct Change {
    pub(super) row: Row,
    pub(super) what: What,
}

pub(super) enum What {
    /// The sealed value, and the record's data key where it is a new one.
    Seal {
        sealed: Vec<u8>,
        new_key: Option<DataKey>,
    },
    /// The plain value goes.
    Clear,
    /// The sealed value goes; the plain one comes back where it was cleared; the data key goes where nothing needs it.
    Undo { plain: Option<Cell>, drop_key: bool },
}

/// What is counted before a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub(super) rows: u64,
    pub(super) plain: u64,
    pub(super) sealed: u64,
    pub(super) data_keys: u64,
    pub(super) plain_bytes: u64,
}

/// The database's side of a retrofit. A batch is one transaction: [`begin`](Database::begin), [`rows`](Database::rows),
/// [`write`](Database::write), [`commit`](Database::commit); a row that was read stays as it is until then.
///
/// [`SqliteDatabase`](super::SqliteDatabase) and [`PostgresDatabase`](super::PostgresDatabase) are the two there are: the
/// contents of rows are closed to other crates.
pub trait Database: Send {
    /// Checks that the table has what the plan needs. Changes nothing.
    fn inspect(&mut self, plan: &Plan) -> impl Future<Output = Result<(), RetrofitError>> + Send;

    /// Makes the tables of checkpoints and of data keys, where they are missing.
    fn install(&mut self, plan: &Plan) -> impl Future<Output = Result<(), RetrofitError>> + Send;

    /// Counts the rows of the table.
    fn count(&mut self, plan: &Plan) -> impl Future<Output = Result<Counts, RetrofitError>> + Send;

    /// The checkpoint, if the retrofit was begun.
    fn checkpoint(
        &mut self,
        plan: &Plan,
    ) -> impl Future<Output = Result<Option<Checkpoint>, RetrofitError>> + Send;

    /// Begins a transaction; one that was left open is rolled back.
    fn begin(&mut self) -> impl Future<Output = Result<(), RetrofitError>> + Send;

    /// The next rows in the order of the primary key, locked until the end of the transaction.
    fn rows(
        &mut self,
        plan: &Plan,
        after: Option<&str>,
    ) -> impl Future<Output = Result<Vec<Row>, RetrofitError>> + Send;

    /// The row of one record, outside of any transaction.
    fn row(
        &mut self,
        plan: &Plan,
        tenant: &TenantId,
        record_id: &str,
    ) -> impl Future<Output = Result<Option<Row>, RetrofitError>> + Send;

    /// Makes changes and keeps the checkpoint; without one the retrofit is forgotten.
    fn write(
        &mut self,
        plan: &Plan,
        changes: Vec<Change>,
        checkpoint: Option<Checkpoint>,
    ) -> impl Future<Output = Result<(), RetrofitError>> + Send;

    /// Ends the transaction and keeps what it did.
    fn commit(&mut self) -> impl Future<Output = Result<(), RetrofitError>> + Send;

    /// Ends the transaction and drops what it did.
    fn rollback(&mut self) -> impl Future<Output = Result<(), RetrofitError>> + Send;
}

/// The columns that a plan needs, for [`Database::inspect`]: the plain one, the sealed one, then those of the roles.
pub(super) fn needed(plan: &Plan, with_key: bool) -> Vec<&str> {
    let roles = plan.declaration.fields.iter().filter(|field| match field.role {
        Some(FieldRole::DataKey) => with_key,
        other => other.is_some(),
    });
    let mut columns = vec![plan.plain.as_str(), plan.field.column];
    columns.extend(roles.map(|field| field.column));
    columns
}

/// The error of a table that lacks a column.
pub(super) fn lacking(plan: &Plan, column: &str) -> RetrofitError {
    RetrofitError::Plan {
        name: plan.name(),
        problem: format!(
            "table `{}` has no column `{column}`; add it by a migration first",
            plan.declaration.name
        ),
    }
}
