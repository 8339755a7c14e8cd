//! Rows of a retrofit as SQLite reads and writes them.

use boundary_schema::{FieldRole, KeyPlace, Protection};
use rusqlite::types::Value;
use rusqlite::{Connection, params};

use crate::retrofit::database::{Change, Checkpoint, Row, What};
use crate::retrofit::{Clearing, Plan};
use crate::store::StoreError;
use crate::store::sql::{Paging, cell, column_of, from_text, identifier_of, key_column, quoted, to_text};
use crate::{DataKey, TenantId};

pub(super) fn has_checkpoints(connection: &Connection) -> Result<bool, StoreError> {
    let mut select = connection.prepare_cached(
        "SELECT 1 FROM main.sqlite_schema WHERE type = 'table' AND name = 'boundary_retrofits'",
    )?;
    Ok(select.exists([])?)
}

/// The first two parameters of [`select`]: the names of the declaration and of the retrofit.
pub(super) fn fixed(plan: &Plan) -> Vec<Value> {
    vec![
        Value::Text(plan.declaration.name.to_owned()),
        Value::Text(plan.name()),
    ]
}

/// Rows as [`read`] reads them, up to the table's name.
pub(super) fn select(
    connection: &Connection,
    plan: &Plan,
    place: KeyPlace,
    paging: &Paging,
) -> Result<String, StoreError> {
    let declaration = plan.declaration;
    let (tenant, identifier) = (
        column_of(declaration, FieldRole::Tenant),
        identifier_of(declaration),
    );
    let key = match place {
        // Not joined, so that no name of the key table hides one of the table's.
        KeyPlace::KeyTable => format!(
            "(SELECT k.data_key FROM keys.boundary_data_keys k
              WHERE k.declaration = ?1 AND k.tenant = {tenant} AND k.record_id = CAST({identifier} AS text))"
        ),
        KeyPlace::Inline => format!("CASE WHEN ?1 = ?1 THEN r.{} END", quoted(key_column(declaration))),
    };
    let mut others = vec!["0".to_owned()];
    let mut exists =
        connection.prepare_cached("SELECT 1 FROM pragma_table_info(?1) WHERE name = ?2 COLLATE NOCASE")?;
    for field in declaration.fields {
        if field.protection == Protection::Sealed
            && field.column != plan.field.column
            && exists.exists([declaration.name, field.column])?
        {
            others.push(format!("r.{} IS NOT NULL", quoted(field.column)));
        }
    }
    // Whether a key is of this retrofit is asked only where the table that knows it was made.
    let own = if has_checkpoints(connection)? {
        format!(
            "EXISTS (SELECT 1 FROM keys.boundary_retrofit_keys o WHERE o.name = ?2 AND o.id = substr({key}, 2, 16))"
        )
    } else {
        "?2 IS NULL".to_owned()
    };
    Ok(format!(
        "SELECT {tenant}, {}, CAST({identifier} AS text), r.{}, r.{}, {key}, {}, {own}, {} FROM {} AS r",
        column_of(declaration, FieldRole::Subject),
        quoted(&plan.plain),
        quoted(plan.field.column),
        others.join(" OR "),
        paging.list(),
        quoted(declaration.name)
    ))
}

pub(super) fn read(
    connection: &Connection,
    plan: &Plan,
    paging: &Paging,
    sql: &str,
    values: Vec<Value>,
) -> Result<Vec<Row>, StoreError> {
    let unreadable = |source| StoreError::Row {
        table: plan.declaration.name,
        source,
    };
    let mut select = connection.prepare_cached(sql)?;
    let mut rows = select.query(rusqlite::params_from_iter(values))?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let key: Option<Vec<u8>> = row.get(5)?;
        found.push(Row {
            tenant: row.get::<_, Option<String>>(0)?.map(Into::into),
            subject: row.get::<_, Option<String>>(1)?.map(Into::into),
            record_id: row.get(2)?,
            // The declared field is a sealed one, so the cell of the plain column is not closed.
            plain: cell(plan.field, row.get_ref(3)?).map_err(unreadable)?,
            sealed: row.get(4)?,
            key: key
                .map(|key| DataKey::from_bytes(&key))
                .transpose()
                .map_err(unreadable)?,
            has_others: row.get(6)?,
            own_key: row.get(7)?,
            place: to_text(&paging.values(row, 8)?),
        });
    }
    Ok(found)
}

