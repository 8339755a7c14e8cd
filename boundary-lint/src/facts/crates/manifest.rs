//! Places in manifests, and what a manifest says of lints.

use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::graph::same;
use crate::error::Error;
use crate::source::Span;

/// Text of a manifest.
pub(super) fn read(path: &Path) -> Result<String, Error> {
    std::fs::read_to_string(path).map_err(|source| Error::Read {
        path: path.to_owned(),
        source,
    })
}

/// Place of a dependency in a manifest, by the name that the manifest gives it.
pub(super) fn dependency_key(manifest: &str, key: &str) -> Span {
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

/// Place of a package's name in its manifest.
pub(super) fn package_name(manifest: &str) -> Span {
    let place = |table: &DeTable<'_>| {
        let name = table.get("package")?.get_ref().as_table()?.get("name")?.span();
        Some(Span::new(name.start, name.end))
    };
    DeTable::parse(manifest)
        .ok()
        .and_then(|table| place(table.get_ref()))
        .unwrap_or_default()
}

/// Whether a manifest forbids unsafe code for all targets of its package: itself, or by the lints of its workspace.
/// `deny` is not enough, because a line in the code takes it back.
pub(super) fn forbids_unsafe(manifest: &str, workspace: &str) -> bool {
    let Ok(table) = toml::from_str::<toml::Table>(manifest) else {
        return false;
    };
    let lints = table.get("lints");
    if lints
        .and_then(|lints| lints.get("workspace"))
        .and_then(toml::Value::as_bool)
        == Some(true)
    {
        let workspace = toml::from_str::<toml::Table>(workspace).ok();
        return forbidden(
            workspace
                .as_ref()
                .and_then(|table| table.get("workspace")?.get("lints")),
        );
    }
    forbidden(lints)
}

fn forbidden(lints: Option<&toml::Value>) -> bool {
    let level = lints
        .and_then(|lints| lints.get("rust")?.get("unsafe_code"))
        .map(|lint| lint.get("level").unwrap_or(lint));
    level.and_then(toml::Value::as_str) == Some("forbid")
}

#[cfg(test)]
mod tests {
    use super::forbids_unsafe;

    #[test]
    fn only_forbid_forbids() {
        for (manifest, workspace, expected) in [
            ("[lints.rust]\nunsafe_code = 'forbid'", "", true),
            (
                "[lints.rust]\nunsafe_code = { level = 'forbid', priority = 1 }",
                "",
                true,
            ),
            ("[lints.rust]\nunsafe_code = 'deny'", "", false),
            ("[lints.rust]\nunsafe-code = 'forbid'", "", false),
            ("[lints.clippy]\nunsafe_code = 'forbid'", "", false),
            (
                "[lints]\nworkspace = true",
                "[workspace.lints.rust]\nunsafe_code = 'forbid'",
                true,
            ),
            (
                "[lints]\nworkspace = true",
                "[workspace.lints.rust]\nunsafe_code = 'deny'",
                false,
            ),
            ("[lints]\nworkspace = true", "[workspace]", false),
            (
                "[package]\nname = 'a'",
                "[workspace.lints.rust]\nunsafe_code = 'forbid'",
                false,
            ),
            ("not toml", "", false),
        ] {
            assert_eq!(
                forbids_unsafe(manifest, workspace),
                expected,
                "{manifest} / {workspace}"
            );
        }
    }
}
