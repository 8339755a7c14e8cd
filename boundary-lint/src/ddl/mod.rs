//! SQL for Postgres, made from the model: row security and keys of tenants, tables, comments that carry declarations.
//!
//! The script is for a person to read and for a tool to run, more than once. It only ever adds protection; what would touch rows that are
//! there stands in it as a comment, with its reason.

mod notes;
mod rows;
mod sql;
mod tables;

use boundary_schema::Protection;
use rows::{SETTING, TenantTable};
use sql::{comment, literal, name, qualified};

use crate::catalogue::RelationKind;
use crate::error::Error;
use crate::facts::{Classified, Column, Declaration, Facts, Table};
use crate::parse::declarations::Says;

/// The script for the one Postgres of a project, whose tables and declarations these facts hold.
///
/// # Errors
///
/// [`Error::NoPostgres`] and [`Error::SeveralPostgres`] where it is not clear which database the script is for.
///
/// # Examples
///
/// ```
/// use boundary_lint::facts::{Input, collect};
///
/// let payments = std::path::Path::new("../examples/payments");
/// let facts = collect(&Input {
///     root: Some(payments.to_owned()),
///     migrations: vec![payments.join("migrations")],
///     dialect: Some(boundary_schema::Dialect::Postgres),
///     ..Input::default()
/// })?;
/// let script = boundary_lint::ddl::script(&facts)?;
/// assert!(script.contains("ALTER TABLE public.customers FORCE ROW LEVEL SECURITY;"));
/// # Ok::<(), boundary_lint::error::Error>(())
/// ```
pub fn script(facts: &Facts) -> Result<String, Error> {
    let database = database(facts)?;
    let mut out = String::new();
    head(facts, &mut out);
    out.push_str("\nBEGIN;\n");
    let tables = facts
        .tables
        .iter()
        .filter(|table| Some(table.database) == database && table.kind == RelationKind::Table);
    for table in tables {
        of_table(facts, table, &mut out);
    }
    let mut schemas: Vec<&str> = facts.tables.iter().map(|table| table.key.0.as_str()).collect();
    schemas.push("public");
    for table in tables::new_tables(facts) {
        if !schemas.contains(&table.schema) {
            out.push_str(&format!(
                "\nCREATE SCHEMA IF NOT EXISTS {};\n",
                name(table.schema)
            ));
            schemas.push(table.schema);
        }
        of_new_table(facts, &table, &mut out);
    }
    out.push_str("\nCOMMIT;\n");
    Ok(out)
}

/// The database that the script is for; `None` where the project has none yet.
fn database(facts: &Facts) -> Result<Option<usize>, Error> {
    let shown = |at: &usize| facts.databases[*at].shown.clone();
    let all: Vec<usize> = (0..facts.databases.len()).collect();
    let postgres: Vec<usize> = all
        .iter()
        .copied()
        .filter(|at| facts.databases[*at].has_row_security)
        .collect();
    match (postgres.as_slice(), all.is_empty()) {
        ([one], _) => Ok(Some(*one)),
        ([], true) => Ok(None),
        ([], false) => Err(Error::NoPostgres(all.iter().map(shown).collect())),
        (several, _) => Err(Error::SeveralPostgres(several.iter().map(shown).collect())),
    }
}

fn head(facts: &Facts, out: &mut String) {
    comment(
        out,
        &format!(
            "Made by `cargo boundary ddl` from the model. Read it, and let the owner of the tables run it as one more\n\
             migration. It can be run again, and does nothing then that it has not done.\n\
             \n\
             A session says for which tenant it works inside of each transaction, and nowhere else:\n\
             \n    \
                 BEGIN;\n    \
                 SET LOCAL {SETTING} = 'the tenant'; -- with a parameter: SELECT set_config('{SETTING}', $1, true);\n    \
                 ...\n    \
                 COMMIT;\n\
             \n\
             Never by SET alone, which holds until the connection is closed: a pool hands the connection on, and the next\n\
             tenant would work with the rows of this one. Where no tenant is set, no row is seen and none is written.\n\
             \n\
             Each table of tenants gets two policies: boundary_tenant, which keeps other tenants out whatever other policies\n\
             say, and boundary_tenant_rows, which lets the tenant's own rows in.\n\
             \n\
             Superusers and roles with BYPASSRLS pass all of it. Give the application neither, and not the tables either."
        ),
    );
    if !facts.unseen.is_empty() {
        comment(
            out,
            &format!(
                "\nNot complete: `cargo boundary check` lists what could not be seen into ({}). What is made there is not in here.",
                facts.unseen.len()
            ),
        );
    }
}

/// A column of a table with what declares it.
type Declared<'a> = (&'a Column, &'a Declaration);

