//! The statements over the rows of a declared table, made from its declaration and the place of its data keys.

use boundary_schema::{Declaration, FieldRole, KeyPlace};

use super::cells::{columns, quoted};
use super::keys::key_column;

pub(super) fn column_list(declaration: &'static Declaration) -> String {
    columns(declaration)
        .map(|field| format!("r.{}", quoted(field.column)))
        .collect::<Vec<_>>()
        .join(", ")
}

pub(super) fn insert_sql(declaration: &'static Declaration, place: KeyPlace) -> String {
    let mut names: Vec<String> = columns(declaration).map(|field| quoted(field.column)).collect();
    if place == KeyPlace::Inline {
        names.push(quoted(key_column(declaration)));
    }
    let marks = vec!["?"; names.len()].join(", ");
    format!(
        "INSERT OR REPLACE INTO {} ({}) VALUES ({marks})",
        quoted(declaration.name),
        names.join(", ")
    )
}

/// What tells a record from others in [`select_sql`].
pub(super) struct Names {
    pub(super) tenant: String,
    pub(super) record_id: String,
    pub(super) subject: String,
}

impl Names {
    pub(super) fn of(declaration: &'static Declaration, place: KeyPlace) -> Self {
        match place {
            KeyPlace::KeyTable => Self {
                tenant: "k.tenant".to_owned(),
                record_id: "k.record_id".to_owned(),
                subject: "k.subject".to_owned(),
            },
            KeyPlace::Inline => Self {
                tenant: column_of(declaration, FieldRole::Tenant),
                record_id: identifier_of(declaration),
                subject: column_of(declaration, FieldRole::Subject),
            },
        }
    }
}

/// The column of a row `r` that plays a role.
pub(crate) fn column_of(declaration: &'static Declaration, role: FieldRole) -> String {
    declaration.role(role).map_or_else(
        || "NULL".to_owned(),
        |field| format!("r.{}", quoted(field.column)),
    )
}

/// The columns of a row `r` that make up its record's identifier.
fn identifier_columns(declaration: &'static Declaration) -> Vec<String> {
    declaration
        .fields
        .iter()
        .filter(|field| field.role == Some(FieldRole::RecordId))
        .map(|field| format!("r.{}", quoted(field.column)))
        .collect()
}

/// The identifier of a row `r`.
pub(crate) fn identifier_of(declaration: &'static Declaration) -> String {
    identifier_sql(&identifier_columns(declaration))
}

/// Rows with their data keys; `?1` is the name of the declaration. A row without its key is not there: it could not be
/// opened.
///
/// CROSS JOIN keeps the order. For an identifier of one column it is from the keys to the rows, whose primary key is then
/// used: the other way round, the text of a record's identifier would have to be compared with every number. For an
/// identifier of several columns it is from the rows to the keys, because the text is computed from the row; reading one
/// record then looks at every row of the table.
pub(super) fn select_sql(declaration: &'static Declaration, place: KeyPlace) -> String {
    let rows = format!("{} r", quoted(declaration.name));
    if place == KeyPlace::Inline {
        let key = format!("r.{}", quoted(key_column(declaration)));
        return format!(
            "SELECT {}, {key} FROM {rows} WHERE {key} IS NOT NULL AND ?1 = ?1",
            column_list(declaration)
        );
    }
    let keys = "keys.boundary_data_keys k".to_owned();
    let (first, second) = if identifier_columns(declaration).len() == 1 {
        (keys, rows)
    } else {
        (rows, keys)
    };
    format!(
        "SELECT {}, k.data_key FROM {first} CROSS JOIN {second}
         ON {} = k.tenant AND {} = k.record_id WHERE k.declaration = ?1",
        column_list(declaration),
        column_of(declaration, FieldRole::Tenant),
        identifier_of(declaration),
    )
}

/// The identifier of a row as [`crate::RecordId::canonical`] writes it.
fn identifier_sql(parts: &[String]) -> String {
    match parts {
        [] => "NULL".to_owned(),
        [last] => last.clone(),
        [part, rest @ ..] => format!(
            "length(CAST({part} AS BLOB)) || ':' || {part} || {}",
            identifier_sql(rest)
        ),
    }
}
