//! What the Rust files of a project say: one reading of each, of which only what was found is kept.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use boundary_schema::Protection;
use rayon::prelude::*;

use super::{Facts, Unseen};
use crate::error::Error;
use crate::parse::ddl_in_code;
use crate::parse::declarations::{Declared, DeriveNames, aliases_of_wrappers, declarations};
use crate::parse::listed::{self, ListedTable};
use crate::parse::rust_migrations::{self, RustMigration};
use crate::source::{FileId, Place, SourceFile, Span};

/// What one Rust file says.
pub(super) struct RustFile {
    pub(super) path: PathBuf,
    pub(super) file: FileId,
    pub(super) declared: Declared,
    pub(super) diesel: Vec<ListedTable>,
    pub(super) entities: Vec<ListedTable>,
    /// The modules that its migrator runs, in order.
    pub(super) migrator: Option<Vec<String>>,
    pub(super) migration: Option<RustMigration>,
    /// Folders of migrations that it embeds, from the folder of its package.
    pub(super) embeds: Vec<String>,
}

struct Found {
    text: String,
    declared: Declared,
    diesel: Vec<ListedTable>,
    entities: Vec<ListedTable>,
    migrator: Option<Vec<String>>,
    migration: Option<RustMigration>,
    embeds: Vec<String>,
    in_code: Vec<Span>,
    /// Where it names the trait of migrators, without being one.
    runs: Option<Span>,
}

impl Found {
    fn too_large() -> Self {
        Found {
            text: String::new(),
            declared: Declared {
                tables: Vec::new(),
                unseen: vec![(Span::default(), super::collect::TOO_LARGE.to_owned())],
            },
            diesel: Vec::new(),
            entities: Vec::new(),
            migrator: None,
            migration: None,
            embeds: Vec::new(),
            in_code: Vec::new(),
            runs: None,
        }
    }

    fn is_empty(&self) -> bool {
        self.declared.tables.is_empty()
            && self.declared.unseen.is_empty()
            && self.diesel.is_empty()
            && self.entities.is_empty()
            && self.migrator.is_none()
            && self.migration.is_none()
            && self.embeds.is_empty()
            && self.in_code.is_empty()
            && self.runs.is_none()
    }
}

/// Reads the Rust files of a project. Files that say nothing are forgotten at once.
pub(super) fn read(facts: &mut Facts, root: &Path, files: &[PathBuf]) -> Result<Vec<RustFile>, Error> {
    let names = DeriveNames::with([]);
    let (mut found, mut given) = read_all(root, files, &names)?;
    if !given.derives.is_empty() {
        let names = DeriveNames::with(std::mem::take(&mut given.derives));
        found = read_all(root, files, &names)?.0;
    }
    for found in found.iter_mut().flatten() {
        let fields = found
            .declared
            .tables
            .iter_mut()
            .flat_map(|table| &mut table.fields);
        for field in fields.filter(|field| field.protection == Protection::Plain) {
            let known = field.alias.as_ref().and_then(|alias| given.wrappers.get(alias));
            field.protection = known.copied().flatten().unwrap_or(Protection::Plain);
        }
    }
    let any_migrator = found.iter().flatten().any(|found| found.migrator.is_some());
    let mut kept = Vec::new();
    for (path, found) in files.iter().zip(found) {
        let Some(found) = found else { continue };
        let file = facts.sources.add(SourceFile::new(root, path.clone(), found.text));
        let mut unseen = |span, why, mend| {
            facts.unseen.push(Unseen {
                place: Place { file, span },
                why,
                mend,
            });
        };
        for (span, why) in &found.declared.unseen {
            unseen(*span, why.clone(), super::collect::IN_RUST);
        }
        if let Some(span) = found.runs.filter(|_| !any_migrator) {
            let why = "migrations are written in Rust here, and their tables cannot be worked out from it";
            unseen(span, why.to_owned(), super::collect::IN_RUST);
        }
        for span in found.in_code {
            unseen(span, IN_CODE.to_owned(), super::collect::IN_SQL);
        }
        kept.push(RustFile {
            path: path.clone(),
            file,
            declared: found.declared,
            diesel: found.diesel,
            entities: found.entities,
            migrator: found.migrator,
            migration: found.migration,
            embeds: found.embeds,
        });
    }
    Ok(kept)
}

