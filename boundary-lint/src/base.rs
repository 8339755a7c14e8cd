//! What a change introduces: the findings that the tree of a git revision does not have.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use boundary_schema::Policy;

use crate::baseline;
use crate::error::Error;
use crate::facts::{Input, collect};
use crate::{rules, suppress};

/// How often the tree of a revision has each finding, by the keys of a baseline.
///
/// The tree is written to a temporary folder and checked there as the working tree is; one without a policy has no findings.
///
/// # Errors
///
/// [`Error::Revision`] where git does not give the tree, and whatever a check of it gives.
pub fn findings(input: &Input, revision: &str, today: &str) -> Result<BTreeMap<String, usize>, Error> {
    let root = input.root.clone().unwrap_or_else(|| PathBuf::from("."));
    // What begins with a dash is an option, and no revision.
    if revision.starts_with('-') {
        return Err(Error::Revision {
            revision: revision.to_owned(),
            why: "it is no revision".to_owned(),
        });
    }
    let git = |folder: &Path, arguments: &[&str], index: Option<&Path>| -> Result<String, Error> {
        let failed = |why: String| Error::Revision {
            revision: revision.to_owned(),
            why,
        };
        let mut command = Command::new("git");
        command.arg("-C").arg(folder).args(arguments);
        command.env("GIT_OPTIONAL_LOCKS", "0");
        if let Some(index) = index {
            command.env("GIT_INDEX_FILE", index);
        }
        let output = command
            .output()
            .map_err(|error| failed(format!("git does not run: {error}")))?;
        match output.status.success() {
            true => Ok(String::from_utf8_lossy(&output.stdout).trim_end().to_owned()),
            false => Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned())),
        }
    };
    let top = PathBuf::from(git(&root, &["rev-parse", "--show-toplevel"], None)?);
    let prefix = git(&root, &["rev-parse", "--show-prefix"], None)?;
    let tree = git(
        &root,
        &[
            "rev-parse",
            "--verify",
            "--quiet",
            &format!("{revision}^{{tree}}"),
        ],
        None,
    )
    .map_err(|_| Error::Revision {
        revision: revision.to_owned(),
        why: "git knows no such revision".to_owned(),
    })?;
    let folder = tempfile::Builder::new().prefix("boundary-base").tempdir()?;
    let index = folder.path().join("index");
    let files = folder.path().join("tree");
    git(&top, &["read-tree", &tree], Some(&index))?;
    let to = format!("--prefix={}/", files.display());
    git(&top, &["checkout-index", "--all", "--quiet", &to], Some(&index))?;
    let base = files.join(prefix);
    if !base.join(Policy::FILE_NAME).is_file() {
        return Ok(BTreeMap::new());
    }
    let within = |path: &PathBuf| match std::path::absolute(path) {
        Ok(absolute) => match absolute.strip_prefix(&top) {
            Ok(relative) => files.join(relative),
            Err(_) => path.clone(),
        },
        Err(_) => path.clone(),
    };
    let facts = collect(&Input {
        root: Some(base),
        migrations: input.migrations.iter().map(within).collect(),
        ..input.clone()
    })?;
    let judged = suppress::apply(&facts, rules::check(&facts), today);
    Ok(baseline::counted(&facts, &judged.findings))
}
