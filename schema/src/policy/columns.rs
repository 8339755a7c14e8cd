//! Columns that the policy declares itself, for tables without a Rust model.
//!
//! A declaration here classifies a column for the lint and the reports. It makes no accessor and seals nothing.

use std::fmt;
use std::ops::Range;
use std::str::FromStr;

use crate::Name;

keywords! {
    /// The part that a column has in identifying a record.
    pub enum ColumnRole as "role of a column" {
        /// It identifies the record.
        RecordId = "record_id",
        /// It says whose tenant the record is.
        Tenant = "tenant",
        /// It says whom the record is about.
        Subject = "subject",
    }
}

/// Where the raw form of a declared column may be: [`Residency`](crate::Residency) as a file writes it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ColumnResidency {
    /// Anywhere.
    Global,
    /// In any region of the subject's jurisdiction.
    Regional,
    /// Only in the region of its subject.
    InCountry,
    /// Only in this region.
    Pinned(Name),
}

/// A text that is no residency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a residency is global, regional, in_country or pinned(region)")]
pub struct ColumnResidencyError;

impl FromStr for ColumnResidency {
    type Err = ColumnResidencyError;

    /// ```
    /// use boundary_schema::ColumnResidency;
    /// assert_eq!("in_country".parse(), Ok(ColumnResidency::InCountry));
    /// assert!("anywhere".parse::<ColumnResidency>().is_err());
    /// ```
    fn from_str(text: &str) -> Result<Self, ColumnResidencyError> {
        match text {
            "global" => Ok(ColumnResidency::Global),
            "regional" => Ok(ColumnResidency::Regional),
            "in_country" => Ok(ColumnResidency::InCountry),
            _ => text
                .strip_prefix("pinned(")
                .and_then(|rest| rest.strip_suffix(')'))
                .and_then(|region| Name::new(region).ok())
                .map(ColumnResidency::Pinned)
                .ok_or(ColumnResidencyError),
        }
    }
}

impl fmt::Display for ColumnResidency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ColumnResidency::Global => f.write_str("global"),
            ColumnResidency::Regional => f.write_str("regional"),
            ColumnResidency::InCountry => f.write_str("in_country"),
            ColumnResidency::Pinned(region) => write!(f, "pinned({region})"),
        }
    }
}

/// What a column is declared to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ColumnMeaning {
    /// It has a part in identifying the record.
    Role(ColumnRole),
    /// It holds values of a category.
    Category {
        /// The category's key.
        category: String,
        /// Where the raw value may be.
        residency: ColumnResidency,
        /// Why it is processed.
        purposes: Vec<Name>,
    },
}

/// A column of `[tables]`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct DeclaredColumn {
    /// The table: `customers`, or `billing.customers` outside the default schema.
    pub table: String,
    /// The column.
    pub column: String,
    /// What it is.
    pub meaning: ColumnMeaning,
    /// The Rust type that says what a JSON value holds.
    pub json: Option<String>,
    /// Whether a JSON value is classified as a whole.
    pub opaque: bool,
    /// Where the table is named in the file, in bytes.
    pub table_span: Range<usize>,
    /// Where the column is named in the file, in bytes.
    pub span: Range<usize>,
}
