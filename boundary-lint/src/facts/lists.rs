//! Lists of tables that a project keeps besides its migrations, compared with them.
//!
//! A list belongs to the database that has most of its tables. Where no migration was read that creates a table, a list stands for a database of
//! its own.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;

use super::declared::DEFAULT_SCHEMA;
use super::{Classified, Column, Database, Disagreement, Facts, Table};
use crate::catalogue::{RelationKind, RowSecurity};
use crate::parse::declarations::Says;
use crate::parse::listed::ListedTable;
use crate::source::{FileId, Place};

/// A list of tables.
pub(super) struct List {
    /// What it is called in findings.
    pub(super) shown: String,
    /// Whether a table that it has is there with all of its columns.
    pub(super) complete: bool,
    /// Whether it has all tables there are.
    pub(super) whole: bool,
    /// The tables, each with its file.
    pub(super) tables: Vec<(FileId, ListedTable)>,
}

/// The lists of Rust files: each `schema.rs`, and the entities of each folder.
pub(super) fn of_rust(files: &[super::project::RustFile], shown: impl Fn(FileId) -> String) -> Vec<List> {
    let mut lists = Vec::new();
    let mut entities: BTreeMap<PathBuf, Vec<(FileId, ListedTable)>> = BTreeMap::new();
    for file in files {
        if !file.diesel.is_empty() {
            lists.push(List {
                shown: format!("`{}`", shown(file.file)),
                complete: true,
                whole: false,
                tables: file
                    .diesel
                    .iter()
                    .map(|table| (file.file, table.clone()))
                    .collect(),
            });
        }
        if !file.entities.is_empty() {
            let folder = file.path.parent().map(PathBuf::from).unwrap_or_default();
            let of_folder = entities.entry(folder).or_default();
            of_folder.extend(file.entities.iter().map(|table| (file.file, table.clone())));
        }
    }
    lists.extend(entities.into_values().map(|tables| List {
        shown: "the entities of sea-orm".to_owned(),
        complete: true,
        whole: false,
        tables,
    }));
    lists
}

/// The columns of each table of a database, with its birth.
type Known = HashMap<(String, String), (Place, Vec<(String, Place)>)>;

/// Compares lists with the databases, and adds those that stand for one.
pub(super) fn compare(facts: &mut Facts, lists: Vec<List>) {
    if lists.is_empty() {
        return;
    }
    let mut databases: Vec<Known> = (0..facts.databases.len()).map(|_| Known::new()).collect();
    for table in &facts.tables {
        if let Some(known) = databases.get_mut(table.database) {
            known.insert(table.key.clone(), (table.birth, Vec::new()));
        }
    }
    for column in &facts.columns {
        let (schema, table, name) = &column.key;
        if let Some((_, columns)) = databases
            .get_mut(column.database)
            .and_then(|known| known.get_mut(&(schema.clone(), table.clone())))
        {
            columns.push((name.clone(), column.birth));
        }
    }
    for list in lists {
        let common = |known: &Known| {
            list.tables
                .iter()
                .filter(|(_, table)| find(known, table).is_some())
                .count()
        };
        let best = (0..databases.len()).max_by_key(|&at| (common(&databases[at]), std::cmp::Reverse(at)));
        match best.filter(|&at| common(&databases[at]) > 0) {
            Some(at) => disagreements(facts, &list, &databases[at], at),
            // Without migrations that were read, a list is all there is; a cache of queries stands for no database.
            None if list.complete && databases.iter().all(Known::is_empty) => stand_alone(facts, list),
            None => nowhere(facts, &list),
        }
    }
}

type Entry<'a> = (&'a (String, String), &'a (Place, Vec<(String, Place)>));

fn find<'a>(known: &'a Known, table: &ListedTable) -> Option<Entry<'a>> {
    match &table.schema {
        Some(schema) => known.get_key_value(&(schema.clone(), table.name.clone())),
        None => known
            .get_key_value(&(DEFAULT_SCHEMA.to_owned(), table.name.clone()))
            .or_else(|| {
                // Without a schema, the search path decides; one table of that name can only be meant.
                let mut named = known.iter().filter(|((_, name), _)| *name == table.name);
                named.next().filter(|_| named.next().is_none())
            }),
    }
}

