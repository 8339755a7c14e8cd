//! The vocabulary of Boundary and the formats of its policy and manifest.
//!
//! Every other crate takes its words from here: the derive checks attributes against a [`Policy`], the lint joins
//! columns with [`Declaration`]s, the run time decides by both. This crate holds no cryptography, no `syn` and no
//! sockets, and it must stay that way: it is linked by every plane and by the compiler itself.

#[macro_use]
mod words;

mod blind_index;
mod declaration;
pub mod lineage;
pub mod manifest;
mod names;
mod nearest;
mod policy;
mod residency;
pub mod taxonomy;

pub use blind_index::{BlindIndexDeclaration, Normalisation};
pub use declaration::{
    DatasetKind, Declaration, FieldDeclaration, FieldRole, Kind, Protection, Release, Source, Tenancy,
};
pub use names::{Name, NameError};
pub use policy::{
    Allowed, Approved, Backups, Basis, ColumnMeaning, ColumnResidency, ColumnResidencyError, ColumnRole,
    Consent, CratePlane, Crates, DeclaredColumn, Dialect, Envelope, Jurisdiction, JurisdictionError,
    KeyAuthority, KeyPlace, Keys, MigrationFolder, Plane, Policy, PolicyError, PolicyErrors, Position,
    Purpose, Region, ReleaseRules, Role, Sink, SinkKind, TableKeys, json_schema,
};
pub use residency::Residency;
pub use taxonomy::{Category, Sensitivity, Taxonomy};
pub use words::UnknownWord;
