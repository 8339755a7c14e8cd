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

impl RecordId for Cow<'_, str> {
    fn canonical(&self) -> Cow<'_, str> {
        Cow::Borrowed(self)
    }
}

impl<I: RecordId> RecordId for &I {
    fn canonical(&self) -> Cow<'_, str> {
        (**self).canonical()
    }
}

/// An identifier of several parts: each but the last has its length in bytes and a colon in front, so that no two
/// identifiers share a text. `("a", "bc")` is `1:abc`.
macro_rules! identifiers_of_parts {
    ($($part:ident),+; $last:ident) => {
        impl<$($part: RecordId,)+ $last: RecordId> RecordId for ($($part,)+ $last) {
            #[allow(non_snake_case, reason = "a part goes by the name of its type parameter")]
            fn canonical(&self) -> Cow<'_, str> {
                let ($($part,)+ $last) = self;
                let mut text = String::new();
                $(
                    let part = $part.canonical();
                    text.push_str(&part.len().to_string());
                    text.push(':');
                    text.push_str(&part);
                )+
                text.push_str(&$last.canonical());
                Cow::Owned(text)
            }
        }
    };
}
identifiers_of_parts!(A; B);
identifiers_of_parts!(A, B; C);
identifiers_of_parts!(A, B, C; D);

/// A declared table, event or dataset.
#[diagnostic::on_unimplemented(
    message = "`{Self}` declares nothing",
    label = "what its fields are and where they may be is unknown",
    note = "add `#[derive(Boundary)]` to it"
)]
pub trait Record: Sized {
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

/// A field that may key or be summed in cohorts: one declared with `release(cohort)`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` may not be part of a cohort",
    label = "this field does not declare `release(cohort)`",
    note = "a field whose category identifies one person never may; another is declared with `release(cohort)`, which a \
            reviewer sees"
)]
pub trait CohortField: 'static {
    /// The record the field is of.
    type Record: TenantRecord;
    /// The wrapper that holds the value.
    type Wrapper: Guarded;
    /// Position of the field in the record's declaration.
    const FIELD: usize;

    /// The closed value. It opens inside the gate, and stays there.
    fn wrapper(record: &Self::Record) -> &Self::Wrapper;
}

/// A field whose values may leave in buckets: one declared with `release(deidentify = bucket(width))`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` may not be de-identified for a release",
    label = "this field does not declare `release(deidentify = bucket(…))`",
    note = "a field whose category identifies one person never may; another is declared with \
            `release(deidentify = bucket(…))`, which a reviewer sees"
)]
pub trait BucketField: 'static {
    /// The record the field is of.
    type Record: TenantRecord;
    /// The wrapper that holds the value.
    type Wrapper: Guarded;
    /// Position of the field in the record's declaration.
    const FIELD: usize;

    /// The closed value. It opens inside the gate, and stays there.
    fn wrapper(record: &Self::Record) -> &Self::Wrapper;
}
