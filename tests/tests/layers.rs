//! A file uses only what is below it, and the central binary cannot reach the vault.
//!
//! Modules are told apart by the first row of [`LAYERS`] that has the longest prefix of their path. Every path that
//! starts at a crate's root counts, wherever it stands: in a `use`, in code, in a macro call. Unit tests do not count.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use cargo_metadata::{DependencyKind, MetadataCommand, PackageId};
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;

/// The layers, lowest first. `runtime` is boundary-runtime, `vault` is boundary-vault.
const LAYERS: &[(&str, &[&str])] = &[
    ("schema", &["schema"]),
    (
        "runtime types",
        &[
            "runtime::error",
            "runtime::clock",
            "runtime::ids",
            "runtime::data_key",
            "runtime::head",
            "runtime::residence",
            "runtime::plane",
            "runtime::plaintext",
            "runtime::json",
            "runtime::guarded",
            "runtime::record",
            "runtime::grant",
            "runtime::audit",
            "runtime::seam",
            "runtime::session",
        ],
    ),
    ("envelope", &["vault::random", "vault::secret", "vault::envelope"]),
    (
        "keys",
        &["vault::keys", "vault::custody", "vault::lease", "vault::vault"],
    ),
    ("control plane", &["runtime::control"]),
    (
        "stores, sinks, adapters",
        &[
            "runtime::files",
            "runtime::journal",
            "runtime::audit::history",
            "runtime::audit::trail",
            "runtime::ledger",
            "runtime::store",
            "runtime::release",
            "runtime::erasure",
            "runtime::retrofit",
            "runtime::adapters",
        ],
    ),
];

/// Uses that go upwards and are known: each is a debt with its reason, and leaves this list when it is paid.
const KNOWN: &[(&str, &str)] = &[];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A crate of ours: its name in the table, the name its users write, its sources.
struct Room {
    name: &'static str,
    code_name: &'static str,
    /// Each module's path in the table (`runtime::store::rows`) with the paths that it uses, in full.
    uses: BTreeMap<String, BTreeSet<Vec<String>>>,
    /// What the crate's root re-exports: `TenantId` -> `["ids", "TenantId"]`.
    exports: BTreeMap<String, Vec<String>>,
}

impl Room {
    fn read(name: &'static str, code_name: &'static str, folder: &str) -> Self {
        let mut room = Self {
            name,
            code_name,
            uses: BTreeMap::new(),
            exports: BTreeMap::new(),
        };
        let folder = root().join(folder);
        room.read_folder(&folder, &[]);
        let lib = syn::parse_file(&fs::read_to_string(folder.join("lib.rs")).unwrap()).unwrap();
        for item in &lib.items {
            if let syn::Item::Use(item) = item
                && matches!(item.vis, syn::Visibility::Public(_))
            {
                let mut paths = BTreeSet::new();
                use_tree(item.tree.to_token_stream(), &[], &mut paths);
                for path in paths {
                    room.exports.insert(path[path.len() - 1].clone(), path);
                }
            }
        }
        room
    }

    fn read_folder(&mut self, folder: &Path, module: &[String]) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
            if path.is_dir() {
                self.read_folder(&path, &[module, &[stem]].concat());
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let own = match stem.as_str() {
                    "lib" | "main" => continue,
                    "mod" => module.to_vec(),
                    _ => [module, &[stem]].concat(),
                };
                if is_test_module(folder, module, &own) {
                    continue;
                }
                let mut file = syn::parse_file(&fs::read_to_string(&path).unwrap()).unwrap();
                file.items.retain(|item| !is_test_item(item));
                let mut found = BTreeSet::new();
                collect(file.to_token_stream(), &own, self.code_name, &mut found);
                let full = [self.name.to_owned()].into_iter().chain(own).collect::<Vec<_>>();
                self.uses.insert(full.join("::"), found);
            }
        }
    }
}

/// Whether the module's declaration in its parent's file carries `#[cfg(test)]`.
fn is_test_module(folder: &Path, parent: &[String], own: &[String]) -> bool {
    if own.len() == parent.len() {
        return false;
    }
    let file = folder.join(if parent.is_empty() { "lib.rs" } else { "mod.rs" });
    // A module may have its file beside its folder.
    let file = if file.exists() {
        file
    } else {
        folder.with_extension("rs")
    };
    let file = syn::parse_file(&fs::read_to_string(file).unwrap()).unwrap();
    file.items.iter().any(|item| {
        matches!(item, syn::Item::Mod(module) if module.ident == own[own.len() - 1]) && is_test_item(item)
    })
}

fn is_test_item(item: &syn::Item) -> bool {
    let syn::Item::Mod(module) = item else {
        return false;
    };
    module
        .attrs
        .iter()
        .any(|attribute| attribute.to_token_stream().to_string() == "# [cfg (test)]")
}

