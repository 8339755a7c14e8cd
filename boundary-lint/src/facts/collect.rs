//! Reading and joining: the only file that turns paths into facts.

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};

use boundary_schema::Policy;
use rayon::prelude::*;

use super::mark::Mark;
use super::{Classified, Column, Declaration, Facts, Key, MarkedBinary, Publication, Unseen, crates};
use crate::catalogue::{self, Catalogue, ColumnId, RelationKind};
use crate::discover::{self, Folder, Project};
use crate::error::Error;
use crate::parse::declarations::{Declared, Residency, Says, declarations};
use crate::parse::statement::Statement;
use crate::parse::{Dialect, Postgres};
use crate::source::{FileId, Place, SourceFile, Span};

/// What to read.
#[derive(Clone, Debug, Default)]
pub struct Input {
    /// The folder of `boundary.toml`, where there is one.
    pub root: Option<PathBuf>,
    /// Folders of migrations that were named instead of being discovered.
    pub migrations: Vec<PathBuf>,
    /// Whether the crates of the planes are looked at.
    pub crates: bool,
    /// Whether central crates are looked at with their macros expanded.
    pub expanded: bool,
    /// Binaries of the central plane that are searched for the vault's mark.
    pub binaries: Vec<PathBuf>,
}

/// Reads everything and joins it.
///
/// # Errors
///
/// [`Error`] where something that was asked for cannot be read at all. What can be read and not be understood is a
/// fact.
pub fn collect(input: &Input) -> Result<Facts, Error> {
    let mut facts = Facts::default();
    let project = match &input.root {
        Some(root) => discover::project(root)?,
        None => Project::default(),
    };
    let shown_from = input.root.clone().unwrap_or_default();
    if let Some(root) = &input.root {
        let policy = Policy::load(root.join(Policy::FILE_NAME))?;
        facts.taxonomy = Some(policy.categories().clone());
        read_declarations(&mut facts, &shown_from, &project.rust)?;
        if input.crates {
            crates::look(&mut facts, root, &policy, input.expanded)?;
        }
    }
    search_binaries(&mut facts, &shown_from, &input.binaries)?;
    // Folders that were named are one database, in the order in which they were named; each folder that was discovered
    // is a database of its own.
    let databases: Vec<Vec<Folder>> = if input.migrations.is_empty() {
        project
            .migrations
            .into_iter()
            .map(|folder| vec![folder])
            .collect()
    } else {
        vec![named_folders(&mut facts, &shown_from, &input.migrations)?]
    };
    for folders in &databases {
        read_database(&mut facts, &shown_from, folders)?;
    }
    if input.migrations.is_empty() {
        other_dialects(&mut facts, &shown_from, &project.other_dialects)?;
    }
    facts
        .columns
        .sort_by(|a, b| (&a.key, a.birth).cmp(&(&b.key, b.birth)));
    facts
        .unseen
        .sort_by(|a, b| (a.place, &a.why).cmp(&(b.place, &b.why)));
    facts.unseen.dedup_by(|a, b| a.place == b.place && a.why == b.why);
    Ok(facts)
}

