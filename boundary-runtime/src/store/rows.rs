//! Rows of declared tables: written with their data key, read with it, erased with it.

use boundary_schema::{FieldRole, Kind};
use rusqlite::{Row, Statement, params};

use super::cells::{cell, columns, quoted};
use super::{RegionStore, StoreError};
use crate::error::DecodeError;
use crate::plaintext::Cell;
use crate::record::{GlobalRecord, TenantRecord};
use crate::{DataKey, Declaration, SubjectId, TenantId};

/// What an erasure removed from a region's store.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// Rows of the declared tables.
    pub rows: usize,
    /// Data keys in the key table.
    pub data_keys: usize,
    /// Events that were still queued.
    pub events: usize,
}

struct OwnedRow {
    cells: Vec<Cell>,
    record_id: String,
    tenant: TenantId,
    subject: SubjectId,
    data_key: DataKey,
}

impl RegionStore {
    /// Writes one record and its data key; a record with the same identifier is replaced.
    ///
    /// # Errors
    /// If the record is of another region, or the database fails.
    pub async fn put<T: TenantRecord>(&self, record: &T) -> Result<(), StoreError> {
        self.put_all(std::slice::from_ref(record)).await
    }

    /// Writes records and their data keys in one transaction.
    ///
    /// # Errors
    /// If one of them is of another region, or the database fails; then none is written.
    pub async fn put_all<T: TenantRecord>(&self, records: &[T]) -> Result<(), StoreError> {
        let mut rows = Vec::with_capacity(records.len());
        for record in records {
            self.check_region(record.data_key().region())?;
            rows.push(OwnedRow {
                cells: record.cells(),
                record_id: record.record_id().into_owned(),
                tenant: record.tenant().clone(),
                subject: record.subject().clone(),
                data_key: record.data_key().clone(),
            });
        }
        let declaration = T::DECLARATION;
        self.run(move |connection| {
            let transaction = connection.transaction()?;
            {
                let mut insert = transaction.prepare_cached(&insert_sql(declaration))?;
                let mut insert_key = transaction.prepare_cached(
                    "INSERT OR REPLACE INTO keys.boundary_data_keys (declaration, tenant, record_id, subject, data_key)
                     VALUES (?1, ?2, ?3, ?4, ?5)",
                )?;
                for row in &rows {
                    insert.execute(rusqlite::params_from_iter(&row.cells))?;
                    insert_key.execute(params![
                        declaration.name,
                        row.tenant.as_str(),
                        row.record_id,
                        row.subject.as_str(),
                        row.data_key.as_bytes()
                    ])?;
                }
            }
            transaction.commit()?;
            Ok(())
        })
        .await
    }

