//! Whether the root of a target forbids unsafe code.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::shebang::without_shebang;

/// Whether a file begins with attributes of which one is `#![forbid(unsafe_code)]`, alone or with other lints. The same words
/// in an inner module, in a macro or under `cfg_attr` do not count.
#[must_use]
pub fn forbids_unsafe(text: &str) -> bool {
    if memchr::memmem::find(text.as_bytes(), b"unsafe_code").is_none() {
        return false;
    }
    let Ok(tokens) = without_shebang(text).parse::<TokenStream>() else {
        return false;
    };
    let mut tokens = tokens.into_iter();
    // Attributes of the file stand before everything else in it.
    while let (Some(TokenTree::Punct(hash)), Some(TokenTree::Punct(bang)), Some(TokenTree::Group(group))) =
        (tokens.next(), tokens.next(), tokens.next())
    {
        if hash.as_char() != '#' || bang.as_char() != '!' || group.delimiter() != Delimiter::Bracket {
            return false;
        }
        let mut words = group.stream().into_iter();
        if let (Some(TokenTree::Ident(level)), Some(TokenTree::Group(lints))) = (words.next(), words.next())
            && level == "forbid"
            && names(lints.stream(), "unsafe_code")
        {
            return true;
        }
    }
    false
}

/// Whether a lint stands in a list as a word of its own, and not as the last of a path.
fn names(lints: TokenStream, name: &str) -> bool {
    let lints: Vec<TokenTree> = lints.into_iter().collect();
    lints
        .split(|token| matches!(token, TokenTree::Punct(punct) if punct.as_char() == ','))
        .any(|lint| matches!(lint, [TokenTree::Ident(word)] if word == name))
}

#[cfg(test)]
mod tests {
    use super::forbids_unsafe;

    #[test]
    fn an_attribute_of_the_whole_file_forbids() {
        for text in [
            "#![forbid(unsafe_code)]",
            "//! What it is.\n\n#![allow(dead_code)]\n#![forbid(missing_docs, unsafe_code)]\nfn main() {}",
            "#!/usr/bin/env run\n#![forbid(unsafe_code, reason)]",
        ] {
            assert!(forbids_unsafe(text), "{text}");
        }
    }

    #[test]
    fn anything_less_does_not() {
        for text in [
            "",
            "#![deny(unsafe_code)]",
            "#![cfg_attr(not(test), forbid(unsafe_code))]",
            "#[forbid(unsafe_code)]\nmod inner {}",
            "mod inner {\n    #![forbid(unsafe_code)]\n}",
            "// #![forbid(unsafe_code)]",
            "const TEXT: &str = \"#![forbid(unsafe_code)]\";",
            "#![forbid(other::unsafe_code)]",
            "#![forbid(unsafe_code)] \"",
        ] {
            assert!(!forbids_unsafe(text), "{text}");
        }
    }
}
