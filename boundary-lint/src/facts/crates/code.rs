//! The Rust files of packages, read once each for all that the rules want of them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use cargo_metadata::{Metadata, Package};
use rayon::prelude::*;

use super::super::mark::Mark;
use super::{Exit, Flow, Named, canonical};
use crate::error::Error;
use crate::facts::Facts;
use crate::parse::connections::{connection_strings, connections};
use crate::parse::hidden::hidden;
use crate::parse::opened::{Opened, opened};
use crate::parse::seam::{aliases_of, seams};
use crate::parse::test_only::{test_modules, test_only};
use crate::source::{Place, SourceFile, Span};
use crate::suppress::MARK;

/// A package whose code is read.
pub(super) struct Wanted<'a> {
    pub(super) package: &'a Package,
    /// The package, as messages name it.
    pub(super) whose: String,
    /// Whether the policy lists it among those that touch personal data.
    pub(super) personal: bool,
    /// Whether it must not name the seam.
    pub(super) seam: bool,
}

/// The Rust files of a package, without those of packages in folders of its own and without what cargo writes.
///
/// Unlike the walk over a project, this one respects no file that says what to ignore, steps into folders of any name and
/// follows links: the compiler does, and what it compiles must not be hidden from the lint by a line in `.gitignore`.
pub(super) fn files(metadata: &Metadata, package: &Package) -> Result<Vec<PathBuf>, Error> {
    let Some(folder) = package.manifest_path.parent() else {
        return Ok(Vec::new());
    };
    let mut left_out: BTreeSet<PathBuf> = metadata
        .packages
        .iter()
        .filter_map(|other| other.manifest_path.parent())
        .filter(|other| *other != folder)
        .map(canonical)
        .collect();
    left_out.insert(canonical(&metadata.target_directory));
    left_out.insert(folder.as_std_path().join(".git"));
    let mut files = Vec::new();
    let mut open = vec![folder.as_std_path().to_owned()];
    let mut seen = BTreeSet::new();
    while let Some(folder) = open.pop() {
        let known = canonical(&folder);
        if left_out.contains(&known) || !seen.insert(known) {
            continue;
        }
        let read = |source| Error::Read {
            path: folder.clone(),
            source,
        };
        for entry in std::fs::read_dir(&folder).map_err(read)? {
            let path = entry.map_err(read)?.path();
            // A link that leads nowhere has no code behind it.
            match std::fs::metadata(&path) {
                Ok(found) if found.is_dir() => open.push(path),
                Ok(found)
                    if found.is_file() && path.extension().is_some_and(|extension| extension == "rs") =>
                {
                    files.push(path);
                }
                Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                    return Err(Error::Read { path, source });
                }
                _ => {}
            }
        }
    }
    files.sort();
    Ok(files)
}

