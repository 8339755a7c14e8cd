//! A live Postgres: what it lists is compared with the migrations, and stands for them where there are none.
//!
//! The connection's URL is read from the environment, because an argument is seen by everybody on the machine. There is no TLS here, so
//! only servers of this machine are asked: a Unix socket, or the loopback address.

use postgres::config::Host;
use postgres::{Client, Config, NoTls};

use std::collections::BTreeMap;

use super::lists::List;
use super::{Facts, Server, ServerPolicy, ServerTable};
use crate::catalogue::Said;
use crate::error::Error;
use crate::parse::listed::{ListedColumn, ListedTable};
use crate::source::{FileId, Place, SourceFile, Span};

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

/// Row security of tables, and of partitioned ones.
const TABLES: &str = "
SELECT n.nspname, r.relname, r.relrowsecurity, r.relforcerowsecurity
FROM pg_class r JOIN pg_namespace n ON n.oid = r.relnamespace WHERE r.relkind IN ('r', 'p')";

/// Policies; role 0 is everybody.
const POLICIES: &str = "
SELECT n.nspname, r.relname, p.polname, NOT p.polpermissive, p.polcmd = '*' AND 0 = ANY (p.polroles),
       pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid)
FROM pg_policy p JOIN pg_class r ON r.oid = p.polrelid JOIN pg_namespace n ON n.oid = r.relnamespace ORDER BY 1, 2, 3";

/// Comments on columns.
const COMMENTS: &str = "
SELECT n.nspname, r.relname, a.attname, d.description
FROM pg_description d JOIN pg_class r ON r.oid = d.objoid JOIN pg_namespace n ON n.oid = r.relnamespace
JOIN pg_attribute a ON a.attrelid = r.oid AND a.attnum = d.objsubid
WHERE d.classoid = 'pg_class'::regclass AND d.objsubid > 0";

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
    let server = server(&mut client, file, &tables).map_err(|error| failed(said(&error)))?;
    facts.server = Some(server);
    Ok(List {
        shown: "the live database".to_owned(),
        complete: true,
        whole: true,
        tables: tables.into_iter().map(|table| (file, table)).collect(),
    })
}

/// What the server says of the tables that it lists.
fn server(client: &mut Client, file: FileId, listed: &[ListedTable]) -> Result<Server, postgres::Error> {
    let named: BTreeMap<(&str, &str), &ListedTable> = listed
        .iter()
        .map(|table| {
            (
                (table.schema.as_deref().unwrap_or(""), table.name.as_str()),
                table,
            )
        })
        .collect();
    let place = |span| Place { file, span };
    let mut server = Server::default();
    for row in client.query(TABLES, &[])? {
        let (schema, name): (String, String) = (row.get(0), row.get(1));
        let Some(listed) = named.get(&(schema.as_str(), name.as_str())) else {
            continue;
        };
        let table = ServerTable {
            place: place(listed.span),
            enabled: row.get(2),
            forced: row.get(3),
            policies: Vec::new(),
            comments: BTreeMap::new(),
        };
        server.tables.insert((schema, name), table);
    }
    for row in client.query(POLICIES, &[])? {
        if let Some(table) = server.tables.get_mut(&(row.get(0), row.get(1))) {
            let conditions: [Option<String>; 2] = [row.get(5), row.get(6)];
            table.policies.push(ServerPolicy {
                name: row.get(2),
                restrictive: row.get(3),
                for_all: row.get(4),
                conditions: conditions.into_iter().flatten().collect(),
            });
        }
    }
    for row in client.query(COMMENTS, &[])? {
        let (schema, name): (String, String) = (row.get(0), row.get(1));
        let (column, text): (String, String) = (row.get(2), row.get(3));
        let of_column = named
            .get(&(schema.as_str(), name.as_str()))
            .and_then(|table| table.columns.iter().find(|listed| listed.name == column));
        if let (Some(listed), Some(table)) = (of_column, server.tables.get_mut(&(schema, name))) {
            let place = place(listed.span);
            table.comments.insert(column, Said { text, place });
        }
    }
    Ok(server)
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
