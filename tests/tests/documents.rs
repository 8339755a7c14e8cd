//! The documents name nothing that is not there.
//!
//! What stands in backticks in the documents below is read by its form:
//!
//! - `folder/file.rs` (a slash, or a known ending): a file or folder of the repository, from its root;
//! - `folder/file.rs::test_name`: a test function in that file;
//! - `folder/file.rs#Item`: an item or method in that file whose documentation holds a code block that runs;
//! - `cargo demo`: an alias of cargo, from `.cargo/config.toml`.
//!
//! The table in docs/mission.md is read as well: every demand once and in order, with a status and what shows it.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::visit::Visit;

const DOCUMENTS: [&str; 17] = [
    "README.md",
    "ARCHITECTURE.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "CHANGELOG.md",
    "docs/mission.md",
    "docs/models.md",
    "docs/blind-index.md",
    "docs/keys.md",
    "docs/retrofit.md",
    "docs/custody-aws-kms.md",
    "docs/custody-hyok.md",
    "docs/deployments.md",
    "docs/adapters.md",
    "docs/exchange.md",
    "docs/ddl.md",
    "docs/review.md",
];

/// Endings that make a name without a slash the name of a file at the root.
const ENDINGS: [&str; 4] = [".rs", ".md", ".toml", ".sh"];

/// The policy's name is a format's: each project has its own.
const NOT_OURS: [&str; 1] = ["boundary.toml"];

const DEMANDS: usize = 126;
const RULINGS: usize = 7;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(name: &str) -> String {
    fs::read_to_string(root().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// What a word in backticks names.
#[derive(Debug, PartialEq)]
enum Named<'a> {
    File(&'a str),
    Test(&'a str, &'a str),
    Example(&'a str, &'a str),
    Alias(&'a str),
}

fn named(word: &str) -> Option<Named<'_>> {
    if let Some(alias) = word.strip_prefix("cargo ") {
        // `cargo boundary …` is a binary of ours, everything else with a space is cargo's own.
        return (!alias.contains(' ')).then_some(Named::Alias(alias));
    }
    let word = word.strip_prefix("./").unwrap_or(word);
    let (path, rest) = match word.find("::").or_else(|| word.find('#')) {
        Some(end) => word.split_at(end),
        None => (word, ""),
    };
    let plain = |text: &str| {
        text.chars()
            .all(|c| c.is_ascii_alphanumeric() || "_-./".contains(c))
    };
    let file = plain(path)
        && !NOT_OURS.contains(&path)
        && !path.starts_with('/')
        && (path.trim_end_matches('/').contains('/') || ENDINGS.iter().any(|ending| path.ends_with(ending)));
    match (file, rest) {
        (true, "") => Some(Named::File(path)),
        (true, rest) => match rest.strip_prefix("::") {
            Some(test) => Some(Named::Test(path, test)),
            None => Some(Named::Example(path, &rest[1..])),
        },
        (false, _) => None,
    }
}

/// What stands in backticks outside code blocks, with its line.
fn words(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    let mut fenced = false;
    for (index, line) in text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            found.extend(line.split('`').skip(1).step_by(2).map(|word| (index + 1, word)));
        }
    }
    found
}

/// Lines on which what stands in backticks begins or ends elsewhere: it would be read wrongly.
fn torn(text: &str) -> impl Iterator<Item = usize> {
    let backticks = |line: &str| line.matches('`').count();
    text.lines()
        .enumerate()
        .filter(move |(_, line)| !line.trim_start().starts_with("```") && backticks(line) % 2 == 1)
        .map(|(index, _)| index + 1)
}

/// The tests of a Rust file, and the items whose documentation has a code block that runs.
#[derive(Default)]
struct Contents {
    tests: Vec<String>,
    examples: Vec<String>,
}

impl Contents {
    fn of(path: &Path) -> Self {
        let mut contents = Self::default();
        contents.visit_file(&syn::parse_file(&fs::read_to_string(path).unwrap()).unwrap());
        contents
    }

    fn note(&mut self, name: &syn::Ident, attributes: &[syn::Attribute]) {
        if attributes.iter().any(is_test) {
            self.tests.push(name.to_string());
        }
        if has_example(attributes) {
            self.examples.push(name.to_string());
        }
    }
}

fn is_test(attribute: &syn::Attribute) -> bool {
    attribute
        .path()
        .segments
        .last()
        .is_some_and(|segment| segment.ident == "test")
}

fn has_example(attributes: &[syn::Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let syn::Meta::NameValue(meta) = &attribute.meta else {
            return false;
        };
        let syn::Expr::Lit(syn::ExprLit {
            lit: syn::Lit::Str(text),
            ..
        }) = &meta.value
        else {
            return false;
        };
        let text = text.value();
        let fence = text.trim_start().strip_prefix("```");
        meta.path.is_ident("doc")
            && fence.is_some_and(|kind| ["", "compile_fail", "should_panic"].contains(&kind))
    })
}

