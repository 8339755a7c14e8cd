//! The path of the runtime crate, under whatever name the user's manifest gives it. Only names are read here, never
//! versions or features.

use std::path::Path;

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use toml::{Table, Value};

use crate::policy::manifest_dir;

const PACKAGE: &str = "boundary-runtime";

/// The path that the generated code starts its names with.
pub(crate) fn path() -> TokenStream {
    let name = name_in(&manifest_dir()).unwrap_or_else(|| PACKAGE.to_owned());
    let name = format_ident!("{}", name.replace('-', "_"));
    quote!(::#name)
}

/// The key of the dependency on the runtime in the manifest of a folder.
fn name_in(folder: &Path) -> Option<String> {
    let manifest = read(folder)?;
    let targets = manifest.get("target").and_then(Value::as_table);
    let tables = targets
        .into_iter()
        .flat_map(Table::values)
        .filter_map(Value::as_table)
        .chain([&manifest]);
    let mut dependencies = tables.flat_map(|table| {
        ["dependencies", "dev-dependencies", "build-dependencies"]
            .into_iter()
            .filter_map(|kind| table.get(kind)?.as_table())
            .flatten()
    });
    let found = dependencies.find(|(key, dependency)| {
        if dependency.get("workspace").and_then(Value::as_bool) == Some(true) {
            let shared = workspace_dependency(folder, key);
            return package(key, shared.as_ref()) == PACKAGE;
        }
        package(key, Some(dependency)) == PACKAGE
    });
    found.map(|(key, _)| key.clone())
}

/// The package that a dependency is on: its own name, unless `package = …` gives another.
fn package<'d>(key: &'d str, dependency: Option<&'d Value>) -> &'d str {
    dependency
        .and_then(|dependency| dependency.get("package")?.as_str())
        .unwrap_or(key)
}

/// What the workspace that a folder belongs to says of a dependency.
fn workspace_dependency(folder: &Path, key: &str) -> Option<Value> {
    let workspace = folder.ancestors().find_map(|folder| {
        let manifest = read(folder)?;
        manifest.get("workspace")?.as_table().cloned()
    })?;
    workspace.get("dependencies")?.get(key).cloned()
}

fn read(folder: &Path) -> Option<Table> {
    std::fs::read_to_string(folder.join("Cargo.toml"))
        .ok()?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name_of(manifest: &str, workspace: &str) -> Option<String> {
        let root = tempfile::tempdir().unwrap();
        let member = root.path().join("member");
        std::fs::create_dir(&member).unwrap();
        std::fs::write(root.path().join("Cargo.toml"), workspace).unwrap();
        std::fs::write(member.join("Cargo.toml"), manifest).unwrap();
        name_in(&member)
    }

    #[test]
    fn the_runtime_is_found_under_every_name_that_a_manifest_can_give_it() {
        let none = "";
        for (manifest, workspace, name) in [
            (
                "[dependencies]\nboundary-runtime = \"1\"",
                none,
                Some("boundary-runtime"),
            ),
            (
                "[dependencies]\nrt = { package = \"boundary-runtime\", version = \"1\" }",
                none,
                Some("rt"),
            ),
            (
                "[dev-dependencies]\nrt = { package = \"boundary-runtime\", path = \"x\" }",
                none,
                Some("rt"),
            ),
            (
                "[target.'cfg(unix)'.dependencies]\nrt = { package = \"boundary-runtime\" }",
                none,
                Some("rt"),
            ),
            (
                "[dependencies]\nrt.workspace = true",
                "[workspace.dependencies]\nrt = { package = \"boundary-runtime\" }",
                Some("rt"),
            ),
            ("[dependencies]\nserde = \"1\"", none, None),
            ("not a manifest", none, None),
        ] {
            assert_eq!(name_of(manifest, workspace).as_deref(), name, "{manifest}");
        }
    }
}
