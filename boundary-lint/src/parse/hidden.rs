//! Where a Rust file names what `boundary-runtime` keeps out of its documentation: the calls that generated code makes.
//!
//! The table is compared with the runtime's sources by a test. Code that the derive generates is in no file, so what is
//! found here was written by hand.

use memchr::memmem;
use proc_macro2::Span as TokenSpan;

use super::paths::{Path, places};
use crate::source::Span;

/// What a hidden item is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A type.
    Type,
    /// A constant or type of a trait.
    Associated,
    /// A function with this many arguments; `self` is one of them.
    Function {
        /// How many.
        arguments: usize,
        /// Whether the first is `self`.
        method: bool,
        /// Whether a call by method is told from others of that name: it opens or closes values, and no other call
        /// that takes so many arguments is likely.
        by_call: bool,
    },
}

/// An item of `boundary-runtime` that is public for generated code.
#[derive(Clone, Copy, Debug)]
pub struct Hidden {
    /// The trait or type that it belongs to; nothing for a type.
    pub owner: &'static str,
    /// Its name.
    pub name: &'static str,
    /// What it is.
    pub kind: Kind,
}

const fn of(owner: &'static str, name: &'static str, kind: Kind) -> Hidden {
    Hidden { owner, name, kind }
}

const fn calls(arguments: usize, method: bool, by_call: bool) -> Kind {
    Kind::Function {
        arguments,
        method,
        by_call,
    }
}

/// Everything that is `#[doc(hidden)]` in `boundary-runtime`.
pub const HIDDEN: &[Hidden] = &[
    of("", "InCountryMeans", Kind::Type),
    of("", "NewRecord", Kind::Type),
    of("", "Opening", Kind::Type),
    of("", "Sealing", Kind::Type),
    of("CrossesBorder", "KIND", Kind::Associated),
    of("CrossesBorder", "dataset_name", calls(1, true, false)),
    of("GrantFor", "check", calls(4, true, false)),
    of("GrantFor", "subject_pseudonym", calls(1, true, false)),
    // Whoever calls it needs a `Closing`, which no other crate can name: the call does not compile.
    of("Guarded", "close", calls(2, false, false)),
    of("Guarded", "open", calls(5, true, true)),
    of("Indexed", "index_given", calls(2, false, false)),
    of("Indexed", "index_opened", calls(2, false, false)),
    of("Indexed", "sought", calls(1, false, false)),
    of("NewRecord", "close", calls(3, true, false)),
    of("NewRecord", "finish", calls(1, true, false)),
    of("NewRecord", "index", calls(3, true, false)),
    of("Plane", "Means", Kind::Associated),
    of("RawSession", "index", calls(4, true, false)),
    of("RawSession", "look_up", calls(5, true, false)),
    of("RawSession", "matching", calls(3, true, false)),
    of("RawSession", "open", calls(5, true, true)),
    of("RawSession", "open_object", calls(6, true, true)),
    of("RawSession", "reindex", calls(4, true, true)),
    of("RawSession", "reseal", calls(4, true, true)),
    of("RawSession", "seal_object", calls(4, true, true)),
    of("RawSession", "start", calls(4, true, true)),
    of("SignedRelease", "parts", calls(1, true, false)),
];

