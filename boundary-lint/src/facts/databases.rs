//! Databases as the migrations leave them, joined with the declarations.

use std::collections::HashMap;
use std::path::Path;

use boundary_schema::Dialect;
use rayon::prelude::*;

use super::{Classified, Column, Database, Declaration, Facts, Key, Table, Unseen, WayOut};
use crate::catalogue::{self, Catalogue, ColumnId, Relation};
use crate::discover::Folder;
use crate::error::Error;
use crate::parse;
use crate::parse::declarations::Says;
use crate::parse::rust_migrations::{self, RustMigration};
use crate::parse::statement::{Guard, Statement, StatementKind};
use crate::source::{FileId, Place, SourceFile, Span};

/// A database that was replayed.
pub(super) struct Replayed {
    pub(super) catalogue: Catalogue,
    /// Those of files in which a line may declare a column.
    pub(super) statements: Vec<(FileId, Vec<Statement>)>,
}

/// Replays the migrations of each database, which are the folders that together make it.
pub(super) fn replay(
    facts: &mut Facts,
    root: &Path,
    databases: &[Vec<Folder>],
) -> Result<Vec<Replayed>, Error> {
    // Databases are replayed side by side, so each knows beforehand which files will be its own.
    let mut next = facts.sources.next().0;
    let firsts: Vec<usize> = databases
        .iter()
        .map(|folders| {
            let first = next;
            next += folders.iter().map(|folder| folder.files.len()).sum::<usize>();
            first
        })
        .collect();
    let read: Vec<Read> = databases
        .par_iter()
        .zip(firsts)
        .map(|(folders, first)| read(root, folders, first))
        .collect::<Result<_, Error>>()?;
    let mut replayed = Vec::with_capacity(read.len());
    for database in read {
        for file in database.files {
            facts.sources.add(file);
        }
        facts.unseen.extend(database.unseen);
        facts.keys_in_sql.extend(database.keys);
        facts.databases.push(database.shown);
        replayed.push(database.replayed);
    }
    Ok(replayed)
}

/// One database, and what else its migrations say.
struct Read {
    files: Vec<SourceFile>,
    unseen: Vec<Unseen>,
    keys: Vec<(Place, &'static str)>,
    shown: Database,
    replayed: Replayed,
}

/// A migration as it was read: where it is Rust, what was found in it.
type Migration = (SourceFile, Option<RustMigration>, Vec<Statement>);

/// Reads the migrations of one database, whose files are numbered from `first`, and replays them.
fn read(root: &Path, folders: &[Folder], first: usize) -> Result<Read, Error> {
    let dialect = folders.first().map_or(Dialect::Postgres, |folder| folder.dialect);
    let paths: Vec<_> = folders.iter().flat_map(|folder| &folder.files).collect();
    let migrations: Vec<Migration> = paths
        .par_iter()
        .map(|path| migration(root, path, dialect))
        .collect::<Result<_, Error>>()?;
    let mut files = Vec::with_capacity(migrations.len());
    let mut unseen = Vec::new();
    let mut keys = Vec::new();
    let mut statements: Vec<(FileId, Vec<Statement>)> = Vec::with_capacity(migrations.len());
    for (at, (source, in_rust, found)) in migrations.into_iter().enumerate() {
        let file = FileId(first + at);
        let not_seen = in_rust.into_iter().flat_map(|migration| migration.unseen);
        unseen.extend(not_seen.map(|(span, why)| Unseen {
            place: Place { file, span },
            why,
            mend: super::collect::IN_SQL,
        }));
        let in_file = keys_in(&source.text).into_iter();
        keys.extend(in_file.map(|(span, function)| (Place { file, span }, function)));
        files.push(source);
        statements.push((file, found));
    }
    let catalogue = catalogue::replay(
        dialect,
        statements.iter().map(|(file, found)| (*file, found.as_slice())),
    );
    // The others are needed no more, and there may be many.
    statements.retain(|(file, _)| {
        let text = files[file.0 - first].text.as_bytes();
        memchr::memmem::find(text, catalogue::DECLARES.as_bytes()).is_some()
    });
    let shown = folders.first().map_or(Path::new(""), |folder| &folder.path);
    let shown = shown
        .strip_prefix(root)
        .unwrap_or(shown)
        .to_string_lossy()
        .replace('\\', "/");
    Ok(Read {
        files,
        unseen,
        keys,
        shown: Database {
            shown: if shown.is_empty() { ".".to_owned() } else { shown },
            has_row_security: dialect == Dialect::Postgres,
            default_schema: catalogue::default_schema(dialect).to_owned(),
        },
        replayed: Replayed {
            catalogue,
            statements,
        },
    })
}

fn migration(root: &Path, path: &Path, dialect: Dialect) -> Result<Migration, Error> {
    let Some(text) = super::collect::read(path)? else {
        let too_large = Statement {
            kind: StatementKind::Unseen(super::collect::TOO_LARGE),
            span: Span::default(),
            guard: Guard::Always,
        };
        let empty = SourceFile::new(root, path.to_owned(), String::new());
        return Ok((empty, None, vec![too_large]));
    };
    let in_rust = path.extension().is_some_and(|extension| extension == "rs");
    let migration = in_rust.then(|| rust_migrations::migration(&text)).flatten();
    let statements = match &migration {
        Some(migration) => parse::statements(dialect, &migration.sql),
        None if in_rust => Vec::new(),
        None => parse::statements(dialect, &text),
    };
    Ok((
        SourceFile::new(root, path.to_owned(), text),
        migration,
        statements,
    ))
}

/// Functions that encrypt or decrypt with a key among their arguments.
const WITH_KEYS: [&str; 6] = [
    "aes_decrypt",
    "aes_encrypt",
    "pgp_sym_decrypt",
    "pgp_sym_decrypt_bytea",
    "pgp_sym_encrypt",
    "pgp_sym_encrypt_bytea",
];

/// Where a migration brings a key into the database, and by which function.
fn keys_in(text: &str) -> Vec<(Span, &'static str)> {
    let mut found = Vec::new();
    for word in ["_encrypt", "_decrypt", "_ENCRYPT", "_DECRYPT"] {
        for at in memchr::memmem::find_iter(text.as_bytes(), word) {
            let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let start = text[..at].rfind(|c| !is_name(c)).map_or(0, |before| before + 1);
            let end = text[at..]
                .find(|c| !is_name(c))
                .map_or(text.len(), |behind| at + behind);
            let name = &text[start..end];
            let Some(known) = WITH_KEYS.iter().find(|known| known.eq_ignore_ascii_case(name)) else {
                continue;
            };
            let line = text[..start].rfind('\n').map_or(0, |newline| newline + 1);
            if !text[line..start].contains("--") {
                found.push((Span::new(start, end), *known));
            }
        }
    }
    found.sort_unstable();
    found
}

/// The declarations by the tables that they are of.
pub(super) struct Declared<'a> {
    facts: &'a Facts,
    /// By names in small letters, for databases that compare names without regard to case.
    folded: HashMap<(String, String), Vec<usize>>,
}

