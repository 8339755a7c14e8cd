//! What `cargo sqlx prepare` keeps of each query: the columns that it gave, and since 0.9 the tables that they come from.

use serde::Deserialize;

use super::{ListedColumn, ListedTable};
use crate::source::Span;

#[derive(Deserialize)]
struct Query {
    describe: Describe,
}

#[derive(Deserialize)]
struct Describe {
    #[serde(default)]
    columns: Vec<Described>,
}

#[derive(Deserialize)]
struct Described {
    #[serde(default)]
    origin: Option<serde_json::Value>,
}

/// The columns of tables that a cached query names. Older caches do not say where a column comes from: they give none.
#[must_use]
pub fn tables(text: &str) -> Vec<ListedTable> {
    let Ok(query) = serde_json::from_str::<Query>(text) else {
        return Vec::new();
    };
    let mut tables: Vec<ListedTable> = Vec::new();
    for column in query.describe.columns {
        let Some(origin) = column.origin.as_ref().and_then(|origin| origin.get("Table")) else {
            continue;
        };
        let of = |key| origin.get(key).and_then(serde_json::Value::as_str);
        let (Some(table), Some(name)) = (of("table"), of("name")) else {
            continue;
        };
        let (schema, table) = match table.split_once('.') {
            Some((schema, table)) => (Some(unquoted(schema)), unquoted(table)),
            None => (None, unquoted(table)),
        };
        let listed = ListedColumn {
            name: name.to_owned(),
            data_type: String::new(),
            nullable: false,
            span: place(text, name),
        };
        match tables
            .iter_mut()
            .find(|known| known.name == table && known.schema == schema)
        {
            Some(known) => known.columns.push(listed),
            None => tables.push(ListedTable {
                schema,
                span: listed.span,
                name: table,
                columns: vec![listed],
            }),
        }
    }
    tables
}

fn unquoted(name: &str) -> String {
    name.trim_matches('"').to_owned()
}

/// Where the file names the column as one of a table; at its start where it is written in a way of its own.
fn place(text: &str, name: &str) -> Span {
    let quoted = format!("\"name\": \"{name}\"");
    text.rfind(&quoted)
        .map_or(Span::default(), |at| Span::new(at, at + quoted.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cached_query_names_the_columns_of_its_tables() {
        let text = r#"{
  "db_name": "PostgreSQL",
  "query": "SELECT id, lower(email) AS mail FROM users",
  "describe": {
    "columns": [
      { "ordinal": 0, "name": "id", "type_info": "Int8", "origin": { "Table": { "table": "users", "name": "id" } } },
      { "ordinal": 1, "name": "mail", "type_info": "Text", "origin": "Expression" }
    ],
    "parameters": { "Left": [] },
    "nullable": [false, null]
  },
  "hash": "00"
}"#;
        let tables = tables(text);
        let [table] = tables.as_slice() else {
            panic!("{tables:?}")
        };
        assert_eq!((table.name.as_str(), table.columns.len()), ("users", 1));
        let span = table.columns[0].span;
        assert_eq!(&text[span.start..span.end], "\"name\": \"id\"");
        assert!(super::tables("{}").is_empty());
        assert!(super::tables(r#"{"describe":{"columns":[{"ordinal":0,"name":"a"}]}}"#).is_empty());
    }
}
