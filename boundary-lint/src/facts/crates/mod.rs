//! The crates of the policy: which reaches which, and what their code and manifests say.
//!
//! This file joins the policy's lists with the graph. What a graph is, what code is read for, and where a manifest says
//! something are files of their own.

mod code;
mod expand;
mod found;
mod graph;
mod manifest;
mod vaults;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use boundary_schema::{CratePlane, Policy};
use cargo_metadata::{DependencyKind, Package, PackageId};
use toml::de::DeTable;

pub use expand::{ExpandError, Unsafe};
pub use found::{Crates, Exit, Flow, Named, Reach, TestFeature, Unknown, Unlisted};
use graph::{Graph, RUNTIME, VAULT, is_vault, same};
pub use graph::{GraphError, members};

use super::Facts;
use crate::error::Error;
use crate::parse::forbid::forbids_unsafe;
use crate::source::{Place, SourceFile, Span};

/// The crates of Boundary that a project may depend on.
const BOUNDARY: [&str; 5] = [
    "boundary-derive",
    "boundary-lint",
    RUNTIME,
    "boundary-schema",
    VAULT,
];

const LISTS: [CratePlane; 4] = [
    CratePlane::Central,
    CratePlane::InCountry,
    CratePlane::Shared,
    CratePlane::Tools,
];

/// Looks at the crates that the policy governs; `expanded` also at what the compiler makes of the central ones.
pub(super) fn look(facts: &mut Facts, root: &Path, policy: &Policy, expanded: bool) -> Result<(), Error> {
    let named = LISTS.iter().any(|list| !policy.crates().of(*list).is_empty());
    // A folder of migrations with a policy and without a workspace has no crates to look at.
    if !named && (!in_a_workspace(root) || locks_no_runtime(root)) {
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
    let aliases = look.read_code(&listed)?;
    if expanded {
        look.expand(&listed, &aliases)?;
    }
    Ok(())
}

fn in_a_workspace(root: &Path) -> bool {
    std::path::absolute(root)
        .unwrap_or_else(|_| root.to_owned())
        .ancestors()
        .any(|folder| folder.join("Cargo.toml").is_file())
}

/// Whether the lock file around a folder knows nothing of the runtime: then no crate can be missing from the lists, and cargo need not
/// be asked, which takes the toolchain that the project pins and sometimes the network.
fn locks_no_runtime(root: &Path) -> bool {
    let root = std::path::absolute(root).unwrap_or_else(|_| root.to_owned());
    let lock = root
        .ancestors()
        .find_map(|folder| std::fs::read(folder.join("Cargo.lock")).ok());
    lock.is_some_and(|lock| memchr::memmem::find(&lock, RUNTIME.as_bytes()).is_none())
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

    /// Features for tests that a package turns on in what it builds: at a dependency, or through a feature of its own.
    fn test_features(&mut self, wanted: &code::Wanted<'_>) -> Result<(), Error> {
        let package = wanted.package;
        let mut found: Vec<(String, String, String)> = Vec::new();
        for dependency in &package.dependencies {
            if dependency.kind == DependencyKind::Development
                || !BOUNDARY.iter().any(|own| same(own, &dependency.name))
            {
                continue;
            }
            let key = dependency
                .rename
                .clone()
                .unwrap_or_else(|| dependency.name.clone());
            let forwarded = package.features.values().flatten().filter_map(|feature| {
                let (name, feature) = feature.split_once('/')?;
                same(name.trim_end_matches('?'), &key).then(|| feature.to_owned())
            });
            for feature in dependency.features.iter().cloned().chain(forwarded) {
                let one = (key.clone(), dependency.name.clone(), feature);
                if is_for_tests(&one.2) && !found.contains(&one) {
                    found.push(one);
                }
            }
        }
        if found.is_empty() {
            return Ok(());
        }
        let (text, file) = self.add(package.manifest_path.as_std_path())?;
        for (key, name, feature) in found {
            let span = manifest::dependency_key(&text, &key);
            self.facts.crates.test_features.push(TestFeature {
                whose: wanted.whose.clone(),
                package: name,
                feature,
                place: Place { file, span },
            });
        }
        Ok(())
    }

    /// Reads the code of all that the policy lists on a plane, and of what stands between a central crate and the runtime.
    /// Gives the names that the runtime goes by.
    fn read_code(&mut self, listed: &[(CratePlane, &'a Package)]) -> Result<BTreeSet<String>, Error> {
        let mut read: Vec<code::Wanted<'a>> = Vec::new();
        for (plane, package) in listed.iter().filter(|(plane, _)| *plane != CratePlane::Tools) {
            read.push(code::Wanted {
                package,
                whose: format!("the {} crate `{}`", plane.as_str(), package.name),
                personal: matches!(plane, CratePlane::InCountry | CratePlane::Shared),
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
                    personal: false,
                    seam: true,
                });
            }
        }
        for wanted in &read {
            self.test_features(wanted)?;
        }
        let mut aliases = self.graph.renames(RUNTIME);
        aliases.insert(RUNTIME.replace('-', "_"));
        code::read(self.facts, self.root, self.graph.metadata, &read, &mut aliases)?;
        Ok(aliases)
    }
}

fn is_for_tests(feature: &str) -> bool {
    ["test", "mock", "fake", "insecure"]
        .iter()
        .any(|word| feature.to_ascii_lowercase().contains(word))
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
