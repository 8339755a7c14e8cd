//! The vault, under whatever name, and the ways of central crates to it.

use std::collections::BTreeSet;

use boundary_schema::CratePlane;
use cargo_metadata::{Package, PackageId};

use super::found::Reach;
use super::graph::{VAULT, is_vault, same};
use super::{Look, code, manifest};
use crate::error::Error;
use crate::facts::mark::Mark;
use crate::source::{Place, Span};

impl<'a> Look<'a> {
    /// Looks for the vault under other names, in the packages that central crates link: in all that may be changed here,
    /// and in what comes from a registry where it uses the runtime, as a vault must.
    pub(super) fn find_copies(&mut self) -> Result<(), Error> {
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
            if same(&package.name, VAULT) {
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
    pub(super) fn reach(&mut self, central: &'a Package) -> Result<(), Error> {
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
            .filter(|dependency| same(&dependency.name, VAULT))
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
}
