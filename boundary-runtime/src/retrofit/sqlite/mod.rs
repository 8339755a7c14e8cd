//! A retrofit in a region's SQLite store.
//!
//! It has a connection of its own, and each batch holds the store's write lock: other writers wait for the milliseconds
//! that sealing a batch takes. Rows and data keys lie in two files, and SQLite changes both or neither only with a rollback
//! journal, so a store that was put into WAL mode is refused.

mod rows;

use std::sync::{Arc, Mutex, PoisonError};

use boundary_schema::{FieldRole, KeyPlace};
use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension};

use self::rows::{apply, fixed, has_checkpoints, keep, read, select};
use super::database::{Change, Checkpoint, Counts, Database, Row, Stage, lacking, needed};
use super::{Clearing, Plan, RetrofitError};
use crate::TenantId;
use crate::store::sql::{Paging, blocking, column_of, from_text, identifier_of, key_column, quoted};
use crate::store::{RegionStore, StoreError};

/// The database of a [`RegionStore`].
pub struct SqliteDatabase {
    connection: Arc<Mutex<Connection>>,
    store: RegionStore,
}

impl SqliteDatabase {
    /// A connection of its own to the files of a store, which stays in use meanwhile. Data keys lie where the store's
    /// policy says.
    ///
    /// # Errors
    /// If the files cannot be opened.
    pub async fn of(store: &RegionStore) -> Result<Self, RetrofitError> {
        let [rows, keys] = store.files();
        let connection = blocking(move || {
            let connection = Connection::open(rows)?;
            connection.execute("ATTACH DATABASE ?1 AS keys", [keys.to_string_lossy()])?;
            connection.execute_batch(
                "PRAGMA main.secure_delete = ON; PRAGMA keys.secure_delete = ON; PRAGMA foreign_keys = ON;",
            )?;
            Ok(connection)
        })
        .await?;
        Ok(Self {
            connection: Arc::new(Mutex::new(connection)),
            store: store.clone(),
        })
    }

    async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, RetrofitError> {
        let connection = Arc::clone(&self.connection);
        let work = move || work(&connection.lock().unwrap_or_else(PoisonError::into_inner));
        Ok(blocking(work).await?)
    }

    fn place(&self, plan: &Plan) -> KeyPlace {
        self.store.place(plan.declaration)
    }
}

impl std::fmt::Debug for SqliteDatabase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SqliteDatabase({})", self.store.files()[0].display())
    }
}

impl Database for SqliteDatabase {
    async fn inspect(&mut self, plan: &Plan) -> Result<(), RetrofitError> {
        let table = plan.declaration.name;
        let (columns, modes) = self
            .with(move |connection| {
                let mut select = connection.prepare("SELECT name, \"notnull\" FROM pragma_table_info(?1)")?;
                let columns = select.query_map([table], |row| Ok((row.get(0)?, row.get(1)?)))?;
                let columns: Vec<(String, bool)> = columns.collect::<Result<_, _>>()?;
                let mode = |database| {
                    connection.query_row(&format!("PRAGMA {database}.journal_mode"), [], |row| {
                        row.get::<_, String>(0)
                    })
                };
                Ok((columns, [mode("main")?, mode("keys")?]))
            })
            .await?;
        let wrong = |problem: String| RetrofitError::Plan {
            name: plan.name(),
            problem,
        };
        for needed in needed(plan, self.place(plan) == KeyPlace::Inline) {
            let found = columns.iter().find(|(name, _)| name.eq_ignore_ascii_case(needed));
            let (_, is_not_null) = found.ok_or_else(|| lacking(plan, needed))?;
            let must_be_nullable =
                needed == plan.field.column || (needed == plan.plain && plan.clearing == Clearing::Null);
            if *is_not_null && must_be_nullable {
                return Err(wrong(format!(
                    "column `{needed}` may not be NULL; let it be, or clear to a text (`Clearing::Text`)"
                )));
            }
        }
        if modes
            .iter()
            .any(|mode| !["delete", "truncate", "persist"].contains(&mode.as_str()))
        {
            return Err(wrong(
                "the store's files are not in a mode with a rollback journal, so rows and data keys could not be changed \
                 together; set `PRAGMA journal_mode = DELETE` on both"
                    .to_owned(),
            ));
        }
        Ok(())
    }

    async fn install(&mut self, _: &Plan) -> Result<(), RetrofitError> {
        self.with(|connection| {
            // Together, so that the one stands for both.
            connection.execute_batch(
                "BEGIN IMMEDIATE;
                 CREATE TABLE IF NOT EXISTS boundary_retrofits (
                     name text PRIMARY KEY, stage text NOT NULL, clearing integer NOT NULL, after text, done integer NOT NULL
                 );
                 CREATE TABLE IF NOT EXISTS keys.boundary_retrofit_keys (
                     name text NOT NULL, id blob NOT NULL, PRIMARY KEY (name, id)
                 ) WITHOUT ROWID;
                 COMMIT;",
            )?;
            Ok(())
        })
        .await
    }

