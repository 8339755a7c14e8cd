//! The Rust files of packages, read once each for all that the rules want of them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use cargo_metadata::{Metadata, Package};
use rayon::prelude::*;

use super::super::mark::Mark;
use super::Named;
use crate::discover;
use crate::error::Error;
use crate::facts::Facts;
use crate::parse::seam::{aliases_of, seams};
use crate::source::{Place, SourceFile};

/// A package whose code is read.
pub(super) struct Wanted<'a> {
    pub(super) package: &'a Package,
    /// The package, as messages name it.
    pub(super) whose: String,
    /// Whether it must not name the seam.
    pub(super) seam: bool,
}

/// The Rust files of a package, without those of packages in folders of its own.
fn files(metadata: &Metadata, package: &Package) -> Result<Vec<PathBuf>, Error> {
    let Some(folder) = package.manifest_path.parent() else {
        return Ok(Vec::new());
    };
    let nested: Vec<&Path> = metadata
        .packages
        .iter()
        .filter_map(|other| other.manifest_path.parent())
        .filter(|other| *other != folder && other.starts_with(folder))
        .map(|other| other.as_std_path())
        .collect();
    let mut files = discover::project(folder.as_std_path())?.rust;
    files.retain(|file| !nested.iter().any(|nested| file.starts_with(nested)));
    Ok(files)
}

fn text(path: &Path) -> Result<String, Error> {
    let bytes = std::fs::read(path).map_err(|source| Error::Read {
        path: path.to_owned(),
        source,
    })?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The first file of a package that holds the vault's mark, and where.
pub(super) fn marked(
    metadata: &Metadata,
    package: &Package,
    mark: &Mark,
) -> Result<Option<(PathBuf, usize)>, Error> {
    for path in files(metadata, package)? {
        let bytes = std::fs::read(&path).map_err(|source| Error::Read {
            path: path.clone(),
            source,
        })?;
        if let Some(at) = mark.find(&bytes) {
            return Ok(Some((path, at)));
        }
    }
    Ok(None)
}

/// Reads the code of all these packages. `aliases` are the names that the runtime goes by in their manifests.
pub(super) fn read(
    facts: &mut Facts,
    root: &Path,
    metadata: &Metadata,
    wanted: &[Wanted<'_>],
    mut aliases: BTreeSet<String>,
) -> Result<(), Error> {
    let mut paths: Vec<(&Wanted<'_>, PathBuf)> = Vec::new();
    for wanted in wanted {
        paths.extend(
            files(metadata, wanted.package)?
                .into_iter()
                .map(|path| (wanted, path)),
        );
    }
    // Only the text of what may not name the seam is kept: what renames the runtime may stand in any of it.
    let texts: Vec<(&Wanted<'_>, PathBuf, String)> = paths
        .into_par_iter()
        .filter(|(wanted, _)| wanted.seam)
        .map(|(wanted, path)| {
            let text = text(&path)?;
            Ok((wanted, path, text))
        })
        .collect::<Result<_, Error>>()?;
    loop {
        let more: Vec<BTreeSet<String>> = texts
            .par_iter()
            .map(|(_, _, text)| aliases_of(text, &aliases))
            .collect();
        let before = aliases.len();
        aliases.extend(more.into_iter().flatten());
        if aliases.len() == before {
            break;
        }
    }
    let found: Vec<_> = texts
        .into_par_iter()
        .map(|(wanted, path, text)| {
            let spans = seams(&text, &aliases);
            (wanted, path, text, spans)
        })
        .filter(|(.., spans)| !spans.is_empty())
        .collect();
    for (wanted, path, text, spans) in found {
        let file = facts.sources.add(SourceFile::new(root, path, text));
        facts.crates.seams.extend(spans.into_iter().map(|span| Named {
            whose: wanted.whose.clone(),
            place: Place { file, span },
        }));
    }
    Ok(())
}
