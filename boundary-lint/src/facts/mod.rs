//! The joined model that every rule reads: columns with their declarations, the crates of the planes, and what was
//! not seen. Places of both sides are kept.

mod collect;
pub mod crates;
mod databases;
mod declared;
mod lists;
#[cfg(feature = "live")]
mod live;
mod mark;
mod project;
mod publications;
mod server;

use std::collections::{BTreeMap, HashMap};

pub use collect::{Input, collect};
pub use server::{Server, ServerPolicy, ServerTable};

use boundary_schema::{Policy, Protection};

use crate::catalogue::{RelationKind, RowSecurity, Said, WayOutKind};
use crate::parse::declarations::{Json, Residency, Says, Stands};
use crate::source::{FileId, Place, Sources, Span};

/// Schema, table and column.
pub type Key = (String, String, String);

/// A declared column.
#[derive(Clone, Debug)]
pub struct Declaration {
    /// What it declares.
    pub key: Key,
    /// What declares it: a struct, `boundary.toml`, a comment.
    pub by: String,
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
    /// Whether the rows of its table are replicated to every region.
    pub global: bool,
    /// Why it is processed: names of purposes, as written.
    pub purposes: Vec<String>,
    /// What says what a JSON value holds.
    pub json: Json,
    /// How a struct holds its values; nothing where no struct declares it.
    pub protection: Option<Protection>,
    /// The ways in which it may be released, as written and without spaces.
    pub releases: Vec<String>,
    /// The fields that it was made from: `Person::name`.
    pub from: Vec<String>,
    /// The release that they went through, as written and without spaces.
    pub transform: Option<String>,
    /// The database that it is of, where it stands in that database's migrations.
    pub database: Option<usize>,
}

impl Declaration {
    /// Whether it stands where no compiler looks at it.
    #[must_use]
    pub fn is_outside_rust(&self) -> bool {
        self.database.is_some() || self.by == Policy::FILE_NAME
    }

    /// The name that its struct declares the table by.
    #[must_use]
    pub fn declared_name(&self) -> String {
        let (schema, table, _) = &self.key;
        if schema == declared::DEFAULT_SCHEMA {
            table.clone()
        } else {
            format!("{schema}.{table}")
        }
    }
}

/// An event or a derived dataset.
#[derive(Clone, Debug)]
pub struct Made {
    /// What a struct says that it stands for.
    pub stands: Stands,
    /// Its name in the declaration.
    pub name: String,
    /// The struct.
    pub by: String,
    /// What a dataset is: `aggregate`, `features` and so on.
    pub kind: Option<String>,
    /// The structs that it was made from.
    pub derived_from: Vec<String>,
    /// Its fields.
    pub fields: Vec<Declaration>,
    /// Where it is declared.
    pub place: Place,
}

/// A field of a struct that derives `Boundary`, whatever the struct stands for.
#[derive(Clone, Debug)]
pub struct TypeField {
    /// What it says.
    pub says: Says,
    /// Its place.
    pub place: Place,
}

/// A declaration that does not read as one.
#[derive(Clone, Debug)]
pub struct Misdeclared {
    /// Where.
    pub place: Place,
    /// Why.
    pub why: String,
    /// What to do about it.
    pub help: String,
}

/// A database of the project.
#[derive(Clone, Debug)]
pub struct Database {
    /// Where its columns are read from: a folder, a file, a server.
    pub shown: String,
    /// Whether rows of its tables can be kept from roles (row security).
    pub has_row_security: bool,
    /// The schema that declarations mean where they name none.
    pub default_schema: String,
}

/// A table or view of a database.
#[derive(Clone, Debug)]
pub struct Table {
    /// Its database, by index.
    pub database: usize,
    /// Schema and name.
    pub key: (String, String),
    /// What it is.
    pub kind: RelationKind,
    /// Where it came to be.
    pub birth: Place,
    /// The schema and name that it was created under, where it has others now.
    pub born: Option<(String, String)>,
    /// The server that a foreign table lives on.
    pub server: Option<String>,
    /// Which rows a role may see.
    pub row_security: RowSecurity,
}

/// A column, or a table, that one source of the schema has and another has not.
#[derive(Clone, Debug)]
pub struct Disagreement {
    /// The column; without a name where it is the table.
    pub key: Key,
    /// Where the one source has it.
    pub place: Place,
    /// Where the other source has the table.
    pub other: Option<Place>,
    /// The source that has it.
    pub has: String,
    /// The source that has it not.
    pub lacks: String,
}