fn disagreements(facts: &mut Facts, list: &List, known: &Known, database: usize) {
    if list.whole {
        missing_tables(facts, list, known, database);
    }
    let migrations = format!("the migrations in `{}`", facts.databases[database].shown);
    for (file, table) in &list.tables {
        let place = |span| Place { file: *file, span };
        let Some(((schema, name), (birth, columns))) = find(known, table) else {
            facts.disagreements.push(Disagreement {
                key: (
                    table.schema.clone().unwrap_or_else(|| DEFAULT_SCHEMA.to_owned()),
                    table.name.clone(),
                    String::new(),
                ),
                place: place(table.span),
                other: None,
                has: list.shown.clone(),
                lacks: migrations.clone(),
            });
            continue;
        };
        let key = |column: &str| (schema.clone(), name.clone(), column.to_owned());
        for column in &table.columns {
            if !columns.iter().any(|(known, _)| *known == column.name) {
                facts.disagreements.push(Disagreement {
                    key: key(&column.name),
                    place: place(column.span),
                    other: Some(*birth),
                    has: list.shown.clone(),
                    lacks: migrations.clone(),
                });
            }
        }
        if !list.complete {
            continue;
        }
        for (column, birth) in columns {
            if !table.columns.iter().any(|listed| listed.name == *column) {
                facts.disagreements.push(Disagreement {
                    key: key(column),
                    place: *birth,
                    other: Some(place(table.span)),
                    has: migrations.clone(),
                    lacks: list.shown.clone(),
                });
            }
        }
    }
}

/// A list whose tables no migration creates.
fn nowhere(facts: &mut Facts, list: &List) {
    for (file, table) in &list.tables {
        facts.disagreements.push(Disagreement {
            key: (
                table.schema.clone().unwrap_or_else(|| DEFAULT_SCHEMA.to_owned()),
                table.name.clone(),
                String::new(),
            ),
            place: Place {
                file: *file,
                span: table.span,
            },
            other: None,
            has: list.shown.clone(),
            lacks: "any migration".to_owned(),
        });
    }
}

/// Tables that the migrations have and a list of all tables has not.
fn missing_tables(facts: &mut Facts, list: &List, known: &Known, database: usize) {
    let mut missing: Vec<(&(String, String), Place)> = known
        .iter()
        .filter(|(key, _)| {
            let listed = |table: &ListedTable| {
                table.name == key.1 && table.schema.as_deref().unwrap_or(DEFAULT_SCHEMA) == key.0
            };
            !list.tables.iter().any(|(_, table)| listed(table))
        })
        .map(|(key, (birth, _))| (key, *birth))
        .collect();
    missing.sort_unstable();
    for ((schema, table), birth) in missing {
        facts.disagreements.push(Disagreement {
            key: (schema.clone(), table.clone(), String::new()),
            place: birth,
            other: None,
            has: format!("the migrations in `{}`", facts.databases[database].shown),
            lacks: list.shown.clone(),
        });
    }
}

/// The tables of a list, as a database.
fn stand_alone(facts: &mut Facts, list: List) {
    let database = facts.databases.len();
    facts.databases.push(Database {
        shown: list.shown,
        has_row_security: false,
        default_schema: DEFAULT_SCHEMA.to_owned(),
    });
    for (file, table) in list.tables {
        let place = |span| Place { file, span };
        let schema = table.schema.unwrap_or_else(|| DEFAULT_SCHEMA.to_owned());
        facts.tables.push(Table {
            database,
            key: (schema.clone(), table.name.clone()),
            kind: RelationKind::Table,
            birth: place(table.span),
            born: None,
            server: None,
            row_security: RowSecurity::default(),
        });
        for column in table.columns {
            let key = (schema.clone(), table.name.clone(), column.name);
            let declared = facts
                .declarations_of(&key.0, &key.1)
                .iter()
                .position(|declared| declared.key == key && declared.says != Says::Nothing);
            let first = facts
                .declarations
                .partition_point(|declared| (&declared.key.0, &declared.key.1) < (&key.0, &key.1));
            facts.columns.push(Column {
                classified: declared.map_or(Classified::No, |at| Classified::Declared(first + at)),
                key,
                data_type: column.data_type,
                nullable: column.nullable,
                kind: RelationKind::Table,
                birth: place(column.span),
                born: None,
                changed: place(column.span),
                comment: None,
                mask: None,
                database,
            });
        }
    }
}
