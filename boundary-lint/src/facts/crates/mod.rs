//! The crates of the policy: which reaches which, and what their code and manifests say.
//!
//! This file joins the policy's lists with the graph. What a graph is, what code is read for, and where a manifest says
//! something are files of their own.

mod code;
mod graph;
mod manifest;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use boundary_schema::{CratePlane, Policy};
use cargo_metadata::{Package, PackageId};
use toml::de::DeTable;

pub use graph::GraphError;
use graph::{Graph, RUNTIME, VAULT, is_vault, same};

use super::Facts;
use super::mark::Mark;
use crate::error::Error;
use crate::parse::forbid::forbids_unsafe;
use crate::source::{Place, SourceFile, Span};

/// A way from a central crate to the vault.
#[derive(Clone, Debug)]
pub struct Reach {
    /// The packages on the way, from the central crate to the vault.
    pub path: Vec<String>,
    /// The dependency in the central crate's manifest that begins the way; in the crate that is a copy of the vault
    /// itself, the mark.
    pub place: Place,
    /// What gives the last package away, where it goes by another name than the vault's: the mark in its sources, or
    /// the line of its manifest.
    pub copy: Option<Place>,
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

/// A crate that uses the runtime and is in no list of the policy.
#[derive(Clone, Debug)]
pub struct Unlisted {
    /// The packages on the way, from the crate to the runtime.
    pub path: Vec<String>,
    /// Its name in its manifest.
    pub place: Place,
}

/// A place in the code of a crate, with the crate as a message names it.
#[derive(Clone, Debug)]
pub struct Named {
    /// The crate, with the list that names it or the way on which a central crate links it.
    pub whose: String,
    /// The place.
    pub place: Place,
}

/// What the crates show.
#[derive(Debug, Default)]
pub struct Crates {
    /// Ways from a central crate to the vault.
    pub reaches: Vec<Reach>,
    /// Crates that the policy names and the workspace does not have.
    pub unknown: Vec<Unknown>,
    /// Crates that use the runtime and are in no list.
    pub unlisted: Vec<Unlisted>,
    /// Places that name the seam of the vault where central code would reach it.
    pub seams: Vec<Named>,
    /// Roots of targets of central crates that do not forbid unsafe code.
    pub not_forbidden: Vec<Named>,
}

const LISTS: [CratePlane; 4] = [
    CratePlane::Central,
    CratePlane::InCountry,
    CratePlane::Shared,
    CratePlane::Tools,
];

/// Looks at the crates that the policy governs.
pub(super) fn look(facts: &mut Facts, root: &Path, policy: &Policy) -> Result<(), Error> {
    let named = LISTS.iter().any(|list| !policy.crates().of(*list).is_empty());
    // A folder of migrations with a policy and without a workspace has no crates to look at.
    if !named && !in_a_workspace(root) {
        return Ok(());
    }
    let metadata = graph::metadata(root)?;
    let graph = Graph::new(&metadata);
    let mut look = Look {
        facts,
        root,
        policy,
        graph: &graph,
        runtime_users: graph.above(RUNTIME),
        copies: BTreeMap::new(),
    };
    look.unknown()?;
    look.unlisted()?;
    look.find_copies()?;
    let listed = look.listed();
    for (plane, package) in &listed {
        if *plane == CratePlane::Central {
            look.reach(package)?;
            look.forbids(package)?;
        }
    }
    look.read_code(&listed)
}

fn in_a_workspace(root: &Path) -> bool {
    std::path::absolute(root)
        .unwrap_or_else(|_| root.to_owned())
        .ancestors()
        .any(|folder| folder.join("Cargo.toml").is_file())
}

/// What one look at a workspace goes by.
struct Look<'a> {
    facts: &'a mut Facts,
    root: &'a Path,
    policy: &'a Policy,
    graph: &'a Graph<'a>,
    /// All packages that link the runtime, and it.
    runtime_users: BTreeSet<&'a PackageId>,
    /// Packages that are the vault under another name, with what gives them away.
    copies: BTreeMap<&'a PackageId, (PathBuf, Span)>,
}

