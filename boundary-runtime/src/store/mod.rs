//! The region's store: the one way to its tables (M40).
//!
//! It is opened in a region's name with that region's signer, carries an identity card signed by it, and refuses
//! records of any other region. Data keys lie in a file of their own, attached beside the rows, so that they can have
//! their own short backup retention (R2). For a table of which the policy says `data_key = "inline"` they lie in the row
//! itself: they come and go with it, and are in every backup of it. The store is embedded SQLite; other databases come as further features.

mod cells;
mod error;
mod keys;
mod lookup;
mod outbox;
mod paging;
mod rewrap;
mod rows;
mod statements;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use boundary_schema::{Declaration, KeyPlace, Policy, TableKeys};
use ed25519_dalek::{Signature, VerifyingKey};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};
use sha2::{Digest, Sha256};

pub use error::StoreError;
pub use outbox::{Batch, Delivery};
pub use rewrap::Rewrapped;
pub use rows::Erased;

use crate::control::Residence;
use crate::seam::Signer;
use crate::{SubjectId, TenantId};

const CARD_LABEL: &[u8] = b"boundary store v1";

/// What a retrofit in the store's files is written with.
pub(crate) mod sql {
    pub(crate) use super::blocking;
    pub(crate) use super::cells::{cell, quoted};
    pub(crate) use super::keys::key_column;
    pub(crate) use super::paging::{Paging, from_text, to_text};
    pub(crate) use super::statements::{column_of, identifier_of};
}

/// The store of one region. Cheap to clone; clones share one connection.
#[derive(Clone)]
pub struct RegionStore {
    connection: Arc<Mutex<Connection>>,
    region: Arc<str>,
    path: Arc<Path>,
    /// What the policy says of the data keys of some tables.
    tables: Arc<BTreeMap<String, TableKeys>>,
}

impl RegionStore {
    /// Opens the store of the signer's region in `folder`, or creates it there: `rows.sqlite` and `keys.sqlite`.
    ///
    /// # Errors
    /// If what is there is the store of another region, or was made by another region's key, or is no store at all.
    pub async fn open(folder: impl Into<PathBuf>, signer: Arc<dyn Signer>) -> Result<Self, StoreError> {
        let folder = folder.into();
        let region: Arc<str> = Arc::from(signer.region());
        let path: Arc<Path> = Arc::from(folder.join("rows.sqlite"));
        let opened_path = path.clone();
        let connection = blocking(move || {
            let mut connection = Connection::open(&opened_path)?;
            connection.execute(
                "ATTACH DATABASE ?1 AS keys",
                [folder.join("keys.sqlite").to_string_lossy()],
            )?;
            connection.execute_batch(
                "PRAGMA main.secure_delete = ON; PRAGMA keys.secure_delete = ON; PRAGMA foreign_keys = ON;",
            )?;
            // In one transaction: of two processes that open a new folder at once, one makes the store.
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            check_card(&transaction, &opened_path, &*signer)?;
            transaction.execute_batch(include_str!("tables.sql"))?;
            transaction.commit()?;
            Ok(connection)
        })
        .await?;
        Ok(Self {
            connection: Arc::new(Mutex::new(connection)),
            region,
            path,
            tables: Arc::default(),
        })
    }

    /// The same store, which keeps the data keys of each table where this policy says. Without it all of them are in the
    /// key table.
    ///
    /// A table whose records are stored already keeps its word: its data keys are not moved by changing the policy, and
    /// records without a data key in the place that the policy names are not there.
    #[must_use]
    pub fn with_policy(mut self, policy: &Policy) -> Self {
        self.tables = Arc::new(policy.keys().tables().clone());
        self
    }

    /// The files of rows and of data keys.
    pub(crate) fn files(&self) -> [PathBuf; 2] {
        [self.path.to_path_buf(), self.path.with_file_name("keys.sqlite")]
    }

    pub(crate) fn place(&self, declaration: &Declaration) -> KeyPlace {
        let said = self.tables.get(declaration.name).copied();
        said.unwrap_or_default().data_key
    }

    /// The region whose store this is.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// Applies the migrations (`*.sql`) of a folder that were not applied before, in the order of their names, each in
    /// a transaction of its own. Returns how many were applied.
    ///
    /// # Errors
    /// If a migration fails, or one that was applied before has changed since.
    pub async fn migrate(&self, folder: impl AsRef<Path>) -> Result<usize, StoreError> {
        let folder = folder.as_ref().to_owned();
        self.run(move |connection| {
            let io = |source| StoreError::Io {
                path: folder.clone(),
                source,
            };
            let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
                .map_err(io)?
                .filter_map(|entry| entry.ok().map(|entry| entry.path()))
                .filter(|path| path.extension().is_some_and(|extension| extension == "sql"))
                .collect();
            files.sort();
            let mut applied = 0;
            for path in files {
                applied += usize::from(apply_migration(connection, &path)?);
            }
            Ok(applied)
        })
        .await
    }

