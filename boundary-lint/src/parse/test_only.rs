//! Where a Rust file names what `boundary-runtime` offers to tests, outside of tests.

use memchr::memmem;
use proc_macro2::TokenStream;

use super::paths::{Path, paths_outside_tests, places_outside_tests};
use super::shebang::without_shebang;
use crate::source::Span;

/// What is there for tests: a clock that stands still, so that no bound in time ends, and an audit log that nobody keeps.
pub const TEST_ONLY: [&str; 2] = ["ManualClock", "MemoryAudit"];

/// The places in a file that name items for tests, outside of what `#[cfg(test)]` and `#[test]` mark. A type of that name
/// that the file declares, or imports from its own crate, is another one.
#[must_use]
pub fn test_only(text: &str) -> Vec<Span> {
    let names = TEST_ONLY
        .iter()
        .filter(|name| memmem::find(text.as_bytes(), name.as_bytes()).is_some());
    let names: Vec<&str> = names.copied().collect();
    if names.is_empty() {
        return Vec::new();
    }
    places_outside_tests(text, |paths| {
        let own: Vec<&str> = names
            .iter()
            .copied()
            .filter(|name| paths.iter().any(|path| is_own(path, name)))
            .collect();
        let named = |path: &Path| {
            let at = path
                .words
                .iter()
                .position(|word| names.contains(&word.text.as_str()))?;
            let word = &path.words[at];
            let abroad = at > 0 && !path.is_local();
            let unexplained = at == 0 && !path.method && !own.contains(&word.text.as_str());
            (abroad || unexplained).then_some(word.at)
        };
        paths.iter().filter_map(named).collect()
    })
}

fn is_own(path: &Path, name: &str) -> bool {
    let names = path.words.iter().any(|word| word.text == name);
    names && ((path.defined && path.words.len() == 1) || (path.is_local() && path.words.len() > 1))
}

/// The modules with files of their own that a file has for tests only.
#[must_use]
pub fn test_modules(text: &str) -> Vec<String> {
    if memmem::find(text.as_bytes(), b"cfg").is_none() {
        return Vec::new();
    }
    without_shebang(text)
        .parse::<TokenStream>()
        .map(|tokens| paths_outside_tests(tokens).1)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{test_modules, test_only};

    fn named(text: &str) -> Vec<&str> {
        test_only(text)
            .into_iter()
            .map(|span| &text[span.start..span.end])
            .collect()
    }

    #[test]
    fn items_for_tests_are_found_wherever_code_is_built() {
        for text in [
            "use boundary_runtime::{Clock, ManualClock};",
            "fn f() { boundary_runtime::ManualClock::at(start) }",
            "use boundary_runtime::*; fn f() { ManualClock::at(start) }",
            "#[cfg(any(test, feature = \"demo\"))] use boundary_runtime::ManualClock;",
            "#[cfg(not(test))] fn f(clock: boundary_runtime::ManualClock) {}",
            "#[cfg(test)] mod tests {} fn f(clock: boundary_runtime::ManualClock) {}",
            "#[cfg(test)] const A: [u8; 1] = [1]; fn f(clock: boundary_runtime::ManualClock) {}",
            "struct S { #[cfg(test)] a: u8, clock: boundary_runtime::ManualClock }",
            "#[other::test] fn f() { boundary_runtime::ManualClock::at(start) }",
        ] {
            assert_eq!(named(text), ["ManualClock"], "{text}");
        }
    }

    #[test]
    fn tests_may_name_them_and_types_of_ones_own_are_others() {
        for text in [
            "#![cfg(test)]\nuse boundary_runtime::ManualClock;",
            "#[cfg(test)]\nmod tests { use boundary_runtime::ManualClock; fn f() { ManualClock::at(start) } }",
            "mod m { #[cfg(all(test, unix))] pub(crate) fn f<A, B>(clock: boundary_runtime::ManualClock) {} }",
            "#[test]\nfn a() { boundary_runtime::ManualClock::at(start); }",
            "struct S { #[cfg(test)] clock: boundary_runtime::ManualClock, b: u8 }",
            "#[cfg(test)] #[allow(unused)] use boundary_runtime::{ManualClock};",
            "struct ManualClock; fn f() { ManualClock::new() }",
            "use crate::clock::ManualClock; fn f() { ManualClock::new() }",
            "// ManualClock\nconst TEXT: &str = \"boundary_runtime::ManualClock\";",
        ] {
            assert!(named(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn modules_for_tests_are_named_where_they_have_files() {
        let text = "#[cfg(test)] mod tests; mod code; #[cfg(test)] pub(crate) mod r#support; #[cfg(test)] mod here {}";
        assert_eq!(test_modules(text), ["tests", "support"]);
    }
}
