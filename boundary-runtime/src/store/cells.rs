//! Cells on their way to and from SQLite, and as the payload of a queued event.

use boundary_schema::{Declaration, FieldDeclaration, FieldRole, Protection};
use rusqlite::types::{Null, ToSql, ToSqlOutput, Value, ValueRef};
use zeroize::Zeroizing;

use crate::error::DecodeError;
use crate::plaintext::{Cell, CellContent};

impl ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match &self.0 {
            CellContent::Null => ToSqlOutput::from(Null),
            CellContent::Integer(number) => ToSqlOutput::Owned(Value::Integer(*number)),
            CellContent::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            CellContent::Blob(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
            CellContent::Closed(inner) => return inner.to_sql(),
        })
    }
}

/// The columns of a declared table: every field but the data key, which is in the key table.
pub(super) fn columns(declaration: &'static Declaration) -> impl Iterator<Item = &'static FieldDeclaration> {
    declaration
        .fields
        .iter()
        .filter(|field| field.role != Some(FieldRole::DataKey))
}

/// The cell of a column as SQLite gives it; closed again where the column is a resident one.
pub(crate) fn cell(field: &FieldDeclaration, value: ValueRef<'_>) -> Result<Cell, DecodeError> {
    let cell = Cell(match value {
        ValueRef::Null => CellContent::Null,
        ValueRef::Integer(number) => CellContent::Integer(number),
        ValueRef::Text(bytes) => {
            let text = std::str::from_utf8(bytes).map_err(|_| DecodeError::new("UTF-8 text"))?;
            CellContent::Text(Zeroizing::new(text.to_owned()))
        }
        ValueRef::Blob(bytes) => CellContent::Blob(Zeroizing::new(bytes.to_vec())),
        ValueRef::Real(_) => return Err(DecodeError::new("no floating-point number")),
    });
    Ok(if field.protection == Protection::Resident {
        cell.closed()
    } else {
        cell
    })
}

/// The identifier of a record among the cells of its columns, as [`crate::RecordId::canonical`] writes it.
pub(super) fn record_id_of(declaration: &'static Declaration, cells: &[Cell]) -> Result<String, DecodeError> {
    let mut parts = columns(declaration)
        .zip(cells)
        .filter(|(field, _)| field.role == Some(FieldRole::RecordId))
        .map(|(_, cell)| match &cell.0 {
            CellContent::Integer(number) => Ok(number.to_string()),
            CellContent::Text(text) => Ok(text.to_string()),
            _ => Err(DecodeError::new("an identifier that is a text or an integer")),
        })
        .collect::<Result<Vec<_>, _>>()?;
    let last = parts
        .pop()
        .ok_or(DecodeError::new("a record with an identifier"))?;
    let mut text: String = parts
        .iter()
        .map(|part| format!("{}:{part}", part.len()))
        .collect();
    text.push_str(&last);
    Ok(text)
}

/// A name in an SQL statement. Names come from declarations, which are constants of the program.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Cells as the payload of a queued event: for each a tag, a length (4 bytes, big-endian) and its bytes.
pub(super) fn to_payload(cells: &[Cell]) -> Zeroizing<Vec<u8>> {
    let mut out = Zeroizing::new(Vec::new());
    for cell in cells {
        let inner = if let CellContent::Closed(inner) = &cell.0 {
            &inner.0
        } else {
            &cell.0
        };
        let (tag, bytes): (u8, &[u8]) = match inner {
            CellContent::Null | CellContent::Closed(_) => (0, &[]),
            CellContent::Integer(number) => (1, &number.to_be_bytes()),
            CellContent::Text(text) => (2, text.as_bytes()),
            CellContent::Blob(bytes) => (3, bytes),
        };
        out.push(tag);
        out.extend_from_slice(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
        out.extend_from_slice(bytes);
    }
    out
}

/// Reads a payload back as the cells of a declaration.
pub(super) fn from_payload(
    declaration: &'static Declaration,
    payload: &[u8],
) -> Result<Vec<Cell>, DecodeError> {
    let cut = || DecodeError::new("a whole payload");
    let mut rest = payload;
    let mut cells = Vec::new();
    for field in columns(declaration) {
        let (head, tail) = rest.split_at_checked(5).ok_or_else(cut)?;
        let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]);
        let (bytes, tail) = tail.split_at_checked(length as usize).ok_or_else(cut)?;
        rest = tail;
        let value = match head[0] {
            0 => ValueRef::Null,
            1 => ValueRef::Integer(i64::from_be_bytes(bytes.try_into().map_err(|_| cut())?)),
            2 => ValueRef::Text(bytes),
            3 => ValueRef::Blob(bytes),
            _ => return Err(DecodeError::new("a payload of a known form")),
        };
        cells.push(cell(field, value)?);
    }
    if rest.is_empty() { Ok(cells) } else { Err(cut()) }
}