/// Another place that rows may go to or come from.
#[derive(Clone, Debug)]
pub struct WayOut {
    /// Where it is named.
    pub place: Place,
    /// Of what kind it is.
    pub kind: WayOutKind,
    /// Its name.
    pub name: String,
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
    /// The name that it was created under, where it has another one now.
    pub born: Option<Key>,
    /// Where it was last changed.
    pub changed: Place,
    /// Its classification.
    pub classified: Classified,
    /// The comment on it, whatever it says.
    pub comment: Option<Said>,
    /// How it is masked.
    pub mask: Option<Said>,
    /// Its database, by index.
    pub database: usize,
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
    /// All tables and views, sorted by key, then database.
    pub tables: Vec<Table>,
    /// The databases that columns belong to.
    pub databases: Vec<Database>,
    /// All declared columns, sorted by key, then place.
    pub declarations: Vec<Declaration>,
    /// The fields of all structs that derive `Boundary`, by the name of the struct.
    pub types: BTreeMap<String, Vec<TypeField>>,
    /// Events and derived datasets, sorted by name.
    pub made: Vec<Made>,
    /// Whether the document is missing that the policy names for restores.
    pub no_restore_rules: bool,
    /// Declarations that do not read as such.
    pub misdeclared: Vec<Misdeclared>,
    /// Where sources of the schema disagree.
    pub disagreements: Vec<Disagreement>,
    /// Other places that rows may go to or come from.
    pub ways_out: Vec<WayOut>,
    /// Calls in migrations that bring a key into the database, with the function.
    pub keys_in_sql: Vec<(Place, &'static str)>,
    /// What is sent to subscribers.
    pub publications: Vec<Publication>,
    /// What was not seen, sorted by place.
    pub unseen: Vec<Unseen>,
    /// Whether declarations were looked for at all.
    pub declarations_read: bool,
    /// The policy.
    pub policy: Option<Policy>,
    /// The policy as a file.
    pub policy_file: Option<FileId>,
    /// What the crates of the planes show.
    pub crates: crates::Crates,
    /// The live database, where one was asked.
    pub server: Option<Server>,
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

    /// Whether a column may leave its region: one that is declared global, and identifiers of records and tenants.
    #[must_use]
    pub fn may_leave(&self, column: &Column) -> bool {
        match self.declaration(column).map(|declared| &declared.says) {
            Some(Says::Category { residency, .. }) => *residency == Some(Residency::Global),
            Some(Says::Role(role)) => ["record_id", "tenant"].contains(role),
            Some(Says::DataKey | Says::Nothing) | None => false,
        }
    }

    /// The category of a key, where the policy knows it.
    #[must_use]
    pub fn category(&self, key: &str) -> Option<&boundary_schema::Category> {
        self.policy.as_ref()?.categories().get(key)
    }

    /// The policy's name of a purpose that a declaration writes as Rust does: `PaymentFraud` is `payment_fraud`.
    #[must_use]
    pub fn purpose(&self, written: &str) -> Option<&boundary_schema::Purpose> {
        let plain = |name: &str| name.replace('_', "").to_ascii_lowercase();
        let written = plain(written);
        let purposes = self.policy.as_ref()?.purposes();
        purposes
            .values()
            .find(|purpose| plain(purpose.name.as_str()) == written)
    }

    /// A place in the policy's file.
    #[must_use]
    pub fn in_policy(&self, span: &std::ops::Range<usize>) -> Option<Place> {
        self.policy_file.map(|file| Place {
            file,
            span: Span::new(span.start, span.end),
        })
    }

    /// The columns of a table, in the order of their names.
    #[must_use]
    pub fn columns_of(&self, schema: &str, table: &str) -> &[Column] {
        let of = |column: &Column| (column.key.0.as_str(), column.key.1.as_str()).cmp(&(schema, table));
        let from = self.columns.partition_point(|column| of(column).is_lt());
        let to = self.columns.partition_point(|column| of(column).is_le());
        &self.columns[from..to]
    }

    /// The declarations of a table, in the order of their columns.
    #[must_use]
    pub fn declarations_of(&self, schema: &str, table: &str) -> &[Declaration] {
        let of =
            |declared: &Declaration| (declared.key.0.as_str(), declared.key.1.as_str()).cmp(&(schema, table));
        let from = self.declarations.partition_point(|declared| of(declared).is_lt());
        let to = self.declarations.partition_point(|declared| of(declared).is_le());
        &self.declarations[from..to]
    }

    /// How many columns are classified.
    #[must_use]
    pub fn classified(&self) -> usize {
        self.columns
            .iter()
            .filter(|column| column.classified != Classified::No)
            .count()
    }

    /// A schema of a database, as declarations name it.
    #[must_use]
    pub fn declared_schema<'a>(&'a self, database: usize, schema: &'a str) -> &'a str {
        match self.databases.get(database) {
            Some(database) if database.default_schema == schema => declared::DEFAULT_SCHEMA,
            _ => schema,
        }
    }

    /// All tables and views, by the names that declarations have for them.
    #[must_use]
    pub fn declared_tables(&self) -> HashMap<(&str, &str), &Table> {
        self.tables
            .iter()
            .rev()
            .map(|table| {
                let schema = self.declared_schema(table.database, &table.key.0);
                ((schema, table.key.1.as_str()), table)
            })
            .collect()
    }
}
