//! Folders of migrations, and the order in which their tool runs them.

use std::path::{Path, PathBuf};

use boundary_schema::Dialect;

use super::dialect;
use crate::error::Error;

/// One folder of migrations, which together make one database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    /// The folder.
    pub path: PathBuf,
    /// The files that are replayed, in order. Migrations down are never among them.
    pub files: Vec<PathBuf>,
    /// The dialect that they are written in.
    pub dialect: Dialect,
}

/// The migrations directly in a folder, if it is a folder of migrations.
///
/// # Errors
///
/// [`Error::Read`] where the folder cannot be listed.
pub fn folder(path: &Path) -> Result<Option<Folder>, Error> {
    let read = |source| Error::Read {
        path: path.to_owned(),
        source,
    };
    let mut versions: Vec<(String, PathBuf)> = Vec::new();
    let mut files: Vec<PathBuf> = Vec::new();
    for entry in std::fs::read_dir(path).map_err(read)? {
        let entry = entry.map_err(read)?;
        let kind = entry.file_type().map_err(read)?;
        let entry = entry.path();
        let name = file_name(&entry);
        if name.starts_with('.') {
            continue;
        }
        // Without asking the file system about every file once more.
        let is_file = kind.is_file() || kind.is_symlink() && entry.is_file();
        if is_file && is_up(&name) {
            files.push(entry);
        } else if !is_file && entry.join("up.sql").is_file() {
            versions.push((name, entry.join("up.sql")));
        }
    }
    if !versions.is_empty() {
        // Diesel compares what stands before the first underscore, its dashes removed.
        versions.sort_by_cached_key(|(name, _)| (diesel_version(name), name.clone()));
        let files = versions.into_iter().map(|(_, up)| up).collect();
        return told(path, files).map(Some);
    }
    if files.is_empty() {
        return Ok(None);
    }
    // sqlx and refinery compare their versions as numbers; a folder with other names runs in the order of its names.
    if files.iter().all(|file| number(&file_name(file)).is_some()) {
        files.sort_by_cached_key(|file| (number(&file_name(file)), file.clone()));
    } else {
        files.sort();
    }
    told(path, files).map(Some)
}

/// The folder, with the dialect that its path or its files tell.
fn told(path: &Path, files: Vec<PathBuf>) -> Result<Folder, Error> {
    let dialect = match dialect::of_path(path) {
        Some(dialect) => dialect,
        None => dialect::of_files(&files)?,
    };
    Ok(Folder {
        path: path.to_owned(),
        files,
        dialect,
    })
}

/// Whether the files of a folder can be told to be migrations by name alone.
pub(super) fn looks_like_migrations(folder: &Folder) -> bool {
    let named = matches!(file_name(&folder.path).as_str(), "migrations" | "migration");
    named
        || folder
            .files
            .iter()
            .all(|file| file_name(file) == "up.sql" || number(&file_name(file)).is_some())
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default()
}

fn is_up(name: &str) -> bool {
    name.ends_with(".sql")
        && !name.ends_with(".down.sql")
        && !name.ends_with("_down.sql")
        && name != "down.sql"
        && name != "up.sql"
        && !is_undo(name)
}

/// Flyway's `U2__name.sql` takes back what `V2__name.sql` did.
fn is_undo(name: &str) -> bool {
    name.strip_prefix('U')
        .and_then(|rest| rest.split_once("__"))
        .is_some_and(|(version, _)| {
            version
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b'_')
        })
}

fn diesel_version(name: &str) -> String {
    name.split('_').next().unwrap_or(name).replace('-', "")
}

/// The version that a file name begins with: `20240101_name.sql`, `V3__name.sql`.
fn number(name: &str) -> Option<u128> {
    let digits = name.strip_prefix(['V', 'v']).unwrap_or(name);
    let end = digits.find(|c: char| !c.is_ascii_digit())?;
    if !digits[end..].starts_with('_') && !digits[end..].starts_with('.') {
        return None;
    }
    digits[..end].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(names: &[&str]) -> Vec<String> {
        let dir = tempfile::tempdir().unwrap();
        for name in names {
            let path = dir.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        let folder = folder(dir.path()).unwrap().unwrap();
        folder
            .files
            .iter()
            .map(|f| f.strip_prefix(dir.path()).unwrap().to_string_lossy().into_owned())
            .collect()
    }

    #[test]
    fn diesel_compares_versions_without_their_dashes() {
        assert_eq!(
            files(&[
                "2024-01-02-000000_b/up.sql",
                "20240101000000_a/up.sql",
                "20240101000000_a/down.sql",
                "00000000000000_setup/up.sql"
            ]),
            [
                "00000000000000_setup/up.sql",
                "20240101000000_a/up.sql",
                "2024-01-02-000000_b/up.sql"
            ]
        );
    }

    #[test]
    fn sqlx_compares_versions_as_numbers_and_runs_no_downs() {
        assert_eq!(
            files(&["10_c.up.sql", "10_c.down.sql", "9_b.sql", "1_a.sql", "notes.txt"]),
            ["1_a.sql", "9_b.sql", "10_c.up.sql"]
        );
    }

    #[test]
    fn refinery_versions_are_numbers_and_plain_names_are_names() {
        assert_eq!(files(&["V10__b.sql", "V2__a.sql"]), ["V2__a.sql", "V10__b.sql"]);
        assert_eq!(
            files(&["b.sql", "a.sql", "10_x.sql", "9_y.sql"]),
            ["10_x.sql", "9_y.sql", "a.sql", "b.sql"]
        );
    }
}
