//! Databases as the migrations leave them, joined with the declarations.

use std::collections::HashMap;
use std::path::Path;

use boundary_schema::Dialect;
use rayon::prelude::*;

use super::{Classified, Column, Database, Facts, Table, Unseen, WayOut};
use crate::catalogue::{self, Catalogue, ColumnId};
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

/// Replays the migrations of folders, which together make one database.
pub(super) fn replay(facts: &mut Facts, root: &Path, folders: &[Folder]) -> Result<Replayed, Error> {
    let paths: Vec<_> = folders.iter().flat_map(|folder| &folder.files).collect();
    let dialect = folders.first().map_or(Dialect::Postgres, |folder| folder.dialect);
    let parsed: Vec<(String, Option<RustMigration>, Vec<Statement>)> = paths
        .par_iter()
        .map(|path| {
            let Some(text) = super::collect::read(path)? else {
                let too_large = Statement {
                    kind: StatementKind::Unseen(super::collect::TOO_LARGE),
                    span: Span::default(),
                    guard: Guard::Always,
                };
                return Ok((String::new(), None, vec![too_large]));
            };
            let in_rust = path.extension().is_some_and(|extension| extension == "rs");
            let migration = in_rust.then(|| rust_migrations::migration(&text)).flatten();
            let statements = match &migration {
                Some(migration) => parse::statements(dialect, &migration.sql),
                None if in_rust => Vec::new(),
                None => parse::statements(dialect, &text),
            };
            Ok((text, migration, statements))
        })
        .collect::<Result<_, Error>>()?;
    let mut statements: Vec<(FileId, Vec<Statement>)> = Vec::with_capacity(parsed.len());
    for (path, (text, migration, found)) in paths.into_iter().zip(parsed) {
        let file = facts.sources.add(SourceFile::new(root, path.clone(), text));
        let unseen = migration.into_iter().flat_map(|migration| migration.unseen);
        facts.unseen.extend(unseen.map(|(span, why)| Unseen {
            place: Place { file, span },
            why,
            mend: super::collect::IN_SQL,
        }));
        keys(facts, file);
        statements.push((file, found));
    }
    let catalogue = catalogue::replay(
        dialect,
        statements.iter().map(|(file, found)| (*file, found.as_slice())),
    );
    let shown = folders.first().map_or(Path::new(""), |folder| &folder.path);
    let shown = shown
        .strip_prefix(root)
        .unwrap_or(shown)
        .to_string_lossy()
        .replace('\\', "/");
    facts.databases.push(Database {
        shown: if shown.is_empty() { ".".to_owned() } else { shown },
        has_row_security: dialect == Dialect::Postgres,
        default_schema: catalogue::default_schema(dialect).to_owned(),
    });
    // The others are needed no more, and there may be many.
    statements.retain(|(file, _)| {
        let text = facts.sources.file(*file).text.as_bytes();
        memchr::memmem::find(text, catalogue::DECLARES.as_bytes()).is_some()
    });
    Ok(Replayed {
        catalogue,
        statements,
    })
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

/// Finds where a migration brings a key into the database.
fn keys(facts: &mut Facts, file: FileId) {
    let text = &facts.sources.file(file).text;
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
                found.push((
                    Place {
                        file,
                        span: Span::new(start, end),
                    },
                    *known,
                ));
            }
        }
    }
    found.sort_unstable();
    facts.keys_in_sql.extend(found);
}

/// Adds the tables and columns of a database, each column with its classification.
pub(super) fn join(facts: &mut Facts, catalogue: &Catalogue, database: usize) {
    // SQLite and MySQL compare names without regard to case; replay has them in small letters.
    let folds = catalogue.dialect() != Dialect::Postgres;
    let fold = |name: &str| {
        if folds {
            name.to_lowercase()
        } else {
            name.to_owned()
        }
    };
    let mut declared: HashMap<(String, String, String), Vec<usize>> = HashMap::new();
    for (at, declaration) in facts.declarations.iter().enumerate() {
        let of_this = declaration.database.is_none_or(|of| of == database);
        if of_this && !matches!(declaration.says, Says::Nothing) {
            let (schema, table, column) = &declaration.key;
            declared
                .entry((fold(schema), fold(table), fold(column)))
                .or_default()
                .push(at);
        }
    }
    let names = Names::of(catalogue, folds);
    let mut direct: HashMap<ColumnId, usize> = HashMap::new();
    let mut shows: HashMap<ColumnId, ColumnId> = HashMap::new();
    let mut columns = Vec::new();
    for relation in catalogue.relations() {
        let schema = catalogue.declared_schema(&relation.schema);
        let shown_table = match folds {
            true => written(facts, relation.birth, &relation.name),
            false => relation.name.clone(),
        };
        facts.tables.push(Table {
            database,
            key: (relation.schema.clone(), shown_table.clone()),
            kind: relation.kind,
            birth: relation.birth,
            server: relation.server.clone(),
            row_security: relation.row_security.clone(),
        });
        for column in &relation.columns {
            let found = declared.get(&(schema.clone(), relation.name.clone(), column.name.clone()));
            if let Some(&at) = found.and_then(|found| found.first()) {
                direct.insert(column.id, at);
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
                    changed: column.changed,
                    classified: Classified::No,
                    mask: column.mask.clone(),
                    database,
                },
            ));
        }
    }
    for (id, mut column) in columns {
        column.classified = match direct.get(&id) {
            Some(&at) => Classified::Declared(at),
            None => through(&direct, &shows, id),
        };
        facts.columns.push(column);
    }
    facts.unseen.extend(catalogue.unseen.iter().map(|unseen| Unseen {
        place: unseen.place,
        why: unseen.why.clone(),
        mend: super::collect::IN_SQL,
    }));
    facts.ways_out.extend(catalogue.ways_out.iter().map(|way| WayOut {
        place: way.place,
        kind: way.kind,
        name: way.name.clone(),
    }));
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
