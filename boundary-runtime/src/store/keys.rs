//! The data keys of records: in the key table or in the row, one for each record, and none that was destroyed.
//!
//! A row and its data key are written in one transaction that has looked at the stored one before. So of two writers that
//! create a record at once the second is refused, and a copy of a record that is written back later brings back neither
//! an older wrap of its data key nor a destroyed one.

use boundary_schema::{Declaration, FieldRole, KeyPlace};
use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::cells::quoted;
use super::statements::{column_of, identifier_of};
use super::{RegionStore, StoreError};
use crate::record::TenantRecord;
use crate::{DataKey, SubjectId, TenantId};

/// Where the identifier of a data key lies in its bytes, as SQLite's `substr` counts.
const ID_OF_KEY: &str = "substr(data_key, 2, 16)";

/// What is to be written for a record of which another data key is stored.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Other {
    /// Nothing: the writer does not know the stored one.
    Refuse,
    /// The new one; the stored one is destroyed.
    Destroy,
}

/// A record by name, as the key table has it.
pub(super) struct Named<'a> {
    pub(super) declaration: &'static Declaration,
    pub(super) tenant: &'a TenantId,
    pub(super) record_id: &'a str,
    pub(super) subject: &'a SubjectId,
}

impl RegionStore {
    /// Destroys the data key of one record: its sealed fields open no more, wherever copies of the row are. Gives whether
    /// there was one.
    ///
    /// Where the policy keeps the table's data keys inline, they are in the copies of the row as well: there the record
    /// is gone from this store, and opens from a backup of its row for as long as the tenant's authority lasts.
    ///
    /// # Errors
    /// If the database fails; then nothing is destroyed.
    pub async fn destroy_data_key<T: TenantRecord>(
        &self,
        tenant: &TenantId,
        record_id: &str,
    ) -> Result<bool, StoreError> {
        let (tenant, record_id) = (tenant.clone(), record_id.to_owned());
        let (declaration, place) = (T::DECLARATION, self.place(T::DECLARATION));
        self.run(move |connection| {
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let Some(key) = stored(&transaction, place, declaration, &tenant, &record_id)? else {
                return Ok(false);
            };
            forbid(&transaction, &key)?;
            match place {
                KeyPlace::KeyTable => transaction.execute(
                    "DELETE FROM keys.boundary_data_keys WHERE declaration = ?1 AND tenant = ?2 AND record_id = ?3",
                    params![declaration.name, tenant.as_str(), record_id],
                )?,
                KeyPlace::Inline => transaction.execute(
                    &format!(
                        "UPDATE {} AS r SET {} = NULL WHERE {}",
                        quoted(declaration.name),
                        quoted(key_column(declaration)),
                        whose_row(declaration)
                    ),
                    params![tenant.as_str(), record_id],
                )?,
            };
            transaction.commit()?;
            Ok(true)
        })
        .await
    }
}

/// The bytes to be stored as a record's data key, which the key table has got when this returns.
pub(super) fn settle(
    connection: &Connection,
    place: KeyPlace,
    record: &Named<'_>,
    key: &DataKey,
    other: Other,
) -> Result<DataKey, StoreError> {
    let table = record.declaration.name;
    let is_destroyed = connection
        .prepare_cached("SELECT 1 FROM keys.boundary_erased_keys WHERE id = ?1")?
        .exists([key.id()])?;
    if is_destroyed {
        return Err(StoreError::DestroyedDataKey { table });
    }
    let found = stored(
        connection,
        place,
        record.declaration,
        record.tenant,
        record.record_id,
    )?;
    match found {
        // The same data key: the stored wrap is at least as new as one that was held in the meantime.
        Some(found) if found.id() == key.id() => return Ok(found),
        Some(_) if other == Other::Refuse => return Err(StoreError::AnotherDataKey { table }),
        Some(found) => forbid(connection, &found)?,
        None => {}
    }
    if place == KeyPlace::KeyTable {
        connection
            .prepare_cached(
                "INSERT OR REPLACE INTO keys.boundary_data_keys (declaration, tenant, record_id, subject, data_key)
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![
                table,
                record.tenant.as_str(),
                record.record_id,
                record.subject.as_str(),
                key.as_bytes()
            ])?;
    }
    Ok(key.clone())
}

/// Keeps in mind that the data keys of a subject's records are about to go.
pub(super) fn forbid_of_subject(
    connection: &Connection,
    inline: &[&'static Declaration],
    tenant: &TenantId,
    subject: &SubjectId,
) -> Result<usize, StoreError> {
    let whose = params![tenant.as_str(), subject.as_str()];
    connection.execute(
        &format!(
            "INSERT OR IGNORE INTO keys.boundary_erased_keys
             SELECT {ID_OF_KEY} FROM keys.boundary_data_keys WHERE tenant = ?1 AND subject = ?2"
        ),
        whose,
    )?;
    let mut keys = 0;
    for declaration in inline {
        let column = quoted(key_column(declaration));
        keys += connection.execute(
            &format!(
                "INSERT OR IGNORE INTO keys.boundary_erased_keys
                 SELECT substr({column}, 2, 16) FROM {} r WHERE {} = ?1 AND {} = ?2 AND {column} IS NOT NULL",
                quoted(declaration.name),
                column_of(declaration, FieldRole::Tenant),
                column_of(declaration, FieldRole::Subject),
            ),
            whose,
        )?;
    }
    Ok(keys)
}

/// The stored data key of a record.
pub(crate) fn stored(
    connection: &Connection,
    place: KeyPlace,
    declaration: &'static Declaration,
    tenant: &TenantId,
    record_id: &str,
) -> Result<Option<DataKey>, StoreError> {
    let bytes: Option<Option<Vec<u8>>> = match place {
        KeyPlace::KeyTable => connection
            .prepare_cached(
                "SELECT data_key FROM keys.boundary_data_keys
                 WHERE declaration = ?1 AND tenant = ?2 AND record_id = ?3",
            )?
            .query_row(params![declaration.name, tenant.as_str(), record_id], |row| {
                row.get(0)
            })
            .optional()?,
        KeyPlace::Inline => connection
            .prepare_cached(&format!(
                "SELECT {} FROM {} r WHERE {}",
                quoted(key_column(declaration)),
                quoted(declaration.name),
                whose_row(declaration)
            ))?
            .query_row(params![tenant.as_str(), record_id], |row| row.get(0))
            .optional()?,
    };
    let key = bytes.flatten().map(|bytes| DataKey::from_bytes(&bytes));
    key.transpose().map_err(|source| StoreError::Row {
        table: declaration.name,
        source,
    })
}

fn forbid(connection: &Connection, key: &DataKey) -> Result<(), StoreError> {
    connection
        .prepare_cached("INSERT OR IGNORE INTO keys.boundary_erased_keys VALUES (?1)")?
        .execute([key.id()])?;
    Ok(())
}

/// The column that holds the data key of a record inline.
pub(crate) fn key_column(declaration: &'static Declaration) -> &'static str {
    declaration
        .role(FieldRole::DataKey)
        .map_or("data_key", |field| field.column)
}

/// A row `r` by its tenant and its record's identifier, the first two parameters.
fn whose_row(declaration: &'static Declaration) -> String {
    format!(
        "{} = ?1 AND {} = ?2",
        column_of(declaration, FieldRole::Tenant),
        identifier_of(declaration)
    )
}