impl<'a> Declared<'a> {
    /// Of these facts, for these databases.
    pub(super) fn of(facts: &'a Facts, replayed: &[Replayed]) -> Self {
        let mut folded: HashMap<(String, String), Vec<usize>> = HashMap::new();
        if replayed.iter().any(|replayed| folds(&replayed.catalogue)) {
            for (at, declaration) in facts.declarations.iter().enumerate() {
                let (schema, table, _) = &declaration.key;
                let table = (schema.to_lowercase(), table.to_lowercase());
                folded.entry(table).or_default().push(at);
            }
        }
        Declared { facts, folded }
    }

    /// The declarations of a table, by index, in the order of all.
    fn of_table(&self, folds: bool, schema: &str, table: &str) -> Vec<usize> {
        if folds {
            let table = (schema.to_lowercase(), table.to_lowercase());
            return self.folded.get(&table).cloned().unwrap_or_default();
        }
        let of =
            |declared: &Declaration| (declared.key.0.as_str(), declared.key.1.as_str()).cmp(&(schema, table));
        let all = &self.facts.declarations;
        (all.partition_point(|declared| of(declared).is_lt())
            ..all.partition_point(|declared| of(declared).is_le()))
            .collect()
    }
}

/// SQLite and MySQL compare names without regard to case; replay has them in small letters.
fn folds(catalogue: &Catalogue) -> bool {
    catalogue.dialect() != Dialect::Postgres
}

/// What a database has.
pub(super) struct Joined {
    pub(super) tables: Vec<Table>,
    /// Each with its classification.
    pub(super) columns: Vec<Column>,
    pub(super) unseen: Vec<Unseen>,
    pub(super) ways_out: Vec<WayOut>,
}

