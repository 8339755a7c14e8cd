//! Reading and joining: what is read in which order, and how it comes together.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use boundary_schema::{Dialect, Policy};
use rayon::prelude::*;

use super::databases::{Joined, Replayed};
use super::lists::{self, List};
use super::mark::Mark;
use super::project::RustFile;
use super::{Column, Facts, MarkedBinary, Unseen, crates, databases, declared, project, publications};
use crate::discover::{self, Folder, Project};
use crate::error::Error;
use crate::parse::listed;
use crate::source::{Place, SourceFile, Span};

/// What to read.
#[derive(Clone, Debug, Default)]
pub struct Input {
    /// The folder of `boundary.toml`, where there is one.
    pub root: Option<PathBuf>,
    /// Folders of migrations that were named instead of being discovered.
    pub migrations: Vec<PathBuf>,
    /// The dialect of the folders that were named, where it is said.
    pub dialect: Option<Dialect>,
    /// The variable of the environment that holds the URL of a live Postgres.
    #[cfg(feature = "live")]
    pub live: Option<String>,
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
    let mut rust = Vec::new();
    if let Some(root) = &input.root {
        let policy = read_policy(&mut facts, root)?;
        facts.declarations_read = true;
        rust = project::read(&mut facts, &shown_from, &project.rust)?;
        declared::in_rust(&mut facts, &rust);
        declared::in_policy(&mut facts, &policy);
        if input.crates {
            crates::look(&mut facts, root, &policy, input.expanded)?;
        }
    }
    search_binaries(&mut facts, &shown_from, &input.binaries)?;
    let databases = databases_of(&mut facts, &shown_from, input, &project, &rust)?;
    let replayed = databases::replay(&mut facts, &shown_from, &databases)?;
    join(&mut facts, replayed);
    let mut found = Vec::new();
    if input.migrations.is_empty() {
        other_dialects(&mut facts, &shown_from, &project.other_dialects)?;
        found.extend(lists::of_rust(&rust, |file| {
            facts.sources.file(file).shown.clone()
        }));
        found.extend(cached_queries(&mut facts, &shown_from, &project.sqlx_caches)?);
    }
    #[cfg(feature = "live")]
    if let Some(variable) = &input.live {
        found.push(super::live::list(&mut facts, variable)?);
    }
    lists::compare(&mut facts, found);
    sort(&mut facts);
    Ok(facts)
}

fn read_policy(facts: &mut Facts, root: &Path) -> Result<Policy, Error> {
    let path = root.join(Policy::FILE_NAME);
    let policy = Policy::load(&path)?;
    let text = policy.source().to_owned();
    facts.policy_file = Some(facts.sources.add(SourceFile::new(root, path, text)));
    let restore = policy.backups().map(|backups| root.join(&backups.restore));
    facts.no_restore_rules = restore.is_some_and(|path| !path.is_file());
    facts.policy = Some(policy.clone());
    Ok(policy)
}

/// Joins the databases with all declarations, those that stand in migrations among them.
fn join(facts: &mut Facts, replayed: Vec<Replayed>) {
    if facts.declarations_read {
        for (
            database,
            Replayed {
                catalogue,
                statements,
            },
        ) in replayed.iter().enumerate()
        {
            declared::in_comments(facts, catalogue, database);
            declared::in_lines(facts, catalogue, statements, database);
        }
    }
    facts
        .declarations
        .par_sort_by(|a, b| (&a.key, a.place).cmp(&(&b.key, b.place)));
    let declared = databases::Declared::of(facts, &replayed);
    let joined: Vec<Joined> = replayed
        .par_iter()
        .enumerate()
        .map(|(database, replayed)| databases::join(&declared, &replayed.catalogue, database))
        .collect();
    for (joined, Replayed { catalogue, .. }) in joined.into_iter().zip(&replayed) {
        facts.tables.extend(joined.tables);
        facts.columns.extend(joined.columns);
        facts.unseen.extend(joined.unseen);
        facts.ways_out.extend(joined.ways_out);
        publications::add(facts, catalogue);
    }
}

fn sort(facts: &mut Facts) {
    facts.columns = sorted(std::mem::take(&mut facts.columns));
    facts
        .tables
        .par_sort_by(|a, b| (&a.key, a.database).cmp(&(&b.key, b.database)));
    facts
        .unseen
        .sort_by(|a, b| (a.place, &a.why).cmp(&(b.place, &b.why)));
    facts.unseen.dedup_by(|a, b| a.place == b.place && a.why == b.why);
}

