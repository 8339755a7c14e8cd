//! The way through a table in the order of its primary key, a batch at a time, with a place to go on from.
//!
//! The place is text, so that it can be kept as a checkpoint: a JSON list with the kind of each value in front, because
//! SQLite compares a number with a text by kind.

use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, Row};

use super::StoreError;
use super::cells::quoted;
use crate::error::DecodeError;

/// The columns that order a table's rows and tell each from the others.
pub(crate) struct Paging {
    /// Quoted.
    columns: Vec<String>,
}

impl Paging {
    /// By these columns, quoted.
    pub(crate) fn by(columns: &[&str]) -> Self {
        Self {
            columns: columns.iter().map(|column| (*column).to_owned()).collect(),
        }
    }

    /// By the table's primary key; by the row's number where it declares none.
    pub(crate) fn of(connection: &Connection, table: &str) -> Result<Self, StoreError> {
        let mut select =
            connection.prepare("SELECT name FROM pragma_table_info(?1) WHERE pk > 0 ORDER BY pk")?;
        let names = select.query_map([table], |row| row.get::<_, String>(0))?;
        let mut columns = names
            .map(|name| name.map(|name| quoted(&name)))
            .collect::<Result<Vec<_>, _>>()?;
        if columns.is_empty() {
            columns.push("rowid".to_owned());
        }
        Ok(Self { columns })
    }

    /// How many columns there are.
    pub(crate) fn len(&self) -> usize {
        self.columns.len()
    }

    /// The columns as a list.
    pub(crate) fn list(&self) -> String {
        self.columns.join(", ")
    }

    /// The columns with parameters from `first` on, compared by `operator`: `("a", "b") > (?3, ?4)`.
    pub(crate) fn compared(&self, operator: &str, first: usize) -> String {
        let marks: Vec<String> = (first..first + self.len())
            .map(|number| format!("?{number}"))
            .collect();
        format!("({}) {operator} ({})", self.list(), marks.join(", "))
    }

    /// The values of a row's columns, which the statement selected from `first` on.
    pub(crate) fn values(&self, row: &Row<'_>, first: usize) -> Result<Vec<Value>, StoreError> {
        (first..first + self.len())
            .map(|index| row.get(index).map_err(StoreError::from))
            .collect()
    }
}

/// Values as the text of a checkpoint.
pub(crate) fn to_text(values: &[Value]) -> String {
    let parts: Vec<String> = values
        .iter()
        .map(|value| match ValueRef::from(value) {
            ValueRef::Null => "n:".to_owned(),
            ValueRef::Integer(number) => format!("i:{number}"),
            ValueRef::Real(number) => format!("r:{}", number.to_bits()),
            ValueRef::Text(text) => format!("t:{}", String::from_utf8_lossy(text)),
            ValueRef::Blob(bytes) => format!("b:{}", data_encoding::HEXLOWER.encode(bytes)),
        })
        .collect();
    serde_json::Value::from(parts).to_string()
}

/// Reads what [`to_text`] wrote.
pub(crate) fn from_text(text: &str) -> Result<Vec<Value>, DecodeError> {
    let wrong = || DecodeError::new("a checkpoint as it was written");
    let parts: Vec<String> = serde_json::from_str(text).map_err(|_| wrong())?;
    parts
        .iter()
        .map(|part| {
            let (kind, rest) = part.split_once(':').ok_or_else(wrong)?;
            Ok(match kind {
                "n" => Value::Null,
                "i" => Value::Integer(rest.parse().map_err(|_| wrong())?),
                "r" => Value::Real(f64::from_bits(rest.parse().map_err(|_| wrong())?)),
                "t" => Value::Text(rest.to_owned()),
                "b" => Value::Blob(
                    data_encoding::HEXLOWER
                        .decode(rest.as_bytes())
                        .map_err(|_| wrong())?,
                ),
                _ => return Err(wrong()),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_reads_back_whatever_its_values_are() {
        let values = vec![
            Value::Null,
            Value::Integer(-7),
            Value::Real(0.1),
            Value::Text("t:\"é\"".to_owned()),
            Value::Blob(vec![0, 255]),
        ];
        assert_eq!(from_text(&to_text(&values)).unwrap(), values);
        for wrong in ["", "7", "[7]", "[\"x:1\"]", "[\"i:x\"]", "[\"7\"]"] {
            assert!(from_text(wrong).is_err(), "{wrong}");
        }
    }
}