    /// Writes a record of a replicated table.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn put_global<T: GlobalRecord>(&self, record: &T) -> Result<(), StoreError> {
        let (cells, declaration) = (record.cells(), T::DECLARATION);
        self.run(move |connection| {
            connection
                .prepare_cached(&insert_sql(declaration))?
                .execute(rusqlite::params_from_iter(&cells))?;
            Ok(())
        })
        .await
    }

    /// Every record of a replicated table.
    ///
    /// # Errors
    /// If a row does not read as declared, or the database fails.
    pub async fn all_global<T: GlobalRecord + Send + 'static>(&self) -> Result<Vec<T>, StoreError> {
        self.run(|connection| {
            let sql = format!(
                "SELECT {} FROM {} r",
                column_list(T::DECLARATION),
                quoted(T::DECLARATION.name)
            );
            let mut select = connection.prepare_cached(&sql)?;
            let mut rows = select.query([])?;
            let mut records = Vec::new();
            while let Some(row) = rows.next()? {
                records.push(T::from_cells(&cells(T::DECLARATION, row)?).map_err(unreadable::<T>)?);
            }
            Ok(records)
        })
        .await
    }

    /// The record of a tenant with this identifier, if it is there and its data key is.
    ///
    /// # Errors
    /// If the row does not read as declared, or the database fails.
    pub async fn get<T: TenantRecord + Send + 'static>(
        &self,
        tenant: &TenantId,
        record_id: &str,
    ) -> Result<Option<T>, StoreError> {
        let (tenant, record_id) = (tenant.clone(), record_id.to_owned());
        self.run(move |connection| {
            let sql = format!(
                "{} AND k.tenant = ?2 AND k.record_id = ?3",
                select_sql(T::DECLARATION)
            );
            let mut select = connection.prepare_cached(&sql)?;
            Ok(read::<T>(
                &mut select,
                params![T::DECLARATION.name, tenant.as_str(), record_id],
            )?
            .pop())
        })
        .await
    }

    /// Every record of a table about one subject of a tenant.
    ///
    /// # Errors
    /// If a row does not read as declared, or the database fails.
    pub async fn of_subject<T: TenantRecord + Send + 'static>(
        &self,
        tenant: &TenantId,
        subject: &SubjectId,
    ) -> Result<Vec<T>, StoreError> {
        let (tenant, subject) = (tenant.clone(), subject.clone());
        self.run(move |connection| {
            let sql = format!(
                "{} AND k.tenant = ?2 AND k.subject = ?3",
                select_sql(T::DECLARATION)
            );
            let mut select = connection.prepare_cached(&sql)?;
            read(
                &mut select,
                params![T::DECLARATION.name, tenant.as_str(), subject.as_str()],
            )
        })
        .await
    }

    /// Every record of a table, for work inside the region.
    ///
    /// # Errors
    /// If a row does not read as declared, or the database fails.
    pub async fn all<T: TenantRecord + Send + 'static>(&self) -> Result<Vec<T>, StoreError> {
        self.run(|connection| {
            let mut select = connection.prepare_cached(&select_sql(T::DECLARATION))?;
            read(&mut select, params![T::DECLARATION.name])
        })
        .await
    }

    /// Every subject, by tenant, that any of these tables, the key table, the outbox or the residences tell of.
    ///
    /// # Errors
    /// If the database fails.
    pub async fn subjects(
        &self,
        tables: &[&'static Declaration],
    ) -> Result<Vec<(TenantId, SubjectId)>, StoreError> {
        let mut sources = vec![
            "SELECT tenant, subject FROM boundary_residences".to_owned(),
            "SELECT tenant, subject FROM boundary_outbox".to_owned(),
            "SELECT tenant, subject FROM keys.boundary_data_keys".to_owned(),
        ];
        for (table, tenant, subject) in subject_tables(tables) {
            sources.push(format!("SELECT {tenant}, {subject} FROM {table}"));
        }
        // UNION keeps each pair once.
        let sql = sources.join(" UNION ");
        self.run(move |connection| {
            let mut select = connection.prepare(&sql)?;
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

    /// Erases a subject of a tenant: its rows of these tables, their data keys, its queued events and its residence,
    /// in one transaction. Freed pages are overwritten with zeros.
    ///
    /// # Errors
    /// If the database fails; then nothing is erased.
    pub async fn erase(
        &self,
        tenant: &TenantId,
        subject: &SubjectId,
        tables: &[&'static Declaration],
    ) -> Result<Erased, StoreError> {
        let (tenant, subject, tables) = (tenant.clone(), subject.clone(), tables.to_vec());
        self.run(move |connection| {
            let whose = params![tenant.as_str(), subject.as_str()];
            let transaction = connection.transaction()?;
            let mut erased = Erased::default();
            for (table, tenant, subject) in subject_tables(&tables) {
                let sql = format!("DELETE FROM {table} WHERE {tenant} = ?1 AND {subject} = ?2");
                erased.rows += transaction.execute(&sql, whose)?;
            }
            let keys = "DELETE FROM keys.boundary_data_keys WHERE tenant = ?1 AND subject = ?2";
            erased.data_keys = transaction.execute(keys, whose)?;
            erased.events = transaction.execute(
                "DELETE FROM boundary_outbox WHERE tenant = ?1 AND subject = ?2",
                whose,
            )?;
            transaction.execute(
                "DELETE FROM boundary_residences WHERE tenant = ?1 AND subject = ?2",
                whose,
            )?;
            transaction.commit()?;
            Ok(erased)
        })
        .await
    }
}

/// The tables among these that hold records of subjects: name, tenant column and subject column, quoted.
fn subject_tables(declarations: &[&'static Declaration]) -> impl Iterator<Item = (String, String, String)> {
    declarations
        .iter()
        .filter(|declaration| declaration.kind != Kind::Event)
        .filter_map(|declaration| {
            let column = |role| declaration.role(role).map(|field| quoted(field.column));
            Some((
                quoted(declaration.name),
                column(FieldRole::Tenant)?,
                column(FieldRole::Subject)?,
            ))
        })
}

fn unreadable<T: crate::Record>(source: DecodeError) -> StoreError {
    StoreError::Row {
        table: T::DECLARATION.name,
        source,
    }
}

pub(super) fn column_list(declaration: &'static Declaration) -> String {
    columns(declaration)
        .map(|field| format!("r.{}", quoted(field.column)))
        .collect::<Vec<_>>()
        .join(", ")
}

fn insert_sql(declaration: &'static Declaration) -> String {
    let names: Vec<String> = columns(declaration).map(|field| quoted(field.column)).collect();
    let marks = vec!["?"; names.len()].join(", ");
    format!(
        "INSERT OR REPLACE INTO {} ({}) VALUES ({marks})",
        quoted(declaration.name),
        names.join(", ")
    )
}

/// Rows joined with their data keys. A row without its key is not there: it could not be opened.
///
/// CROSS JOIN keeps the order. For an identifier of one column it is from the keys to the rows, whose primary key is then
/// used: the other way round, the text of a record's identifier would have to be compared with every number. For an
/// identifier of several columns it is from the rows to the keys, because the text is computed from the row; reading one
/// record then looks at every row of the table.
fn select_sql(declaration: &'static Declaration) -> String {
    let column = |role| {
        declaration
            .role(role)
            .map_or_else(String::new, |field| format!("r.{}", quoted(field.column)))
    };
    let rows = format!("{} r", quoted(declaration.name));
    let keys = "keys.boundary_data_keys k".to_owned();
    let parts: Vec<String> = declaration
        .fields
        .iter()
        .filter(|field| field.role == Some(FieldRole::RecordId))
        .map(|field| format!("r.{}", quoted(field.column)))
        .collect();
    let (first, second) = if parts.len() == 1 {
        (keys, rows)
    } else {
        (rows, keys)
    };
    format!(
        "SELECT {}, k.data_key FROM {first} CROSS JOIN {second}
         ON {} = k.tenant AND {} = k.record_id WHERE k.declaration = ?1",
        column_list(declaration),
        column(FieldRole::Tenant),
        identifier_sql(&parts),
    )
}

/// The identifier of a row as [`crate::RecordId::canonical`] writes it.
pub(super) fn identifier_sql(parts: &[String]) -> String {
    match parts {
        [] => "NULL".to_owned(),
        [last] => last.clone(),
        [part, rest @ ..] => format!(
            "length(CAST({part} AS BLOB)) || ':' || {part} || {}",
            identifier_sql(rest)
        ),
    }
}

fn cells(declaration: &'static Declaration, row: &Row<'_>) -> Result<Vec<Cell>, StoreError> {
    columns(declaration)
        .enumerate()
        .map(|(index, field)| {
            cell(field, row.get_ref(index)?).map_err(|source| StoreError::Row {
                table: declaration.name,
                source,
            })
        })
        .collect()
}

pub(super) fn read<T: TenantRecord>(
    select: &mut Statement<'_>,
    parameters: impl rusqlite::Params,
) -> Result<Vec<T>, StoreError> {
    let mut rows = select.query(parameters)?;
    let mut records = Vec::new();
    while let Some(row) = rows.next()? {
        let cells = cells(T::DECLARATION, row)?;
        let key: Vec<u8> = row.get(cells.len())?;
        let key = DataKey::from_bytes(&key).map_err(unreadable::<T>)?;
        records.push(T::from_cells(&cells, key).map_err(unreadable::<T>)?);
    }
    Ok(records)
}