/// The trait of sea-orm that lists migrations.
const MIGRATOR: &[u8] = b"MigratorTrait";

const IN_CODE: &str = "a statement in code changes a table, and when it runs is not known";

/// Other names that files give.
#[derive(Default)]
struct Given {
    /// To the derive.
    derives: Vec<String>,
    /// To wrappers; nothing where two files give one name to different ones.
    wrappers: HashMap<String, Option<Protection>>,
}

/// What one file says, and the names that it gives to the derive and to wrappers.
type OneFile = (Option<Found>, Vec<String>, Vec<(String, Protection)>);

/// What each file says, and the other names that they give.
fn read_all(
    root: &Path,
    files: &[PathBuf],
    names: &DeriveNames,
) -> Result<(Vec<Option<Found>>, Given), Error> {
    let read: Vec<OneFile> = files
        .par_iter()
        .map(|path| {
            let Some(text) = super::collect::read(path)? else {
                return Ok((Some(Found::too_large()), Vec::new(), Vec::new()));
            };
            let given = DeriveNames::given_in(&text);
            let wrappers = aliases_of_wrappers(&text);
            let migration = rust_migrations::migration(&text);
            let is_test = path.strip_prefix(root).unwrap_or(path).components().any(|part| {
                ["tests", "benches", "examples", "fixtures"].contains(&&*part.as_os_str().to_string_lossy())
            });
            let in_code = match migration.is_none() && !is_test {
                true => ddl_in_code::statements(&text),
                false => Vec::new(),
            };
            let migrator = rust_migrations::order(&text);
            let runs = match migrator.is_none() && migration.is_none() {
                true => memchr::memmem::find(text.as_bytes(), MIGRATOR)
                    .map(|at| Span::new(at, at + MIGRATOR.len())),
                false => None,
            };
            let mut in_code = in_code;
            if migration.is_none() && !is_test {
                in_code.extend(built(&text));
            }
            let found = Found {
                declared: declarations(&text, names),
                diesel: listed::diesel::tables(&text),
                entities: listed::sea_orm::tables(&text),
                migrator,
                migration,
                embeds: embeds(&text),
                in_code,
                runs,
                text,
            };
            Ok(((!found.is_empty()).then_some(found), given, wrappers))
        })
        .collect::<Result<_, Error>>()?;
    let mut given = Given::default();
    let mut all = Vec::with_capacity(read.len());
    for (found, derives, wrappers) in read {
        all.push(found);
        given.derives.extend(derives);
        for (name, protection) in wrappers {
            let known = given.wrappers.entry(name).or_insert(Some(protection));
            *known = known.filter(|known| *known == protection);
        }
    }
    Ok((all, given))
}

/// Where code builds statements that change tables, by the calls of sea-query.
fn built(text: &str) -> Option<Span> {
    let bytes = text.as_bytes();
    memchr::memmem::find(bytes, b"ColumnDef::new")
        .or_else(|| memchr::memmem::find(bytes, b"Table::alter()"))?;
    ["Table::create()", "Table::alter()"].iter().find_map(|call| {
        memchr::memmem::find(bytes, call.as_bytes()).map(|at| Span::new(at, at + call.len()))
    })
}

/// The folders that `sqlx::migrate!("…")`, and `embed_migrations!("…")` of diesel and refinery, name.
fn embeds(text: &str) -> Vec<String> {
    let mut folders = Vec::new();
    for word in ["migrate!(", "embed_migrations!("] {
        for at in memchr::memmem::find_iter(text.as_bytes(), word) {
            let rest = text[at + word.len()..].trim_start();
            let Some(rest) = rest.strip_prefix('"') else {
                continue;
            };
            let line_start = text[..at].rfind('\n').map_or(0, |newline| newline + 1);
            if text[line_start..at].trim_start().starts_with("//") {
                continue;
            }
            if let Some((folder, _)) = rest.split_once('"') {
                folders.push(folder.to_owned());
            }
        }
    }
    folders
}

#[cfg(test)]
mod tests {
    use super::embeds;

    #[test]
    fn folders_that_code_embeds_are_named() {
        let text = "static M: Migrator = sqlx::migrate!(\"./db/sql\");\n// migrate!(\"no\")\nembed_migrations!( \"../up\" ); migrate!();";
        assert_eq!(embeds(text), ["./db/sql", "../up"]);
    }
}
