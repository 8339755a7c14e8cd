//! docs/attacks.md: the table of tests/attacks.toml, joined with the tests that carry an attack's number.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde::Deserialize;

use crate::{files, root, shown};

/// What stops an attack.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layer {
    /// The compiler.
    #[serde(rename = "types")]
    Types,
    /// A check while the program runs, or there is nothing to find.
    #[serde(rename = "run time")]
    RunTime,
    /// `cargo boundary check`.
    #[serde(rename = "lint")]
    Lint,
    /// A key that is not there, a process that is another, or the gate.
    #[serde(rename = "keys, isolation or gate")]
    Isolation,
}

impl Layer {
    fn name(self) -> &'static str {
        match self {
            Self::Types => "types",
            Self::RunTime => "run time",
            Self::Lint => "lint",
            Self::Isolation => "keys, isolation or gate",
        }
    }
}

/// A row of the table.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attack {
    /// Its number.
    pub number: u32,
    /// What stops it.
    pub layer: Layer,
    /// What the attacker does.
    pub text: String,
    /// What is to be built before it is stopped.
    pub waits: Option<String>,
    /// Why it is not stopped.
    pub not_stopped: Option<String>,
}

#[derive(Deserialize)]
struct Table {
    attack: Vec<Attack>,
}

/// The table.
///
/// # Errors
/// If it cannot be read.
pub fn table() -> Result<Vec<Attack>, Box<dyn std::error::Error>> {
    let text = std::fs::read_to_string(root().join("tests/attacks.toml"))?;
    Ok(toml::from_str::<Table>(&text)?.attack)
}

/// A test that carries a number.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Test {
    /// The file, from the root.
    pub file: String,
    /// The function; none for a compile-fail case, which is a file.
    pub function: Option<String>,
}

/// Every test whose name starts with `attack_` and a number, by number.
///
/// # Errors
/// If a file cannot be read or is no Rust.
pub fn tests() -> Result<BTreeMap<u32, Vec<Test>>, Box<dyn std::error::Error>> {
    let mut found: BTreeMap<u32, Vec<Test>> = BTreeMap::new();
    for path in files(&root(), ".rs")? {
        let file = shown(&path);
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        if file.contains("/ui/") {
            // A case that must not compile has its message beside it.
            if let Some(number) = number(&name)
                && path.with_extension("stderr").is_file()
            {
                found
                    .entry(number)
                    .or_default()
                    .push(Test { file, function: None });
            }
            continue;
        }
        let text = std::fs::read_to_string(&path)?;
        if !text.contains("fn attack_") {
            continue;
        }
        for item in functions(&syn::parse_file(&text)?.items) {
            let function = item.sig.ident.to_string();
            if let Some(number) = number(&function)
                && runs(&item.attrs)
            {
                found.entry(number).or_default().push(Test {
                    file: file.clone(),
                    function: Some(function),
                });
            }
        }
    }
    found.values_mut().for_each(|tests| tests.sort());
    Ok(found)
}

fn number(name: &str) -> Option<u32> {
    name.strip_prefix("attack_")?.split('_').next()?.parse().ok()
}

fn functions(items: &[syn::Item]) -> Vec<&syn::ItemFn> {
    items
        .iter()
        .flat_map(|item| match item {
            syn::Item::Fn(function) => vec![function],
            syn::Item::Mod(module) => module
                .content
                .as_ref()
                .map_or_else(Vec::new, |(_, items)| functions(items)),
            _ => Vec::new(),
        })
        .collect()
}

/// Whether a function is a test that is run.
fn runs(attributes: &[syn::Attribute]) -> bool {
    let last = |attribute: &syn::Attribute| {
        attribute
            .path()
            .segments
            .last()
            .map(|last| last.ident.to_string())
    };
    let names: Vec<String> = attributes.iter().filter_map(last).collect();
    names.iter().any(|name| name == "test") && !names.iter().any(|name| name == "ignore")
}

fn status(attack: &Attack, covered: bool) -> &'static str {
    match (attack.layer, covered) {
        _ if attack.not_stopped.is_some() => "not stopped",
        (_, true) if attack.waits.is_some() => "partly",
        (_, false) => "waits",
        (Layer::Types | Layer::Isolation, true) => "stopped",
        (Layer::RunTime, true) => "shown harmless",
        (Layer::Lint, true) => "reported by the lint",
    }
}