    /// Keeps where subjects reside, for the identity map of the region's next start.
    ///
    /// # Errors
    /// If one of them resides in another region, or the database fails.
    pub async fn save_residences(&self, residences: Vec<Residence>) -> Result<(), StoreError> {
        for residence in &residences {
            self.check_region(residence.region())?;
        }
        self.run(move |connection| {
            let transaction = connection.transaction()?;
            {
                let mut insert = transaction.prepare(
                    "INSERT INTO boundary_residences (tenant, subject) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                )?;
                for residence in &residences {
                    insert.execute(params![residence.tenant().as_str(), residence.subject().as_str()])?;
                }
            }
            transaction.commit()?;
            Ok(())
        })
        .await
    }

    /// Every subject that resides in this region, by tenant.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn residents(&self) -> Result<Vec<(TenantId, SubjectId)>, StoreError> {
        self.run(|connection| {
            let mut select = connection
                .prepare("SELECT tenant, subject FROM boundary_residences ORDER BY tenant, subject")?;
            let rows =
                select.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)))?;
            rows.map(|row| {
                row.map(|(tenant, subject)| (tenant.into(), subject.into()))
                    .map_err(StoreError::from)
            })
            .collect()
        })
        .await
    }

    fn check_region(&self, region: &str) -> Result<(), StoreError> {
        if region == &*self.region {
            return Ok(());
        }
        Err(StoreError::AnotherRegion {
            path: self.path.to_path_buf(),
            store: self.region.to_string(),
            data: region.to_owned(),
        })
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let connection = self.connection.clone();
        blocking(move || work(&mut connection.lock().unwrap_or_else(PoisonError::into_inner))).await
    }
}

/// Runs a piece of blocking work where it does not hold up the executor.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => match error.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(StoreError::Cancelled),
        },
    }
}

/// Checks whose store this is by its identity card, or gives a new store its card.
fn check_card(connection: &Connection, path: &Path, signer: &dyn Signer) -> Result<(), StoreError> {
    let tables: i64 = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))?;
    if tables == 0 {
        let signature = signer.sign(&card(signer.region()));
        connection.execute_batch(
            "CREATE TABLE boundary_store (region text NOT NULL, verifying_key blob NOT NULL, signature blob NOT NULL)",
        )?;
        connection.execute(
            "INSERT INTO boundary_store VALUES (?1, ?2, ?3)",
            params![signer.region(), signer.verifying_key(), signature],
        )?;
        return Ok(());
    }
    let no_store = || StoreError::NoStore {
        path: path.to_owned(),
    };
    let known: Option<(String, Vec<u8>)> = connection
        .query_row("SELECT region, signature FROM boundary_store", [], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()
        .map_err(|_| no_store())?;
    let (region, signature) = known.ok_or_else(no_store)?;
    if region != signer.region() {
        let data = signer.region().to_owned();
        return Err(StoreError::AnotherRegion {
            path: path.to_owned(),
            store: region,
            data,
        });
    }
    let genuine = VerifyingKey::from_bytes(&signer.verifying_key())
        .ok()
        .zip(Signature::from_slice(&signature).ok())
        .is_some_and(|(key, signature)| key.verify_strict(&card(&region), &signature).is_ok());
    if genuine {
        Ok(())
    } else {
        Err(StoreError::ForeignCard {
            path: path.to_owned(),
            region,
        })
    }
}

fn card(region: &str) -> Vec<u8> {
    [CARD_LABEL, region.as_bytes()].concat()
}

fn apply_migration(connection: &mut Connection, path: &Path) -> Result<bool, StoreError> {
    let sql = std::fs::read_to_string(path).map_err(|source| StoreError::Io {
        path: path.to_owned(),
        source,
    })?;
    let name = path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let digest = Sha256::digest(sql.as_bytes()).to_vec();
    let transaction = connection.transaction()?;
    let known: Option<Vec<u8>> = transaction
        .query_row(
            "SELECT digest FROM boundary_migrations WHERE name = ?1",
            [&name],
            |row| row.get(0),
        )
        .optional()?;
    match known {
        Some(known) if known == digest => return Ok(false),
        Some(_) => {
            return Err(StoreError::MigrationChanged {
                path: path.to_owned(),
            });
        }
        None => {}
    }
    transaction
        .execute_batch(&sql)
        .map_err(|source| StoreError::Migration {
            path: path.to_owned(),
            source,
        })?;
    transaction.execute(
        "INSERT INTO boundary_migrations VALUES (?1, ?2)",
        params![name, digest],
    )?;
    transaction.commit()?;
    Ok(true)
}
