//! Where a Rust file names the seam between runtime and vault, or hides such a name.

use std::collections::BTreeSet;

use memchr::memmem;
use proc_macro2::TokenStream;

use super::paths::{Path, paths, places};
use super::shebang::without_shebang;
use crate::source::Span;

/// The function of the seam that makes a session. No other has its name.
const MINTS: &str = "in_country_session";

/// The places in a file that name a module `seam` of another crate (`boundary_runtime::seam`, under whatever name the
/// runtime goes), a module `seam` that the file neither declares nor imports from its own crate, the function that mints
/// sessions, or everything of a crate that goes by one of the `aliases` of the runtime.
#[must_use]
pub fn seams(text: &str, aliases: &BTreeSet<String>) -> Vec<Span> {
    let bytes = text.as_bytes();
    let may_name = memmem::find(bytes, b"seam").is_some() || memmem::find(bytes, MINTS.as_bytes()).is_some();
    let may_glob = || {
        may_glob(bytes)
            && aliases
                .iter()
                .any(|alias| memmem::find(bytes, alias.as_bytes()).is_some())
    };
    if !may_name && !may_glob() {
        return Vec::new();
    }
    places(text, |paths| {
        let own = paths.iter().any(is_own_seam);
        paths
            .iter()
            .filter_map(|path| names_seam(path, own, aliases))
            .collect()
    })
}

/// The names that a file gives to what goes by one of the `aliases`: `use boundary_runtime as rt`,
/// `extern crate boundary_runtime as rt`, `use boundary_runtime::{self as rt}`.
#[must_use]
pub fn aliases_of(text: &str, aliases: &BTreeSet<String>) -> BTreeSet<String> {
    let bytes = text.as_bytes();
    if memmem::find(bytes, b"as").is_none()
        || !aliases
            .iter()
            .any(|alias| memmem::find(bytes, alias.as_bytes()).is_some())
    {
        return BTreeSet::new();
    }
    let Ok(tokens) = without_shebang(text).parse::<TokenStream>() else {
        return BTreeSet::new();
    };
    paths(tokens)
        .into_iter()
        .filter(|path| path.name().is_some_and(|name| aliases.contains(&name.text)))
        .filter_map(|path| path.renamed.map(|name| name.text))
        .filter(|name| name != "_")
        .collect()
}

/// Whether an asterisk stands where one ends an import. Multiplications and pointers have something behind them.
fn may_glob(bytes: &[u8]) -> bool {
    memchr::memchr_iter(b'*', bytes).any(|at| {
        let next = bytes[at + 1..].iter().find(|byte| !byte.is_ascii_whitespace());
        matches!(next, None | Some(b';' | b',' | b'}' | b'/' | b')'))
    })
}

fn is_own_seam(path: &Path) -> bool {
    let Some(last) = path.name() else { return false };
    last.text == "seam"
        && ((path.defined && path.words.len() == 1) || (path.is_local() && path.words.len() > 1))
}

fn names_seam(path: &Path, own: bool, aliases: &BTreeSet<String>) -> Option<proc_macro2::Span> {
    if let (Some(glob), Some(name)) = (path.glob, path.name())
        && aliases.contains(&name.text)
    {
        return Some(glob);
    }
    if let Some(word) = path.words.iter().find(|word| word.text == MINTS) {
        return Some(word.at);
    }
    let at = path.words.iter().position(|word| word.text == "seam")?;
    let abroad = at > 0 && !path.is_local();
    // `seam::x` with nothing before it: whose module it is shows elsewhere in the file, or a glob import brought it.
    let goes_on = at + 1 < path.words.len() || path.glob.is_some();
    let unexplained = at == 0 && goes_on && !own && !path.method;
    (abroad || unexplained).then(|| path.words[at].at)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{aliases_of, seams};

    fn runtime() -> BTreeSet<String> {
        BTreeSet::from(["boundary_runtime".to_owned(), "rt".to_owned()])
    }

    fn named(text: &str) -> Vec<&str> {
        seams(text, &runtime())
            .into_iter()
            .map(|span| &text[span.start..span.end])
            .collect()
    }

    #[test]
    fn the_seam_is_found_in_every_form_of_a_path() {
        for text in [
            "use boundary_runtime::seam::Opener;",
            "use boundary_runtime::{Central, seam};",
            "use boundary_runtime::{audit::Act, seam::{self}};",
            "use ::runtime_by_another_name::seam as harmless;",
            "fn mint() { boundary_runtime::seam::mint() }",
            "wrapped! { let opener = boundary_runtime :: seam :: Opener; }",
            "fn mint() { seam::mint() }",
        ] {
            assert_eq!(named(text), ["seam"], "{text}");
        }
        assert_eq!(named("use boundary_runtime::r#seam::Opener;"), ["r#seam"]);
    }

    #[test]
    fn the_function_that_mints_is_found_without_a_path() {
        for text in [
            "fn mint() { in_country_session(mine) }",
            "use elsewhere::in_country_session as harmless;",
            "forward!(in_country_session);",
        ] {
            assert_eq!(named(text), ["in_country_session"], "{text}");
        }
    }

    #[test]
    fn everything_of_the_runtime_is_found_under_all_its_names() {
        for text in [
            "use boundary_runtime::*;",
            "use boundary_runtime :: /* so */ * ;",
            "use boundary_runtime::{self as rt, *};",
            "pub use model::rt::*;",
            "use {boundary_runtime::*};",
        ] {
            assert_eq!(named(text), ["*"], "{text}");
        }
    }

    #[test]
    fn a_module_of_ones_own_and_the_word_alone_are_not_the_seam() {
        for text in [
            "mod seam; use crate::seam::Stitch; use self::seam::{Thread}; use super::seam; fn f() { seam::sew() }",
            "use crate::seam; fn f() { seam::sew() }",
            "fn f(seam: u8) -> u8 { seam + 1 }",
            "// boundary_runtime::seam\nconst TEXT: &str = \"boundary_runtime::seam\";",
            "struct Dress { seam: u8 }",
            "use boundary_runtime::audit::*; use serde::*; fn f(a: u8, boundary_runtime: u8) -> u8 { a * a }",
        ] {
            assert!(named(text).is_empty(), "{text}");
        }
    }

    #[test]
    fn what_cannot_be_cut_into_tokens_is_not_let_through() {
        assert_eq!(seams("use boundary_runtime::seam; \"", &runtime()).len(), 1);
    }

    #[test]
    fn renamed_imports_are_aliases() {
        for text in [
            "use boundary_runtime as x;",
            "extern crate boundary_runtime as x;",
            "pub use boundary_runtime::{self as x};",
            "use model::rt as x;",
        ] {
            assert_eq!(
                aliases_of(text, &runtime()),
                BTreeSet::from(["x".to_owned()]),
                "{text}"
            );
        }
        assert!(aliases_of("use boundary_runtime::Central as x;", &runtime()).is_empty());
    }
}
