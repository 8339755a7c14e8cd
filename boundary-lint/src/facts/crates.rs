//! Which crate reaches which, over the whole dependency graph.
//!
//! All features, all targets and all kinds of dependency count: a feature is no border, a crate is.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;

use boundary_schema::{CratePlane, Policy};
use cargo_metadata::{CargoOpt, DependencyKind, Metadata, MetadataCommand, Package, PackageId};
use toml::de::{DeTable, DeValue};

use super::Facts;
use crate::discover;
use crate::error::Error;
use crate::parse::seam::seams;
use crate::source::{Place, SourceFile, Span};

/// The package that holds keys.
pub const VAULT: &str = "boundary-vault";

/// A way from a central crate to the vault.
#[derive(Clone, Debug)]
pub struct Reach {
    /// The packages on the way, from the central crate to the vault.
    pub path: Vec<String>,
    /// The dependency in the central crate's manifest that begins the way.
    pub place: Place,
}

/// A crate that the policy names and the workspace does not have.
#[derive(Clone, Debug)]
pub struct Unknown {
    /// Its name.
    pub name: String,
    /// The list that names it.
    pub list: &'static str,
    /// Place of the name in the policy.
    pub place: Place,
}

/// A place that names the seam of the vault.
#[derive(Clone, Debug)]
pub struct Seam {
    /// The crate.
    pub name: String,
    /// The list of the policy that names the crate.
    pub list: &'static str,
    /// The place.
    pub place: Place,
}

/// Why the dependency graph could not be read.
#[derive(Debug, thiserror::Error)]
#[error("cargo metadata could not read the workspace of {}: {source}\nhelp: run `cargo metadata` there and mend what it reports", root.display())]
pub struct GraphError {
    root: std::path::PathBuf,
    source: cargo_metadata::Error,
}

/// Looks at the crates that the policy names.
pub(super) fn look(facts: &mut Facts, root: &Path, policy: &Policy) -> Result<(), Error> {
    let lists = [
        CratePlane::Central,
        CratePlane::InCountry,
        CratePlane::Shared,
        CratePlane::Tools,
    ];
    if lists.iter().all(|list| policy.crates().of(*list).is_empty()) {
        return Ok(());
    }
    let metadata = metadata(root)?;
    let members: BTreeMap<&str, &Package> = metadata
        .workspace_packages()
        .into_iter()
        .map(|package| (package.name.as_str(), package))
        .collect();
    for list in lists {
        for name in policy.crates().of(list) {
            match members.get(name.as_str()) {
                Some(package) => match list {
                    CratePlane::Central => {
                        reach(facts, root, &metadata, package)?;
                        name_seam(facts, root, package, list.as_str())?;
                    }
                    CratePlane::Shared => name_seam(facts, root, package, list.as_str())?,
                    CratePlane::InCountry | CratePlane::Tools => {}
                },
                None => unknown(facts, root, name, list.as_str())?,
            }
        }
    }
    Ok(())
}

fn metadata(root: &Path) -> Result<Metadata, GraphError> {
    let run = |offline: bool| {
        let mut command = MetadataCommand::new();
        command.current_dir(root).features(CargoOpt::AllFeatures);
        if offline {
            command.other_options(["--offline".to_owned()]);
        }
        command.exec()
    };
    // The network is asked only where the crates at hand do not do.
    run(true).or_else(|_| run(false)).map_err(|source| GraphError {
        root: root.to_owned(),
        source,
    })
}

/// Each dependency of `central` through which the vault is reached is a way of its own.
fn reach(facts: &mut Facts, root: &Path, metadata: &Metadata, central: &Package) -> Result<(), Error> {
    let graph = Graph::new(metadata);
    let mut found: Vec<(String, Vec<String>)> = Vec::new();
    let mut firsts = BTreeSet::new();
    for (first, key) in graph.below(&central.id, true) {
        if !firsts.insert((first.clone(), key.clone())) {
            continue;
        }
        if let Some(rest) = graph.way_to_vault(&first, &central.id) {
            found.push((
                key,
                std::iter::once(central.name.to_string()).chain(rest).collect(),
            ));
        }
    }
    // What is declared but not resolved on this machine counts as well.
    for dependency in central
        .dependencies
        .iter()
        .filter(|dependency| dependency.name == VAULT)
    {
        let key = dependency
            .rename
            .clone()
            .unwrap_or_else(|| dependency.name.clone());
        if !found.iter().any(|(known, _)| same(known, &key)) {
            found.push((key, vec![central.name.to_string(), VAULT.to_owned()]));
        }
    }
    if found.is_empty() {
        return Ok(());
    }
    let manifest = central.manifest_path.as_std_path().to_owned();
    let text = std::fs::read_to_string(&manifest).map_err(|source| Error::Read {
        path: manifest.clone(),
        source,
    })?;
    let places: Vec<Span> = found.iter().map(|(key, _)| dependency_key(&text, key)).collect();
    let file = facts.sources.add(SourceFile::new(root, manifest, text));
    for ((_, path), span) in found.into_iter().zip(places) {
        facts.reaches.push(Reach {
            path,
            place: Place { file, span },
        });
    }
    Ok(())
}

