//! A live Postgres: what it lists is compared with the migrations, and stands for them where there are none.
//!
//! The connection's URL is read from the environment, because an argument is seen by everybody on the machine. There is no TLS here, so
//! only servers of this machine are asked: a Unix socket, or the loopback address.

use postgres::config::Host;
use postgres::{Client, Config, NoTls};

use super::Facts;
use super::lists::List;
use crate::error::Error;
use crate::parse::listed::{ListedColumn, ListedTable};
use crate::source::{SourceFile, Span};

/// What `information_schema` lists, and materialised views, which it leaves out.
const COLUMNS: &str = "
SELECT n.nspname, r.relname, a.attname, coalesce(i.data_type::text, format_type(a.atttypid, NULL)),
       NOT (a.attnotnull OR t.typnotnull)
FROM pg_attribute a JOIN pg_class r ON r.oid = a.attrelid JOIN pg_namespace n ON n.oid = r.relnamespace
JOIN pg_type t ON t.oid = a.atttypid
LEFT JOIN information_schema.columns i
  ON i.table_schema = n.nspname AND i.table_name = r.relname AND i.column_name = a.attname
WHERE r.relkind IN ('r', 'p', 'v', 'm', 'f') AND a.attnum > 0 AND NOT a.attisdropped
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND n.nspname NOT LIKE 'pg\\_temp\\_%'
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = r.oid AND d.deptype = 'e')
ORDER BY 1, 2, a.attnum";

/// Tables that tools of migrations keep for themselves.
const OF_TOOLS: [&str; 6] = [
    "__diesel_schema_migrations",
    "_sqlx_migrations",
    "goose_db_version",
    "refinery_schema_history",
    "schema_migrations",
    "seaql_migrations",
];

/// Lists the database whose URL this variable of the environment holds.
///
/// # Errors
///
/// [`Error::Live`] where there is no such variable, where the server is not of this machine, or where it does not answer. The URL is never
/// part of an error.
pub(super) fn list(facts: &mut Facts, variable: &str) -> Result<List, Error> {
    let failed = |why: String| Error::Live {
        variable: variable.to_owned(),
        why,
    };
    let url = std::env::var(variable).map_err(|_| failed("it is not set".to_owned()))?;
    let config: Config = url
        .parse()
        .map_err(|_| failed("it does not read as the URL of a Postgres".to_owned()))?;
    if !config.get_hosts().iter().all(is_here) || config.get_hosts().is_empty() {
        return Err(failed(
            "its server is on another machine, and there is no TLS here; ask through a tunnel".to_owned(),
        ));
    }
    let mut client: Client = config.connect(NoTls).map_err(|error| failed(said(&error)))?;
    // Nothing is changed, whatever the role may.
    client
        .batch_execute("SET default_transaction_read_only = on; SET statement_timeout = '60s'")
        .map_err(|error| failed(said(&error)))?;
    let rows = client.query(COLUMNS, &[]).map_err(|error| failed(said(&error)))?;
    let mut text = String::new();
    let mut tables: Vec<ListedTable> = Vec::new();
    for row in rows {
        let [schema, table, column, data_type]: [String; 4] = std::array::from_fn(|at| row.get(at));
        let nullable: bool = row.get(4);
        if OF_TOOLS.contains(&table.as_str()) {
            continue;
        }
        let start = text.len();
        text.push_str(&format!("{schema}.{table}.{column} {data_type}"));
        let span = Span::new(start, text.len());
        text.push('\n');
        let listed = ListedColumn {
            name: column,
            data_type,
            nullable,
            span,
        };
        match tables.last_mut() {
            Some(last) if last.name == table && last.schema.as_deref() == Some(schema.as_str()) => {
                last.columns.push(listed);
            }
            _ => tables.push(ListedTable {
                schema: Some(schema),
                name: table,
                span,
                columns: vec![listed],
            }),
        }
    }
    let file = SourceFile::new(std::path::Path::new(""), format!("live:{variable}").into(), text);
    let file = facts.sources.add(file);
    Ok(List {
        shown: "the live database".to_owned(),
        complete: true,
        whole: true,
        tables: tables.into_iter().map(|table| (file, table)).collect(),
    })
}

/// What the server said, without anything of the connection.
fn said(error: &postgres::Error) -> String {
    match error.as_db_error() {
        Some(error) => format!("the server refuses: {}", error.message()),
        None => "the server does not answer".to_owned(),
    }
}

fn is_here(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => ["localhost", "127.0.0.1", "::1"].contains(&name.as_str()),
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}