fn search_binaries(facts: &mut Facts, root: &Path, binaries: &[PathBuf]) -> Result<(), Error> {
    let mark = Mark::new();
    for path in binaries {
        if let Some(at) = mark.find_in(path)? {
            let file = SourceFile::new(root, path.clone(), String::new());
            let file = facts.sources.add(file);
            let place = Place {
                file,
                span: Span::default(),
            };
            facts.marked_binaries.push(MarkedBinary { place, at });
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<String, Error> {
    let bytes = std::fs::read(path).map_err(|source| Error::Read {
        path: path.to_owned(),
        source,
    })?;
    Ok(String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

fn read_declarations(facts: &mut Facts, root: &Path, files: &[PathBuf]) -> Result<(), Error> {
    facts.declarations_read = true;
    let read: Vec<Option<(String, Declared)>> = files
        .par_iter()
        .map(|path| {
            let text = read(path)?;
            let mut declared = declarations(&text);
            declared.unseen.extend(migrations_in_rust(&text));
            let says_something = !declared.tables.is_empty() || !declared.unseen.is_empty();
            Ok(says_something.then_some((text, declared)))
        })
        .collect::<Result<_, Error>>()?;
    for (path, found) in files.iter().zip(read) {
        let Some((text, declared)) = found else { continue };
        let file = facts.sources.add(SourceFile::new(root, path.clone(), text));
        let place = |span| Place { file, span };
        facts
            .unseen
            .extend(declared.unseen.into_iter().map(|(span, why)| Unseen {
                place: place(span),
                why,
                mend: IN_RUST,
            }));
        for table in declared.tables {
            for field in table.fields {
                facts.declarations.push(Declaration {
                    key: (table.schema.clone(), table.name.clone(), field.column),
                    rust: table.rust.clone(),
                    field: field.name,
                    says: field.says,
                    place: place(field.span),
                    table_place: place(table.span),
                    dataset: table.dataset,
                });
            }
        }
    }
    facts
        .declarations
        .sort_by(|a, b| (&a.key, a.place).cmp(&(&b.key, b.place)));
    Ok(())
}

const IN_RUST: &str = "let the lint read it: Rust that parses, attributes of the derive, SQL for tables";
const IN_SQL: &str = "write the change as plain SQL in a migration of its own";
const IN_DIALECT: &str = "keep the tables of regulated data in Postgres migrations";

/// Migrations written in Rust (sea-orm) change columns, and are not read.
fn migrations_in_rust(text: &str) -> Option<(Span, String)> {
    ["MigrationTrait for ", "MigratorTrait"]
        .into_iter()
        .find_map(|word| {
            let at = memchr::memmem::find(text.as_bytes(), word.as_bytes())?;
            let why = "migrations are written in Rust here, and their tables cannot be worked out from it";
            Some((Span::new(at, at + word.trim_end().len()), why.to_owned()))
        })
}

/// The folders that were named, as one database. A folder without SQL is one that cannot be seen into where Rust code
/// makes its tables, and a mistake otherwise.
fn named_folders(facts: &mut Facts, root: &Path, named: &[PathBuf]) -> Result<Vec<Folder>, Error> {
    let mut folders = Vec::new();
    for path in named {
        if let Some(folder) = discover::folder(path)? {
            folders.push(folder);
            continue;
        }
        let before = facts.unseen.len();
        for file in discover::project(path)?.rust {
            let text = read(&file)?;
            let Some((span, why)) = migrations_in_rust(&text) else {
                continue;
            };
            let file = facts.sources.add(SourceFile::new(root, file, text));
            facts.unseen.push(Unseen {
                place: Place { file, span },
                why,
                mend: IN_RUST,
            });
        }
        if facts.unseen.len() == before {
            return Err(Error::NoMigrations(path.clone()));
        }
    }
    Ok(folders)
}

fn read_database(facts: &mut Facts, root: &Path, folders: &[Folder]) -> Result<(), Error> {
    let paths: Vec<&PathBuf> = folders.iter().flat_map(|folder| &folder.files).collect();
    let dialect: &dyn Dialect = &Postgres;
    let parsed: Vec<(String, Vec<Statement>)> = paths
        .par_iter()
        .map(|path| {
            let text = read(path)?;
            let statements = dialect.statements(&text);
            Ok((text, statements))
        })
        .collect::<Result<_, Error>>()?;
    let mut statements: Vec<(FileId, Vec<Statement>)> = Vec::with_capacity(parsed.len());
    for (path, (text, found)) in paths.into_iter().zip(parsed) {
        statements.push((
            facts.sources.add(SourceFile::new(root, path.clone(), text)),
            found,
        ));
    }
    let catalogue = catalogue::replay(statements.iter().map(|(file, found)| (*file, found.as_slice())));
    join(facts, &catalogue);
    Ok(())
}

fn join(facts: &mut Facts, catalogue: &Catalogue) {
    let mut declared: HashMap<&Key, usize> = HashMap::new();
    for (at, declaration) in facts.declarations.iter().enumerate() {
        if !matches!(declaration.says, Says::Nothing) {
            declared.entry(&declaration.key).or_insert(at);
        }
    }
    let mut direct: HashMap<ColumnId, usize> = HashMap::new();
    let mut shows: HashMap<ColumnId, ColumnId> = HashMap::new();
    let mut columns = Vec::new();
    for relation in catalogue.relations() {
        for column in &relation.columns {
            let key = (
                relation.schema.clone(),
                relation.name.clone(),
                column.name.clone(),
            );
            if let Some(&at) = declared.get(&key) {
                direct.insert(column.id, at);
            }
            shows.extend(column.shows.map(|shown| (column.id, shown)));
            columns.push((
                column.id,
                Column {
                    key,
                    data_type: catalogue.data_type(column),
                    nullable: catalogue.is_nullable(column),
                    kind: relation.kind,
                    birth: column.birth,
                    changed: column.changed,
                    classified: Classified::No,
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
    if !catalogue.publications.is_empty() {
        let stay = staying(facts);
        let publications = catalogue.publications.iter().map(|publication| Publication {
            place: publication.place,
            name: publication.name.clone(),
            columns: sent(&stay, catalogue, publication),
        });
        let publications: Vec<Publication> = publications.collect();
        facts.publications.extend(publications);
    }
    facts.unseen.extend(catalogue.unseen.iter().map(|unseen| Unseen {
        place: unseen.place,
        why: unseen.why.clone(),
        mend: IN_SQL,
    }));
}

/// The columns that have to stay: all but those that are declared global, identifiers of records and tenants.
fn staying(facts: &Facts) -> HashSet<Key> {
    let may_leave = |column: &Column| match facts.declaration(column).map(|declared| &declared.says) {
        Some(Says::Category { residency, .. }) => *residency == Some(Residency::Global),
        Some(Says::Role(role)) => ["record_id", "tenant"].contains(role),
        Some(Says::DataKey | Says::Nothing) | None => false,
    };
    let staying = facts.columns.iter().filter(|column| !may_leave(column));
    staying.map(|column| column.key.clone()).collect()
}

/// The columns that a publication sends although they have to stay.
fn sent(stay: &HashSet<Key>, catalogue: &Catalogue, publication: &catalogue::Publication) -> Vec<Key> {
    let mut sent: Vec<Key> = Vec::new();
    for relation in catalogue.relations() {
        let listed = match &publication.tables {
            None if relation.kind == RelationKind::Table => None,
            None => continue,
            Some(tables) => match tables.iter().find(|(id, _)| *id == relation.id) {
                Some((_, listed)) => listed.as_ref(),
                None => continue,
            },
        };
        let columns = relation.columns.iter().map(|column| &column.name);
        let columns = columns.filter(|name| listed.is_none_or(|listed| listed.contains(name)));
        sent.extend(
            columns
                .map(|name| (relation.schema.clone(), relation.name.clone(), name.clone()))
                .filter(|key| stay.contains(key)),
        );
    }
    sent.sort_unstable();
    sent
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

fn other_dialects(facts: &mut Facts, root: &Path, folders: &[(Folder, &'static str)]) -> Result<(), Error> {
    for (folder, dialect) in folders {
        let Some(first) = folder.files.first() else {
            continue;
        };
        let file = facts
            .sources
            .add(SourceFile::new(root, first.clone(), read(first)?));
        let why = format!(
            "its folder holds {} migrations of {dialect}, which are not read",
            folder.files.len()
        );
        facts.unseen.push(Unseen {
            place: Place {
                file,
                span: Span::new(0, 0),
            },
            why,
            mend: IN_DIALECT,
        });
    }
    Ok(())
}
