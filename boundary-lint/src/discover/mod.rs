//! What a project consists of: its Rust files and its folders of migrations.
//!
//! `.gitignore` is respected and `target` skipped, so that the lint sees what a reviewer sees.

mod dialect;
mod migrations;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

pub use migrations::{Folder, folder};

use crate::error::Error;

/// What was found below a root.
#[derive(Clone, Debug, Default)]
pub struct Project {
    /// All Rust files, sorted.
    pub rust: Vec<PathBuf>,
    /// All folders of migrations, sorted.
    pub migrations: Vec<Folder>,
    /// Folders of migrations in a dialect that is not read, with its name.
    pub other_dialects: Vec<(Folder, &'static str)>,
    /// What `cargo sqlx prepare` keeps of queries, sorted.
    pub sqlx_caches: Vec<PathBuf>,
}

/// Everything below `root`.
///
/// # Errors
///
/// [`Error::Walk`] or [`Error::Read`] where a folder cannot be read.
pub fn project(root: &Path) -> Result<Project, Error> {
    let mut project = Project::default();
    let mut folders: BTreeSet<PathBuf> = BTreeSet::new();
    let walk = ignore::WalkBuilder::new(root)
        .require_git(false)
        .filter_entry(|entry| entry.file_name() != "target" || entry.depth() == 0)
        .build();
    for entry in walk {
        let entry = entry?;
        if !entry.file_type().is_some_and(|kind| kind.is_file()) {
            continue;
        }
        let path = entry.into_path();
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("rs") => project.rust.push(path),
            // Hidden folders are not walked, and this one is of interest.
            Some("toml") if path.file_name().is_some_and(|name| name == "Cargo.toml") => {
                let cache = path.parent().unwrap_or(root).join(".sqlx");
                project.sqlx_caches.extend(cached_queries(&cache)?);
            }
            Some("sql") => {
                let folder = path.parent().unwrap_or(root);
                // The folder of an `up.sql` is one migration; the folder of migrations is the one above.
                let is_diesel = path.file_name().is_some_and(|name| name == "up.sql");
                folders.insert(
                    if is_diesel {
                        folder.parent().unwrap_or(root)
                    } else {
                        folder
                    }
                    .to_owned(),
                );
            }
            _ => {}
        }
    }
    project.rust.sort();
    project.sqlx_caches.sort();
    for path in folders {
        let Some(found) = folder(&path)?.filter(migrations::looks_like_migrations) else {
            continue;
        };
        match other_dialect(path.strip_prefix(root).unwrap_or(&path)) {
            Some(dialect) => project.other_dialects.push((found, dialect)),
            None => project.migrations.push(found),
        }
    }
    Ok(project)
}

/// The cached queries of a folder, if there is one.
fn cached_queries(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let read = |source| Error::Read {
        path: folder.to_owned(),
        source,
    };
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let entries: Result<Vec<PathBuf>, _> = std::fs::read_dir(folder)
        .map_err(read)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect();
    let mut files = entries.map_err(read)?;
    files.retain(|path| {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        name.is_some_and(|name| name.starts_with("query-") && name.ends_with(".json"))
    });
    Ok(files)
}

/// The dialect that a folder's path names, where it is none that is read.
fn other_dialect(path: &Path) -> Option<&'static str> {
    let shown = path.to_string_lossy().to_ascii_lowercase();
    [("clickhouse", "ClickHouse"), ("mssql", "SQL Server")]
        .into_iter()
        .find(|(word, _)| shown.contains(word))
        .map(|(_, dialect)| dialect)
}