/// Every path in these tokens that starts at the root of one of our crates, as its segments from that crate's name.
fn collect(tokens: TokenStream, own: &[String], code_name: &str, found: &mut BTreeSet<Vec<String>>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut index = 0;
    while index < tokens.len() {
        let start = match &tokens[index] {
            TokenTree::Group(group) => {
                collect(group.stream(), own, code_name, found);
                None
            }
            TokenTree::Ident(ident) if separated(&tokens, index + 1) => match ident.to_string().as_str() {
                "crate" => Some(vec![code_name.to_owned()]),
                "super" => Some(
                    [
                        vec![code_name.to_owned()],
                        own[..own.len().saturating_sub(1)].to_vec(),
                    ]
                    .concat(),
                ),
                name @ ("boundary_schema" | "boundary_runtime" | "boundary_vault") => {
                    Some(vec![name.to_owned()])
                }
                _ => None,
            },
            _ => None,
        };
        index += 1;
        if let Some(start) = start {
            let end = path_end(&tokens, index);
            use_tree(tokens[index + 2..end].iter().cloned().collect(), &start, found);
            index = end;
        }
    }
}

fn separated(tokens: &[TokenTree], index: usize) -> bool {
    let colon =
        |index: usize| matches!(tokens.get(index), Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
    colon(index) && colon(index + 1)
}

/// Where a path that goes on with `::` at `index` ends: after names, or after a group of names in braces.
fn path_end(tokens: &[TokenTree], mut index: usize) -> usize {
    while separated(tokens, index) {
        index += 3;
    }
    index.min(tokens.len())
}

/// The paths of `a::{b, c::d}` after `start`. An alias and a glob stand for what they come from.
fn use_tree(tokens: TokenStream, start: &[String], found: &mut BTreeSet<Vec<String>>) {
    let mut path = start.to_vec();
    let mut tokens = tokens.into_iter().peekable();
    let mut ended = false;
    while let Some(token) = tokens.next() {
        match token {
            TokenTree::Ident(ident) if ident == "as" => {
                tokens.next();
            }
            TokenTree::Ident(ident) if ident == "super" => {
                path.pop();
            }
            TokenTree::Ident(ident) if ident == "self" => {}
            TokenTree::Ident(ident) => path.push(ident.to_string()),
            TokenTree::Group(group) => {
                use_tree(group.stream(), &path, found);
                ended = true;
            }
            TokenTree::Punct(punct) if punct.as_char() == ',' => {
                if !ended {
                    found.insert(std::mem::replace(&mut path, start.to_vec()));
                }
                path = start.to_vec();
                ended = tokens.peek().is_none();
            }
            _ => {}
        }
    }
    if !ended {
        found.insert(path);
    }
}

/// The row of the table that a module belongs to: the one with the longest prefix.
fn layer(module: &str) -> Option<usize> {
    LAYERS
        .iter()
        .enumerate()
        .flat_map(|(row, (_, prefixes))| prefixes.iter().map(move |prefix| (row, *prefix)))
        .filter(|(_, prefix)| {
            module
                .strip_prefix(prefix)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
        })
        .max_by_key(|(_, prefix)| prefix.len())
        .map(|(row, _)| row)
}

/// The path as the table writes it: through the re-exports of the crate's root, and with the crate's short name.
fn resolve(path: &[String], rooms: &[Room]) -> Option<Vec<String>> {
    let room = rooms.iter().find(|room| room.code_name == path[0])?;
    let rest = match path.get(1).and_then(|name| room.exports.get(name)) {
        Some(export) if export[0] == "boundary_schema" || export[0] == "boundary_derive" => return None,
        Some(export) => export,
        None => &path[1..],
    };
    Some(
        [room.name.to_owned()]
            .into_iter()
            .chain(rest.iter().cloned())
            .collect(),
    )
}

fn rooms() -> Vec<Room> {
    vec![
        Room::read("runtime", "boundary_runtime", "boundary-runtime/src"),
        Room::read("vault", "boundary_vault", "boundary-runtime/vault/src"),
    ]
}

#[test]
fn every_module_has_a_layer_and_every_row_has_modules() {
    let rooms = rooms();
    let modules: Vec<&String> = rooms.iter().flat_map(|room| room.uses.keys()).collect();
    assert!(modules.len() > 30, "only {} modules were read", modules.len());
    for module in &modules {
        assert!(layer(module).is_some(), "`{module}` is in no row of LAYERS");
    }
    for (_, prefixes) in &LAYERS[1..] {
        for prefix in *prefixes {
            assert!(
                modules.iter().any(|module| module.as_str() == *prefix),
                "LAYERS names `{prefix}`, which is no module"
            );
        }
    }
}

#[test]
fn a_file_uses_only_what_is_below_it() {
    let rooms = rooms();
    let mut upward: BTreeSet<String> = BTreeSet::new();
    let mut edges = 0;
    for (module, used) in rooms.iter().flat_map(|room| &room.uses) {
        let own = layer(module).unwrap();
        for path in used {
            let Some(path) = resolve(path, &rooms) else {
                continue;
            };
            let path = path.join("::");
            // A module that declares a part of itself in a higher layer hands that part's names on, and uses nothing.
            if path.starts_with(&format!("{module}::")) {
                continue;
            }
            let Some(other) = layer(&path) else { continue };
            edges += 1;
            if other > own {
                upward.insert(format!("{module} -> {path}"));
            }
        }
    }
    assert!(edges > 100, "only {edges} uses were found");
    let known: BTreeSet<String> = KNOWN.iter().map(|(edge, _)| (*edge).to_owned()).collect();
    let new: Vec<_> = upward.difference(&known).collect();
    assert!(new.is_empty(), "uses of a higher layer: {new:#?}");
    let paid: Vec<_> = known.difference(&upward).collect();
    assert!(
        paid.is_empty(),
        "KNOWN still lists what is no longer there: {paid:#?}"
    );
}

#[test]
fn architecture_quotes_the_table() {
    let mut table = String::from("```text\n");
    for (name, modules) in LAYERS {
        writeln!(table, "{name}: {}", modules.join(" ")).unwrap();
    }
    table.push_str("```\n");
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    assert!(
        text.contains(&table),
        "ARCHITECTURE.md does not quote the layers as:\n{table}"
    );
}

/// Every package that `from` reaches by its own dependencies of the kinds that end in a binary, with one way to it.
fn reached(from: &str, dev: bool) -> BTreeMap<String, String> {
    let metadata = MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .features(cargo_metadata::CargoOpt::AllFeatures)
        .exec()
        .unwrap();
    let name = |id: &PackageId| metadata[id].name.to_string();
    let nodes = &metadata.resolve.as_ref().unwrap().nodes;
    let start = metadata
        .packages
        .iter()
        .find(|package| package.name.as_str() == from)
        .unwrap();
    let mut ways = BTreeMap::from([(start.id.clone(), from.to_owned())]);
    let mut waiting = vec![start.id.clone()];
    while let Some(id) = waiting.pop() {
        let node = nodes.iter().find(|node| node.id == id).unwrap();
        for dependency in &node.deps {
            // Development dependencies of others are not built.
            let counts = dependency
                .dep_kinds
                .iter()
                .any(|kind| kind.kind != DependencyKind::Development || (dev && id == start.id));
            if counts && !ways.contains_key(&dependency.pkg) {
                let way = format!("{} -> {}", ways[&id], name(&dependency.pkg));
                ways.insert(dependency.pkg.clone(), way);
                waiting.push(dependency.pkg.clone());
            }
        }
    }
    ways.into_iter().map(|(id, way)| (name(&id), way)).collect()
}

#[test]
fn the_schema_depends_on_nothing_of_ours() {
    let metadata = MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .no_deps()
        .exec()
        .unwrap();
    let ours: BTreeSet<String> = metadata
        .packages
        .iter()
        .map(|package| package.name.to_string())
        .collect();
    let reached = reached("boundary-schema", true);
    let found: Vec<_> = reached
        .iter()
        .filter(|(name, _)| *name != "boundary-schema" && ours.contains(*name))
        .collect();
    assert!(found.is_empty(), "boundary-schema reaches {found:#?}");
}

#[test]
fn the_central_crate_does_not_reach_the_vault() {
    assert!(
        reached("payments-in-country", false).contains_key("boundary-vault"),
        "the in-country service links the vault: or this test looks at nothing"
    );
    let central = reached("payments-central", true);
    assert_eq!(
        central.get("boundary-vault"),
        None,
        "the central pipeline reaches the vault"
    );
}

/// A model crate is compiled by everybody, so it stays light: no database, no TLS, no signatures.
#[test]
fn a_crate_that_only_derives_pulls_at_most_forty_crates() {
    let tree = std::process::Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--package", "payments-model"])
        .args(["--edges", "normal,build", "--prefix", "none", "--format", "{p}"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let tree = String::from_utf8(tree.stdout).unwrap();
    let crates: BTreeSet<&str> = tree
        .lines()
        .map(|line| line.trim_end_matches(" (*)"))
        .filter(|line| !line.is_empty() && !line.starts_with("payments-model "))
        .collect();
    assert!(
        crates.iter().any(|name| name.starts_with("boundary-derive ")),
        "{tree}"
    );
    assert!(crates.len() <= 40, "{} crates: {crates:?}", crates.len());
    for heavy in ["rusqlite", "ed25519-dalek", "serde_json", "tokio"] {
        let found = crates.iter().find(|name| name.starts_with(&format!("{heavy} ")));
        assert_eq!(found, None, "a model crate pulls {heavy}");
    }
}