pub(super) fn text(path: &Path) -> Result<String, Error> {
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
    aliases: &mut BTreeSet<String>,
) -> Result<(), Error> {
    let mut paths: Vec<(&Wanted<'_>, PathBuf)> = Vec::new();
    for wanted in wanted {
        paths.extend(
            files(metadata, wanted.package)?
                .into_iter()
                .map(|path| (wanted, path)),
        );
    }
    let read: Vec<Code<'_>> = paths
        .into_par_iter()
        .map(|(wanted, path)| {
            let text = text(&path)?;
            Ok(Code {
                hidden: hidden(&text),
                test_only: test_only(&text),
                lines: code_lines(&text),
                opened: opened(&text),
                suppresses: memchr::memmem::find(text.as_bytes(), MARK.as_bytes()).is_some(),
                connections: connections(&text),
                connection_strings: connection_strings(&text),
                // Only where the seam may not be named is all text kept: any of it may rename the runtime.
                text: Some(text),
                wanted,
                path,
            }
            .without_useless_text())
        })
        .collect::<Result<_, Error>>()?;
    facts.crates.code_lines = read
        .iter()
        .filter(|code| code.wanted.personal && !code.is_in_a_folder_of_tests())
        .map(|code| code.lines)
        .sum();
    loop {
        let texts = read.par_iter().filter(|code| code.wanted.seam);
        let more = texts.filter_map(|code| Some(aliases_of(code.text.as_deref()?, aliases)));
        let more: Vec<BTreeSet<String>> = more.collect();
        let before = aliases.len();
        aliases.extend(more.into_iter().flatten());
        if aliases.len() == before {
            break;
        }
    }
    let seams: Vec<Vec<Span>> = read
        .par_iter()
        .map(|code| match &code.text {
            Some(text) if code.wanted.seam => seams(text, aliases),
            _ => Vec::new(),
        })
        .collect();
    let tests = test_files(metadata, &read)?;
    for (code, seams) in read.into_iter().zip(seams) {
        let is_test = tests.iter().any(|tests| code.path.starts_with(tests));
        if is_test && seams.is_empty() && code.hidden.is_empty() {
            continue;
        }
        let anything = !seams.is_empty() || code.says_anything();
        let Some(text) = code.text.filter(|_| anything) else {
            continue;
        };
        let outside_tests = |spans: Vec<Span>| if is_test { Vec::new() } else { spans };
        let file = facts.sources.add(SourceFile::new(root, code.path, text));
        let named = |span| Named {
            whose: code.wanted.whose.clone(),
            place: Place { file, span },
        };
        facts.crates.seams.extend(seams.into_iter().map(named));
        facts.crates.hidden.extend(code.hidden.into_iter().map(named));
        let crates = &mut facts.crates;
        crates
            .test_only
            .extend(outside_tests(code.test_only).into_iter().map(named));
        crates
            .connections
            .extend(outside_tests(code.connections).into_iter().map(named));
        crates
            .connection_strings
            .extend(outside_tests(code.connection_strings).into_iter().map(named));
        if !is_test {
            crates.taken.extend(code.opened.taken.into_iter().map(named));
            crates
                .exits
                .extend(code.opened.exits.into_iter().map(|exit| Exit {
                    at: named(exit.span),
                    function: exit.function,
                    reason: exit.reason,
                }));
            crates
                .flows
                .extend(code.opened.flows.into_iter().map(|flow| Flow {
                    at: named(flow.span),
                    goes: flow.goes,
                    by: flow.by,
                }));
        }
    }
    Ok(())
}

/// Lines that are neither blank nor only a comment.
fn code_lines(text: &str) -> usize {
    text.lines()
        .map(str::trim_start)
        .filter(|line| !line.is_empty() && !["//", "/*", "*"].iter().any(|mark| line.starts_with(mark)))
        .count()
}

/// A file, with what was found in it.
struct Code<'a> {
    wanted: &'a Wanted<'a>,
    path: PathBuf,
    text: Option<String>,
    hidden: Vec<Span>,
    test_only: Vec<Span>,
    lines: usize,
    opened: Opened,
    /// Whether findings are suppressed in it: one that suppresses nothing must be found as well.
    suppresses: bool,
    connections: Vec<Span>,
    connection_strings: Vec<Span>,
}

impl Code<'_> {
    fn without_useless_text(mut self) -> Self {
        if !self.wanted.seam && !self.says_anything() {
            self.text = None;
        }
        self
    }

    fn is_in_a_folder_of_tests(&self) -> bool {
        let folder = self.wanted.package.manifest_path.parent();
        let below = folder.and_then(|folder| self.path.strip_prefix(folder).ok());
        below.is_some_and(|below| below.starts_with("tests") || below.starts_with("benches"))
    }

    /// Whether anything was found that counts everywhere.
    fn says_anything(&self) -> bool {
        !self.hidden.is_empty() || self.suppresses || self.is_no_code_of_tests()
    }

    /// Whether anything was found that counts outside of tests only.
    fn is_no_code_of_tests(&self) -> bool {
        !self.test_only.is_empty()
            || !self.connections.is_empty()
            || !self.connection_strings.is_empty()
            || self.opened != Opened::default()
    }
}

/// Folders and files that are compiled for tests only, of the packages that would need it: the targets for tests and
/// benchmarks, and modules that are marked so.
fn test_files(metadata: &Metadata, read: &[Code<'_>]) -> Result<BTreeSet<PathBuf>, Error> {
    let mut tests = BTreeSet::new();
    let packages: Vec<&Package> = read
        .iter()
        .filter(|code| code.is_no_code_of_tests())
        .map(|code| code.wanted.package)
        .collect();
    for (at, package) in packages.iter().enumerate() {
        if packages[..at].iter().any(|before| before.id == package.id) {
            continue;
        }
        let folder = package
            .manifest_path
            .parent()
            .map(|folder| folder.as_std_path().to_owned());
        tests.extend(
            folder
                .iter()
                .flat_map(|folder| [folder.join("tests"), folder.join("benches")]),
        );
        let roots: BTreeSet<&Path> = package
            .targets
            .iter()
            .map(|target| target.src_path.as_std_path())
            .collect();
        for path in files(metadata, package)? {
            let modules = test_modules(&text(&path)?);
            let (Some(parent), Some(stem)) = (path.parent(), path.file_stem()) else {
                continue;
            };
            let within = if roots.contains(path.as_path()) || stem == "mod" {
                parent.to_owned()
            } else {
                parent.join(stem)
            };
            for module in modules {
                tests.insert(within.join(format!("{module}.rs")));
                tests.insert(within.join(module));
            }
        }
    }
    Ok(tests)
}