fn of_table(facts: &Facts, table: &Table, out: &mut String) {
    let (schema, table_name) = (table.key.0.as_str(), table.key.1.as_str());
    let columns: Vec<Declared<'_>> = facts
        .columns_of(schema, table_name)
        .iter()
        .filter(|column| column.database == table.database)
        .filter_map(|column| Some((column, declared(facts, column)?)))
        .collect();
    if columns.is_empty() {
        return;
    }
    let shown = qualified(schema, table_name);
    let direct = |column: &Column| matches!(column.classified, Classified::Declared(_));
    let of_role = |role: &str| -> Vec<&Column> {
        let is = |declared: &Declaration| matches!(declared.says, Says::Role(said) if said == role);
        columns
            .iter()
            .filter(|(_, declared)| is(declared))
            .map(|(column, _)| *column)
            .collect()
    };
    let tenants = of_role("tenant");
    title(&shown, columns.iter().map(|(_, declared)| *declared), out);
    if let Some(tenant) = tenants.first() {
        let security = TenantTable {
            schema,
            name: table_name,
            tenant: (&tenant.key.2, &tenant.data_type),
            policies: &table.row_security.policies,
        };
        security.row_security(out);
        let record = of_role("record_id");
        // The key of a partition is that of its parent.
        if direct(tenant) && !record.is_empty() {
            let record: Vec<&str> = record.iter().map(|column| column.key.2.as_str()).collect();
            security.key(&record, out);
        }
    } else if lacks_tenant(facts, table) {
        comment(
            out,
            "Its tenant is declared, and no migration gives it that column: it has no policy until one does.",
        );
    }
    for (column, declared) in columns.iter().filter(|(column, _)| direct(column)) {
        if declared.protection == Some(Protection::Sealed) && column.data_type != "bytea" {
            sealed_elsewhere(&shown, column, declared, out);
        }
    }
    for (column, declared) in columns.iter().filter(|(column, _)| direct(column)) {
        let is_json = matches!(column.data_type.as_str(), "json" | "jsonb");
        let live = facts.server.as_ref().map(|server| server.tables.get(&table.key));
        let existing = match live {
            Some(live) => live.and_then(|live| live.comments.get(&column.key.2)),
            None => column.comment.as_ref(),
        };
        let existing = existing.map(|said| said.text.as_str());
        note(facts, &shown, declared, &column.key.2, is_json, existing, out);
    }
}

fn of_new_table(facts: &Facts, table: &tables::NewTable<'_>, out: &mut String) {
    let shown = qualified(table.schema, table.name);
    title(&shown, table.columns.iter().map(|column| column.declared), out);
    table.create(out);
    if !table.is_known() {
        return;
    }
    let tenants = table.of_role("tenant");
    if let Some((tenant, ty)) = tenants
        .first()
        .and_then(|tenant| Some((tenant, tenant.ty.as_ref().ok()?)))
    {
        TenantTable {
            schema: table.schema,
            name: table.name,
            tenant: (&tenant.declared.key.2, ty.name),
            policies: &[],
        }
        .row_security(out);
    }
    for column in &table.columns {
        let is_json = column.ty.as_ref().is_ok_and(|ty| ty.name == "jsonb");
        note(
            facts,
            &shown,
            column.declared,
            &column.declared.key.2,
            is_json,
            None,
            out,
        );
    }
}

/// The declaration that counts for a column: a struct's, which a compiler checked, before those of the policy and of comments.
fn declared<'a>(facts: &'a Facts, column: &Column) -> Option<&'a Declaration> {
    let found = facts.declaration(column)?;
    let (schema, table, _) = &found.key;
    facts
        .declarations_of(schema, table)
        .iter()
        .filter(|other| other.key == found.key && other.says != Says::Nothing)
        .find(|other| !other.is_outside_rust())
        .or(Some(found))
}

fn lacks_tenant(facts: &Facts, table: &Table) -> bool {
    let schema = facts.declared_schema(table.database, &table.key.0);
    facts
        .declarations_of(schema, &table.key.1)
        .iter()
        .any(|declared| declared.says == Says::Role("tenant"))
}

fn title<'a>(shown: &str, declared: impl Iterator<Item = &'a Declaration>, out: &mut String) {
    let mut by: Vec<&str> = declared.map(|declared| declared.by.as_str()).collect();
    by.sort_unstable();
    by.dedup();
    out.push('\n');
    comment(out, &format!("{shown}, as declared by {}", by.join(", ")));
}

/// A column that is sealed and is not made for it. No change of its type is right for the rows that are there.
fn sealed_elsewhere(table: &str, column: &Column, declared: &Declaration, out: &mut String) {
    let (old, new) = (
        name(&column.key.2),
        name(&sql::made_name("", &column.key.2, "_sealed")),
    );
    comment(
        out,
        &format!(
            "{table}.{old} is sealed by {by}, which stores bytea, and its type is {ty}. Another type would not seal what is in it:\n\
             the rows would hold plaintext as bytes. Where the table is empty, this is enough:\n    \
                 ALTER TABLE {table} ALTER COLUMN {old} TYPE bytea USING convert_to({old}::text, 'UTF8');\n\
             Otherwise give it a second column, let the in-country service seal each row into it, then change over:\n    \
                 ALTER TABLE {table} ADD COLUMN {new} bytea;\n    \
                 ALTER TABLE {table} DROP COLUMN {old};\n    \
                 ALTER TABLE {table} RENAME COLUMN {new} TO {old};",
            by = declared.by,
            ty = match column.data_type.as_str() {
                "" => "not known",
                ty => ty,
            },
        ),
    );
}

fn note(
    facts: &Facts,
    table: &str,
    declared: &Declaration,
    column: &str,
    is_json: bool,
    existing: Option<&str>,
    out: &mut String,
) {
    let column = format!("{table}.{}", name(column));
    match notes::text(declared, is_json, facts.policy.as_ref(), existing) {
        Some(text) => out.push_str(&format!("COMMENT ON COLUMN {column} IS {};\n", literal(&text))),
        None => comment(
            out,
            &format!(
                "{column} has no comment: what {} declares cannot be said in one.",
                declared.by
            ),
        ),
    }
}
