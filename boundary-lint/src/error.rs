//! Why a run could not be made. Findings are no errors.

use std::path::PathBuf;

use crate::facts::crates::{ExpandError, GraphError};

/// Why the lint could not run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// There is no policy to check against.
    #[error(transparent)]
    Policy(#[from] boundary_schema::PolicyErrors),
    /// A file or folder could not be read.
    #[error("{}: {source}\nhelp: check that it exists and may be read", path.display())]
    Read {
        /// What was to be read.
        path: PathBuf,
        /// Why it could not be.
        source: std::io::Error,
    },
    /// A folder that was named holds no migrations.
    #[error("{}: no SQL migration is in this folder\nhelp: name a folder of `<version>_<name>.sql` files, or of `<version>_<name>/up.sql` folders", .0.display())]
    NoMigrations(PathBuf),
    /// A script for Postgres was asked of a project that has other databases.
    #[error(
        "no database of the project is a Postgres that migrations make: {}\nhelp: name the folder of its migrations, `--migrations DIR --dialect postgres`", .0.join(", ")
    )]
    NoPostgres(Vec<String>),
    /// A script for one Postgres was asked of a project that has several.
    #[error(
        "the project has several databases of Postgres: {}\nhelp: name the migrations of one, `--migrations DIR`", .0.join(", ")
    )]
    SeveralPostgres(Vec<String>),
    /// Walking the project failed.
    #[error("the project could not be walked: {0}")]
    Walk(#[from] ignore::Error),
    /// The dependency graph could not be read.
    #[error(transparent)]
    Graph(#[from] GraphError),
    /// A central crate could not be expanded.
    #[error(transparent)]
    Expand(#[from] ExpandError),
    /// A live database could not be listed.
    #[cfg(feature = "live")]
    #[error(
        "the database of the variable `{variable}` could not be listed: {why}\nhelp: set it to the URL of a Postgres on this machine, with a role that may connect"
    )]
    Live {
        /// The variable of the environment.
        variable: String,
        /// Why, without anything of the connection.
        why: String,
    },
    /// There is no such rule.
    #[error("there is no rule `{rule}`{}\nhelp: `cargo boundary explain` lists all", near.map_or(String::new(), |near| format!("; did you mean `{near}`?")))]
    NoRule {
        /// What was asked for.
        rule: String,
        /// The rule that was probably meant.
        near: Option<&'static str>,
    },
    /// A file that would be written is there already.
    #[error("{} is there already\nhelp: `cargo boundary suggest` lists what is not classified yet", .0.display())]
    Exists(PathBuf),
    /// An accepted suggestion cannot be taken over.
    #[error("{}:{line}: {why}\nhelp: nothing was written; correct the entry, or set `accepted = false`", path.display())]
    Accepted {
        /// The file.
        path: PathBuf,
        /// The line of the entry.
        line: usize,
        /// Why.
        why: String,
    },
    /// A file changed while it was being worked on.
    #[error("{}: it changed while it was read, and nothing was written\nhelp: run the command again", .0.display())]
    Changed(PathBuf),
    /// A file is no baseline.
    #[error("{}: this is no baseline\nhelp: write one with `cargo boundary check --baseline FILE --write-baseline`", .0.display())]
    Baseline(PathBuf),
    /// A file is no lock file.
    #[error("{}: {source}", path.display())]
    Lock {
        /// The file.
        path: PathBuf,
        /// Why.
        source: boundary_schema::manifest::ManifestError,
    },
    /// A file could not be put in its place.
    #[error("{}: it could not be written, and is as it was: {source}", path.display())]
    Replace {
        /// What was to be written.
        path: PathBuf,
        /// Why it could not be.
        source: std::io::Error,
    },
    /// A revision could not be looked at.
    #[error(
        "the revision `{revision}` could not be looked at: {why}\nhelp: fetch it first (`git fetch --depth=1 origin REV`), and name a commit, tag or branch"
    )]
    Revision {
        /// The revision.
        revision: String,
        /// Why.
        why: String,
    },
    /// A question cannot be answered.
    #[error("{0}\nhelp: `cargo boundary columns` lists what there is")]
    Ask(String),
    /// The page could not be made.
    #[error("the page could not be made: {0}")]
    Page(String),
    /// A file of another tool does not read as what it was named to be.
    #[error("{}: {why}\nhelp: name a file of Fides datasets, a list under `dataset:`", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// Why, with the line.
        why: String,
    },
    /// A report could not be put into YAML.
    #[error("the report could not be put into YAML: {0}")]
    Yaml(#[from] serde_saphyr::ser::Error),
    /// A report could not be written.
    #[error("the report could not be written: {0}")]
    Write(#[from] std::io::Error),
    /// A report could not be put into its format.
    #[error("the report could not be put into its format: {0}")]
    Format(#[from] serde_json::Error),
}
