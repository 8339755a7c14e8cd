//! The tables of what is hidden, and of what is for tests, hold all that the sources of the runtime and the vault say.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on must say so and stop")]

use std::collections::BTreeSet;
use std::path::Path;

use boundary_lint::discover::project;
use boundary_lint::parse::hidden::{HIDDEN, Kind};
use boundary_lint::parse::test_only::TEST_ONLY;
use syn::visit::{self, Visit};

/// All Rust files of the sources of a crate.
fn sources(folder: &str) -> Vec<syn::File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder);
    let files = project(&root).unwrap().rust;
    assert!(files.len() > 5, "{folder} has no sources");
    let parse = |path: &std::path::PathBuf| syn::parse_file(&std::fs::read_to_string(path).unwrap()).unwrap();
    files.iter().map(parse).collect()
}

/// Owner, name, and of a function the number of its arguments and whether the first is `self`.
type Item = (String, String, Option<(usize, bool)>);

#[derive(Default)]
struct HiddenItems {
    found: BTreeSet<Item>,
    owner: String,
}

fn is_hidden(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("doc")
            && attribute
                .meta
                .require_list()
                .is_ok_and(|list| list.tokens.to_string().contains("hidden"))
    })
}

fn arguments(signature: &syn::Signature) -> Option<(usize, bool)> {
    Some((signature.inputs.len(), signature.receiver().is_some()))
}

impl HiddenItems {
    fn add(&mut self, name: &syn::Ident, attributes: &[syn::Attribute], arguments: Option<(usize, bool)>) {
        if is_hidden(attributes) {
            self.found
                .insert((self.owner.clone(), name.to_string(), arguments));
        }
    }
}

impl<'ast> Visit<'ast> for HiddenItems {
    fn visit_item(&mut self, item: &'ast syn::Item) {
        match item {
            syn::Item::Struct(item) => self.add(&item.ident, &item.attrs, None),
            syn::Item::Enum(item) => self.add(&item.ident, &item.attrs, None),
            syn::Item::Trait(item) => {
                self.add(&item.ident, &item.attrs, None);
                self.owner = item.ident.to_string();
            }
            syn::Item::Fn(item) => self.add(&item.sig.ident, &item.attrs, arguments(&item.sig)),
            syn::Item::Mod(item) => self.add(&item.ident, &item.attrs, None),
            syn::Item::Type(item) => self.add(&item.ident, &item.attrs, None),
            syn::Item::Const(item) => self.add(&item.ident, &item.attrs, None),
            syn::Item::Static(item) => self.add(&item.ident, &item.attrs, None),
            syn::Item::Use(item) => assert!(
                !is_hidden(&item.attrs),
                "a hidden import needs a line in the table"
            ),
            syn::Item::Macro(item) => assert!(
                !is_hidden(&item.attrs),
                "a hidden macro needs a line in the table"
            ),
            syn::Item::Impl(item) => {
                // An impl for a reference or the like has no name of its own, and nothing hidden.
                self.owner = match &*item.self_ty {
                    syn::Type::Path(path) => path.path.segments.last().unwrap().ident.to_string(),
                    _ => "?".to_owned(),
                };
            }
            _ => {}
        }
        visit::visit_item(self, item);
        self.owner.clear();
    }

    fn visit_trait_item(&mut self, item: &'ast syn::TraitItem) {
        match item {
            syn::TraitItem::Fn(item) => self.add(&item.sig.ident, &item.attrs, arguments(&item.sig)),
            syn::TraitItem::Const(item) => self.add(&item.ident, &item.attrs, None),
            syn::TraitItem::Type(item) => self.add(&item.ident, &item.attrs, None),
            _ => {}
        }
    }

    fn visit_impl_item(&mut self, item: &'ast syn::ImplItem) {
        match item {
            syn::ImplItem::Fn(item) => self.add(&item.sig.ident, &item.attrs, arguments(&item.sig)),
            syn::ImplItem::Const(item) => self.add(&item.ident, &item.attrs, None),
            _ => {}
        }
    }
}

#[test]
fn the_table_of_hidden_items_is_what_the_runtime_hides() {
    let mut items = HiddenItems::default();
    for file in sources("boundary-runtime/src") {
        items.visit_file(&file);
    }
    let table: BTreeSet<Item> = HIDDEN
        .iter()
        .map(|item| {
            let arguments = match item.kind {
                Kind::Function {
                    arguments, method, ..
                } => Some((arguments, method)),
                Kind::Type | Kind::Associated => None,
            };
            (item.owner.to_owned(), item.name.to_owned(), arguments)
        })
        .collect();
    assert_eq!(table, items.found);
    assert_eq!(table.len(), HIDDEN.len(), "a line stands twice");
}

/// A type is for tests where its documentation says so: "for tests".
#[derive(Default)]
struct ForTests(BTreeSet<String>);

impl<'ast> Visit<'ast> for ForTests {
    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        let says = item.attrs.iter().any(|attribute| {
            attribute.path().is_ident("doc")
                && attribute
                    .meta
                    .require_name_value()
                    .is_ok_and(|value| matches!(&value.value, syn::Expr::Lit(text) if matches!(&text.lit, syn::Lit::Str(text) if text.value().contains("for tests"))))
        });
        if says && matches!(item.vis, syn::Visibility::Public(_)) {
            self.0.insert(item.ident.to_string());
        }
    }
}

#[test]
fn the_table_of_items_for_tests_is_what_the_runtime_and_the_vault_say_is_for_tests() {
    let mut items = ForTests::default();
    for folder in ["boundary-runtime/src", "boundary-runtime/vault/src", "schema/src"] {
        for file in sources(folder) {
            items.visit_file(&file);
        }
    }
    assert_eq!(items.0, TEST_ONLY.map(str::to_owned).into());
}