pub(super) fn apply(
    connection: &Connection,
    plan: &Plan,
    place: KeyPlace,
    paging: &Paging,
    change: Change,
) -> Result<(), StoreError> {
    let row = change.row;
    let at = from_text(&row.place).map_err(|source| StoreError::Row {
        table: plan.declaration.name,
        source,
    })?;
    let set = |column: &str, value: Value| -> Result<(), StoreError> {
        let sql = format!(
            "UPDATE {} SET {} = ?1 WHERE {}",
            quoted(plan.declaration.name),
            quoted(column),
            paging.compared("=", 2)
        );
        let mut values = vec![value];
        values.extend(at.iter().cloned());
        connection
            .prepare_cached(&sql)?
            .execute(rusqlite::params_from_iter(values))?;
        Ok(())
    };
    let named = || params_of(&row);
    match change.what {
        What::Seal { sealed, new_key } => {
            set(plan.field.column, Value::Blob(sealed))?;
            let Some(key) = new_key else { return Ok(()) };
            match place {
                KeyPlace::Inline => set(key_column(plan.declaration), Value::Blob(key.as_bytes().to_vec()))?,
                KeyPlace::KeyTable => {
                    let (tenant, record_id, subject) = named();
                    connection
                        .prepare_cached(
                            "INSERT INTO keys.boundary_data_keys (declaration, tenant, record_id, subject, data_key)
                             VALUES (?1, ?2, ?3, ?4, ?5)",
                        )?
                        .execute(params![
                            plan.declaration.name,
                            tenant,
                            record_id,
                            subject,
                            key.as_bytes()
                        ])?;
                }
            }
            connection
                .prepare_cached("INSERT INTO keys.boundary_retrofit_keys VALUES (?1, ?2)")?
                .execute(params![plan.name(), key.id()])?;
        }
        What::Clear => set(&plan.plain, cleared(plan))?,
        What::Undo { plain, drop_key } => {
            if let Some(plain) = plain {
                write_cell(connection, plan, paging, &at, &plain)?;
            }
            set(plan.field.column, Value::Null)?;
            if drop_key && let Some(key) = &row.key {
                connection
                    .prepare_cached("INSERT OR IGNORE INTO keys.boundary_erased_keys VALUES (?1)")?
                    .execute([key.id()])?;
                match place {
                    KeyPlace::Inline => set(key_column(plan.declaration), Value::Null)?,
                    KeyPlace::KeyTable => {
                        let (tenant, record_id, _) = named();
                        connection
                            .prepare_cached(
                                "DELETE FROM keys.boundary_data_keys
                                 WHERE declaration = ?1 AND tenant = ?2 AND record_id = ?3",
                            )?
                            .execute(params![plan.declaration.name, tenant, record_id])?;
                    }
                }
            }
        }
    }
    Ok(())
}

fn params_of(row: &Row) -> (Option<&str>, Option<&str>, Option<&str>) {
    (
        row.tenant.as_ref().map(TenantId::as_str),
        row.record_id.as_deref(),
        row.subject.as_ref().map(crate::SubjectId::as_str),
    )
}

/// Writes a plain value back, from memory that is wiped.
fn write_cell(
    connection: &Connection,
    plan: &Plan,
    paging: &Paging,
    at: &[Value],
    plain: &crate::Cell,
) -> Result<(), StoreError> {
    let sql = format!(
        "UPDATE {} SET {} = ?1 WHERE {}",
        quoted(plan.declaration.name),
        quoted(&plan.plain),
        paging.compared("=", 2)
    );
    let mut parameters: Vec<&dyn rusqlite::ToSql> = vec![plain];
    parameters.extend(at.iter().map(|value| value as &dyn rusqlite::ToSql));
    connection.prepare_cached(&sql)?.execute(&*parameters)?;
    Ok(())
}

fn cleared(plan: &Plan) -> Value {
    match plan.clearing {
        Clearing::Null => Value::Null,
        Clearing::Text(text) => Value::Text(text.to_owned()),
    }
}

pub(super) fn keep(
    connection: &Connection,
    name: &str,
    checkpoint: Option<Checkpoint>,
) -> Result<(), StoreError> {
    match checkpoint {
        Some(checkpoint) => connection.execute(
            "INSERT OR REPLACE INTO boundary_retrofits (name, stage, clearing, after, done) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                name,
                checkpoint.stage.as_str(),
                checkpoint.clearing,
                checkpoint.after,
                i64::try_from(checkpoint.done).unwrap_or(i64::MAX)
            ],
        )?,
        None => {
            connection.execute("DELETE FROM keys.boundary_retrofit_keys WHERE name = ?1", [name])?;
            connection.execute("DELETE FROM boundary_retrofits WHERE name = ?1", [name])?
        }
    };
    Ok(())
}
