//! Errors of a region's store.

use std::path::PathBuf;

use crate::error::{AccessError, DecodeError};

/// Why a store was not opened, read or written. Nothing is half-written: each write is one transaction.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// Data of one region was about to be kept in another region's store.
    #[error("{}: this is the store of region `{store}`; it takes nothing of region `{data}`", path.display())]
    AnotherRegion {
        /// The store's file.
        path: PathBuf,
        /// The region of the store.
        store: String,
        /// The region of the data, or of the configuration.
        data: String,
    },
    /// The store names the right region but was not made by its key.
    #[error(
        "{}: the store says it is of region `{region}`, but its identity card was not signed by that region's key",
        path.display()
    )]
    ForeignCard {
        /// The store's file.
        path: PathBuf,
        /// The region that it names.
        region: String,
    },
    /// The file is a database, but no region's store.
    #[error("{}: the database has no identity card of a region; start with an empty folder", path.display())]
    NoStore {
        /// The database's file.
        path: PathBuf,
    },
    /// A migration failed. Nothing of it was kept.
    #[error("{}: {source}", path.display())]
    Migration {
        /// The migration.
        path: PathBuf,
        /// What the database said.
        source: rusqlite::Error,
    },
    /// A migration that was applied before reads differently now.
    #[error("{}: the migration has changed since it was applied; write a new one", path.display())]
    MigrationChanged {
        /// The migration.
        path: PathBuf,
    },
    /// Another data key is stored for the record: somebody else created it first, or it was sealed anew since.
    #[error(
        "table `{table}`: the record is stored under another data key; read it again and change that one, or replace it"
    )]
    AnotherDataKey {
        /// The table.
        table: &'static str,
    },
    /// The record's data key was destroyed, and a copy of the record that was held meanwhile does not bring it back.
    #[error(
        "table `{table}`: the record's data key was destroyed; seal the record anew if it is to be kept again"
    )]
    DestroyedDataKey {
        /// The table.
        table: &'static str,
    },
    /// A row does not read as its declaration says.
    #[error("table `{table}`: {source}")]
    Row {
        /// The table or event.
        table: &'static str,
        /// What was expected.
        source: DecodeError,
    },
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] rusqlite::Error),
    /// The policy, the grant or the audit log refused.
    #[error(transparent)]
    Access(#[from] AccessError),
    /// The runtime was shut down before the work was done.
    #[error("the runtime was shut down before the work was done")]
    Cancelled,
}
