//! What several tests share: the lint as a process, and a Postgres of the test's own.

#![allow(dead_code, reason = "each test uses its part")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot go on must say so and stop"
)]

pub(crate) mod exchange;
pub(crate) mod workspace;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// What a run of the lint gave.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) status: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs the lint in a folder.
pub(crate) fn lint(folder: &Path, arguments: &[&str]) -> Run {
    lint_of_live(folder, arguments, "")
}

/// Runs the lint in a folder, where `A_DATABASE` is the URL of a live database.
pub(crate) fn lint_of_live(folder: &Path, arguments: &[&str], url: &str) -> Run {
    let output = Command::new(env!("CARGO_BIN_EXE_cargo-boundary"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("CARGO_TARGET_DIR")
        .env("A_DATABASE", url)
        .output()
        .unwrap();
    let Output {
        status,
        stdout,
        stderr,
    } = output;
    Run {
        status: status.code(),
        stdout: String::from_utf8(stdout).unwrap(),
        stderr: String::from_utf8(stderr).unwrap(),
    }
}

/// The first six cells of each row of `columns --format csv`: what a database can confirm.
pub(crate) fn listed(csv: &str) -> Vec<String> {
    csv.lines()
        .skip(1)
        .map(|line| line.split(',').take(6).collect::<Vec<_>>().join(","))
        .collect()
}

/// A Postgres cluster in a temporary folder, reachable through a socket in it, stopped when dropped.
pub(crate) struct Postgres {
    folder: tempfile::TempDir,
    binaries: PathBuf,
}

impl Postgres {
    /// Starts a cluster.
    pub(crate) fn start() -> Postgres {
        let binaries = binaries();
        let folder = tempfile::Builder::new().prefix("boundary-pg").tempdir().unwrap();
        let postgres = Postgres { folder, binaries };
        if is_root() {
            succeed(Command::new("chown").arg("postgres").arg(postgres.folder.path()));
        }
        let data = postgres.data();
        succeed(
            postgres
                .server("initdb")
                .args([
                    "--auth=trust",
                    "--username=postgres",
                    "--no-sync",
                    "--encoding=UTF8",
                ])
                .args(["--locale=C", "-D"])
                .arg(&data),
        );
        let options = format!(
            "-c listen_addresses='' -c fsync=off -c unix_socket_directories='{}'",
            postgres.folder.path().display()
        );
        // The server keeps its parent's output open, so it gets a log of its own.
        let log = postgres.folder.path().join("log");
        succeed(
            postgres
                .server("pg_ctl")
                .arg("-D")
                .arg(&data)
                .arg("-l")
                .arg(&log)
                .args(["-w", "-o", &options, "start"])
                .stdout(std::process::Stdio::null()),
        );
        postgres
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A program of the server, which refuses to run as root.
    fn server(&self, program: &str) -> Command {
        let program = self.binaries.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.current_dir(self.folder.path());
        command
    }

    /// A client of a database, which stops at the first error unless it is told otherwise.
    pub(crate) fn psql(&self, database: &str) -> Command {
        let mut command = Command::new(self.binaries.join("psql"));
        command.args([
            "--no-psqlrc",
            "--quiet",
            "--username=postgres",
            "--set=ON_ERROR_STOP=1",
            "--host",
        ]);
        command.arg(self.folder.path()).args(["--dbname", database]);
        command
    }

    /// Makes a database by running files in order, each in a session of its own.
    pub(crate) fn database(&self, name: &str, files: &[PathBuf]) {
        succeed(
            self.psql("postgres")
                .args(["--command", &format!("CREATE DATABASE \"{name}\"")]),
        );
        for file in files {
            succeed(
                self.psql(name)
                    .env("PGOPTIONS", "-c client_min_messages=error")
                    .arg("--file")
                    .arg(file),
            );
        }
    }

    /// Runs statements in a session of a role, and gives what it prints, or what the server answers where it refuses one.
    pub(crate) fn run(&self, database: &str, role: &str, sql: &str) -> Result<String, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), sql).unwrap();
        let output = self
            .psql(database)
            .env("PGOPTIONS", "-c client_min_messages=warning")
            .args(["--username", role, "--tuples-only", "--no-align", "--file"])
            .arg(file.path())
            .output()
            .unwrap();
        match output.status.success() {
            true => Ok(String::from_utf8(output.stdout).unwrap().trim().to_owned()),
            false => Err(String::from_utf8(output.stderr).unwrap()),
        }
    }

    /// The URL of a database.
    pub(crate) fn url(&self, database: &str) -> String {
        let folder = self.folder.path().display();
        format!("postgresql:///{database}?host={folder}&user=postgres")
    }

    /// The columns of a database, as the lint lists them.
    pub(crate) fn columns(&self, database: &str) -> Vec<String> {
        let output = succeed(
            self.psql(database)
                .args(["--csv", "--tuples-only", "--command", COLUMNS]),
        );
        let mut rows: Vec<String> = String::from_utf8(output.stdout)
            .unwrap()
            .lines()
            .map(str::to_owned)
            .collect();
        rows.sort();
        rows
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        let data = self.data();
        let _ = self
            .server("pg_ctl")
            .arg("-D")
            .arg(data)
            .args(["-m", "immediate", "stop"])
            .output();
        if is_root() {
            // The folder must be removable by whoever made it.
            let _ = Command::new("chown")
                .arg("-R")
                .arg("root")
                .arg(self.folder.path())
                .output();
        }
    }
}

