//! What of a Rust file is compiled for tests only, by `#[cfg(test)]` and `#[test]`.
//!
//! In doubt, code is no test: then it is read, and nothing is let through.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// Takes the items out of a stream that are compiled for tests only, and adds the names of modules among them that have
/// files of their own. Groups are not entered.
pub(super) fn without_tests(tokens: TokenStream, modules: &mut Vec<String>) -> Vec<TokenTree> {
    let mut left = Vec::new();
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    if is_punct(tokens.first(), '#')
        && is_punct(tokens.get(1), '!')
        && matches!(tokens.get(2), Some(TokenTree::Group(group)) if is_test(group.stream()))
    {
        return left;
    }
    let mut at = 0;
    while at < tokens.len() {
        let mut behind = at;
        let mut test = false;
        while let (true, Some(TokenTree::Group(group))) =
            (is_punct(tokens.get(behind), '#'), tokens.get(behind + 1))
        {
            if group.delimiter() != Delimiter::Bracket {
                break;
            }
            test |= is_test(group.stream());
            behind += 2;
        }
        if test {
            at = item(&tokens, behind, modules);
        } else {
            let behind = behind.max(at + 1);
            left.extend(tokens[at..behind].iter().cloned());
            at = behind;
        }
    }
    left
}

/// What is inside `#[…]`: `test`, `cfg(test)`, or `cfg(all(test, …))`.
fn is_test(attribute: TokenStream) -> bool {
    let tokens: Vec<TokenTree> = attribute.into_iter().collect();
    match &tokens[..] {
        [TokenTree::Ident(word)] => word == "test",
        [TokenTree::Ident(word), TokenTree::Group(condition)] => {
            word == "cfg" && needs_test(condition.stream())
        }
        _ => false,
    }
}

fn needs_test(condition: TokenStream) -> bool {
    let tokens: Vec<TokenTree> = condition.into_iter().collect();
    match &tokens[..] {
        [TokenTree::Ident(word)] => word == "test",
        [TokenTree::Ident(word), TokenTree::Group(all)] if word == "all" => {
            let all: Vec<TokenTree> = all.stream().into_iter().collect();
            all.split(|token| is_punct(Some(token), ','))
                .any(|one| matches!(one, [TokenTree::Ident(word)] if word == "test"))
        }
        _ => false,
    }
}

const ITEMS: [&str; 17] = [
    "mod",
    "struct",
    "enum",
    "union",
    "trait",
    "fn",
    "type",
    "const",
    "static",
    "use",
    "impl",
    "async",
    "unsafe",
    "extern",
    "macro_rules",
    "let",
    "pub",
];

/// The place behind an item, which ends with a semicolon or a brace; a field, variant or argument with a comma.
fn item(tokens: &[TokenTree], start: usize, modules: &mut Vec<String>) -> usize {
    let visible = matches!(tokens.get(start), Some(TokenTree::Ident(word)) if word == "pub");
    let mut first = start + usize::from(visible);
    if visible
        && matches!(tokens.get(first), Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis)
    {
        first += 1;
    }
    let is_item = matches!(tokens.get(first), Some(TokenTree::Ident(word)) if ITEMS.contains(&word.to_string().as_str()));
    if let (Some(TokenTree::Ident(word)), Some(TokenTree::Ident(name)), true) = (
        tokens.get(first),
        tokens.get(first + 1),
        is_punct(tokens.get(first + 2), ';'),
    ) && word == "mod"
    {
        let name = name.to_string();
        modules.push(name.strip_prefix("r#").unwrap_or(&name).to_owned());
    }
    for (at, token) in tokens.iter().enumerate().skip(start) {
        let ends = match token {
            TokenTree::Punct(punct) => punct.as_char() == ';' || (punct.as_char() == ',' && !is_item),
            TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
            _ => false,
        };
        if ends {
            return at + 1;
        }
    }
    tokens.len()
}

fn is_punct(token: Option<&TokenTree>, character: char) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == character)
}
