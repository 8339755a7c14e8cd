//! Rows of declared tables: written with their data key, read with it, erased with it.

use boundary_schema::{FieldRole, KeyPlace, Kind};
use rusqlite::types::{ToSql, Value};
use rusqlite::{Row, Statement, TransactionBehavior, params};

use super::cells::{cell, columns, quoted};
use super::keys::{self, Named, Other};
use super::statements::{Names, column_list, insert_sql, select_sql};
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
    /// Data keys, in the key table and in rows.
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
    /// Writes one record and its data key. A record that is stored already is overwritten by one that was read from the
    /// store and changed, because that has the same data key; one that was sealed anew is for [`RegionStore::replace`].
    ///
    /// # Errors
    /// [`StoreError::AnotherDataKey`] if the stored record has another data key: of several writers that create a record
    /// at once, one is served and the others get this. [`StoreError::DestroyedDataKey`] if the record's data key was
    /// destroyed while a copy of it was held. If the record is of another region, or the database fails.
    pub async fn put<T: TenantRecord>(&self, record: &T) -> Result<(), StoreError> {
        self.put_all(std::slice::from_ref(record)).await
    }

    /// Writes a record that was sealed anew in place of the stored one, whose data key is destroyed.
    ///
    /// # Errors
    /// As [`RegionStore::put`], but for [`StoreError::AnotherDataKey`].
    pub async fn replace<T: TenantRecord>(&self, record: &T) -> Result<(), StoreError> {
        self.write(std::slice::from_ref(record), Other::Destroy).await
    }

    /// Writes records and their data keys in one transaction.
    ///
    /// # Errors
    /// As [`RegionStore::put`]; then none is written.
    pub async fn put_all<T: TenantRecord>(&self, records: &[T]) -> Result<(), StoreError> {
        self.write(records, Other::Refuse).await
    }

    async fn write<T: TenantRecord>(&self, records: &[T], other: Other) -> Result<(), StoreError> {
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
        let (declaration, place) = (T::DECLARATION, self.place(T::DECLARATION));
        self.run(move |connection| {
            // Others wait until this one has read the stored data keys and written its own.
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            {
                let mut insert = transaction.prepare_cached(&insert_sql(declaration, place))?;
                for row in &rows {
                    let record = Named {
                        declaration,
                        tenant: &row.tenant,
                        record_id: &row.record_id,
                        subject: &row.subject,
                    };
                    let key = keys::settle(&transaction, place, &record, &row.data_key, other)?;
                    let mut cells: Vec<&dyn ToSql> = row.cells.iter().map(|cell| cell as _).collect();
                    let key = Value::Blob(key.as_bytes().to_vec());
                    if place == KeyPlace::Inline {
                        cells.push(&key);
                    }
                    insert.execute(&*cells)?;
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
                .prepare_cached(&insert_sql(declaration, KeyPlace::KeyTable))?
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
        let place = self.place(T::DECLARATION);
        self.run(move |connection| {
            let names = Names::of(T::DECLARATION, place);
            let sql = format!(
                "{} AND {} = ?2 AND {} = ?3",
                select_sql(T::DECLARATION, place),
                names.tenant,
                names.record_id
            );
            let mut select = connection.prepare_cached(&sql)?;
            let mut found = read::<T>(
                &mut select,
                params![T::DECLARATION.name, tenant.as_str(), record_id],
            )?;
            // A column of numbers finds 7 by the text 007, which is another identifier.
            found.retain(|record| record.record_id() == record_id);
            Ok(found.pop())
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
        let place = self.place(T::DECLARATION);
        self.run(move |connection| {
            let names = Names::of(T::DECLARATION, place);
            let sql = format!(
                "{} AND {} = ?2 AND {} = ?3",
                select_sql(T::DECLARATION, place),
                names.tenant,
                names.subject
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
        let place = self.place(T::DECLARATION);
        self.run(move |connection| {
            let mut select = connection.prepare_cached(&select_sql(T::DECLARATION, place))?;
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
        let is_inline = |declaration: &&'static Declaration| {
            declaration.kind != Kind::Event && self.place(declaration) == KeyPlace::Inline
        };
        let inline: Vec<_> = tables.iter().copied().filter(is_inline).collect();
        self.run(move |connection| {
            let whose = params![tenant.as_str(), subject.as_str()];
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let inline_keys = keys::forbid_of_subject(&transaction, &inline, &tenant, &subject)?;
            let mut erased = Erased::default();
            for (table, tenant, subject) in subject_tables(&tables) {
                let sql = format!("DELETE FROM {table} WHERE {tenant} = ?1 AND {subject} = ?2");
                erased.rows += transaction.execute(&sql, whose)?;
            }
            let keys = "DELETE FROM keys.boundary_data_keys WHERE tenant = ?1 AND subject = ?2";
            erased.data_keys = inline_keys + transaction.execute(keys, whose)?;
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