impl<'a> Look<'a> {
    fn members(&self) -> Vec<&'a Package> {
        self.graph.metadata.workspace_packages()
    }

    /// The members that the policy lists, with their lists.
    fn listed(&self) -> Vec<(CratePlane, &'a Package)> {
        let of = |package: &'a Package| Some((self.policy.crates().plane(&package.name)?, package));
        self.members().into_iter().filter_map(of).collect()
    }

    fn add(&mut self, path: &Path) -> Result<(String, crate::source::FileId), Error> {
        let text = manifest::read(path)?;
        let file = SourceFile::new(self.root, path.to_owned(), text.clone());
        Ok((text, self.facts.sources.add(file)))
    }

    /// Names in the policy that no crate has.
    fn unknown(&mut self) -> Result<(), Error> {
        let members = self.members();
        for list in LISTS {
            for name in self.policy.crates().of(list) {
                if members.iter().any(|member| same(&member.name, name)) {
                    continue;
                }
                let (text, file) = self.add(&self.root.join(Policy::FILE_NAME))?;
                let span = listed_at(&text, list.as_str(), name).unwrap_or_default();
                self.facts.crates.unknown.push(Unknown {
                    name: name.clone(),
                    list: list.as_str(),
                    place: Place { file, span },
                });
            }
        }
        Ok(())
    }

    /// Crates without a name in the policy. It governs what lies below its folder, and beyond it what no policy of its
    /// own governs and links the runtime into something that may be deployed.
    fn unlisted(&mut self) -> Result<(), Error> {
        let root = canonical(self.root);
        for member in self.members() {
            let is_boundary = [RUNTIME, VAULT].iter().any(|own| same(own, &member.name));
            if is_boundary || self.policy.crates().plane(&member.name).is_some() {
                continue;
            }
            let folder = member
                .manifest_path
                .parent()
                .map(|folder| canonical(folder.as_std_path()));
            let Some(folder) = folder else { continue };
            let below = folder.starts_with(&root);
            let governs = Policy::find(&folder)
                .ok()
                .and_then(|file| file.parent().map(canonical));
            if governs.is_some_and(|governs| governs != root) {
                continue;
            }
            let ways = self.graph.closure(&member.id, below);
            let way = ways.into_iter().find(|(id, _)| {
                self.graph
                    .package(id)
                    .is_some_and(|package| same(&package.name, RUNTIME))
            });
            if let Some((_, path)) = way {
                let (text, file) = self.add(member.manifest_path.as_std_path())?;
                let span = manifest::package_name(&text);
                let place = Place { file, span };
                self.facts.crates.unlisted.push(Unlisted { path, place });
            }
        }
        Ok(())
    }

    /// Looks for the vault under other names, in the packages that central crates link: in all that may be changed here,
    /// and in what comes from a registry where it uses the runtime, as a vault must.
    fn find_copies(&mut self) -> Result<(), Error> {
        let mark = Mark::new();
        let mut linked: BTreeSet<&PackageId> = BTreeSet::new();
        for (plane, package) in self.listed() {
            if plane == CratePlane::Central {
                linked.extend(self.graph.closure(&package.id, true).into_keys());
            }
        }
        for id in linked {
            let Some(package) = self.graph.package(id) else {
                continue;
            };
            if package.name.as_str() == VAULT {
                continue;
            }
            if is_vault(package) {
                self.copies
                    .insert(id, (package.manifest_path.clone().into(), Span::default()));
                continue;
            }
            let from_registry = package
                .source
                .as_ref()
                .is_some_and(|source| source.is_crates_io())
                || package
                    .source
                    .as_ref()
                    .is_some_and(|source| !source.repr.starts_with("git+"));
            if from_registry && !self.runtime_users.contains(id) {
                continue;
            }
            if let Some((path, at)) = code::marked(self.graph.metadata, package, &mark)? {
                self.copies.insert(id, (path, Span::new(at, at + mark.len())));
            }
        }
        Ok(())
    }

    fn vaults(&self) -> BTreeSet<&'a PackageId> {
        let packages = self.graph.metadata.packages.iter();
        packages
            .filter(|package| is_vault(package))
            .map(|package| &package.id)
            .chain(self.copies.keys().copied())
            .collect()
    }

    /// Each dependency of a central crate through which a vault is reached is a way of its own.
    fn reach(&mut self, central: &'a Package) -> Result<(), Error> {
        let vaults = self.vaults();
        let name = |id: &PackageId| self.graph.package(id).map(|package| package.name.to_string());
        let mut found: Vec<(String, Vec<String>, Option<&PackageId>)> = Vec::new();
        let mut firsts = BTreeSet::new();
        for (first, key) in self.graph.below(&central.id, true) {
            if !firsts.insert((first, key.clone())) {
                continue;
            }
            if let Some(rest) = self.graph.way_to_vault(first, &central.id, &vaults) {
                let path = std::iter::once(&central.id).chain(rest.iter().copied());
                found.push((key, path.filter_map(name).collect(), rest.last().copied()));
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
            if !found.iter().any(|(known, ..)| same(known, &key)) {
                found.push((key, vec![central.name.to_string(), VAULT.to_owned()], None));
            }
        }
        if let Some((path, span)) = self.copies.get(&central.id).cloned() {
            let (_, file) = self.add(&path)?;
            self.facts.crates.reaches.push(Reach {
                path: vec![central.name.to_string()],
                place: Place { file, span },
                copy: None,
            });
        }
        if found.is_empty() {
            return Ok(());
        }
        let (text, file) = self.add(central.manifest_path.as_std_path())?;
        for (key, path, last) in found {
            let copy = match last.and_then(|last| self.copies.get(last).cloned()) {
                Some((path, span)) => {
                    let (_, file) = self.add(&path)?;
                    Some(Place { file, span })
                }
                None => None,
            };
            let span = manifest::dependency_key(&text, &key);
            self.facts.crates.reaches.push(Reach {
                path,
                place: Place { file, span },
                copy,
            });
        }
        Ok(())
    }

    /// Targets of a central crate that do not forbid unsafe code.
    fn forbids(&mut self, central: &Package) -> Result<(), Error> {
        let workspace = manifest::read(
            self.graph
                .metadata
                .workspace_root
                .join("Cargo.toml")
                .as_std_path(),
        )?;
        if manifest::forbids_unsafe(&manifest::read(central.manifest_path.as_std_path())?, &workspace) {
            return Ok(());
        }
        for target in &central.targets {
            let (text, file) = self.add(target.src_path.as_std_path())?;
            if !forbids_unsafe(&text) {
                let kind = target.kind.first().map(ToString::to_string).unwrap_or_default();
                self.facts.crates.not_forbidden.push(Named {
                    whose: format!(
                        "the {kind} `{}` of the central crate `{}`",
                        target.name, central.name
                    ),
                    place: Place {
                        file,
                        span: Span::default(),
                    },
                });
            }
        }
        Ok(())
    }

    /// Reads the code of all that the policy lists on a plane, and of what stands between a central crate and the runtime.
    fn read_code(&mut self, listed: &[(CratePlane, &'a Package)]) -> Result<(), Error> {
        let mut read: Vec<code::Wanted<'a>> = Vec::new();
        for (plane, package) in listed.iter().filter(|(plane, _)| *plane != CratePlane::Tools) {
            read.push(code::Wanted {
                package,
                whose: format!("the {} crate `{}`", plane.as_str(), package.name),
                seam: *plane != CratePlane::InCountry,
            });
        }
        let listed_ids: BTreeSet<&PackageId> = listed.iter().map(|(_, package)| &package.id).collect();
        let mut between: BTreeMap<&PackageId, Vec<String>> = BTreeMap::new();
        for (plane, package) in listed {
            if *plane == CratePlane::Central {
                for (id, way) in self.graph.closure(&package.id, true) {
                    between.entry(id).or_insert(way);
                }
            }
        }
        for (id, way) in between {
            let Some(package) = self.graph.package(id) else {
                continue;
            };
            let is_boundary = [RUNTIME, VAULT].iter().any(|own| same(own, &package.name));
            // Vaults are findings already, and all of them names the seam.
            let skipped = is_boundary
                || listed_ids.contains(id)
                || is_vault(package)
                || self.copies.contains_key(id)
                || !self.runtime_users.contains(id);
            if !skipped {
                read.push(code::Wanted {
                    package,
                    whose: format!("the crate `{}` ({})", package.name, way.join(" -> ")),
                    seam: true,
                });
            }
        }
        let mut aliases = self.graph.renames(RUNTIME);
        aliases.insert(RUNTIME.replace('-', "_"));
        code::read(self.facts, self.root, self.graph.metadata, &read, aliases)
    }
}

fn canonical(path: impl AsRef<Path>) -> PathBuf {
    let path = path.as_ref();
    path.canonicalize().unwrap_or_else(|_| path.to_owned())
}

/// Place of a name in a list of the policy.
fn listed_at(policy: &str, list: &str, name: &str) -> Option<Span> {
    let table = DeTable::parse(policy).ok()?;
    let crates = table.get_ref().get("crates")?.get_ref().as_table()?;
    let names = crates.get(list)?.get_ref().as_array()?;
    let found = names
        .iter()
        .find(|found| found.get_ref().as_str() == Some(name))?;
    Some(Span::new(found.span().start, found.span().end))
}
