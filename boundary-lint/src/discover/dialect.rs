//! Which dialect a folder of migrations is written in: by its path, and where the path says nothing, by its statements.

use std::path::{Path, PathBuf};

use boundary_schema::Dialect;

use crate::error::Error;

/// The dialect that a path names in its last folders.
pub(super) fn of_path(path: &Path) -> Option<Dialect> {
    let shown = path.to_string_lossy().to_ascii_lowercase();
    // The folder itself first: `sqlite/migrations/postgres` is Postgres.
    shown.rsplit(['/', '\\']).take(4).find_map(|part| {
        let words: Vec<&str> = part.split(|c: char| !c.is_ascii_alphanumeric()).collect();
        let has = |names: &[&str]| words.iter().any(|word| names.contains(word));
        match () {
            () if has(&["sqlite", "sqlite3", "libsql", "rusqlite"]) => Some(Dialect::Sqlite),
            () if has(&["mysql", "mariadb"]) => Some(Dialect::Mysql),
            () if has(&["postgres", "postgresql", "pg", "psql", "pgsql"]) => Some(Dialect::Postgres),
            () => None,
        }
    })
}

/// The dialect of which the files have most marks; Postgres where there are none.
///
/// # Errors
///
/// [`Error::Read`] where a file cannot be read.
pub(super) fn of_files(files: &[PathBuf]) -> Result<Dialect, Error> {
    let mut counts = [0usize; 3];
    // The first files of a folder are like the others.
    for path in files.iter().take(LOOKED_AT) {
        // A large file tells by its beginning.
        let bytes = without_comments(&read_start(path)?);
        for (count, marks) in counts.iter_mut().zip(MARKS) {
            *count += marks
                .iter()
                .filter(|mark| memchr::memmem::find(&bytes, mark.as_bytes()).is_some())
                .count();
        }
    }
    let [postgres, sqlite, mysql] = counts;
    if counts.iter().sum::<usize>() == 0 {
        return Ok(files
            .first()
            .and_then(|file| of_package(file))
            .unwrap_or(Dialect::Postgres));
    }
    Ok(if mysql > postgres && mysql >= sqlite {
        Dialect::Mysql
    } else if sqlite > postgres {
        Dialect::Sqlite
    } else {
        Dialect::Postgres
    })
}

/// The one dialect that the manifest of the package around a file names: `sqlx = { features = ["sqlite"] }`.
fn of_package(file: &Path) -> Option<Dialect> {
    let manifest = file
        .ancestors()
        .skip(1)
        .find_map(|folder| std::fs::read_to_string(folder.join("Cargo.toml")).ok())?
        .to_ascii_lowercase();
    let named = [
        ("postgres", Dialect::Postgres),
        ("sqlite", Dialect::Sqlite),
        ("mysql", Dialect::Mysql),
    ];
    let mut named = named.into_iter().filter(|(word, _)| manifest.contains(word));
    let (_, dialect) = named.next()?;
    named.next().is_none().then_some(dialect)
}

/// The text without its lines of comments, in which any word may stand.
fn without_comments(text: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for line in text.split(|byte| *byte == b'\n') {
        let code = memchr::memmem::find(line, b"--").map_or(line, |at| &line[..at]);
        out.extend_from_slice(code);
        out.push(b'\n');
    }
    out
}

/// How many files are looked at.
const LOOKED_AT: usize = 32;

/// How much of a file is looked at.
const START: u64 = 1 << 16;

fn read_start(path: &Path) -> Result<Vec<u8>, Error> {
    use std::io::Read as _;
    let failed = |source| Error::Read {
        path: path.to_owned(),
        source,
    };
    let file = std::fs::File::open(path).map_err(failed)?;
    let mut bytes = Vec::new();
    file.take(START).read_to_end(&mut bytes).map_err(failed)?;
    bytes.make_ascii_lowercase();
    Ok(bytes)
}

/// What only one dialect has, in small letters: Postgres, SQLite, MySQL.
const MARKS: [&[&str]; 3] = [
    &[
        "$$",
        "::",
        "timestamptz",
        "jsonb",
        "bigserial",
        " serial",
        "bytea",
        "create extension",
        "create type",
        "plpgsql",
        " inet",
        "gen_random_uuid",
        "uuid_generate",
        "generated always as identity",
        "with time zone",
        "alter column",
        " returning ",
        "to_tsvector",
        "text[]",
        "on column",
        "row level security",
        " uuid",
        "materialized view",
        "nextval(",
        "using gin",
        "using btree (",
        "character varying",
        "public.",
        "now()",
    ],
    &[
        "autoincrement",
        "pragma ",
        "without rowid",
        ") strict",
        "integer primary key",
        "strftime(",
        "unixepoch",
        "using fts5",
        "using fts4",
        "datetime('now'",
        "randomblob(",
        "insert or ",
        "sqlite_",
        " blob",
        "integer not null primary key",
    ],
    &[
        "`",
        "engine=",
        "engine =",
        "auto_increment",
        "unsigned",
        "charset=",
        "utf8mb4",
        "tinyint(",
        "int(11)",
        "longtext",
        "mediumtext",
        "on update current_timestamp",
        "modify column",
        "change column",
        "delimiter ",
        "character set ",
        "fulltext key",
    ],
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_folder_decides() {
        let of = |path: &str| of_path(Path::new(path));
        assert_eq!(of("a/migrations/sqlite"), Some(Dialect::Sqlite));
        assert_eq!(of("a/mysql/migrations"), Some(Dialect::Mysql));
        assert_eq!(of("sqlite/migrations-postgres"), Some(Dialect::Postgres));
        assert_eq!(of("pgp/migrations"), None);
    }

    #[test]
    fn the_package_tells_where_nothing_else_does() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("migrations/1.sql");
        std::fs::create_dir(folder.path().join("migrations")).unwrap();
        std::fs::write(&file, "create table a (b text)").unwrap();
        let of = |manifest: &str| {
            std::fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
            of_files(std::slice::from_ref(&file)).unwrap()
        };
        assert_eq!(of("sqlx = { features = [\"sqlite\"] }"), Dialect::Sqlite);
        assert_eq!(
            of("sqlx = { features = [\"sqlite\", \"postgres\"] }"),
            Dialect::Postgres
        );
        assert_eq!(of("[package]"), Dialect::Postgres);
    }

    #[test]
    fn statements_tell_where_the_path_does_not() {
        let of = |sql: &str| {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("1.sql");
            std::fs::write(&file, sql).unwrap();
            of_files(&[file]).unwrap()
        };
        assert_eq!(of("CREATE TABLE a (b int)"), Dialect::Postgres);
        assert_eq!(
            of("CREATE TABLE a (b INTEGER PRIMARY KEY AUTOINCREMENT)"),
            Dialect::Sqlite
        );
        assert_eq!(
            of("CREATE TABLE `a` (`b` int unsigned) ENGINE=InnoDB"),
            Dialect::Mysql
        );
        assert_eq!(
            of("CREATE TABLE a (b bigserial PRIMARY KEY, c timestamptz)"),
            Dialect::Postgres
        );
    }
}