/// `information_schema` leaves materialised views out; their types are printed by the expression that it uses.
const COLUMNS: &str = "
SELECT c.table_schema, c.table_name, c.column_name, c.data_type, c.is_nullable, t.table_type
FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
WHERE c.table_schema NOT IN ('pg_catalog', 'information_schema')
UNION ALL
SELECT n.nspname, r.relname, a.attname,
       CASE WHEN e.typelem <> 0 AND e.typlen = -1 THEN 'ARRAY'
            WHEN s.nspname = 'pg_catalog' THEN format_type(coalesce(nullif(t.typbasetype, 0), t.oid), NULL)
            ELSE 'USER-DEFINED' END,
       CASE WHEN a.attnotnull OR t.typnotnull THEN 'NO' ELSE 'YES' END, 'MATERIALIZED VIEW'
FROM pg_attribute a JOIN pg_class r ON r.oid = a.attrelid JOIN pg_namespace n ON n.oid = r.relnamespace
JOIN pg_type t ON t.oid = a.atttypid JOIN pg_type e ON e.oid = coalesce(nullif(t.typbasetype, 0), t.oid)
JOIN pg_namespace s ON s.oid = e.typnamespace
WHERE r.relkind = 'm' AND a.attnum > 0 AND NOT a.attisdropped";

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    String::from_utf8_lossy(&id.stdout).trim() == "0"
}

/// Debian keeps the server's programs out of the path, a folder for each major version.
fn binaries() -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let mut found: Vec<PathBuf> = versions
        .map(|version| version.path().join("bin"))
        .filter(|bin| bin.join("initdb").is_file())
        .collect();
    found.sort_by_key(|bin| {
        let version = bin
            .parent()
            .and_then(Path::file_name)
            .map(|name| name.to_string_lossy().into_owned());
        version.and_then(|version| version.parse::<u32>().ok())
    });
    let in_path = std::env::var_os("PATH")
        .and_then(|path| std::env::split_paths(&path).find(|folder| folder.join("initdb").is_file()));
    found.pop().or(in_path).expect("this test compares with a real Postgres: install the package `postgresql` (apt-get install postgresql)")
}

/// Runs a command that must succeed.
pub(crate) fn succeed(command: &mut Command) -> Output {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?} failed:\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// The columns that the lint lists for a migration in this dialect, as `schema|table|column|type|nullable|kind`, and its remarks.
pub(crate) fn replayed(case: &Path, dialect: &str) -> (Vec<String>, String) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(case, folder.path().join("1_case.sql")).unwrap();
    let run = lint(
        folder.path(),
        &[
            "columns",
            "--migrations",
            ".",
            "--dialect",
            dialect,
            "--format",
            "json",
        ],
    );
    let report: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    let mut rows: Vec<String> = report["columns"]
        .as_array()
        .unwrap()
        .iter()
        .map(|column| {
            let text = |key: &str| column[key].as_str().unwrap_or("").to_owned();
            let nullable = if column["is_nullable"] == true {
                "YES"
            } else {
                "NO"
            };
            format!(
                "{}|{}|{}|{}|{nullable}|{}",
                text("table_schema"),
                text("table_name"),
                text("column_name"),
                text("data_type"),
                text("relation_kind")
            )
        })
        .collect();
    rows.sort();
    (rows, run.stderr)
}

/// A Python that a script of this repository brings: one that was brought for all tests, where `BOUNDARY_TEST_TOOLS` names its folder, or one of
/// this process' own.
pub(crate) struct Python {
    folder: PathBuf,
    _own: Option<tempfile::TempDir>,
}

impl Python {
    /// The Python of `scripts/<name>-tools`.
    pub(crate) fn of(name: &str) -> Self {
        if let Some(tools) = std::env::var_os("BOUNDARY_TEST_TOOLS") {
            let folder = PathBuf::from(tools).join(name);
            assert!(folder.join("bin/python").exists(), "{}", folder.display());
            return Python { folder, _own: None };
        }
        let own = tempfile::tempdir().unwrap();
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../scripts/{name}-tools"));
        succeed(Command::new(script).arg(own.path()));
        Python {
            folder: own.path().to_owned(),
            _own: Some(own),
        }
    }

    pub(crate) fn command(&self) -> Command {
        Command::new(self.folder.join("bin/python"))
    }
}
