//! Where a Rust file defines an item, and which macros are called in it: a hint for people, nothing rests on it.

use memchr::memmem;
use proc_macro2::{Delimiter, TokenStream, TokenTree};

use super::declarations::Lines;
use super::shebang::without_shebang;
use crate::source::Span;

/// An item in its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// Its name.
    pub span: Span,
    /// The macros that are called in it, as they are called.
    pub macros: Vec<String>,
}

const DEFINES: [&str; 7] = ["mod", "struct", "enum", "trait", "fn", "const", "static"];

/// The first item of this name.
#[must_use]
pub fn find(text: &str, name: &str) -> Option<Item> {
    memmem::find(text.as_bytes(), name.as_bytes())?;
    let mut open = vec![without_shebang(text).parse::<TokenStream>().ok()?];
    while let Some(tokens) = open.pop() {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        for (at, pair) in tokens.windows(2).enumerate() {
            if let [TokenTree::Ident(word), TokenTree::Ident(found)] = pair
                && found == name
                && DEFINES.contains(&word.to_string().as_str())
            {
                let ends = |token: &&TokenTree| {
                    !matches!(token, TokenTree::Punct(punct) if punct.as_char() == ';')
                        && !matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
                };
                let rest = &tokens[at + 2..];
                let end = rest.iter().take_while(ends).count();
                let body = rest[..rest.len().min(end + 1)].iter().cloned().collect();
                return Some(Item {
                    span: Lines::new(text).span(found.span()),
                    macros: macros(body),
                });
            }
        }
        // Groups in their order, the first on top.
        open.extend(tokens.into_iter().rev().filter_map(|token| match token {
            TokenTree::Group(group) => Some(group.stream()),
            _ => None,
        }));
    }
    None
}

/// What may stand before a negation.
const KEYWORDS: [&str; 6] = ["else", "if", "in", "match", "return", "while"];

/// The macros that are called in a stream of tokens, each once, as they are called: `` `helper::peek!` ``.
#[must_use]
pub fn macros(tokens: TokenStream) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![tokens];
    while let Some(tokens) = open.pop() {
        let mut path = String::new();
        let mut inner = Vec::new();
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        for (at, token) in tokens.iter().enumerate() {
            match token {
                TokenTree::Ident(word) if path.ends_with(':') => path += &word.to_string(),
                TokenTree::Ident(word) => path = word.to_string(),
                TokenTree::Punct(punct) if punct.as_char() == ':' => path.push(':'),
                TokenTree::Punct(punct) if punct.as_char() == '!' => {
                    let called = matches!(tokens.get(at + 1), Some(TokenTree::Group(_)))
                        && !KEYWORDS.contains(&path.as_str());
                    let shown = format!("`{path}!`");
                    if called
                        && path.starts_with(|first: char| first.is_alphabetic() || first == '_')
                        && !found.contains(&shown)
                    {
                        found.push(shown);
                    }
                    path.clear();
                }
                TokenTree::Group(group) => {
                    inner.push(group.stream());
                    path.clear();
                }
                _ => path.clear(),
            }
        }
        open.extend(inner.into_iter().rev());
    }
    found
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn an_item_is_found_with_the_macros_that_are_called_in_it() {
        let text = "mod m {\n    fn other() { no!() }\n    fn wanted() { let a = helper::peek!(a != b); if !(a) { peek![1] } helper::peek!() }\n    after!();\n}\n";
        let item = find(text, "wanted").unwrap();
        assert_eq!(&text[item.span.start..item.span.end], "wanted");
        assert_eq!(item.macros, ["`helper::peek!`", "`peek!`"]);
        assert_eq!(find(text, "missing"), None);
    }
}
