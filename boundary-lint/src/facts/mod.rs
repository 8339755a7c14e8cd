//! The joined model that every rule reads: columns with their declarations, the crates of the planes, and what was
//! not seen. Places of both sides are kept.

mod collect;
pub mod crates;
mod mark;

use std::collections::HashMap;

pub use collect::{Input, collect};

use crate::catalogue::RelationKind;
use crate::parse::declarations::Says;
use crate::source::{Place, Sources};

/// Schema, table and column.
pub type Key = (String, String, String);

/// A declared column.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// What it declares.
    pub key: Key,
    /// The struct.
    pub rust: String,
    /// The field.
    pub field: String,
    /// What the field says.
    pub says: Says,
    /// Place of the field.
    pub place: Place,
    /// Place of the table's name in the struct's attribute.
    pub table_place: Place,
    /// Whether it is of a derived dataset, which may lie elsewhere than in this database.
    pub dataset: bool,
}

/// How a column comes by its classification.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Classified {
    /// A field declares it.
    Declared(usize),
    /// It shows, unchanged, a column that a field declares.
    Through(usize),
    /// No declaration covers it.
    No,
}

/// A column of the database.
#[derive(Clone, Debug)]
pub struct Column {
    /// Schema, table and name.
    pub key: Key,
    /// Type, as `information_schema` prints it.
    pub data_type: String,
    /// Whether it may hold null.
    pub nullable: bool,
    /// Kind of the relation that it belongs to.
    pub kind: RelationKind,
    /// Where it came to be.
    pub birth: Place,
    /// Where it was last changed.
    pub changed: Place,
    /// Its classification.
    pub classified: Classified,
}

/// Something that may hold or change columns and was not followed.
#[derive(Clone, Debug)]
pub struct Unseen {
    /// Where.
    pub place: Place,
    /// Why.
    pub why: String,
    /// What to do about it.
    pub mend: &'static str,
}

/// A publication, with the columns that it sends and that have to stay.
#[derive(Clone, Debug)]
pub struct Publication {
    /// Where it is named.
    pub place: Place,
    /// Its name.
    pub name: String,
    /// The columns, sorted.
    pub columns: Vec<Key>,
}

/// A binary that holds the vault's mark.
#[derive(Clone, Debug)]
pub struct MarkedBinary {
    /// The binary, as a file without text.
    pub place: Place,
    /// Where the mark begins, in bytes.
    pub at: u64,
}

/// Everything that is known of a project.
#[derive(Debug, Default)]
pub struct Facts {
    /// All files.
    pub sources: Sources,
    /// All columns, sorted by key.
    pub columns: Vec<Column>,
    /// All declared columns, sorted by key, then place.
    pub declarations: Vec<Declaration>,
    /// What is sent to subscribers.
    pub publications: Vec<Publication>,
    /// What was not seen, sorted by place.
    pub unseen: Vec<Unseen>,
    /// Whether declarations were looked for at all.
    pub declarations_read: bool,
    /// The policy's categories.
    pub taxonomy: Option<boundary_schema::Taxonomy>,
    /// What the crates of the planes show.
    pub crates: crates::Crates,
    /// Binaries of the central plane that hold the vault's mark.
    pub marked_binaries: Vec<MarkedBinary>,
}

impl Facts {
    /// The declaration that classifies a column.
    #[must_use]
    pub fn declaration(&self, column: &Column) -> Option<&Declaration> {
        match column.classified {
            Classified::Declared(at) | Classified::Through(at) => self.declarations.get(at),
            Classified::No => None,
        }
    }

    /// What `cargo boundary columns` prints as a column's classification.
    #[must_use]
    pub fn classification(&self, column: &Column) -> &str {
        match self.declaration(column).map(|declaration| &declaration.says) {
            Some(Says::Category { category, .. }) => category,
            Some(Says::Role(role)) => role,
            Some(Says::DataKey) => "data_key",
            _ if self.declarations_read => "unclassified",
            _ => "",
        }
    }

    /// How many columns are classified.
    #[must_use]
    pub fn classified(&self) -> usize {
        self.columns
            .iter()
            .filter(|column| column.classified != Classified::No)
            .count()
    }

    /// The names of all relations, with one column of each.
    #[must_use]
    pub fn relations(&self) -> HashMap<(&str, &str), &Column> {
        self.columns
            .iter()
            .rev()
            .map(|column| ((column.key.0.as_str(), column.key.1.as_str()), column))
            .collect()
    }
}
