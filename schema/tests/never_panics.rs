//! Whatever the file holds, the answer is a policy or a report whose places lie in the file.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a helper of tests may fail them"
)]

use boundary_schema::{Name, Policy, Taxonomy};
use proptest::prelude::*;

const PAYMENTS: &str = include_str!("payments.toml");

/// Fragments that mean something to TOML or to the policy.
const FRAGMENTS: &[&str] = &[
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    "=",
    ".",
    ",",
    "\"",
    "'",
    "\"\"\"",
    "'''",
    "#",
    "\n",
    "\r\n",
    "\\",
    "é",
    "\u{feff}",
    "\0",
    "0x",
    "-1",
    "1e400",
    "1979-05-27",
    "true",
    "inf",
    "18446744073709551616",
    "[regions.in]",
    "[categories]",
    "\"user\"",
    "user.",
    "version",
    "= \"5m\"",
    "= []",
    "= {}",
    "purposes",
    "[release]",
];

fn answers(text: &str) {
    match Policy::parse("boundary.toml", text) {
        Ok(policy) => assert!(policy.release().minimum_subjects >= 2),
        Err(errors) => {
            let lines = text.split('\n').count();
            for error in errors.iter() {
                let position = error.position.expect("a mistake in a text has a place");
                let line = position.line as usize;
                assert!((1..=lines).contains(&line), "{error}");
                let width = text.split('\n').nth(line - 1).unwrap().chars().count();
                assert!((1..=width + 1).contains(&(position.column as usize)), "{error}");
                assert!(!error.to_string().contains('\n'), "{error:?}");
            }
            assert_eq!(errors.iter().count(), errors.len());
            assert!(errors.iter().is_sorted_by_key(|error| error.position));
            assert!(
                !errors.to_string().contains("Boundary cannot say why"),
                "{text:?}"
            );
        }
    }
}

/// The valid policy with `edits` done to it: a place, how many bytes to take out and what to put in.
fn edited(edits: &[(prop::sample::Index, usize, String)]) -> String {
    let mut text = PAYMENTS.to_owned();
    for (at, taken, put) in edits {
        let from = text.floor_char_boundary(at.index(text.len() + 1));
        let to = text.floor_char_boundary((from + taken).min(text.len()));
        text.replace_range(from..to.max(from), put);
    }
    text
}

fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(FRAGMENTS).prop_map(str::to_owned),
        any::<String>(),
        "[a-z0-9._\"= ]{0,12}",
        Just(String::new()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn on_any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        answers(&String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn on_any_heap_of_fragments(pieces in prop::collection::vec(piece(), 0..40)) {
        answers(&pieces.concat());
    }

    #[test]
    fn on_an_edited_policy(edits in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..12, piece()), 1..6)) {
        answers(&edited(&edits));
    }

    /// A value in the place of another keeps the syntax in order, so that the checks behind it are reached.
    #[test]
    fn on_a_policy_with_other_values(
        at in any::<prop::sample::Index>(),
        value in prop_oneof![
            Just("-3".to_owned()), Just("1.5".to_owned()), Just("true".to_owned()), Just("[1, [\"a\"]]".to_owned()),
            Just("{ a = {} }".to_owned()), Just("07:32:00".to_owned()), "\"[a-zA-Z0-9._ -]{0,70}\"",
        ],
    ) {
        let mut lines: Vec<String> = PAYMENTS.lines().map(str::to_owned).collect();
        let valued: Vec<usize> = (0..lines.len()).filter(|line| lines[*line].contains(" = ")).collect();
        let line = &mut lines[valued[at.index(valued.len())]];
        let key = line.split(" = ").next().unwrap().to_owned();
        *line = format!("{key} = {value}");
        answers(&lines.join("\n"));
    }

    #[test]
    fn on_any_name_or_category(text in any::<String>()) {
        if let Ok(name) = Name::new(&text) {
            prop_assert_eq!(name.as_str(), text.as_str());
            prop_assert!(serde_json::from_str::<Name>(&serde_json::to_string(&name).unwrap()).unwrap() == name);
        }
        let taxonomy = Taxonomy::built_in();
        prop_assert!(taxonomy.get(&text).is_none());
        let _ = taxonomy.nearest(&text);
    }
}

#[test]
fn on_deep_nesting_and_long_words() {
    for text in [
        "[".repeat(100_000),
        format!("a = {}", "[".repeat(100_000)),
        format!("a{} = 1", ".a".repeat(100_000)),
        format!("{} = 1", "a".repeat(1_000_000)),
        "{a=".repeat(50_000),
        (0..5_000)
            .map(|n| format!("unknown_{n} = {n}\n"))
            .collect::<String>(),
    ] {
        answers(&text);
    }
}
