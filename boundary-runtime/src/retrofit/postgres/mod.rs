//! A retrofit in PostgreSQL.
//!
//! The connection is the user's own [`tokio_postgres::Client`], over a socket or TCP and with the user's TLS. Rows of a batch are
//! locked until it commits. Data keys lie in `boundary_keys.boundary_data_keys`, in the layout of the region's key table: a
//! schema of its own, so that backups can leave it out (R2).

mod rows;

use std::collections::BTreeMap;

use boundary_schema::{FieldRole, KeyPlace, Policy, Protection, TableKeys};
use tokio_postgres::Client;
use tokio_postgres::types::ToSql;

use self::rows::{PlainType, column_of, column_of_key, identifier_of, places, quoted, table};
use super::database::{Change, Checkpoint, Counts, Database, Row, Stage, lacking, needed};
use super::{Clearing, Plan, RetrofitError};
use crate::{DecodeError, TenantId};

/// A database, by a connection that is used for nothing else meanwhile.
pub struct PostgresDatabase {
    client: Client,
    tables: BTreeMap<String, TableKeys>,
    shape: Shape,
}

/// What [`Database::inspect`] learnt about the table.
#[derive(Default)]
struct Shape {
    /// Columns of the primary key, quoted, with their types.
    key: Vec<(String, String)>,
    plain: PlainType,
    /// Other sealed columns of the declaration that the table has, quoted.
    others: Vec<String>,
}

impl PostgresDatabase {
    /// The database that this client is connected to. Data keys lie in the key table.
    #[must_use]
    pub fn new(client: Client) -> Self {
        Self {
            client,
            tables: BTreeMap::new(),
            shape: Shape::default(),
        }
    }

    /// The same database, which keeps the data keys of each table where this policy says.
    #[must_use]
    pub fn with_policy(mut self, policy: &Policy) -> Self {
        self.tables = policy.keys().tables().clone();
        self
    }

    fn place(&self, plan: &Plan) -> KeyPlace {
        let said = self.tables.get(plan.declaration.name).copied();
        said.unwrap_or_default().data_key
    }

    /// Whether the tables of [`Database::install`] are there.
    async fn is_installed(&self) -> Result<bool, RetrofitError> {
        let sql = "SELECT to_regclass('boundary_keys.boundary_retrofit_keys') IS NOT NULL";
        Ok(self.client.query_one(sql, &[]).await?.get(0))
    }
}

impl std::fmt::Debug for PostgresDatabase {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PostgresDatabase")
    }
}