/// The tables and columns of a database, each column with its classification.
pub(super) fn join(declared: &Declared<'_>, catalogue: &Catalogue, database: usize) -> Joined {
    let facts = declared.facts;
    let folds = folds(catalogue);
    let names = Names::of(catalogue, folds);
    let mut direct: HashMap<ColumnId, usize> = HashMap::new();
    let mut shows: HashMap<ColumnId, ColumnId> = HashMap::new();
    let mut tables = Vec::new();
    let mut columns = Vec::new();
    for relation in catalogue.relations() {
        let schema = catalogue.declared_schema(&relation.schema);
        let of_table = declared.of_table(folds, &schema, &relation.name);
        let shown_table = match folds {
            true => written(facts, relation.birth, &relation.name),
            false => relation.name.clone(),
        };
        tables.push(Table {
            database,
            key: (relation.schema.clone(), shown_table.clone()),
            kind: relation.kind,
            birth: relation.birth,
            born: relation
                .born
                .clone()
                .filter(|(schema, name)| (schema, name) != (&relation.schema, &relation.name)),
            server: relation.server.clone(),
            row_security: relation.row_security.clone(),
        });
        for column in &relation.columns {
            let declares = |at: &&usize| {
                facts.declarations.get(**at).is_some_and(|declaration| {
                    let name = &declaration.key.2;
                    let is_same = match folds {
                        true => name.to_lowercase() == column.name.to_lowercase(),
                        false => *name == column.name,
                    };
                    is_same
                        && declaration.database.is_none_or(|of| of == database)
                        && !matches!(declaration.says, Says::Nothing)
                })
            };
            if let Some(at) = of_table.iter().find(declares) {
                direct.insert(column.id, *at);
            }
            shows.extend(column.shows.map(|shown| (column.id, shown)));
            columns.push((
                column.id,
                Column {
                    key: (
                        relation.schema.clone(),
                        shown_table.clone(),
                        match folds {
                            true => names.shown(facts, column.id),
                            false => column.name.clone(),
                        },
                    ),
                    data_type: catalogue.data_type(column),
                    nullable: catalogue.is_nullable(column),
                    kind: relation.kind,
                    birth: column.birth,
                    born: born(relation, column),
                    changed: column.changed,
                    classified: Classified::No,
                    comment: column.comment.clone(),
                    mask: column.mask.clone(),
                    database,
                },
            ));
        }
    }
    let classified = |(id, mut column): (ColumnId, Column)| {
        column.classified = match direct.get(&id) {
            Some(&at) => Classified::Declared(at),
            None => through(&direct, &shows, id),
        };
        column
    };
    Joined {
        tables,
        columns: columns.into_iter().map(classified).collect(),
        unseen: catalogue
            .unseen
            .iter()
            .map(|unseen| Unseen {
                place: unseen.place,
                why: unseen.why.clone(),
                mend: super::collect::IN_SQL,
            })
            .collect(),
        ways_out: catalogue
            .ways_out
            .iter()
            .map(|way| WayOut {
                place: way.place,
                kind: way.kind,
                name: way.name.clone(),
            })
            .collect(),
    }
}

/// The names that a column was created under, where it has others now.
fn born(relation: &Relation, column: &catalogue::Column) -> Option<Key> {
    if relation.born.is_none() && column.born.is_none() {
        return None;
    }
    let (schema, table) = match &relation.born {
        Some((schema, table)) => (schema, table),
        None => (&relation.schema, &relation.name),
    };
    let name = column.born.as_ref().unwrap_or(&column.name);
    let born = (schema.clone(), table.clone(), name.clone());
    // It may have been renamed back.
    let now = (&relation.schema, &relation.name, &column.name);
    ((&born.0, &born.1, &born.2) != now).then_some(born)
}

/// Where the names of columns were given, for those that replay has in small letters.
struct Names<'a>(HashMap<ColumnId, &'a catalogue::Column>);

impl<'a> Names<'a> {
    fn of(catalogue: &'a Catalogue, folds: bool) -> Self {
        let relations = catalogue.relations().filter(|_| folds);
        Names(
            relations
                .flat_map(|relation| &relation.columns)
                .map(|column| (column.id, column))
                .collect(),
        )
    }

    /// The name as it was written; a view that does not rename a column shows it as its table wrote it.
    fn shown(&self, facts: &Facts, id: ColumnId) -> String {
        let Some(mut column) = self.0.get(&id) else {
            return String::new();
        };
        // A column shows one that is older than itself, so this ends.
        while let Some(shown) = column.shows.and_then(|shown| self.0.get(&shown))
            && shown.name == column.name
        {
            column = shown;
        }
        written(facts, column.named, &column.name)
    }
}

/// A folded name as it was written where it was given.
fn written(facts: &Facts, place: Place, folded: &str) -> String {
    let text = &facts.sources.file(place.file).text;
    let there = text.get(place.span.start..place.span.end).unwrap_or("");
    let plain = there.trim_matches(['"', '`', '[', ']', '\'']);
    let last = plain
        .rsplit('.')
        .next()
        .unwrap_or(plain)
        .trim_matches(['"', '`', '[', ']']);
    match last.to_lowercase() == folded {
        true => last.to_owned(),
        false => folded.to_owned(),
    }
}

fn through(
    direct: &HashMap<ColumnId, usize>,
    shows: &HashMap<ColumnId, ColumnId>,
    mut id: ColumnId,
) -> Classified {
    // A column shows one that is older than itself, so this ends; the bound is for a replay gone wrong.
    for _ in 0..shows.len() {
        let Some(&shown) = shows.get(&id) else { break };
        if let Some(&at) = direct.get(&shown) {
            return Classified::Through(at);
        }
        id = shown;
    }
    Classified::No
}
