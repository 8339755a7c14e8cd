//! `diff`: two sides, each a revision, a lock file or the working tree, and who approved what lies between them.

use std::io::Write;
use std::path::{Path, PathBuf};

use boundary_schema::manifest::Manifest;

use crate::base;
use crate::diff::{approvals, compare};
use crate::error::Error;
use crate::facts::{Input, collect};
use crate::manifest::{self, Placed};
use crate::report::diff::{Compared, SideOf, write_human, write_json, write_markdown};

/// How to print a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Text for people.
    Human,
    /// JSON of this tool, with a version.
    Json,
    /// A comment on a pull request.
    Markdown,
}

/// Compares, writes what changed and says whether all of it is approved.
///
/// # Errors
///
/// [`Error`] where a side cannot be read or the output not be written.
pub fn run(
    out: &mut impl Write,
    root: &Path,
    base: &str,
    head: Option<&str>,
    format: Format,
    today: &str,
) -> Result<bool, Error> {
    // Each side waits for git and cargo for a good part of its time.
    let (before, after) = rayon::join(
        || side(root, base),
        || match head {
            Some(head) => side(root, head),
            None => working_tree(root),
        },
    );
    let (before, after) = (before?, after?);
    let changes = compare(&before.placed.manifest, &after.placed.manifest);
    // A lock file says nothing of approvals; they are in the policy beside it.
    let beside = match after.facts {
        Some(_) => None,
        None => boundary_schema::Policy::load(root.join(boundary_schema::Policy::FILE_NAME)).ok(),
    };
    let policy = after.policy().or(beside.as_ref());
    let approvals = approvals::judge(&changes, before.policy(), policy, today);
    let compared = Compared {
        base: &before,
        head: &after,
        changes: &changes,
        approvals: &approvals,
    };
    match format {
        Format::Human => write_human(out, &compared)?,
        Format::Json => write_json(out, &compared)?,
        Format::Markdown => write_markdown(out, &compared)?,
    }
    Ok(approvals.missing(&changes) == 0 && approvals.wrong.is_empty())
}

fn input(root: PathBuf) -> Input {
    Input {
        root: Some(root),
        crates: true,
        ..Input::default()
    }
}

fn working_tree(root: &Path) -> Result<SideOf, Error> {
    let facts = collect(&input(root.to_owned()))?;
    Ok(SideOf {
        shown: "the working tree".to_owned(),
        placed: manifest::of(&facts),
        facts: Some(facts),
    })
}

/// A file that is there is a lock file; everything else is a revision.
pub(super) fn side(root: &Path, named: &str) -> Result<SideOf, Error> {
    let path = Path::new(named);
    if path.is_file() {
        return Ok(SideOf {
            shown: named.to_owned(),
            placed: Placed {
                manifest: read(path)?,
                ..Placed::default()
            },
            facts: None,
        });
    }
    // Without a policy nothing is declared there.
    let facts = base::facts(&input(root.to_owned()), named)?;
    Ok(SideOf {
        shown: named.to_owned(),
        placed: facts.as_ref().map(manifest::of).unwrap_or_default(),
        facts,
    })
}

/// A lock file.
///
/// # Errors
///
/// [`Error::Read`] or [`Error::Lock`].
pub fn read(path: &Path) -> Result<Manifest, Error> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::Read {
        path: path.to_owned(),
        source,
    })?;
    Manifest::parse(&text).map_err(|source| Error::Lock {
        path: path.to_owned(),
        source,
    })
}
