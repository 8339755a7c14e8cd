//! Where a Rust file names the seam between runtime and vault.
//!
//! Tokens are looked at and not items, so that what stands in a macro's arguments counts as well.

use proc_macro2::{Delimiter, Span as TokenSpan, TokenStream, TokenTree};

use super::declarations::{Lines, without_shebang};
use crate::source::Span;

/// The places in a file that name a module `seam` of another crate: `boundary_runtime::seam`, under whatever name the
/// runtime goes, alone or in a group of imports. A file that cannot be read as tokens names none: it does not compile.
#[must_use]
pub fn seams(text: &str) -> Vec<Span> {
    if memchr::memmem::find(text.as_bytes(), b"seam").is_none() {
        return Vec::new();
    }
    let Ok(tokens) = without_shebang(text).parse::<TokenStream>() else {
        return Vec::new();
    };
    let lines = Lines::new(text);
    let mut found = Vec::new();
    // Groups wait on a stack of our own, each with whether a path of another crate stands before it.
    let mut open = vec![(tokens, false)];
    while let Some((tokens, abroad)) = open.pop() {
        let mut path = Path {
            abroad,
            ..Path::default()
        };
        for token in tokens {
            match &token {
                TokenTree::Ident(ident) => path.word(&ident.to_string(), ident.span()),
                TokenTree::Punct(punct) => path.punct(punct.as_char(), abroad),
                TokenTree::Group(group) => {
                    let continues =
                        group.delimiter() == Delimiter::Brace && path.colons == 2 && path.is_abroad();
                    open.push((group.stream(), continues));
                    path = Path {
                        abroad,
                        ..Path::default()
                    };
                }
                TokenTree::Literal(_) => {
                    path = Path {
                        abroad,
                        ..Path::default()
                    }
                }
            }
            found.extend(path.named.take().map(|span| lines.span(span)));
        }
    }
    found.sort_unstable();
    found
}

/// A path as far as it was read.
#[derive(Default)]
struct Path {
    /// Whether the group that the path stands in belongs to another crate.
    abroad: bool,
    /// The path's first word.
    root: Option<String>,
    /// How many colons stand behind the last word.
    colons: u8,
    named: Option<TokenSpan>,
}

impl Path {
    fn word(&mut self, word: &str, span: TokenSpan) {
        if self.colons != 2 {
            self.root = None;
        }
        if word == "seam" && self.is_abroad() {
            self.named = Some(span);
        }
        self.root.get_or_insert_with(|| word.to_owned());
        self.colons = 0;
    }

    fn punct(&mut self, character: char, abroad: bool) {
        if character == ':' && self.colons < 2 {
            self.colons += 1;
        } else {
            *self = Path {
                abroad,
                ..Path::default()
            };
        }
    }

    /// Whether what comes next is inside another crate.
    fn is_abroad(&self) -> bool {
        match self.root.as_deref() {
            Some(root) => !matches!(root, "crate" | "self" | "super"),
            None => self.abroad,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::seams;

    fn named(text: &str) -> Vec<&str> {
        seams(text)
            .into_iter()
            .map(|span| &text[span.start..span.end])
            .collect()
    }

    #[test]
    fn the_seam_is_found_in_every_form_of_a_path() {
        for text in [
            "use boundary_runtime::seam::Opener;",
            "use boundary_runtime::{Central, seam};",
            "use boundary_runtime::{audit::Act, seam::{self, Opener}};",
            "use ::runtime_by_another_name::seam as harmless;",
            "fn mint() { boundary_runtime::seam::in_country_session() }",
            "wrapped! { let opener = boundary_runtime :: seam :: Opener; }",
        ] {
            assert_eq!(named(text), ["seam"], "{text}");
        }
    }

    #[test]
    fn a_module_of_ones_own_and_the_word_alone_are_not_the_seam() {
        for text in [
            "mod seam; use crate::seam::Stitch; use self::seam::{Thread}; use super::seam;",
            "fn f(seam: u8) -> u8 { seam + 1 }",
            "// boundary_runtime::seam\nconst TEXT: &str = \"boundary_runtime::seam\";",
            "struct Dress { seam: u8 }",
        ] {
            assert!(named(text).is_empty(), "{text}");
        }
    }
}