    async fn count(&mut self, plan: &Plan) -> Result<Counts, RetrofitError> {
        let keys = match self.place(plan) {
            KeyPlace::KeyTable => {
                "(SELECT count(*) FROM keys.boundary_data_keys k WHERE k.declaration = ?1)".to_owned()
            }
            KeyPlace::Inline => format!("count({}) + 0 * length(?1)", quoted(key_column(plan.declaration))),
        };
        let plain = quoted(&plan.plain);
        let sql = format!(
            "SELECT count(*), count({plain}), count({}), {keys}, coalesce(sum(length(CAST({plain} AS blob))), 0) FROM {}",
            quoted(plan.field.column),
            quoted(plan.declaration.name)
        );
        let name = plan.declaration.name;
        self.with(move |connection| {
            Ok(connection.query_row(&sql, [name], |row| {
                let count = |index| row.get::<_, i64>(index).map(i64::unsigned_abs);
                Ok(Counts {
                    rows: count(0)?,
                    plain: count(1)?,
                    sealed: count(2)?,
                    data_keys: count(3)?,
                    plain_bytes: count(4)?,
                })
            })?)
        })
        .await
    }

    async fn checkpoint(&mut self, plan: &Plan) -> Result<Option<Checkpoint>, RetrofitError> {
        let (name, table) = (plan.name(), plan.declaration.name);
        self.with(move |connection| {
            if !has_checkpoints(connection)? {
                return Ok(None);
            }
            let found = connection
                .query_row(
                    "SELECT stage, clearing, after, done FROM boundary_retrofits WHERE name = ?1",
                    [&name],
                    |row| {
                        Ok((
                            row.get::<_, String>(0)?,
                            row.get::<_, bool>(1)?,
                            row.get::<_, Option<String>>(2)?,
                            row.get::<_, i64>(3)?,
                        ))
                    },
                )
                .optional()?;
            let read = found.map(|(stage, clearing, after, done)| {
                Ok(Checkpoint {
                    stage: Stage::parse(&stage).ok_or(StoreError::Row {
                        table,
                        source: crate::DecodeError::new("a stage of a retrofit"),
                    })?,
                    clearing,
                    after,
                    done: done.unsigned_abs(),
                })
            });
            read.transpose()
        })
        .await
    }

    async fn begin(&mut self) -> Result<(), RetrofitError> {
        self.with(|connection| {
            if !connection.is_autocommit() {
                connection.execute_batch("ROLLBACK")?;
            }
            Ok(connection.execute_batch("BEGIN IMMEDIATE")?)
        })
        .await
    }

    async fn rows(&mut self, plan: &Plan, after: Option<&str>) -> Result<Vec<Row>, RetrofitError> {
        let (plan, place, after) = (plan.clone(), self.place(plan), after.map(str::to_owned));
        self.with(move |connection| {
            let paging = Paging::of(connection, plan.declaration.name)?;
            let mut values = fixed(&plan);
            values.push(Value::Integer(plan.batch.into()));
            let mut condition = String::new();
            if let Some(after) = after {
                condition = format!("WHERE {}", paging.compared(">", 4));
                values.extend(from_text(&after).map_err(|source| StoreError::Row {
                    table: plan.declaration.name,
                    source,
                })?);
            }
            let sql = format!(
                "{} {condition} ORDER BY {} LIMIT ?3",
                select(connection, &plan, place, &paging)?,
                paging.list()
            );
            read(connection, &plan, &paging, &sql, values)
        })
        .await
    }

    async fn row(
        &mut self,
        plan: &Plan,
        tenant: &TenantId,
        record_id: &str,
    ) -> Result<Option<Row>, RetrofitError> {
        let (plan, place) = (plan.clone(), self.place(plan));
        let (tenant, record_id) = (tenant.clone(), record_id.to_owned());
        self.with(move |connection| {
            let paging = Paging::of(connection, plan.declaration.name)?;
            let sql = format!(
                "{} WHERE {} = ?3 AND {} = ?4",
                select(connection, &plan, place, &paging)?,
                column_of(plan.declaration, FieldRole::Tenant),
                identifier_of(plan.declaration)
            );
            let mut values = fixed(&plan);
            values.push(Value::Text(tenant.to_string()));
            values.push(Value::Text(record_id.clone()));
            let mut found = read(connection, &plan, &paging, &sql, values)?;
            found.retain(|row| row.record_id.as_deref() == Some(&*record_id));
            Ok(found.pop())
        })
        .await
    }

    async fn write(
        &mut self,
        plan: &Plan,
        changes: Vec<Change>,
        checkpoint: Option<Checkpoint>,
    ) -> Result<(), RetrofitError> {
        let (plan, place) = (plan.clone(), self.place(plan));
        self.with(move |connection| {
            let paging = Paging::of(connection, plan.declaration.name)?;
            for change in changes {
                apply(connection, &plan, place, &paging, change)?;
            }
            keep(connection, &plan.name(), checkpoint)
        })
        .await
    }

    async fn commit(&mut self) -> Result<(), RetrofitError> {
        self.with(|connection| Ok(connection.execute_batch("COMMIT")?))
            .await
    }

    async fn rollback(&mut self) -> Result<(), RetrofitError> {
        self.with(|connection| {
            if connection.is_autocommit() {
                return Ok(());
            }
            Ok(connection.execute_batch("ROLLBACK")?)
        })
        .await
    }
}