impl Database for PostgresDatabase {
    async fn inspect(&mut self, plan: &Plan) -> Result<(), RetrofitError> {
        let wrong = |problem: String| RetrofitError::Plan {
            name: plan.name(),
            problem,
        };
        let name = table(plan);
        let sql = "SELECT a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull,
                          array_position(i.indkey::int2[], a.attnum)
                   FROM pg_attribute a LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
                   WHERE a.attrelid = to_regclass($1::text) AND a.attnum > 0 AND NOT a.attisdropped";
        let columns: Vec<(String, String, bool, Option<i32>)> = self
            .client
            .query(sql, &[&name])
            .await?
            .iter()
            .map(|row| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?, row.try_get(3)?)))
            .collect::<Result<_, tokio_postgres::Error>>()?;
        for needed in needed(plan, self.place(plan) == KeyPlace::Inline) {
            let found = columns.iter().find(|column| column.0 == needed);
            let (_, kind, is_not_null, _) = found.ok_or_else(|| lacking(plan, needed))?;
            let is_sealed = needed == plan.field.column;
            if *is_not_null && (is_sealed || (needed == plan.plain && plan.clearing == Clearing::Null)) {
                return Err(wrong(format!(
                    "column `{needed}` may not be NULL; let it be, or clear to a text (`Clearing::Text`)"
                )));
            }
            if is_sealed && kind != "bytea" {
                return Err(wrong(format!("column `{needed}` is {kind} and not bytea")));
            }
            if needed == plan.plain {
                self.shape.plain = PlainType::of(kind).ok_or_else(|| {
                    wrong(format!(
                        "column `{needed}` is {kind}; texts, integers, booleans and bytea can be sealed in place"
                    ))
                })?;
                if self.shape.plain != PlainType::Text && plan.clearing != Clearing::Null {
                    return Err(wrong(format!(
                        "column `{needed}` is {kind} and cannot be cleared to a text"
                    )));
                }
            }
        }
        let mut key: Vec<_> = columns
            .iter()
            .filter_map(|(name, kind, _, position)| Some(((*position)?, (quoted(name), kind.clone()))))
            .collect();
        key.sort();
        self.shape.key = key.into_iter().map(|(_, column)| column).collect();
        if self.shape.key.is_empty() {
            return Err(wrong(
                "the table has no primary key, by which it could be gone through".to_owned(),
            ));
        }
        let others = plan.declaration.fields.iter().filter(|field| {
            field.protection == Protection::Sealed
                && field.column != plan.field.column
                && columns.iter().any(|column| column.0 == field.column)
        });
        self.shape.others = others.map(|field| quoted(field.column)).collect();
        Ok(())
    }

    async fn install(&mut self, _: &Plan) -> Result<(), RetrofitError> {
        if !self.is_installed().await? {
            self.client.batch_execute(TABLES).await?;
        }
        Ok(())
    }

    async fn count(&mut self, plan: &Plan) -> Result<Counts, RetrofitError> {
        let plain = format!("r.{}", quoted(&plan.plain));
        let keys = match self.place(plan) {
            KeyPlace::Inline => format!("count({})", column_of_key(plan)),
            KeyPlace::KeyTable if self.is_installed().await? => {
                "(SELECT count(*) FROM boundary_keys.boundary_data_keys k WHERE k.declaration = $1::text)"
                    .to_owned()
            }
            KeyPlace::KeyTable => "0::bigint".to_owned(),
        };
        let sql = format!(
            "SELECT count(*), count({plain}), count(r.{}), {keys}, coalesce(sum(octet_length({plain}::text)), 0)::bigint
             FROM {} r WHERE $1::text IS NOT NULL",
            quoted(plan.field.column),
            table(plan)
        );
        let row = self.client.query_one(&sql, &[&plan.declaration.name]).await?;
        let count = |index| row.try_get::<_, i64>(index).map(i64::unsigned_abs);
        Ok(Counts {
            rows: count(0)?,
            plain: count(1)?,
            sealed: count(2)?,
            data_keys: count(3)?,
            plain_bytes: count(4)?,
        })
    }

    async fn checkpoint(&mut self, plan: &Plan) -> Result<Option<Checkpoint>, RetrofitError> {
        if !self.is_installed().await? {
            return Ok(None);
        }
        let sql =
            "SELECT stage, clearing, after, done FROM boundary_keys.boundary_retrofits WHERE name = $1::text";
        let Some(row) = self.client.query_opt(sql, &[&plan.name()]).await? else {
            return Ok(None);
        };
        let stage = Stage::parse(row.try_get(0)?).ok_or(RetrofitError::Row {
            table: plan.declaration.name,
            source: DecodeError::new("a stage of a retrofit"),
        })?;
        Ok(Some(Checkpoint {
            stage,
            clearing: row.try_get(1)?,
            after: row.try_get(2)?,
            done: row.try_get::<_, i64>(3)?.unsigned_abs(),
        }))
    }

    async fn begin(&mut self) -> Result<(), RetrofitError> {
        // A transaction that was left open, by a call that went away in the middle, is rolled back with the warning that
        // there is none otherwise.
        self.client.batch_execute("ROLLBACK").await?;
        Ok(self
            .client
            .batch_execute("BEGIN ISOLATION LEVEL READ COMMITTED")
            .await?)
    }

    async fn rows(&mut self, plan: &Plan, after: Option<&str>) -> Result<Vec<Row>, RetrofitError> {
        let after = after.map(|after| places(plan, after)).transpose()?;
        let condition = match &after {
            Some(_) => format!("AND {}", self.at(">", 3)),
            None => "AND $3::text[] IS NULL".to_owned(),
        };
        let order: Vec<String> = self
            .shape
            .key
            .iter()
            .map(|(name, _)| format!("r.{name}"))
            .collect();
        let sql = format!(
            "{} {condition} ORDER BY {} LIMIT {} FOR UPDATE OF r",
            self.select(plan).await?,
            order.join(", "),
            plan.batch
        );
        let rows = self
            .client
            .query(&sql, &[&plan.declaration.name, &plan.name(), &after])
            .await?;
        rows.iter().map(|row| self.read(plan, row)).collect()
    }

    async fn row(
        &mut self,
        plan: &Plan,
        tenant: &TenantId,
        record_id: &str,
    ) -> Result<Option<Row>, RetrofitError> {
        let sql = format!(
            "{} AND {} = $3::text AND {} = $4::text",
            self.select(plan).await?,
            column_of(plan, FieldRole::Tenant),
            identifier_of(plan)
        );
        let parameters: [&(dyn ToSql + Sync); 4] =
            [&plan.declaration.name, &plan.name(), &tenant.as_str(), &record_id];
        let row = self.client.query_opt(&sql, &parameters).await?;
        row.as_ref().map(|row| self.read(plan, row)).transpose()
    }

    async fn write(
        &mut self,
        plan: &Plan,
        changes: Vec<Change>,
        checkpoint: Option<Checkpoint>,
    ) -> Result<(), RetrofitError> {
        for change in changes {
            self.apply(plan, change).await?;
        }
        let name = plan.name();
        match checkpoint {
            Some(checkpoint) => {
                let sql = "INSERT INTO boundary_keys.boundary_retrofits (name, stage, clearing, after, done)
                           VALUES ($1::text, $2::text, $3::boolean, $4::text, $5::bigint)
                           ON CONFLICT (name) DO UPDATE SET (stage, clearing, after, done)
                               = (excluded.stage, excluded.clearing, excluded.after, excluded.done)";
                let done = i64::try_from(checkpoint.done).unwrap_or(i64::MAX);
                let stage = checkpoint.stage.as_str();
                let parameters: [&(dyn ToSql + Sync); 5] =
                    [&name, &stage, &checkpoint.clearing, &checkpoint.after, &done];
                self.client.execute(sql, &parameters).await?;
            }
            None => {
                for table in ["boundary_retrofit_keys", "boundary_retrofits"] {
                    let sql = format!("DELETE FROM boundary_keys.{table} WHERE name = $1::text");
                    self.client.execute(&sql, &[&name]).await?;
                }
            }
        }
        Ok(())
    }

    async fn commit(&mut self) -> Result<(), RetrofitError> {
        Ok(self.client.batch_execute("COMMIT").await?)
    }

    async fn rollback(&mut self) -> Result<(), RetrofitError> {
        Ok(self.client.batch_execute("ROLLBACK").await?)
    }
}

/// In one transaction, so that the last of them stands for all.
const TABLES: &str = "
BEGIN;
CREATE SCHEMA IF NOT EXISTS boundary_keys;
CREATE TABLE IF NOT EXISTS boundary_keys.boundary_data_keys (
    declaration text NOT NULL,
    tenant text NOT NULL,
    record_id text NOT NULL,
    subject text NOT NULL,
    data_key bytea NOT NULL,
    PRIMARY KEY (declaration, tenant, record_id)
);
CREATE INDEX IF NOT EXISTS boundary_data_keys_subject ON boundary_keys.boundary_data_keys (tenant, subject);
CREATE TABLE IF NOT EXISTS boundary_keys.boundary_retrofits (
    name text PRIMARY KEY,
    stage text NOT NULL,
    clearing boolean NOT NULL,
    after text,
    done bigint NOT NULL
);
CREATE TABLE IF NOT EXISTS boundary_keys.boundary_retrofit_keys (
    name text NOT NULL,
    id bytea NOT NULL,
    PRIMARY KEY (name, id)
);
COMMIT;";