impl<'ast> Visit<'ast> for Contents {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.note(&item.sig.ident, &item.attrs);
        syn::visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.note(&item.sig.ident, &item.attrs);
    }

    fn visit_item_struct(&mut self, item: &'ast syn::ItemStruct) {
        self.note(&item.ident, &item.attrs);
    }

    fn visit_item_enum(&mut self, item: &'ast syn::ItemEnum) {
        self.note(&item.ident, &item.attrs);
    }

    fn visit_item_trait(&mut self, item: &'ast syn::ItemTrait) {
        self.note(&item.ident, &item.attrs);
    }

    /// `proptest! { #[test] fn name(..) {..} }`
    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        let tokens: Vec<TokenTree> = item.tokens.clone().into_iter().collect();
        for window in tokens.windows(3) {
            if let [
                TokenTree::Group(attribute),
                TokenTree::Ident(keyword),
                TokenTree::Ident(name),
            ] = window
                && attribute.stream().to_string() == "test"
                && keyword == "fn"
            {
                self.tests.push(name.to_string());
            }
        }
    }
}

/// What is wrong with what a word names, if anything is.
fn problem(named: &Named<'_>, read: &mut BTreeMap<PathBuf, Contents>) -> Option<String> {
    let mut contents = |path: &str, look: &dyn Fn(&Contents) -> bool| {
        let file = root().join(path);
        if !file.is_file() {
            return Some(format!("there is no file `{path}`"));
        }
        (!look(read.entry(file.clone()).or_insert_with(|| Contents::of(&file))))
            .then(|| format!("not in `{path}`"))
    };
    match *named {
        Named::File(path) => (!root().join(path).exists()).then(|| format!("there is no `{path}`")),
        Named::Test(path, test) => contents(path, &|found| found.tests.iter().any(|name| name == test))
            .map(|problem| format!("test `{test}`: {problem}")),
        Named::Example(path, item) => contents(path, &|found| found.examples.iter().any(|name| name == item))
            .map(|problem| format!("example of `{item}`: {problem}")),
        Named::Alias(alias) => {
            let config = fs::read_to_string(root().join(".cargo/config.toml")).unwrap();
            (!config.lines().any(|line| line.starts_with(&format!("{alias} ="))))
                .then(|| format!("no alias `{alias}`"))
        }
    }
}

#[test]
fn every_file_and_test_that_a_document_names_is_there() {
    let mut contents = BTreeMap::new();
    let mut problems = Vec::new();
    let mut checked = 0;
    for document in DOCUMENTS {
        let text = read(document);
        problems.extend(
            torn(&text).map(|line| format!("{document}:{line}: a backtick without its partner in the line")),
        );
        for (line, word) in words(&text) {
            let Some(named) = named(word) else { continue };
            checked += 1;
            if let Some(problem) = problem(&named, &mut contents) {
                problems.push(format!("{document}:{line}: {problem}"));
            }
        }
    }
    assert!(problems.is_empty(), "{problems:#?}");
    assert!(
        checked > 200,
        "only {checked} names were found: the reader of documents is broken"
    );
}

/// Links to files, which readers click: `[text](path)`.
#[test]
fn every_link_between_documents_leads_somewhere() {
    let mut problems = Vec::new();
    for document in DOCUMENTS {
        let text = read(document);
        let folder = root().join(document);
        let folder = folder.parent().unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let path = link.split('#').next().unwrap_or_default();
            if !path.is_empty() && !link.contains("://") && !folder.join(path).exists() {
                problems.push(format!("{document}: {link}"));
            }
        }
    }
    assert!(problems.is_empty(), "{problems:#?}");
}

/// The rows of the table whose first cell is `letter` and a number: number, status, sentence, what shows it.
fn rows(text: &str, letter: char) -> Vec<(usize, Vec<String>)> {
    text.lines()
        .filter_map(|line| {
            let cells: Vec<String> = line
                .strip_prefix("| ")?
                .strip_suffix(" |")?
                .split(" | ")
                .map(|cell| cell.trim().to_owned())
                .collect();
            let number = cells[0].strip_prefix(letter)?.parse().ok()?;
            Some((number, cells))
        })
        .collect()
}

