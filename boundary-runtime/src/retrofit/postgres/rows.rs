//! Rows of a retrofit as PostgreSQL reads and writes them.

use boundary_schema::{FieldRole, KeyPlace};
use tokio_postgres::types::ToSql;
use zeroize::Zeroizing;

use super::PostgresDatabase;
use crate::plaintext::{Cell, CellContent};
use crate::retrofit::database::{Change, Row, What};
use crate::retrofit::{Clearing, Plan, RetrofitError};
use crate::{DataKey, DecodeError, TenantId};

/// How values of the plain column are read and written.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum PlainType {
    #[default]
    Text,
    Integer,
    Boolean,
    Bytes,
}

impl PlainType {
    pub(super) fn of(name: &str) -> Option<Self> {
        let stem = name.split('(').next().unwrap_or_default();
        Some(match stem {
            "text" | "character varying" | "character" | "citext" | "name" => Self::Text,
            "smallint" | "integer" | "bigint" => Self::Integer,
            "boolean" => Self::Boolean,
            "bytea" => Self::Bytes,
            _ => return None,
        })
    }

    pub(super) fn read(self, column: &str) -> String {
        match self {
            Self::Text => format!("{column}::text"),
            Self::Integer => format!("{column}::bigint"),
            Self::Boolean => format!("{column}::integer::bigint"),
            Self::Bytes => column.to_owned(),
        }
    }

    pub(super) fn write(self, parameter: &str) -> String {
        match self {
            Self::Text => format!("{parameter}::text"),
            Self::Integer => format!("{parameter}::bigint"),
            Self::Boolean => format!("({parameter}::bigint <> 0)"),
            Self::Bytes => format!("{parameter}::bytea"),
        }
    }
}

impl PostgresDatabase {
    /// Rows as [`Database::rows`] gives them, up to the table's name; `$1` and `$2` are the names of declaration and retrofit.
    pub(super) async fn select(&self, plan: &Plan) -> Result<String, RetrofitError> {
        let is_installed = self.is_installed().await?;
        let (tenant, identifier) = (column_of(plan, FieldRole::Tenant), identifier_of(plan));
        let key = match self.place(plan) {
            KeyPlace::KeyTable if is_installed => format!(
                "(SELECT k.data_key FROM boundary_keys.boundary_data_keys k
                  WHERE k.declaration = $1::text AND k.tenant = {tenant} AND k.record_id = {identifier})"
            ),
            KeyPlace::KeyTable => "NULL::bytea".to_owned(),
            KeyPlace::Inline => column_of_key(plan),
        };
        let others: Vec<String> = self
            .shape
            .others
            .iter()
            .map(|column| format!(" OR r.{column} IS NOT NULL"))
            .collect();
        let own = if is_installed {
            format!(
                "EXISTS (SELECT 1 FROM boundary_keys.boundary_retrofit_keys o
                         WHERE o.name = $2::text AND o.id = substring({key} FROM 2 FOR 16))"
            )
        } else {
            "false".to_owned()
        };
        let places: Vec<String> = self
            .shape
            .key
            .iter()
            .map(|(name, _)| format!("r.{name}::text"))
            .collect();
        Ok(format!(
            "SELECT {tenant}, {}, {identifier}, {}, r.{}, {key}, (false{}), {own}, ARRAY[{}]
             FROM {} r WHERE $1::text IS NOT NULL AND $2::text IS NOT NULL",
            column_of(plan, FieldRole::Subject),
            self.shape.plain.read(&format!("r.{}", quoted(&plan.plain))),
            quoted(plan.field.column),
            others.concat(),
            places.join(", "),
            table(plan)
        ))
    }

    /// The primary key compared with a list of texts in parameter `number`.
    pub(super) fn at(&self, operator: &str, number: usize) -> String {
        let columns: Vec<String> = self
            .shape
            .key
            .iter()
            .map(|(name, _)| format!("r.{name}"))
            .collect();
        let values: Vec<String> = self
            .shape
            .key
            .iter()
            .enumerate()
            .map(|(index, (_, kind))| format!("(${number}::text[])[{}]::{kind}", index + 1))
            .collect();
        format!("({}) {operator} ({})", columns.join(", "), values.join(", "))
    }

    pub(super) fn read(&self, plan: &Plan, row: &tokio_postgres::Row) -> Result<Row, RetrofitError> {
        let table = plan.declaration.name;
        let unreadable = |source| RetrofitError::Row { table, source };
        let plain = match self.shape.plain {
            PlainType::Text => row
                .try_get::<_, Option<String>>(3)?
                .map(|text| CellContent::Text(Zeroizing::new(text))),
            PlainType::Integer | PlainType::Boolean => {
                row.try_get::<_, Option<i64>>(3)?.map(CellContent::Integer)
            }
            PlainType::Bytes => row
                .try_get::<_, Option<Vec<u8>>>(3)?
                .map(|bytes| CellContent::Blob(Zeroizing::new(bytes))),
        };
        let key: Option<Vec<u8>> = row.try_get(5)?;
        let place: Vec<String> = row.try_get(8)?;
        Ok(Row {
            tenant: row.try_get::<_, Option<String>>(0)?.map(Into::into),
            subject: row.try_get::<_, Option<String>>(1)?.map(Into::into),
            record_id: row.try_get(2)?,
            plain: Cell(plain.unwrap_or(CellContent::Null)),
            sealed: row.try_get(4)?,
            key: key
                .map(|key| DataKey::from_bytes(&key))
                .transpose()
                .map_err(unreadable)?,
            has_others: row.try_get(6)?,
            own_key: row.try_get(7)?,
            place: serde_json::Value::from(place).to_string(),
        })
    }

    async fn set(
        &self,
        plan: &Plan,
        column: &str,
        value: &str,
        parameter: &(dyn ToSql + Sync),
        at: &[String],
    ) -> Result<(), RetrofitError> {
        let sql = format!(
            "UPDATE {} AS r SET {} = {value} WHERE {}",
            table(plan),
            quoted(column),
            self.at("=", 2)
        );
        self.client.execute(&sql, &[parameter, &at]).await?;
        Ok(())
    }

    async fn set_null(&self, plan: &Plan, column: &str, at: &[String]) -> Result<(), RetrofitError> {
        let sql = format!(
            "UPDATE {} AS r SET {} = NULL WHERE {}",
            table(plan),
            quoted(column),
            self.at("=", 1)
        );
        self.client.execute(&sql, &[&at]).await?;
        Ok(())
    }

    pub(super) async fn apply(&self, plan: &Plan, change: Change) -> Result<(), RetrofitError> {
        let row = change.row;
        let at = places(plan, &row.place)?;
        let key_place = self.place(plan);
        let key_column = || {
            plan.declaration
                .role(FieldRole::DataKey)
                .map_or("data_key", |field| field.column)
        };
        let (tenant, record_id) = (
            row.tenant.as_ref().map(TenantId::as_str),
            row.record_id.as_deref(),
        );
        let name = plan.declaration.name;
        match change.what {
            What::Seal { sealed, new_key } => {
                self.set(plan, plan.field.column, "$1::bytea", &sealed, &at)
                    .await?;
                let Some(key) = new_key else { return Ok(()) };
                if key_place == KeyPlace::Inline {
                    self.set(plan, key_column(), "$1::bytea", &key.as_bytes(), &at)
                        .await?;
                } else {
                    let subject = row.subject.as_ref().map(crate::SubjectId::as_str);
                    let sql = "INSERT INTO boundary_keys.boundary_data_keys
                                   (declaration, tenant, record_id, subject, data_key)
                               VALUES ($1::text, $2::text, $3::text, $4::text, $5::bytea) ON CONFLICT DO NOTHING";
                    let written = self
                        .client
                        .execute(sql, &[&name, &tenant, &record_id, &subject, &key.as_bytes()])
                        .await?;
                    if written == 0 {
                        return Err(RetrofitError::Raced);
                    }
                }
                let sql = "INSERT INTO boundary_keys.boundary_retrofit_keys VALUES ($1::text, $2::bytea)";
                self.client.execute(sql, &[&plan.name(), &&key.id()[..]]).await?;
            }
            What::Clear => match plan.clearing {
                Clearing::Null => self.set_null(plan, &plan.plain, &at).await?,
                Clearing::Text(text) => self.set(plan, &plan.plain, "$1::text", &text, &at).await?,
            },
            What::Undo { plain, drop_key } => {
                if let Some(plain) = plain {
                    let value = self.shape.plain.write("$1");
                    match &plain.0 {
                        CellContent::Text(text) => {
                            self.set(plan, &plan.plain, &value, &text.as_str(), &at).await?
                        }
                        CellContent::Integer(number) => {
                            self.set(plan, &plan.plain, &value, number, &at).await?
                        }
                        CellContent::Blob(bytes) => {
                            self.set(plan, &plan.plain, &value, &bytes.as_slice(), &at)
                                .await?;
                        }
                        CellContent::Null | CellContent::Closed(_) => {}
                    }
                }
                let nothing: Option<&[u8]> = None;
                self.set(plan, plan.field.column, "$1::bytea", &nothing, &at)
                    .await?;
                if drop_key && key_place == KeyPlace::Inline {
                    self.set_null(plan, key_column(), &at).await?;
                } else if drop_key {
                    let sql = "DELETE FROM boundary_keys.boundary_data_keys
                               WHERE declaration = $1::text AND tenant = $2::text AND record_id = $3::text";
                    self.client.execute(sql, &[&name, &tenant, &record_id]).await?;
                }
            }
        }
        Ok(())
    }
}

