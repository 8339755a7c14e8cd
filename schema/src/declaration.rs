//! What a model declares, as constants that the derive emits and the lint and the run time read.
//!
//! Nothing here is computed: a declaration is the literal content of the attributes, with its place in the source.

use crate::{BlindIndexDeclaration, Residency};

/// What a derive input describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A table of a region's database.
    Table,
    /// An event that travels in a region's queue.
    Event,
    /// A dataset that was made from others.
    Dataset(DatasetKind),
}

/// What a derived dataset is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DatasetKind {
    /// Figures about groups of people, none about one of them.
    Aggregate,
    /// What a model is trained on or scores with.
    Features,
    /// What finds records by their content.
    Index,
    /// Vectors that stand for records; they give back much of what they were made from.
    Embedding,
    /// Lines that programs write about what they did.
    Log,
}

impl DatasetKind {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Aggregate,
        Self::Features,
        Self::Index,
        Self::Embedding,
        Self::Log,
    ];

    /// As `kind = …` writes it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Aggregate => "aggregate",
            Self::Features => "features",
            Self::Index => "index",
            Self::Embedding => "embedding",
            Self::Log => "log",
        }
    }
}

/// Whose rows a table holds. There is no third state (M21).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Tenancy {
    /// Rows belong to a tenant and are pinned to a region.
    Tenant,
    /// Rows are replicated everywhere, so nothing personal may be in them.
    Global,
}

/// The part a field plays in identifying its record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FieldRole {
    /// The identifier of the record, bound into every sealed field of it.
    RecordId,
    /// The tenant that owns the record.
    Tenant,
    /// The person whom the record is about.
    Subject,
    /// The wrapped data key of the record, kept in the region's key table.
    DataKey,
}

/// How a field's value is protected in the struct that developers share.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protection {
    /// An ordinary value; only for `residency = global`.
    Plain,
    /// Ciphertext under the record's data key.
    Sealed,
    /// Plain in its own region's store so that it can be queried there; opened like a sealed one.
    Resident,
    /// A keyed and shortened hash of a sealed field, by which its record is found. It opens to nothing.
    BlindIndex,
}

/// A declared way for a field's information to cross the border (ruling R1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Release {
    /// As a key or a sum of cohorts over at least the policy's minimum of distinct subjects.
    Cohort,
    /// De-identified by putting a number into buckets of this width.
    Bucket(u64),
}

/// One field of a declared table, event or dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FieldDeclaration {
    /// The Rust name of the field.
    pub field: &'static str,
    /// The column or payload key that holds it.
    pub column: &'static str,
    /// Its part in identifying the record, if any.
    pub role: Option<FieldRole>,
    /// Category key, such as `user.contact.email`; `None` for fields that only have a role.
    pub category: Option<&'static str>,
    /// Where its raw form may be.
    pub residency: Residency,
    /// Purposes it may be processed for, as the policy names them.
    pub purposes: &'static [&'static str],
    /// How the struct holds it.
    pub protection: Protection,
    /// The ways it may cross the border.
    pub releases: &'static [Release],
    /// The fields it was made from; empty where the model does not say, which for a dataset means all of them.
    pub from: &'static [Source],
    /// What was done to them on the way, if that lets the result be less strict than they are.
    pub transform: Option<Release>,
    /// What it is the blind index of, if it is one; its classification is then that field's.
    pub index: Option<BlindIndexDeclaration>,
    /// Line of the declaration, counted from 1.
    pub line: u32,
}

impl FieldDeclaration {
    /// A field that plays a role.
    #[must_use]
    pub const fn role(field: &'static str, column: &'static str, role: FieldRole, line: u32) -> Self {
        Self {
            field,
            column,
            role: Some(role),
            category: None,
            residency: Residency::InCountry,
            purposes: &[],
            protection: Protection::Plain,
            releases: &[],
            from: &[],
            transform: None,
            index: None,
            line,
        }
    }

    /// A field that holds a value, which is not released and of which it is not said what it was made from.
    #[must_use]
    pub const fn value(
        field: &'static str,
        column: &'static str,
        category: &'static str,
        residency: Residency,
        purposes: &'static [&'static str],
        protection: Protection,
        line: u32,
    ) -> Self {
        Self {
            field,
            column,
            role: None,
            category: Some(category),
            residency,
            purposes,
            protection,
            releases: &[],
            from: &[],
            transform: None,
            index: None,
            line,
        }
    }

    /// The same field with the ways in which it may cross the border.
    #[must_use]
    pub const fn releasing(self, releases: &'static [Release]) -> Self {
        Self { releases, ..self }
    }

    /// The same field with what it was made from.
    #[must_use]
    pub const fn made_from(self, from: &'static [Source], transform: Option<Release>) -> Self {
        Self {
            from,
            transform,
            ..self
        }
    }

    /// The same field as a blind index.
    #[must_use]
    pub const fn indexing(self, index: BlindIndexDeclaration) -> Self {
        Self {
            index: Some(index),
            ..self
        }
    }
}

/// A field that another one was made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// The table, event or dataset that it is a field of.
    pub declaration: &'static Declaration,
    /// Its Rust name.
    pub field: &'static str,
}

/// One declared table, event or dataset.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// Table, event or dataset.
    pub kind: Kind,
    /// The table's, event's or dataset's name, possibly qualified by a schema (`billing.customers`).
    pub name: &'static str,
    /// Whose rows it holds.
    pub tenancy: Tenancy,
    /// The Rust name of the struct.
    pub rust: &'static str,
    /// File of the declaration as the compiler names it.
    pub file: &'static str,
    /// Line of the declaration, counted from 1.
    pub line: u32,
    /// The text of the policy that the model was compiled under. One that is in use must be the same, or a weaker one
    /// could be put in its place after the types were made. `None` for a declaration that was written by hand.
    pub policy: Option<&'static str>,
    /// What a dataset was made from.
    pub derived_from: &'static [&'static Declaration],
    /// The fields, in source order.
    pub fields: &'static [FieldDeclaration],
}

impl Declaration {
    /// Whether the model was compiled under this policy.
    #[must_use]
    pub fn is_under(&self, policy: &crate::Policy) -> bool {
        self.policy.is_none_or(|text| text == policy.source())
    }

    /// The declaration of the field with this Rust name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&'static FieldDeclaration> {
        self.fields.iter().find(|field| field.field == name)
    }

    /// The field that plays `role`, if one does.
    #[must_use]
    pub fn role(&self, role: FieldRole) -> Option<&'static FieldDeclaration> {
        self.fields.iter().find(|field| field.role == Some(role))
    }
}