/// Columns by schema, table, name and birth. Those of one table come together, so there are fewer tables to compare than columns.
fn sorted(columns: Vec<Column>) -> Vec<Column> {
    let table = |column: &Column| (column.key.0.clone(), column.key.1.clone());
    let mut tables: BTreeMap<(String, String), Vec<Column>> = BTreeMap::new();
    let mut columns = columns.into_iter().peekable();
    while let Some(first) = columns.next() {
        let of_table = tables.entry(table(&first)).or_default();
        let at = of_table.len();
        of_table.push(first);
        while let Some(next) =
            columns.next_if(|next| (&next.key.0, &next.key.1) == (&of_table[at].key.0, &of_table[at].key.1))
        {
            of_table.push(next);
        }
    }
    let mut sorted: Vec<Vec<Column>> = tables.into_values().collect();
    sorted
        .par_iter_mut()
        .for_each(|columns| columns.sort_by(|a, b| (&a.key.2, a.birth).cmp(&(&b.key.2, b.birth))));
    sorted.into_iter().flatten().collect()
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

/// No file of a project that people write is larger than this, in bytes; one that is would take the memory of the machine.
const LARGEST: u64 = 1 << 30;

/// A file's text, in which bytes that are not UTF-8 are replaced; `None` for a file that is too large to be read.
pub(super) fn read(path: &Path) -> Result<Option<String>, Error> {
    let failed = |source| Error::Read {
        path: path.to_owned(),
        source,
    };
    if std::fs::metadata(path).map_err(failed)?.len() > LARGEST {
        return Ok(None);
    }
    let bytes = std::fs::read(path).map_err(failed)?;
    Ok(Some(String::from_utf8(bytes).unwrap_or_else(|error| {
        String::from_utf8_lossy(error.as_bytes()).into_owned()
    })))
}

/// Why a file was not read.
pub(super) const TOO_LARGE: &str = "the file is larger than 1 GiB and was not read";

pub(super) const IN_RUST: &str =
    "let the lint read it: Rust that parses, attributes of the derive, SQL for tables";
pub(super) const IN_SQL: &str = "write the change as plain SQL in a migration of its own";
const IN_DIALECT: &str = "keep the tables of regulated data in Postgres, SQLite or MySQL migrations";

/// The databases of the project, each by the folders of its migrations. Folders that were named are one database, in the order in
/// which they were named; each folder that was found is a database of its own.
fn databases_of(
    facts: &mut Facts,
    root: &Path,
    input: &Input,
    project: &Project,
    rust: &[RustFile],
) -> Result<Vec<Vec<Folder>>, Error> {
    if !input.migrations.is_empty() {
        let mut folders = named_folders(facts, root, &input.migrations)?;
        for folder in &mut folders {
            folder.dialect = input.dialect.unwrap_or(folder.dialect);
        }
        return Ok(vec![folders]);
    }
    let mut found: BTreeSet<PathBuf> = project
        .migrations
        .iter()
        .map(|folder| folder.path.clone())
        .collect();
    let mut folders = project.migrations.clone();
    let mut add = |path: PathBuf, dialect: Option<Dialect>| -> Result<bool, Error> {
        let Ok(path) = path.canonicalize() else {
            return Ok(false);
        };
        // The walk shows paths as the root was given; the file system may know another name for it.
        let known = |known: &PathBuf| known.canonicalize().is_ok_and(|known| known == path);
        if project
            .other_dialects
            .iter()
            .any(|(folder, _)| known(&folder.path))
            || found.iter().any(known)
        {
            // What the policy says of a folder counts, whoever found it.
            let named = folders.iter_mut().find(|folder| known(&folder.path));
            if let (Some(folder), Some(dialect)) = (named, dialect) {
                folder.dialect = dialect;
            }
            return Ok(true);
        }
        let mut folder = discover::folder(&path)?;
        if let (Some(folder), Some(dialect)) = (&mut folder, dialect) {
            folder.dialect = dialect;
        }
        let is_one = folder.is_some();
        found.insert(path);
        folders.extend(folder);
        Ok(is_one)
    };
    for file in rust {
        for embedded in &file.embeds {
            let package = file
                .path
                .ancestors()
                .skip(1)
                .find(|folder| folder.join("Cargo.toml").is_file());
            if let Some(package) = package {
                add(package.join(embedded), None)?;
            }
        }
    }
    for named in facts.policy.iter().flat_map(Policy::migrations) {
        let path = root.join(&named.path);
        if !add(path.clone(), named.dialect)? {
            return Err(Error::NoMigrations(path));
        }
    }
    folders.extend(migrators(facts, rust));
    Ok(folders.into_iter().map(|folder| vec![folder]).collect())
}

/// Migrations written in Rust, in the order of their migrator.
fn migrators(facts: &mut Facts, rust: &[RustFile]) -> Vec<Folder> {
    let mut folders = Vec::new();
    let mut run: BTreeSet<&PathBuf> = BTreeSet::new();
    for file in rust {
        let (Some(modules), Some(folder)) = (&file.migrator, file.path.parent()) else {
            continue;
        };
        let mut files = Vec::new();
        for module in modules {
            let paths = [
                folder.join(format!("{module}.rs")),
                folder.join(module).join("mod.rs"),
                folder.join("migrations").join(format!("{module}.rs")),
            ];
            match rust
                .iter()
                .find(|file| paths.contains(&file.path) && file.migration.is_some())
            {
                Some(found) => {
                    run.insert(&found.path);
                    files.push(found.path.clone());
                }
                None => facts.unseen.push(Unseen {
                    place: word(facts, file, module),
                    why: format!("the migration `{module}` is in no file beside this one"),
                    mend: IN_RUST,
                }),
            }
        }
        if modules.is_empty() {
            facts.unseen.push(Unseen {
                place: word(facts, file, "MigratorTrait for"),
                why: "which migrations this runs cannot be worked out".to_owned(),
                mend: IN_RUST,
            });
        }
        folders.push(Folder {
            path: folder.to_owned(),
            files,
            dialect: Dialect::Postgres,
        });
    }
    for file in rust
        .iter()
        .filter(|file| file.migration.is_some() && !run.contains(&file.path))
    {
        facts.unseen.push(Unseen {
            place: word(facts, file, "MigrationTrait for"),
            why: "no migrator that was read runs this migration".to_owned(),
            mend: IN_RUST,
        });
    }
    folders
}

/// Where a file names something first.
fn word(facts: &Facts, file: &RustFile, word: &str) -> Place {
    let text = &facts.sources.file(file.file).text;
    let at = memchr::memmem::find(text.as_bytes(), word.as_bytes());
    Place {
        file: file.file,
        span: at.map_or(Span::default(), |at| Span::new(at, at + word.len())),
    }
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
        let before = facts.unseen.len() + folders.len();
        let files = discover::project(path)?.rust;
        let rust: Vec<RustFile> = project::read(facts, root, &files)?
            .into_iter()
            .filter(|file| file.migrator.is_some() || file.migration.is_some())
            .collect();
        folders.extend(migrators(facts, &rust));
        if facts.unseen.len() + folders.len() == before {
            return Err(Error::NoMigrations(path.clone()));
        }
    }
    Ok(folders)
}

/// What caches of queries say of the tables that the code reads.
fn cached_queries(facts: &mut Facts, root: &Path, files: &[PathBuf]) -> Result<Vec<List>, Error> {
    let mut tables = Vec::new();
    for path in files {
        let text = read(path)?.unwrap_or_default();
        let found = listed::sqlx::tables(&text);
        if !found.is_empty() {
            let file = facts.sources.add(SourceFile::new(root, path.clone(), text));
            tables.extend(found.into_iter().map(|table| (file, table)));
        }
    }
    Ok(match tables.is_empty() {
        true => Vec::new(),
        false => vec![List {
            shown: "the cached queries of sqlx".to_owned(),
            complete: false,
            whole: false,
            tables,
        }],
    })
}

fn other_dialects(facts: &mut Facts, root: &Path, folders: &[(Folder, &'static str)]) -> Result<(), Error> {
    for (folder, dialect) in folders {
        let Some(first) = folder.files.first() else {
            continue;
        };
        let file = facts.sources.add(SourceFile::new(
            root,
            first.clone(),
            read(first)?.unwrap_or_default(),
        ));
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