/// The places in a file that name hidden items:
///
/// - by a path: `RawSession::open`, `<S as RawSession>::open`, `boundary_runtime::NewRecord`;
/// - by an import under another name: `use boundary_runtime::RawSession as Raw` and then `Raw::open`;
/// - by a call that opens, reseals or starts with as many arguments as the hidden one takes.
#[must_use]
pub fn hidden(text: &str) -> Vec<Span> {
    let bytes = text.as_bytes();
    let may_name = HIDDEN.iter().any(|item| {
        let named = if item.owner.is_empty() {
            item.name
        } else {
            item.owner
        };
        memmem::find(bytes, named.as_bytes()).is_some() || (by_call(item) && may_call(bytes, item.name))
    });
    if !may_name {
        return Vec::new();
    }
    places(text, |paths| {
        let mut owners: Vec<(String, &'static str)> = HIDDEN
            .iter()
            .map(|item| (item.owner.to_owned(), item.owner))
            .filter(|(owner, _)| !owner.is_empty())
            .collect();
        for path in &paths {
            if let (Some(name), Some(renamed)) = (path.name(), &path.renamed) {
                let owner = HIDDEN.iter().find(|item| item.owner == name.text);
                owners.extend(owner.map(|item| (renamed.text.clone(), item.owner)));
            }
        }
        paths.iter().filter_map(|path| named(path, &owners)).collect()
    })
}

fn by_call(item: &Hidden) -> bool {
    matches!(item.kind, Kind::Function { by_call: true, .. })
}

/// Whether a word of this name has something behind it that a call has.
fn may_call(bytes: &[u8], name: &str) -> bool {
    memmem::find_iter(bytes, name.as_bytes()).any(|at| {
        let next = bytes[at + name.len()..]
            .iter()
            .find(|byte| !byte.is_ascii_whitespace());
        matches!(next, Some(b'(' | b':' | b'/'))
    })
}

fn named(path: &Path, owners: &[(String, &'static str)]) -> Option<TokenSpan> {
    if path.defined && path.words.len() == 1 {
        return None;
    }
    let last = path.words.last()?;
    for item in HIDDEN {
        if item.owner.is_empty() {
            // A type of one's own may have the name; one that comes by a path from another crate is the runtime's.
            let at = path.words.iter().position(|word| word.text == item.name);
            if let Some(at) = at.filter(|at| *at > 0 && !path.is_local()) {
                return Some(path.words[at].at);
            }
            continue;
        }
        let pair = path.words.windows(2).find(|pair| {
            let owned = owners
                .iter()
                .any(|(name, owner)| *owner == item.owner && *name == pair[0].text);
            owned && pair[1].text == item.name
        });
        if let Some(pair) = pair {
            return Some(pair[1].at);
        }
        if let (
            Kind::Function {
                arguments,
                method,
                by_call: true,
            },
            true,
        ) = (item.kind, last.text == item.name)
        {
            // A method is called with one argument less than it has.
            let needed = arguments - usize::from(method && path.method && path.words.len() == 1);
            let qualified = path.words.len() > 1 || (path.method && method);
            if qualified && path.arguments.is_some_and(|given| given >= needed) {
                return Some(last.at);
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::hidden;

    fn named(text: &str) -> Vec<&str> {
        hidden(text)
            .into_iter()
            .map(|span| &text[span.start..span.end])
            .collect()
    }

    #[test]
    fn hidden_items_are_found_by_path_import_and_call() {
        for (text, expected) in [
            ("fn f() { RawSession::open(s, r, 0, &v, g) }", "open"),
            (
                "fn f() { <S as boundary_runtime::RawSession>::reseal(s, r, 0, v) }",
                "reseal",
            ),
            ("fn f() { let open = <S as RawSession>::open::<T, G>; }", "open"),
            (
                "use boundary_runtime::RawSession as Raw; fn f() { apply(Raw::start) }",
                "start",
            ),
            (
                "fn f<S: MayReadEmail>(s: &S) { s.open(record, 3, &value, &grant) }",
                "open",
            ),
            ("fn f(s: &S) { s.reseal::<T, G>(record, 3, value) }", "reseal"),
            (
                "fn f(s: &S) { s /* so */ . /* so */ start /* so */ (d, r, i) }",
                "start",
            ),
            ("fn f() { <Sealed<String> as Guarded>::close(v, f) }", "close"),
            ("fn f() { Alias::open(s, r, 0, &v, g) }", "open"),
            ("wrapped! { x.r#open(a, b, c, d) }", "r#open"),
            ("fn f(r: boundary_runtime::NewRecord) {}", "NewRecord"),
            ("use boundary_runtime::{Grant, NewRecord};", "NewRecord"),
            ("fn f<P: Plane>(m: <P as Plane>::Means) {}", "Means"),
            (
                "use boundary_runtime::GrantFor; fn f() { GrantFor::check(&g, a, b, c) }",
                "check",
            ),
        ] {
            assert_eq!(named(text), [expected], "{text}");
        }
    }

    #[test]
    fn what_others_call_open_start_and_close_is_not_found() {
        for text in [
            "fn f() { File::open(path) } fn open(a: u8, b: u8, c: u8, d: u8, e: u8) {}",
            "fn f() { OpenOptions::new().open(path); socket.close(1000, reason); timer.start(); }",
            "fn f() { self.open(a, b, c); server.start(a, b); open(a, b, c, d, e) }",
            "struct NewRecord; fn f(r: NewRecord, s: crate::NewRecord) {}",
            "use boundary_runtime::{RawSession, Plane}; fn f<S: RawSession, P: Plane>(s: &S) { s.check(a, b, c) }",
            "// RawSession::open\nconst TEXT: &str = \"RawSession::open(s, r, 0, v, g)\";",
        ] {
            assert!(named(text).is_empty(), "{text}: {:?}", named(text));
        }
    }
}