/// A name in a statement. Names come from declarations and plans, which are constants of the program.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The table, with its schema where the declaration has one.
pub(super) fn table(plan: &Plan) -> String {
    let parts: Vec<String> = plan.declaration.name.split('.').map(quoted).collect();
    parts.join(".")
}

pub(super) fn column_of(plan: &Plan, role: FieldRole) -> String {
    let field = plan.declaration.role(role);
    field.map_or_else(
        || "NULL::text".to_owned(),
        |field| format!("r.{}::text", quoted(field.column)),
    )
}

pub(super) fn column_of_key(plan: &Plan) -> String {
    let field = plan.declaration.role(FieldRole::DataKey);
    format!("r.{}", quoted(field.map_or("data_key", |field| field.column)))
}

/// The identifier of a row as [`crate::RecordId::canonical`] writes it.
pub(super) fn identifier_of(plan: &Plan) -> String {
    let parts: Vec<String> = plan
        .declaration
        .fields
        .iter()
        .filter(|field| field.role == Some(FieldRole::RecordId))
        .map(|field| format!("r.{}::text", quoted(field.column)))
        .collect();
    let Some((last, first)) = parts.split_last() else {
        return "NULL::text".to_owned();
    };
    let first: Vec<String> = first
        .iter()
        .map(|part| format!("octet_length({part})::text || ':' || {part} || "))
        .collect();
    format!("({}{last})", first.concat())
}

/// The texts of a place in the order of the primary key.
pub(super) fn places(plan: &Plan, text: &str) -> Result<Vec<String>, RetrofitError> {
    serde_json::from_str(text).map_err(|_| RetrofitError::Row {
        table: plan.declaration.name,
        source: DecodeError::new("a checkpoint as it was written"),
    })
}
