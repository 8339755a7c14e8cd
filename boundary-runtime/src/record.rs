//! What `#[derive(Boundary)]` says of a struct to the stores, the queues and the gate.

use std::borrow::Cow;

use boundary_schema::Declaration;

use crate::error::DecodeError;
use crate::guarded::Guarded;
use crate::plaintext::Cell;
use crate::{DataKey, SubjectId, TenantId};

/// The identifier of a record in canonical text: what its sealed fields are bound to.
pub trait RecordId {
    /// The same text for the same record, for ever; another text for any other record of the table.
    fn canonical(&self) -> Cow<'_, str>;
}

impl RecordId for String {
    fn canonical(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }
}

impl RecordId for SubjectId {
    fn canonical(&self) -> Cow<'_, str> {
        Cow::Borrowed(self.as_str())
    }
}

macro_rules! integer_ids {
    ($($type:ty),*) => {$(
        impl RecordId for $type {
            fn canonical(&self) -> Cow<'_, str> {
                Cow::Owned(self.to_string())
            }
        }
    )*};
}
integer_ids!(u8, u16, u32, u64, i8, i16, i32, i64);

/// Two parts, the first one's length in front so that no two pairs share a text.
impl<A: RecordId, B: RecordId> RecordId for (A, B) {
    fn canonical(&self) -> Cow<'_, str> {
        let (first, second) = (self.0.canonical(), self.1.canonical());
        Cow::Owned(format!("{}:{first}{second}", first.len()))
    }
}

/// A declared table or event.
pub trait Record: Sized + Send + 'static {
    /// What the model declares.
    const DECLARATION: &'static Declaration;

    /// The columns, in the order of the declaration, without the data key.
    fn cells(&self) -> Vec<Cell>;
}

/// A record of a replicated table: nothing personal is in it.
pub trait GlobalRecord: Record {
    /// Reads a row as [`Record::cells`] gave it.
    ///
    /// # Errors
    /// If a cell holds no value of its field's type.
    fn from_cells(cells: &[Cell]) -> Result<Self, DecodeError>;
}

/// A record that belongs to a tenant, is about a subject, and is sealed in a region.
pub trait TenantRecord: Record {
    /// The tenant that owns the record.
    fn tenant(&self) -> &TenantId;
    /// The person whom the record is about.
    fn subject(&self) -> &SubjectId;
    /// The record's wrapped data key.
    fn data_key(&self) -> &DataKey;
    /// The record's identifier in canonical text.
    fn record_id(&self) -> Cow<'_, str>;

    /// Reads a row as [`Record::cells`] gave it, with its key from the key table.
    ///
    /// # Errors
    /// If a cell holds no value of its field's type.
    fn from_cells(cells: &[Cell], data_key: DataKey) -> Result<Self, DecodeError>;
}

/// A field with a declared way across the border. The derive makes one for each field with `release(..)`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no declared way across the border",
    note = "only fields declared with `release(cohort)` or `release(deidentify = ..)` have one"
)]
pub trait ReleasableField: 'static {
    /// The record the field is of.
    type Record: TenantRecord;
    /// The wrapper that holds the value.
    type Wrapper: Guarded;
    /// Position of the field in the record's declaration.
    const FIELD: usize;

    /// The closed value. It opens inside the gate, and stays there.
    fn wrapper(record: &Self::Record) -> &Self::Wrapper;
}