/// The page.
///
/// # Errors
/// With every row that says less, or more, than the tests show.
pub fn page(table: &[Attack], tests: &BTreeMap<u32, Vec<Test>>) -> Result<String, String> {
    let mistakes = mistakes(table, tests);
    if !mistakes.is_empty() {
        return Err(mistakes.join("\n"));
    }
    let mut page = String::from(
        "# Attacks\n\nMade from `tests/attacks.toml` and from the tests that carry an attack's number; a test fails where this page says \
         anything else. What is not stopped, or only partly, is said in words in SECURITY.md.\n\n| layer | attacks | with a test \
         | waiting | not stopped |\n| --- | ---: | ---: | ---: | ---: |\n",
    );
    let mut line = |name: &str, rows: &[&Attack]| {
        let count = |is: &dyn Fn(&Attack) -> bool| rows.iter().filter(|row| is(row)).count();
        let _ = writeln!(
            page,
            "| {name} | {} | {} | {} | {} |",
            rows.len(),
            count(&|row| tests.contains_key(&row.number)),
            count(&|row| row.waits.is_some()),
            count(&|row| row.not_stopped.is_some())
        );
    };
    for layer in [Layer::Types, Layer::RunTime, Layer::Lint, Layer::Isolation] {
        let rows: Vec<&Attack> = table.iter().filter(|row| row.layer == layer).collect();
        line(layer.name(), &rows);
    }
    line("all", &table.iter().collect::<Vec<_>>());
    page.push_str("\n| number | attack | layer | status | shown by |\n| ---: | --- | --- | --- | --- |\n");
    for row in table {
        let tests = tests.get(&row.number).map_or(&[][..], Vec::as_slice);
        let mut shown: Vec<String> = tests
            .iter()
            .map(|test| match &test.function {
                Some(function) => format!("[`{function}`](../{})", test.file),
                None => {
                    let name = test.file.rsplit('/').next().unwrap_or_default();
                    format!("[`{name}`](../{})", test.file)
                }
            })
            .collect();
        if let Some(waits) = &row.waits {
            shown.push(format!("waits for: {waits}"));
        }
        if let Some(why) = &row.not_stopped {
            shown.push(format!("SECURITY.md: {why}"));
        }
        let _ = writeln!(
            page,
            "| {} | {} | {} | {} | {} |",
            row.number,
            row.text,
            row.layer.name(),
            status(row, !tests.is_empty()),
            shown.join(", ")
        );
    }
    Ok(page)
}

fn mistakes(table: &[Attack], tests: &BTreeMap<u32, Vec<Test>>) -> Vec<String> {
    let mut mistakes = Vec::new();
    for pair in table.windows(2) {
        if pair[0].number >= pair[1].number {
            mistakes.push(format!("{} stands before {}", pair[0].number, pair[1].number));
        }
    }
    for row in table {
        let number = row.number;
        let of_row = tests.get(&number).map_or(&[][..], Vec::as_slice);
        if of_row.is_empty() && row.waits.is_none() && row.not_stopped.is_none() {
            mistakes.push(format!(
                "attack {number} has no test, and the table does not say why"
            ));
        }
        let is_case = |test: &Test| test.function.is_none() || test.file.ends_with("tests/compile.rs");
        if row.layer == Layer::Types && !of_row.is_empty() && !of_row.iter().any(is_case) {
            mistakes.push(format!(
                "attack {number} is stopped by types, and no case fails to compile"
            ));
        }
    }
    for (number, of_number) in tests {
        if !table.iter().any(|row| row.number == *number) {
            mistakes.push(format!("attack {number} is not in the table: {of_number:?}"));
        }
    }
    mistakes
}

#[cfg(test)]
mod tests_of_the_page {
    use super::*;

    fn attack(number: u32, layer: Layer) -> Attack {
        Attack {
            number,
            layer,
            text: "x".to_owned(),
            waits: None,
            not_stopped: None,
        }
    }

    fn test(file: &str, function: Option<&str>) -> Vec<Test> {
        vec![Test {
            file: file.to_owned(),
            function: function.map(str::to_owned),
        }]
    }

    #[test]
    fn a_row_without_a_test_has_to_say_why() {
        assert!(page(&[attack(1, Layer::Lint)], &BTreeMap::new()).is_err());
        let waiting = Attack {
            waits: Some("a rule".to_owned()),
            ..attack(1, Layer::Lint)
        };
        assert!(
            page(&[waiting], &BTreeMap::new())
                .unwrap()
                .contains("| waits | waits for: a rule |")
        );
    }

    #[test]
    fn types_are_shown_by_a_case_that_does_not_compile() {
        let row = [attack(1, Layer::Types)];
        let run = BTreeMap::from([(1, test("tests/a.rs", Some("attack_1_a")))]);
        assert!(page(&row, &run).is_err());
        let case = BTreeMap::from([(1, test("tests/ui/attack_1_a.rs", None))]);
        assert!(page(&row, &case).unwrap().contains("| stopped |"));
    }

    #[test]
    fn a_number_that_the_table_lacks_is_a_mistake() {
        let tests = BTreeMap::from([(2, test("tests/a.rs", Some("attack_2_a")))]);
        assert!(page(&[], &tests).is_err());
    }
}
