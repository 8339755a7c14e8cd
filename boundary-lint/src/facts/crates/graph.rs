//! The dependency graph, as one build of the whole workspace would have it.
//!
//! All features, all targets and all kinds of dependency count: a feature is no border, a crate is. Nothing here knows
//! the policy.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;

use cargo_metadata::{CargoOpt, DependencyKind, Metadata, MetadataCommand, Package, PackageId};

/// The package that holds keys.
pub(super) const VAULT: &str = "boundary-vault";

/// The package that every plane links.
pub(super) const RUNTIME: &str = "boundary-runtime";

/// Why the dependency graph could not be read.
#[derive(Debug, thiserror::Error)]
#[error("cargo metadata could not read the workspace of {}: {source}\nhelp: run `cargo metadata` there and mend what it reports", root.display())]
pub struct GraphError {
    root: std::path::PathBuf,
    source: cargo_metadata::Error,
}

/// The workspace around a folder, without what its members depend on.
///
/// # Errors
///
/// [`GraphError`] where the folder is in no workspace that cargo can read.
pub fn members(root: &Path) -> Result<Metadata, GraphError> {
    MetadataCommand::new()
        .current_dir(root)
        .no_deps()
        .exec()
        .map_err(|source| GraphError {
            root: root.to_owned(),
            source,
        })
}

/// The workspace around a folder.
pub(super) fn metadata(root: &Path) -> Result<Metadata, GraphError> {
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

/// Two names that cargo and rustc take for one.
pub(super) fn same(a: &str, b: &str) -> bool {
    a.replace('-', "_") == b.replace('-', "_")
}

/// Whether a package says of itself that it is the vault: by its name, or by the table
/// `[package.metadata.boundary] vault = true`, which a copy under another name brings along.
pub(super) fn is_vault(package: &Package) -> bool {
    same(&package.name, VAULT) || package.metadata["boundary"]["vault"] == true
}

/// A dependency of a package, with the name that its manifest gives it.
pub(super) type Below<'m> = (&'m PackageId, String);

/// Who depends on whom.
pub(super) struct Graph<'m> {
    pub(super) metadata: &'m Metadata,
    nodes: BTreeMap<&'m PackageId, &'m cargo_metadata::Node>,
    packages: BTreeMap<&'m PackageId, &'m Package>,
}

impl<'m> Graph<'m> {
    pub(super) fn new(metadata: &'m Metadata) -> Self {
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

    pub(super) fn package(&self, id: &PackageId) -> Option<&'m Package> {
        self.packages.get(id).copied()
    }

    /// The dependencies of a package. The tests of a dependency are not built with it, so dev-dependencies count for
    /// the first package of a way only.
    pub(super) fn below(&self, id: &PackageId, with_tests: bool) -> Vec<Below<'m>> {
        let mut below: Vec<Below<'m>> = Vec::new();
        for dependency in self.nodes.get(id).into_iter().flat_map(|node| &node.deps) {
            let counts = with_tests
                || dependency.dep_kinds.is_empty()
                || dependency
                    .dep_kinds
                    .iter()
                    .any(|kind| kind.kind != DependencyKind::Development);
            if counts {
                below.push((&dependency.pkg, dependency.name.to_string()));
            }
        }
        // Optional and target-specific dependencies of members that no feature turns on are declared all the same.
        for declared in self
            .packages
            .get(id)
            .into_iter()
            .flat_map(|package| &package.dependencies)
        {
            if !with_tests && declared.kind == DependencyKind::Development {
                continue;
            }
            let Some(path) = &declared.path else { continue };
            let package = self.metadata.packages.iter().find(|package| {
                package.name.as_str() == declared.name
                    && package.manifest_path.parent() == Some(path.as_path())
            });
            if let Some(package) = package
                && !below.iter().any(|(id, _)| **id == package.id)
            {
                below.push((
                    &package.id,
                    declared.rename.clone().unwrap_or_else(|| declared.name.clone()),
                ));
            }
        }
        below.sort_by(|a, b| (&a.1, a.0).cmp(&(&b.1, b.0)));
        below
    }

    /// Everything that is linked, built or tested with a package, each with the names of the packages on the shortest
    /// way to it, the package itself and its own name first.
    pub(super) fn closure(
        &self,
        from: &'m PackageId,
        with_tests: bool,
    ) -> BTreeMap<&'m PackageId, Vec<String>> {
        let name = |id: &PackageId| self.package(id).map(|package| package.name.to_string());
        let mut ways: BTreeMap<&'m PackageId, Vec<String>> =
            BTreeMap::from([(from, name(from).into_iter().collect())]);
        let mut open = VecDeque::from([from]);
        while let Some(id) = open.pop_front() {
            for (next, _) in self.below(id, with_tests && id == from) {
                if !ways.contains_key(next) {
                    let mut way = ways[id].clone();
                    way.extend(name(next));
                    ways.insert(next, way);
                    open.push_back(next);
                }
            }
        }
        ways
    }

    /// All packages that link one of this name, themselves or through others, and that one.
    pub(super) fn above(&self, name: &str) -> BTreeSet<&'m PackageId> {
        let mut users: BTreeMap<&'m PackageId, Vec<&'m PackageId>> = BTreeMap::new();
        let mut open: Vec<&'m PackageId> = Vec::new();
        for package in &self.metadata.packages {
            if same(&package.name, name) {
                open.push(&package.id);
            }
            for (used, _) in self.below(&package.id, false) {
                users.entry(used).or_default().push(&package.id);
            }
        }
        let mut above = BTreeSet::new();
        while let Some(id) = open.pop() {
            if above.insert(id) {
                open.extend(users.get(id).into_iter().flatten());
            }
        }
        above
    }

    /// The names that manifests give a package of this name where they rename it, as Rust writes them.
    pub(super) fn renames(&self, name: &str) -> BTreeSet<String> {
        self.metadata
            .packages
            .iter()
            .flat_map(|package| &package.dependencies)
            .filter(|dependency| same(&dependency.name, name))
            .filter_map(|dependency| dependency.rename.as_ref())
            .map(|rename| rename.replace('-', "_"))
            .collect()
    }

    /// The shortest way from a package to a vault, both included, that does not lead back through `around`.
    pub(super) fn way_to_vault(
        &self,
        from: &'m PackageId,
        around: &PackageId,
        vaults: &BTreeSet<&PackageId>,
    ) -> Option<Vec<&'m PackageId>> {
        let mut came_from: BTreeMap<&PackageId, Option<&'m PackageId>> = BTreeMap::from([(from, None)]);
        let mut open = VecDeque::from([from]);
        while let Some(id) = open.pop_front() {
            if vaults.contains(id) {
                let mut way = vec![id];
                while let Some(before) = came_from.get(way[way.len() - 1]).copied().flatten() {
                    way.push(before);
                }
                way.reverse();
                return Some(way);
            }
            for (next, _) in self.below(id, false) {
                if next != around && !came_from.contains_key(next) {
                    came_from.insert(next, Some(id));
                    open.push_back(next);
                }
            }
        }
        None
    }
}