/// Reads every Rust file of a package for the seam.
fn name_seam(facts: &mut Facts, root: &Path, package: &Package, list: &'static str) -> Result<(), Error> {
    let Some(folder) = package.manifest_path.parent() else {
        return Ok(());
    };
    for path in discover::project(folder.as_std_path())?.rust {
        let text = std::fs::read_to_string(&path).map_err(|source| Error::Read {
            path: path.clone(),
            source,
        })?;
        let spans = seams(&text);
        if spans.is_empty() {
            continue;
        }
        let file = facts.sources.add(SourceFile::new(root, path, text));
        facts.seams.extend(spans.into_iter().map(|span| Seam {
            name: package.name.to_string(),
            list,
            place: Place { file, span },
        }));
    }
    Ok(())
}

fn same(a: &str, b: &str) -> bool {
    a.replace('-', "_") == b.replace('-', "_")
}

struct Graph<'m> {
    metadata: &'m Metadata,
    nodes: BTreeMap<&'m PackageId, &'m cargo_metadata::Node>,
    packages: BTreeMap<&'m PackageId, &'m Package>,
}

impl<'m> Graph<'m> {
    fn new(metadata: &'m Metadata) -> Self {
        let nodes = metadata
            .resolve
            .iter()
            .flat_map(|resolve| &resolve.nodes)
            .map(|node| (&node.id, node))
            .collect();
        let packages = metadata
            .packages
            .iter()
            .map(|package| (&package.id, package))
            .collect();
        Graph {
            metadata,
            nodes,
            packages,
        }
    }

    /// The dependencies of a package, each with the name that its manifest gives it. The tests of a dependency are not
    /// built with it, so dev-dependencies count for the first package of a way only.
    fn below(&self, id: &PackageId, first: bool) -> Vec<(PackageId, String)> {
        let mut below: Vec<(PackageId, String)> = Vec::new();
        for dependency in self.nodes.get(id).into_iter().flat_map(|node| &node.deps) {
            let counts = first
                || dependency.dep_kinds.is_empty()
                || dependency
                    .dep_kinds
                    .iter()
                    .any(|kind| kind.kind != DependencyKind::Development);
            if counts {
                below.push((dependency.pkg.clone(), dependency.name.to_string()));
            }
        }
        // Optional and target-specific dependencies of members that no feature turns on are declared all the same.
        for declared in self
            .packages
            .get(id)
            .into_iter()
            .flat_map(|package| &package.dependencies)
        {
            if !first && declared.kind == DependencyKind::Development {
                continue;
            }
            let Some(path) = &declared.path else { continue };
            let package = self.metadata.packages.iter().find(|package| {
                package.name.as_str() == declared.name
                    && package.manifest_path.parent() == Some(path.as_path())
            });
            if let Some(package) = package
                && !below.iter().any(|(id, _)| *id == package.id)
            {
                below.push((
                    package.id.clone(),
                    declared.rename.clone().unwrap_or_else(|| declared.name.clone()),
                ));
            }
        }
        below.sort_by(|a, b| (&a.1, &a.0).cmp(&(&b.1, &b.0)));
        below
    }

    /// The shortest way from a package to the vault, both included, that does not lead back through `around`.
    fn way_to_vault(&self, from: &PackageId, around: &PackageId) -> Option<Vec<String>> {
        let mut came_from: BTreeMap<PackageId, Option<PackageId>> = BTreeMap::from([(from.clone(), None)]);
        let mut open = VecDeque::from([from.clone()]);
        while let Some(id) = open.pop_front() {
            let package = self.packages.get(&id)?;
            if package.name.as_str() == VAULT {
                let mut way = Vec::new();
                let mut at = Some(id);
                while let Some(id) = at {
                    way.extend(self.packages.get(&id).map(|package| package.name.to_string()));
                    at = came_from.get(&id).cloned().flatten();
                }
                way.reverse();
                return Some(way);
            }
            for (next, _) in self.below(&id, false) {
                if next != *around && !came_from.contains_key(&next) {
                    came_from.insert(next.clone(), Some(id.clone()));
                    open.push_back(next);
                }
            }
        }
        None
    }
}

/// Place of a dependency in a manifest, by the name that the manifest gives it.
fn dependency_key(manifest: &str, key: &str) -> Span {
    fn search(table: &DeTable<'_>, key: &str, among_dependencies: bool) -> Option<Span> {
        for (name, value) in table {
            if among_dependencies && same(name.get_ref(), key) {
                return Some(Span::new(name.span().start, name.span().end));
            }
            if let DeValue::Table(inner) = value.get_ref() {
                let inside = name.get_ref().ends_with("dependencies");
                let found = if among_dependencies {
                    None
                } else {
                    search(inner, key, inside)
                };
                if found.is_some() {
                    return found;
                }
            }
        }
        None
    }
    DeTable::parse(manifest)
        .ok()
        .and_then(|table| search(table.get_ref(), key, false))
        .unwrap_or_default()
}

fn unknown(facts: &mut Facts, root: &Path, name: &str, list: &'static str) -> Result<(), Error> {
    let path = root.join(Policy::FILE_NAME);
    let text = std::fs::read_to_string(&path).map_err(|source| Error::Read {
        path: path.clone(),
        source,
    })?;
    let span = DeTable::parse(&text).ok().and_then(|table| {
        let crates = table.get_ref().get("crates")?.get_ref().as_table()?;
        let names = crates.get(list)?.get_ref().as_array()?;
        let found = names
            .iter()
            .find(|found| found.get_ref().as_str() == Some(name))?;
        Some(Span::new(found.span().start, found.span().end))
    });
    let file = facts.sources.add(SourceFile::new(root, path, text));
    let place = Place {
        file,
        span: span.unwrap_or_default(),
    };
    facts.unknown_crates.push(Unknown {
        name: name.to_owned(),
        list,
        place,
    });
    Ok(())
}