fn check_table(letter: char, count: usize) {
    let text = read("docs/mission.md");
    let rows = rows(&text, letter);
    let numbers: Vec<usize> = rows.iter().map(|(number, _)| *number).collect();
    assert_eq!(
        numbers,
        (1..=count).collect::<Vec<_>>(),
        "every {letter} once and in order"
    );
    let mut contents = BTreeMap::new();
    let mut problems = Vec::new();
    for (number, cells) in &rows {
        let [_, status, sentence, shown] = cells.as_slice() else {
            problems.push(format!("{letter}{number}: {} cells instead of four", cells.len()));
            continue;
        };
        if !sentence.ends_with('.') {
            problems.push(format!("{letter}{number}: says nothing in a sentence"));
        }
        let evidence: Vec<Named<'_>> = shown.split('`').skip(1).step_by(2).filter_map(named).collect();
        let shows = |named: &Named<'_>| match named {
            Named::Test(..) | Named::Example(..) | Named::Alias(_) => true,
            // A ui case, or a script.
            Named::File(path) => path.starts_with("tests/ui/") || path.starts_with("scripts/"),
        };
        match status.as_str() {
            "works" if !evidence.iter().any(shows) => {
                problems.push(format!("{letter}{number}: works, and no test shows it"));
            }
            "works" | "partly" | "not yet" => {}
            other => problems.push(format!("{letter}{number}: `{other}` is no status")),
        }
        problems.extend(
            evidence
                .iter()
                .filter_map(|named| problem(named, &mut contents))
                .map(|problem| format!("{letter}{number}: {problem}")),
        );
    }
    assert!(problems.is_empty(), "{problems:#?}");
}

#[test]
fn every_demand_of_the_mission_has_one_honest_row() {
    check_table('M', DEMANDS);
}

#[test]
fn every_ruling_has_one_honest_row() {
    check_table('R', RULINGS);
}

#[test]
fn the_mission_states_its_own_counts() {
    let text = read("docs/mission.md");
    let rows = rows(&text, 'M');
    let of = |status: &str| rows.iter().filter(|(_, cells)| cells[1] == status).count();
    let line = format!(
        "{} work, {} partly, {} not yet.",
        of("works"),
        of("partly"),
        of("not yet")
    );
    assert!(text.contains(&line), "docs/mission.md does not say: {line}");
}

#[test]
fn every_compile_time_case_has_its_message() {
    for folder in ["tests/ui/attacks", "tests/ui/derive"] {
        for entry in fs::read_dir(root().join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "rs") {
                assert!(
                    path.with_extension("stderr").is_file(),
                    "{} has no message",
                    path.display()
                );
            }
        }
    }
}

/// Every claim of SECURITY.md's tables names what shows it, or says that nothing does.
#[test]
fn every_claim_of_the_threat_model_names_what_shows_it() {
    let text = read("SECURITY.md");
    let claims: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("| ") && !line.starts_with("| Threat") && !line.starts_with("| ---"))
        .collect();
    assert!(claims.len() > 20, "only {} claims were read", claims.len());
    for claim in claims {
        let shown = claim.trim_end_matches(" |").rsplit(" | ").next().unwrap();
        let names = shown.split('`').skip(1).step_by(2).filter_map(named).count() > 0;
        assert!(
            names || shown.contains("not shown by a test yet"),
            "neither a test nor an admission: {claim}"
        );
    }
}

#[test]
fn the_example_in_the_readme_is_the_examples_own() {
    let tokens = |text: &str| -> Vec<String> {
        fn flat(tokens: TokenStream, out: &mut Vec<String>) {
            for token in tokens {
                match token {
                    TokenTree::Group(group) => {
                        out.push(format!("{:?}", group.delimiter()));
                        flat(group.stream(), out);
                    }
                    // A trailing comma is the formatter's choice.
                    TokenTree::Punct(punct) if punct.as_char() == ',' => {}
                    other => out.push(other.to_string()),
                }
            }
        }
        let mut out = Vec::new();
        flat(text.parse().unwrap(), &mut out);
        out
    };
    let readme = read("README.md");
    let taste = readme
        .split("```rust\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    let syn::Item::Struct(shown) = syn::parse_str(taste).unwrap() else {
        panic!("the first example is a struct")
    };
    let model = syn::parse_file(&read("examples/payments/model/src/customer_record.rs")).unwrap();
    let real = model
        .items
        .iter()
        .find_map(|item| match item {
            syn::Item::Struct(item) if item.ident == shown.ident => Some(item),
            _ => None,
        })
        .unwrap();
    for field in &shown.fields {
        let same = real
            .fields
            .iter()
            .find(|candidate| candidate.ident == field.ident);
        let without_docs = |field: &syn::Field| {
            let mut field = field.clone();
            field.attrs.retain(|attribute| !attribute.path().is_ident("doc"));
            tokens(&field.to_token_stream().to_string())
        };
        assert_eq!(
            same.map(without_docs),
            Some(without_docs(field)),
            "README shows `{}` otherwise than the example declares it",
            field.ident.to_token_stream()
        );
    }

    let message = readme.split("```text\n").find_map(|part| {
        let block = part.split("```").next().unwrap();
        block.starts_with("error").then_some(block)
    });
    let snapshot =
        read("tests/ui/attacks/attack_01_central_calls_the_accessor.stderr").replace("$WORKSPACE/", "");
    for line in message
        .unwrap()
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with("error") || line.starts_with("= note"))
    {
        assert!(
            snapshot.contains(line),
            "README shows a message that the compiler does not give: {line}"
        );
    }
}
